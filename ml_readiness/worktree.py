"""The files of a folder as they are on disk: tracked by git, or new and not ignored."""

from __future__ import annotations

import os
import stat
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from ml_readiness.errors import RepositoryError
from ml_readiness.gitdir import GitDir
from ml_readiness.limits import Budget, Limits
from ml_readiness.naming import name_of
from ml_readiness.regular import is_plain, open_folder, read_regular
from ml_readiness.repository import Repository
from ml_readiness.snapshot import Absent, Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LIST = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
LISTED_BY_WALK = "no usable git directory: every file on disk was looked at, also those that git would ignore"


class WorkTree:
    """A snapshot of a folder; links are listed and never followed."""

    revision = None

    def __init__(self, path: Path, *, limits: Limits | None = None) -> None:
        if not path.is_dir():
            raise RepositoryError(f"{path}: expected a folder, found {'a file' if path.exists() else 'nothing'}")
        limits = limits or Limits()
        self.name = name_of(path)
        self._root = path.resolve()
        self._limit = limits.file
        self._budget = Budget(limits)
        listing = _Listing(self._root, limits)
        self.entries: Mapping[str, Entry] = dict(sorted(listing.entries.items()))
        self._notes = tuple(listing.notes)

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
        return read_regular(self._root, path, self._limit)


class _Listing:
    """The paths of a folder, gathered by git where possible, else by walking."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.entries: dict[str, Entry] = {}
        self.notes: list[str] = []
        self._root = root
        self._limits = limits
        self._is_folder = lru_cache(maxsize=None)(self._is_real_folder)
        paths = self._by_git()
        if paths is None:
            self.notes.append(LISTED_BY_WALK)
            self._walk()
        else:
            self._examine(paths)

    def _by_git(self) -> list[str] | None:
        try:
            where = GitDir.find(self._root)
            if where is None or where.path == self._root:
                return None
            repository = Repository(where, self._root)
        except (RepositoryError, OSError) as error:
            self.notes.append(f"git was not asked: {error}")
            return None
        try:
            answer = repository.ask(*LIST, limit=self._limits.listing, seconds=self._limits.seconds)
        except RepositoryError as error:
            self.notes.append(f"git was not asked: {error}")
            return None
        finally:
            repository.close()
        if answer.error:
            self.notes.append(f"git could not list the files: {answer.error}")
            return None
        return [name.decode("utf-8", "surrogateescape") for name in answer.output.split(b"\0")[:-1]]

    def _examine(self, paths: list[str]) -> None:
        left_out: Counter[str] = Counter()
        for path in dict.fromkeys(paths):
            if self._is_full():
                break
            path = path.rstrip("/")
            if not is_plain(path):
                left_out["paths with forbidden names left out"] += 1
            elif not self._is_folder(path.rpartition("/")[0]):
                left_out["tracked paths below a link or a missing folder left out"] += 1
            elif not self._add(path):
                left_out["tracked files that are not on disk"] += 1
        self.notes += [f"{count:,} {what}" for what, count in left_out.items()]

    def _add(self, path: str) -> bool:
        try:
            status = os.lstat(self._root / path)
        except (OSError, ValueError):
            return False
        self.entries[path] = _entry(path, status, inside=EntryKind.SUBMODULE)
        return True

    def _is_real_folder(self, folder: str) -> bool:
        if not folder:
            return True
        if not self._is_folder(folder.rpartition("/")[0]):
            return False
        try:
            return stat.S_ISDIR(os.lstat(self._root / folder).st_mode)
        except (OSError, ValueError):
            return False

    def _is_full(self) -> bool:
        if len(self.entries) < self._limits.entries:
            return False
        self.notes.append(f"more than {self._limits.entries:,} files: only the first were looked at")
        return True

    def _walk(self) -> None:
        folders = [""]
        unread = deep = 0
        while folders and not self._is_full():
            folder = folders.pop()
            try:
                inside = sorted(self._in(folder))
            except OSError:
                unread += 1
                continue
            for path, is_folder in inside:
                if is_folder and path.count("/") >= self._limits.depth:
                    deep += 1
                elif is_folder:
                    folders.append(path)
        if unread:
            self.notes.append(f"{unread:,} folders could not be listed")
        if deep:
            self.notes.append(f"{deep:,} folders deeper than {self._limits.depth} levels were not looked into")

    def _in(self, folder: str) -> Iterator[tuple[str, bool]]:
        with open_folder(self._root, folder) as where, os.scandir(where) as entries:
            for found in entries:
                if found.name == ".git":
                    continue
                path = f"{folder}/{found.name}" if folder else found.name
                is_folder = found.is_dir(follow_symlinks=False)
                if not is_folder:
                    self.entries[path] = _entry(path, found.stat(follow_symlinks=False), inside=EntryKind.OTHER)
                yield path, is_folder


def _entry(path: str, status: os.stat_result, *, inside: EntryKind) -> Entry:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return Entry(path, EntryKind.FILE, status.st_size, None, executable=bool(mode & stat.S_IXUSR))
    if stat.S_ISLNK(mode):
        return Entry(path, EntryKind.SYMLINK, status.st_size, None)
    return Entry(path, inside if stat.S_ISDIR(mode) else EntryKind.OTHER, None, None)
