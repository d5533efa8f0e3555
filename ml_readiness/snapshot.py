"""What is in the repository: the files of one revision, read-only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping


class EntryKind(Enum):
    """What git knows a path to be."""

    FILE = "file"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a snapshot."""

    path: str
    """Relative to the root, with forward slashes; undecodable bytes are surrogate-escaped."""
    kind: EntryKind
    size: int | None
    """In bytes; None where the object is absent."""
    blob: str | None
    """Git's id of the content, where it is known without reading."""
    executable: bool = False


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
            path: Entry(path, EntryKind.FILE, len(content), None) for path, content in self._files.items()
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
