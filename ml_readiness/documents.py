"""Files understood one by one: each is parsed at most once, whatever asks for it."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Protocol, Self, TypeVar, runtime_checkable

from msgspec import Struct

from ml_readiness.ahead import Ahead, Lost
from ml_readiness.patterns import Paths
from ml_readiness.snapshot import Absent, EntryKind, blob_id
from ml_readiness.store import Store, packed, unpacked
from ml_readiness.workers import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
    from concurrent.futures import Executor

    from ml_readiness.snapshot import Snapshot


@runtime_checkable
class Document(Protocol):
    """A kind of file, and what is in one such file; a frozen `msgspec.Struct` so that it can be cached."""

    patterns: ClassVar[tuple[str, ...]]
    """Which paths are of this kind: a pattern with a slash matches the whole path, else the name.
    Case does not matter. `**/` at the start stands for any folder, the root included; with `!` in front, what matches
    is not of this kind after all."""
    max_bytes: ClassVar[int]
    """Larger files are reported, not read."""
    version: ClassVar[int]
    """Raised whenever `parse` would answer differently for the same bytes."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The content understood; a pure function of the bytes that may raise on broken input."""
        ...


class Unreadable(Struct, frozen=True):
    """A file that could not be understood as what its name says."""

    path: str
    reason: str


D = TypeVar("D", bound=Document)

HELD = 8_000_000
"""Bytes of files that are kept for the next kind of document."""

PARSE_ERRORS = (
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
    MemoryError,
    ArithmeticError,
    OSError,
)


