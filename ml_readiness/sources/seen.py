"""Which content the files of a folder had when they were last read, so that unchanged ones need not be read again."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from ml_readiness.store import Store

KIND = "folder 1"
SURELY_PAST = 2_000_000_000
"""Nanoseconds after which another change of a file cannot have the same time as the last one, on any file system."""

Mark = tuple[int, int, int, int, bytes]
"""Size, times of the last changes of content and status, number of the file, and the id of its content."""


class Seen:
    """The content ids of one folder's files; each is good while size, times and number of the file are the same."""

    def __init__(self, root: Path, store: Store | None) -> None:
        self._store = store
        self._key = hashlib.sha256(os.fsencode(root)).digest()
        self._marks: dict[bytes, Mark] = {}
        self._is_new = False
        data = store.recall(KIND, self._key) if store is not None else None
        if data is not None:
            try:
                self._marks = msgspec.msgpack.decode(data, type=dict[bytes, Mark])
            except msgspec.DecodeError:
                self._is_new = True

    def was_read(self, path: str) -> bool:
        """Whether the content of a path was ever looked at."""
        return _key(path) in self._marks

    def blob(self, path: str, status: os.stat_result) -> str | None:
        """The id of what a file holds, if its status is what it was."""
        mark = self._marks.get(_key(path))
        return mark[4].hex() if mark is not None and mark[:4] == _status(status) else None

    def note(self, path: str, status: os.stat_result, blob: str, *, read_at: int) -> None:
        """Remembers what was read at a time; what has just changed could change unnoticed, and is read again."""
        is_past = max(status.st_mtime_ns, status.st_ctime_ns) + SURELY_PAST < read_at
        mark = (*(_status(status) if is_past else (0, 0, 0, 0)), bytes.fromhex(blob))
        if self._marks.get(_key(path)) != mark:
            self._marks[_key(path)] = mark
            self._is_new = True

    def keep(self) -> None:
        """Hands over to the store what was learnt."""
        if self._store is not None and self._is_new:
            self._store.remember(KIND, self._key, msgspec.msgpack.encode(self._marks))


def now() -> int:
    """The time to compare with that of files, in nanoseconds."""
    return time.time_ns()


def _key(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _status(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
