"""Documents by content: whatever is equal is parsed once, in this run and, in what is kept, in later ones."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec

from ml_readiness import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.documents import Document
    from ml_readiness.kept import Kept

D = TypeVar("D", bound="Document")


def kind_of(kind: type[Document]) -> str:
    """What a kept document depends on besides its bytes: its type, the product's version and the interpreter's."""
    return f"{kind.__name__} {kind.version} {__version__} {sys.version_info.major}.{sys.version_info.minor}"


class Store:
    """Documents by type and git blob id, other bytes by kind and key; what is kept fills it and takes what is new."""

    def __init__(self, kept: Kept | None = None) -> None:
        self.kept = kept
        self._known: dict[tuple[type[Document], str], Document] = {}
        self._new: list[tuple[type[Document], str]] = []
        self._asked: set[tuple[type[Document], str]] = set()
        self._bytes: dict[tuple[str, bytes], bytes] = {}
        self._new_bytes: set[tuple[str, bytes]] = set()

    def find(self, kind: type[D], blob: str) -> D | None:
        """A document by its content."""
        found = self._known.get((kind, blob))
        if found is None and (kind, blob) not in self._asked:
            self.expect(kind, (blob,))
            found = self._known.get((kind, blob))
        return found if isinstance(found, kind) else None

    def add(self, kind: type[Document], blob: str, document: Document) -> None:
        """Remembers what was parsed."""
        self._known[kind, blob] = document
        self._new.append((kind, blob))

    def expect(self, kind: type[Document], blobs: Iterable[str]) -> None:
        """Reads what is kept of these, in bulk, since one question for each would be slow."""
        wanted = [blob for blob in blobs if (kind, blob) not in self._known and (kind, blob) not in self._asked]
        self._asked.update((kind, blob) for blob in wanted)
        if self.kept is None or not wanted:
            return
        decoder = msgspec.msgpack.Decoder(kind)
        for key, data in self.kept.read(kind_of(kind), [bytes.fromhex(blob) for blob in wanted]):
            with suppress(msgspec.DecodeError, RecursionError):
                self._known[kind, key.hex()] = decoder.decode(data)

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
        encoder = msgspec.msgpack.Encoder()
        for kind, blob in self._new:
            with suppress(ValueError, TypeError, OverflowError, RecursionError):
                yield kind_of(kind), bytes.fromhex(blob), encoder.encode(self._known[kind, blob])
        for name, key in self._new_bytes:
            yield name, key, self._bytes[name, key]