def parse(kind: type[D], path: str, data: bytes) -> D | Unreadable:
    """One file's bytes understood, or why they cannot be; a pure function for any executor."""
    if len(data) > kind.max_bytes:
        return Unreadable(path, f"larger than the limit of {kind.max_bytes:,} bytes; not read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return kind.parse(data)
    except RecursionError:
        return Unreadable(path, "nested too deeply")
    except MemoryError:
        return Unreadable(path, "nested too deeply, or too large")
    except PARSE_ERRORS as error:
        return Unreadable(path, f"{type(error).__name__}: {str(error)[:200]}")


def parse_all(kinds: Sequence[type[Document]], contents: Sequence[bytes]) -> list[list[bytes]]:
    """Each file's bytes understood as each kind, in the form in which they travel and are kept: empty where there is
    none.
    """
    found: list[list[bytes]] = []
    for data in contents:
        with clock():
            parsed = [parse(kind, "", data) for kind in kinds]
            found.append([packed(each.reason if isinstance(each, Unreadable) else each) for each in parsed])
    return found


@contextmanager
def ahead_of(executor: Executor | None) -> Generator[Ahead[type[Document]] | None]:
    """What parses ahead with an executor, if there is one."""
    if executor is None:
        yield None
        return
    ahead = Ahead[type[Document]](executor, parse_all)
    try:
        yield ahead
    finally:
        ahead.close()


class Documents:
    """The documents of a snapshot, parsed when first asked for; what the store knows by content is not parsed again."""

    def __init__(
        self, snapshot: Snapshot, store: Store | None = None, ahead: Ahead[type[Document]] | None = None
    ) -> None:
        self.snapshot = snapshot
        self.store = store or Store()
        self.ahead = ahead
        self._parsed: dict[tuple[type[Document], str], Document | Unreadable] = {}
        self._bytes: dict[str, bytes] = {}
        self._held = 0
        self._paths: Paths | None = None
        self._expected: set[tuple[type[Document], str]] = set()

    def paths(self, kind: type[Document]) -> tuple[str, ...]:
        """The regular files of this kind, sorted."""
        return self.select(kind.patterns)

    def select(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """The regular files that match one of the patterns, sorted."""
        if self._paths is None:
            entries = self.snapshot.entries.items()
            self._paths = Paths(path for path, entry in entries if entry.kind is EntryKind.FILE)
        return self._paths.select(patterns)

    def get(self, kind: type[D], path: str) -> D | Unreadable:
        """One file understood as `kind`, whatever its name; equal files are parsed once."""
        found = self._parsed.get((kind, path))
        if found is None:
            found = self._parsed[kind, path] = self._understood(kind, path)
        assert isinstance(found, kind | Unreadable)  # noqa: S101
        return found

    def find(self, kind: type[D], path: str) -> D | None:
        """Like `get`, but None where the file is missing or cannot be understood."""
        if path not in self.snapshot.entries:
            return None
        found = self.get(kind, path)
        return None if isinstance(found, Unreadable) else found

    def all(self, kind: type[D], paths: Collection[str] | None = None) -> Iterator[tuple[str, D]]:
        """Every readable file of this kind, or of these, with its path, sorted by path."""
        paths = self.paths(kind) if paths is None else paths
        self.expect(paths, kind)
        for path in paths:
            found = self.get(kind, path)
            if not isinstance(found, Unreadable):
                yield path, found

    def prepare(self, paths: Collection[str], *kinds: type[Document]) -> None:
        """Understands files as several kinds, one file after the other, so that what the kinds share is made once."""
        self.expect(paths, *kinds)
        for path in paths:
            for kind in kinds:
                self.get(kind, path)

    def expect(self, paths: Iterable[str], *kinds: type[Document]) -> None:
        """Prepares for questions about these files: reads in bulk what is kept, and has the rest parsed ahead."""
        entries = self.snapshot.entries
        asked = [entries[path] for path in paths if any((kind, path) not in self._expected for kind in kinds)]
        for kind in kinds:
            self._expected.update((kind, entry.path) for entry in asked)
            self.store.expect(kind, [entry.blob for entry in asked if entry.blob is not None])
        if self.ahead is not None:
            most = max(kind.max_bytes for kind in kinds)
            missing = [
                entry
                for entry in asked
                if (entry.size or 0) <= most and (entry.blob is None or self._misses(entry.blob, kinds))
            ]
            if self.ahead.is_worth_while([entry.size or 0 for entry in missing]):
                self.ahead.plan(kinds, [entry.path for entry in missing], lambda path: self._unparsed(kinds, path))

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """What could not be understood so far, sorted by path."""
        broken = {found.path: found for found in self._parsed.values() if isinstance(found, Unreadable)}
        return tuple(broken[path] for path in sorted(broken))

    def _understood(self, kind: type[D], path: str) -> D | Unreadable:
        entry = self.snapshot.entries.get(path)
        try:
            found = self._known(kind, entry.blob) if entry is not None and entry.blob is not None else None
            if found is None:
                found = self._parse(kind, path)
        except Absent as absent:
            return Unreadable(path, str(absent) or "absent")
        except Lost:
            return Unreadable(path, "the parser crashed, or took too long or too much memory")
        return Unreadable(path, found) if isinstance(found, str) else found

    def _known(self, kind: type[D], blob: str) -> D | str | None:
        """A document that was parsed before, or is parsed already."""
        found = self.store.find(kind, blob)
        if found is None and self.ahead is not None and (data := self.ahead.take(kind, blob)):
            found = unpacked(kind, data)
            if found is not None:
                self.store.add(kind, blob, found, data)
        return found

    def _parse(self, kind: type[D], path: str) -> D | str:
        size = entry.size if (entry := self.snapshot.entries.get(path)) is not None else None
        if size is not None and size > kind.max_bytes:
            return f"{size:,} bytes, over the limit of {kind.max_bytes:,}; not read"
        blob, data = self._content(path)
        found = self._known(kind, blob)
        if found is None:
            parsed = parse(kind, path, data)
            found = parsed.reason if isinstance(parsed, Unreadable) else parsed
            self.store.add(kind, blob, found)
        return found

    def _content(self, path: str) -> tuple[str, bytes]:
        """What a file holds with its id, which may be known only once it is read; raises `Absent`."""
        data = self._read(path)
        return self.snapshot.entries[path].blob or blob_id(data), data

    def _unparsed(self, kinds: Sequence[type[Document]], path: str) -> tuple[str, bytes] | None:
        """A file's content and its id, if it can be had and is not known as all these kinds of document."""
        try:
            blob, data = self._content(path)
        except Absent:
            return None
        return (blob, data) if self._misses(blob, kinds) else None

    def _misses(self, blob: str, kinds: Sequence[type[Document]]) -> bool:
        return any(self.store.find(kind, blob) is None for kind in kinds)

    def _read(self, path: str) -> bytes:
        """A file's bytes; what was read last is kept, since several kinds of document look at the same files."""
        data = self._bytes.pop(path, None)
        if data is None:
            data = self.snapshot.read(path)
            self._held += len(data)
            while self._held > HELD and self._bytes:
                self._held -= len(self._bytes.pop(next(iter(self._bytes))))
        self._bytes[path] = data
        return data
