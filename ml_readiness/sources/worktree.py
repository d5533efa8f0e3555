"""The files of a folder as they are on disk: tracked by git, or new and not ignored."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from msgspec import structs

from ml_readiness.errors import RepositoryError
from ml_readiness.snapshot import Absent, Entry, EntryKind, blob_id
from ml_readiness.sources.gitdir import GitDir
from ml_readiness.sources.limits import Budget, Limits
from ml_readiness.sources.naming import name_of
from ml_readiness.sources.notes import FORBIDDEN, Notes
from ml_readiness.sources.regular import is_plain, open_folder, read_with_status
from ml_readiness.sources.repository import Repository
from ml_readiness.sources.seen import Seen, now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ml_readiness.store import Store

LIST = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
WALKED = "no usable git directory: every file on disk was looked at, also what git would ignore"


class WorkTree:
    """A snapshot of a folder; links are listed and never followed.

    A store remembers from one audit to the next what the files held that were read.
    """

    revision = None

    def __init__(self, path: Path, *, limits: Limits | None = None, store: Store | None = None) -> None:
        if not path.is_dir():
            raise RepositoryError(f"{path}: expected a folder, found {'a file' if path.exists() else 'nothing'}")
        limits = limits or Limits()
        self.name = name_of(path)
        self._root = path.resolve()
        self._limit = limits.file
        self._budget = Budget(limits)
        self._seen = Seen(self._root, store)
        listing = _Listing(self._root, limits, self._seen)
        self._entries = dict(sorted(listing.entries.items()))
        listing.notes.about_kinds(self.entries)
        self._notes = listing.notes.lines
        for name, entry in self._entries.items():
            if entry.blob is None and self._seen.was_read(name):
                with suppress(Absent):
                    self._content(name)

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every path, sorted; a content's id is known once it was read, and while nothing has changed since."""
        return self._entries

    @property
    def notes(self) -> tuple[str, ...]:
        """Limits that were reached, and what could not be listed."""
        return self._notes + self._budget.notes

    def read(self, path: str) -> bytes:
        """The content of a regular file; raises `Absent`."""
        entry = self.entries.get(path)
        if entry is None or entry.kind is not EntryKind.FILE:
            raise Absent("not a regular file")
        self._budget.allow(entry.size)
        return self._content(path)

    def keep(self) -> None:
        """Hands over to the store what was learnt about the files."""
        self._seen.keep()

    def _content(self, path: str) -> bytes:
        read_at = now()
        data, status = read_with_status(self._root, path, self._limit)
        blob, entry = blob_id(data), self._entries[path]
        if blob != (entry.blob or blob):
            raise Absent("changed while it was audited")
        self._entries[path] = structs.replace(entry, size=len(data), blob=blob)
        self._seen.note(path, status, blob, read_at=read_at)
        return data


class _Listing:
    """The paths of a folder, gathered by git where possible, else by walking."""

    def __init__(self, root: Path, limits: Limits, seen: Seen) -> None:
        self.entries: dict[str, Entry] = {}
        self.notes = Notes()
        self._seen = seen
        self._root = root
        self._prefix = f"{root}{os.sep}"
        self._limits = limits
        self._folders = {"": True}
        paths = self._by_git()
        if paths is None:
            self.notes.say(WALKED)
            self._walk()
        else:
            self._examine(paths)

    def _by_git(self) -> list[str] | None:
        around = GitDir.around(self._root)
        if around is None or around[0].path == self._root:
            return None
        where, inside = around
        try:
            repository = Repository(where, self._root.parents[inside.count("/")] if inside else self._root)
        except (RepositoryError, OSError) as error:
            self.notes.say(f"git was not asked: {error}")
            return None
        try:
            return self._asked(repository, f"{inside}/" if inside else "")
        except RepositoryError as error:
            self.notes.say(f"git was not asked: {error}")
            return None
        finally:
            repository.close()

    def _asked(self, repository: Repository, inside: str) -> list[str] | None:
        for what in ("tracked and new files", "files, as if none were tracked"):
            command = [*LIST, "--", inside] if inside else LIST
            answer = repository.ask(*command, limit=self._limits.listing, seconds=self._limits.seconds)
            if not answer.error:
                names = answer.output.decode("utf-8", "surrogateescape").split("\0")[:-1]
                return [name.removeprefix(inside) for name in names] if names or not inside else None
            self.notes.say(f"git could not list {what}: {answer.error}")
            if answer.is_late:
                break
            repository.forget_index()
        return None

    def _examine(self, paths: list[str]) -> None:
        for path in dict.fromkeys(path.rstrip("/") for path in paths):
            if self._is_full():
                break
            if not is_plain(path):
                self.notes.about(path, FORBIDDEN)
            elif not self._is_folder(path.rpartition("/")[0]):
                self.notes.about(path, "tracked below a link or a missing folder, left out")
            elif not self._add(path):
                self.notes.about(path, "tracked, but not on disk")
        folders = {parent for path in self.entries for parent in accumulate(path.split("/")[:-1], "{}/{}".format)}
        for path in [path for path, entry in self.entries.items() if entry.kind is EntryKind.SUBMODULE]:
            if path in folders:
                del self.entries[path]

    def _add(self, path: str) -> bool:
        try:
            status = os.lstat(f"{self._prefix}{path}")
        except (OSError, ValueError):
            return False
        self._enter(path, status, folder=EntryKind.SUBMODULE)
        return True

    def _enter(self, path: str, status: os.stat_result, *, folder: EntryKind) -> None:
        self.entries[path] = _entry(path, status, self._seen.blob(path, status), folder=folder)

    def _is_folder(self, folder: str) -> bool:
        """Whether a folder is one, reached through no link."""
        if folder not in self._folders:
            parts = accumulate(folder.split("/"), "{}/{}".format)
            self._folders[folder] = all(_is_real_folder(self._root / part) for part in parts)
        return self._folders[folder]

    def _is_full(self) -> bool:
        if len(self.entries) < self._limits.entries:
            return False
        self.notes.say(f"more than {self._limits.entries:,} files: only the first were looked at")
        return True

    def _walk(self) -> None:
        folders = [""]
        while folders:
            folder = folders.pop()
            if folder.count("/") >= self._limits.depth:
                self.notes.about(f"{folder[:100]}...", f"deeper than {self._limits.depth} folders, not looked into")
                continue
            try:
                folders += sorted(self._in(folder), reverse=True)
            except OSError as error:
                self.notes.about(folder, f"cannot be listed ({error.strerror})")
            if self._is_full():
                break

    def _in(self, folder: str) -> Iterator[str]:
        """Enters what a folder holds, and yields the folders in it."""
        with open_folder(self._root, folder) as where, os.scandir(where) as inside:
            for found in islice(inside, self._limits.entries):
                path = f"{folder}/{found.name}" if folder else found.name
                if found.is_dir(follow_symlinks=False):
                    if found.name != ".git":
                        yield path
                elif len(self.entries) < self._limits.entries and found.name != ".git":
                    self._enter(path, found.stat(follow_symlinks=False), folder=EntryKind.OTHER)


def _is_real_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _entry(path: str, status: os.stat_result, blob: str | None, *, folder: EntryKind) -> Entry:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return Entry(path, EntryKind.FILE, status.st_size, blob, executable=bool(mode & stat.S_IXUSR))
    if stat.S_ISLNK(mode):
        return Entry(path, EntryKind.SYMLINK, status.st_size, None)
    return Entry(path, folder if stat.S_ISDIR(mode) else EntryKind.OTHER, None, None)
