"""Documents by content: whatever is equal is parsed once, in this run and, in what is kept, in later ones."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import msgspec

from ml_readiness import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.documents import Document
    from ml_readiness.kept import Kept

D = TypeVar("D", bound="Document")

AT_ONCE = 500
"""New documents after which they are written."""


def kind_of(kind: type[Document]) -> str:
    """What a kept document depends on besides its bytes: its type, the product's version and the interpreter's."""
    return f"{kind.__name__} {kind.version} {__version__} {sys.version_info.major}.{sys.version_info.minor}"


def packed(parsed: Document | str) -> bytes:
    """What was parsed as bytes; none where it cannot be written."""
    try:
        return msgspec.msgpack.encode(parsed)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return b""


def unpacked(kind: type[D], data: bytes) -> D | str | None:
    """What was parsed from its form as bytes; None where they are broken."""
    try:
        return _decoder(kind).decode(data)
    except (msgspec.DecodeError, RecursionError):
        return None


@cache
def _decoder(kind: type[D]) -> msgspec.msgpack.Decoder[D | str]:
    return msgspec.msgpack.Decoder(kind | str)


class Store:
    """Documents by type and git blob id, other bytes by kind and key; what is kept fills it and takes what is new."""

    def __init__(self, kept: Kept | None = None) -> None:
        self.kept = kept
        self._known: dict[tuple[type[Document], str], Document | str] = {}
        self._new: dict[tuple[type[Document], str], bytes | None] = {}
        self._asked: set[tuple[type[Document], str]] = set()
        self._bytes: dict[tuple[str, bytes], bytes] = {}
        self._new_bytes: set[tuple[str, bytes]] = set()

    def find(self, kind: type[D], blob: str) -> D | str | None:
        """A document by its content, or why there is none; None where it has not been parsed yet."""
        found = self._known.get((kind, blob))
        if found is None and (kind, blob) not in self._asked:
            self.expect(kind, (blob,))
            found = self._known.get((kind, blob))
        return found if isinstance(found, kind | str) else None

    def add(self, kind: type[Document], blob: str, parsed: Document | str, packed: bytes | None = None) -> None:
        """Remembers what was parsed, with its form as bytes where that is known."""
        self._known[kind, blob] = parsed
        self._new[kind, blob] = packed
        if self.kept is not None and len(self._new) >= AT_ONCE:
            self.keep()

    def expect(self, kind: type[Document], blobs: Iterable[str]) -> None:
        """Reads what is kept of these, in bulk, since one question for each would be slow."""
        wanted = [blob for blob in blobs if (kind, blob) not in self._known and (kind, blob) not in self._asked]
        self._asked.update((kind, blob) for blob in wanted)
        if self.kept is None or not wanted:
            return
        for key, data in self.kept.read(kind_of(kind), [bytes.fromhex(blob) for blob in wanted]):
            parsed = unpacked(kind, data)
            if parsed is not None:
                self._known[kind, key.hex()] = parsed

    def recall(self, kind: str, key: bytes) -> bytes | None:
        """Bytes that were remembered under a kind and a key."""
        found = self._bytes.get((kind, key))
        if found is None and self.kept is not None:
            found = next((data for _, data in self.kept.read(kind, [key])), None)
        return found

    def remember(self, kind: str, key: bytes, data: bytes) -> None:
        """Remembers bytes under a kind and a key."""
        self._bytes[kind, key] = data
        self._new_bytes.add((kind, key))

    def keep(self) -> None:
        """Writes what is new to what is kept; whatever goes wrong there costs later runs time, nothing else."""
        if self.kept is not None and (self._new or self._new_bytes):
            self.kept.write(self._rows())
        self._new.clear()
        self._new_bytes.clear()

    def _rows(self) -> Iterator[tuple[str, bytes, bytes]]:
        for (kind, blob), data in self._new.items():
            form = data or packed(self._known[kind, blob])
            if form:
                yield kind_of(kind), bytes.fromhex(blob), form
        for name, key in self._new_bytes:
            yield name, key, self._bytes[name, key]
