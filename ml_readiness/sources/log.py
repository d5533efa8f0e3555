"""Which commits a repository has: along its main line, or those that tags name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.errors import RepositoryError
from ml_readiness.sources.gitdir import GitDir
from ml_readiness.sources.naming import name_of
from ml_readiness.sources.repository import Repository
from ml_readiness.sources.revision import Revision

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

MOST = 100_000
"""Commits that are looked at."""
DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_AGO = re.compile(r"(\d{1,4})\s*(day|week|month|year)s?(?:\s+ago)?", re.IGNORECASE)


class Commit(Struct, frozen=True):
    """One commit."""

    id: str
    when: datetime
    subject: str
    tag: str = ""


class Log:
    """A repository whose commits are looked at one after another through one git process."""

    def __init__(self, path: Path, name: str = "") -> None:
        around = GitDir.around(path)
        if around is None:
            raise RepositoryError(f"{path}: expected a git repository, found none")
        self.path = path
        self.name = name or name_of(path)
        self.is_shallow = bool(around[0].shallow)
        """Whether the clone ends somewhere before the first commit."""
        self._repository = Repository(around[0])

    def resolve(self, revision: str) -> str:
        """The commit that a revision names; RepositoryError where there is none."""
        return self._repository.resolve(revision)

    def commits(self, revision: str) -> tuple[Commit, ...]:
        """The commits that led to this one, the oldest first; of a merge, only the side it was merged into."""
        return self._listed("log", "--first-parent", f"--max-count={MOST}", "--format=%H%x00%ct%x00%x00%s", revision)[
            ::-1
        ]

    def tags(self) -> tuple[Commit, ...]:
        """The commits that tags name, the oldest first."""
        listed = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"
        when = "%(if)%(*committerdate:unix)%(then)%(*committerdate:unix)%(else)%(committerdate:unix)%(end)"
        form = f"--format={listed}%00{when}%00%(refname:lstrip=2)%00%(subject)"
        found = self._listed("for-each-ref", f"--count={MOST}", form, "refs/tags")
        return tuple(sorted(found, key=lambda commit: (commit.when, commit.tag)))

    def at(self, commit: str) -> Revision:
        """The files of a commit, read through the process that all share."""
        return Revision(self.path, commit, name=self.name, shared=self._repository)

    def close(self) -> None:
        """Ends the process."""
        self._repository.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _listed(self, *command: str) -> tuple[Commit, ...]:
        answer = self._repository.ask(*command, limit=64_000_000)
        lines = answer.output.decode("utf-8", "surrogateescape").splitlines()
        if answer.error and not lines:
            raise RepositoryError(f"the history cannot be read: {answer.error}")
        parts = (line.split("\0", 3) for line in lines)
        return tuple(_commit(*part) for part in parts if len(part) == 4 and part[1].lstrip("-").isdigit())


def _commit(commit: str, when: str, tag: str, subject: str) -> Commit:
    seconds = min(max(int(when), 0), 250_000_000_000)
    return Commit(commit, datetime.fromtimestamp(seconds, tz=UTC), subject[:200], tag)


def moment(text: str, now: datetime) -> datetime:
    """The time that `2026-03-31` or `6 months` means; RepositoryError where it means none."""
    ago = _AGO.fullmatch(text.strip())
    if ago is not None:
        return now - timedelta(days=int(ago[1]) * DAYS[ago[2].lower()])
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise RepositoryError(f"expected a date like 2026-03-31 or a time like '6 months', found {text!r}") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
