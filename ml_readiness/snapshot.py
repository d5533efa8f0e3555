"""What is in the repository: the files of one revision, read-only."""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping


class EntryKind(Enum):
    """What git knows a path to be."""

    FILE = "file"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"
    OTHER = "other"


class Entry(Struct, frozen=True):
    """One path of a snapshot."""

    path: str
    """Relative to the root, with forward slashes; undecodable bytes are surrogate-escaped."""
    kind: EntryKind
    size: int | None
    """In bytes; None where the object is absent."""
    blob: str | None
    """Git's id of the content, where it is known: always in a commit, in a folder once the file was read."""
    executable: bool = False


def blob_id(data: bytes) -> str:
    """Git's id of some content, by which all snapshots share what was parsed."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class Absent(OSError):
    """The content of a path cannot be had: not in this clone, unreadable, or not a regular file."""


@runtime_checkable
class Snapshot(Protocol):
    """The files of one revision; nothing of it is ever executed or followed out of the tree."""

    @property
    def name(self) -> str:
        """What the repository calls itself: the last part of its path or URL."""
        ...

    @property
    def revision(self) -> str | None:
        """The commit, if this is one."""
        ...

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every path, sorted."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about the listing: limits that were reached, objects not there."""
        ...

    def read(self, path: str) -> bytes:
        """The content of a regular file; raises `Absent`."""
        ...


class Memory:
    """A snapshot made of strings, for tests, examples and what-if questions."""

    revision = None
    notes: tuple[str, ...] = ()

    def __init__(self, files: Mapping[str, str | bytes], name: str = "memory") -> None:
        self.name = name
        self._files = {
            path: content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
            for path, content in sorted(files.items())
        }
        self.entries: Mapping[str, Entry] = {
            path: Entry(path, EntryKind.FILE, len(content), blob_id(content)) for path, content in self._files.items()
        }

    def read(self, path: str) -> bytes:
        """The content of a file; raises `Absent`."""
        try:
            return self._files[path]
        except KeyError:
            raise Absent(path) from None


class Member:
    """One folder of another snapshot, seen as a repository of its own."""

    def __init__(self, whole: Snapshot, folder: str) -> None:
        self._whole = whole
        self._prefix = folder.rstrip("/") + "/"
        self.name = folder
        self.revision = whole.revision
        self.notes: tuple[str, ...] = ()
        start = len(self._prefix)
        self.entries: Mapping[str, Entry] = {
            path[start:]: Entry(path[start:], entry.kind, entry.size, entry.blob, entry.executable)
            for path, entry in whole.entries.items()
            if path.startswith(self._prefix)
        }

    def read(self, path: str) -> bytes:
        """The content of a file; raises `Absent`."""
        return self._whole.read(self._prefix + path)


class Watched:
    """A snapshot that notes whether its listing names all contents that were read of it, and so stands for them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.is_named = True
        """Whether all contents that were read have their ids in the listing, and none was missing unforeseen."""

    @property
    def name(self) -> str:
        """The snapshot's."""
        return self._snapshot.name

    @property
    def revision(self) -> str | None:
        """The snapshot's."""
        return self._snapshot.revision

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The snapshot's."""
        return self._snapshot.entries

    @property
    def notes(self) -> tuple[str, ...]:
        """The snapshot's."""
        return self._snapshot.notes

    def read(self, path: str) -> bytes:
        """The content of a regular file; raises `Absent`."""
        try:
            data = self._snapshot.read(path)
        except Absent:
            entry = self.entries.get(path)
            self.is_named &= entry is None or entry.kind is not EntryKind.FILE or entry.size is None
            raise
        self.is_named &= self.entries[path].blob is not None
        return data
