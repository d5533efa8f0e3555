"""The files of one commit, read from git's objects; no checkout, no configuration of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from ml_readiness.errors import RepositoryError
from ml_readiness.snapshot import Absent, Entry, EntryKind
from ml_readiness.sources.gitdir import GitDir
from ml_readiness.sources.limits import Budget, Limits
from ml_readiness.sources.naming import name_of
from ml_readiness.sources.notes import FORBIDDEN, Notes
from ml_readiness.sources.regular import is_plain
from ml_readiness.sources.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from ml_readiness.sources.repository import Answer

SELDOM = 100
"""Files of which one may be missing without making the others say something else."""
LISTING = ("ls-tree", "-r", "-z", "-l", "--full-tree")
_KINDS = {"100": EntryKind.FILE, "120": EntryKind.SYMLINK, "160": EntryKind.SUBMODULE}


class Revision:
    """A snapshot of one commit, or of one folder of it; close it, or use it in a `with` statement."""

    def __init__(
        self,
        path: Path,
        revision: str = "HEAD",
        *,
        name: str = "",
        limits: Limits | None = None,
        shared: Repository | None = None,
    ) -> None:
        around = GitDir.around(path)
        if around is None:
            raise RepositoryError(f"{path}: expected a git repository, found none")
        where, inside = around
        limits = limits or Limits()
        self.name = name or name_of(path)
        self._repository = shared or Repository(where)
        self._is_shared = shared is not None
        self._budget = Budget(limits)
        try:
            self.revision = self._repository.resolve(revision)
            answer = self._repository.ask(*LISTING, f"{self.revision}:{inside}", limit=limits.listing)
            self._is_listed = not answer.error
            self.entries, self._notes = _listing(answer, limits)
        except BaseException:
            self.close()
            raise

    entries: Mapping[str, Entry]
    revision: str

    @property
    def notes(self) -> tuple[str, ...]:
        """Limits that were reached, and objects that are not here."""
        return self._notes + self._budget.notes

    @property
    def is_whole(self) -> bool:
        """Whether the objects of the commit are here, but for one file in a hundred at most."""
        sizes = [entry.size for entry in self.entries.values() if entry.kind is EntryKind.FILE]
        return self._is_listed and sizes.count(None) * SELDOM <= len(sizes)

    def read(self, path: str) -> bytes:
        """The content of a regular file; raises `Absent`."""
        entry = self.entries.get(path)
        if entry is None or entry.kind is not EntryKind.FILE or entry.blob is None:
            raise Absent("not a regular file of this revision")
        self._budget.allow(entry.size)
        return self._repository.read(entry.blob)

    def close(self) -> None:
        """Ends the git process and removes its temporary directory, unless others share them."""
        if not self._is_shared:
            self._repository.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _listing(answer: Answer, limits: Limits) -> tuple[dict[str, Entry], tuple[str, ...]]:
    lines = answer.output.split(b"\0")[:-1]
    notes = Notes()
    if answer.error:
        notes.say(f"the listing of files is not complete: {answer.error}")
    if len(lines) > limits.entries:
        notes.say(f"more than {limits.entries:,} files: only the first {limits.entries:,} were looked at")
    found: dict[str, Entry] = {}
    for entry in map(_entry, lines[: limits.entries]):
        if not is_plain(entry.path):
            notes.about(entry.path, FORBIDDEN)
            continue
        found[entry.path] = entry
        if entry.kind is EntryKind.FILE and entry.size is None:
            notes.about(entry.path, "content is not in this clone")
    notes.about_kinds(found)
    return dict(sorted(found.items())), notes.lines


def _entry(line: bytes) -> Entry:
    facts, _, name = line.partition(b"\t")
    mode, _, blob, size = facts.decode("ascii").split()
    kind = _KINDS.get(mode[:3], EntryKind.OTHER)
    path = name.decode("utf-8", "surrogateescape")
    return Entry(path, kind, int(size) if size.isdigit() else None, blob, executable=mode == "100755")
