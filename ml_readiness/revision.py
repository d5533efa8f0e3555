"""The files of one commit, read from git's objects; no checkout, no configuration of the repository."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self

from ml_readiness.errors import RepositoryError
from ml_readiness.gitdir import GitDir
from ml_readiness.limits import Budget, Limits
from ml_readiness.naming import name_of
from ml_readiness.regular import is_plain
from ml_readiness.repository import Repository
from ml_readiness.snapshot import Absent, Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_KINDS = {"100": EntryKind.FILE, "120": EntryKind.SYMLINK, "160": EntryKind.SUBMODULE}


class Revision:
    """A snapshot of one commit; close it, or use it in a `with` statement."""

    def __init__(self, path: Path, revision: str = "HEAD", *, name: str = "", limits: Limits | None = None) -> None:
        where = GitDir.find(path)
        if where is None:
            raise RepositoryError(f"{path}: expected a git repository, found none")
        limits = limits or Limits()
        self.name = name or name_of(path)
        self._repository = Repository(where)
        self._budget = Budget(limits)
        try:
            self.revision = self._repository.resolve(revision)
            self.entries, self._notes = _listing(self._repository, self.revision, limits)
        except BaseException:
            self.close()
            raise

    entries: Mapping[str, Entry]
    revision: str

    @property
    def notes(self) -> tuple[str, ...]:
        """Limits that were reached, and objects that are not here."""
        return self._notes + self._budget.notes

    def read(self, path: str) -> bytes:
        """The content of a regular file; raises `Absent`."""
        entry = self.entries.get(path)
        if entry is None or entry.kind is not EntryKind.FILE or entry.blob is None:
            raise Absent("not a regular file of this revision")
        self._budget.allow(entry.size)
        return self._repository.read(entry.blob)

    def close(self) -> None:
        """Ends the git process and removes its temporary directory."""
        self._repository.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _listing(repository: Repository, commit: str, limits: Limits) -> tuple[dict[str, Entry], tuple[str, ...]]:
    answer = repository.ask("ls-tree", "-r", "-z", "-l", "--full-tree", commit, limit=limits.listing)
    lines = answer.output.split(b"\0")[:-1]
    found: dict[str, Entry] = {}
    left_out: Counter[str] = Counter()
    for line in lines[: limits.entries]:
        entry = _entry(line)
        if entry is None:
            left_out["paths with forbidden names left out"] += 1
            continue
        if entry.kind is EntryKind.FILE and entry.size is None:
            left_out["files whose content is not in this clone"] += 1
        found[entry.path] = entry
    notes = [f"{count:,} {what}" for what, count in left_out.items()]
    if len(lines) > limits.entries:
        notes.append(f"more than {limits.entries:,} files: only the first {limits.entries:,} were looked at")
    if answer.error:
        notes.append(f"the listing is not complete: {answer.error}")
    return dict(sorted(found.items())), tuple(notes)


def _entry(line: bytes) -> Entry | None:
    facts, _, name = line.partition(b"\t")
    path = name.decode("utf-8", "surrogateescape")
    mode, _, blob, size = facts.decode("ascii").split()
    if not is_plain(path):
        return None
    kind = _KINDS.get(mode[:3], EntryKind.OTHER)
    return Entry(path, kind, int(size) if size.isdigit() else None, blob, executable=mode == "100755")
