"""Files understood one by one: each is parsed at most once, whatever asks for it."""

from __future__ import annotations

import fnmatch
import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Protocol, Self, TypeVar, runtime_checkable

from ml_readiness.snapshot import Absent, EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ml_readiness.snapshot import Snapshot


@runtime_checkable
class Document(Protocol):
    """A kind of file, and what is in one such file; a frozen `msgspec.Struct` so that it can be cached."""

    patterns: ClassVar[tuple[str, ...]]
    """Which paths are of this kind: a pattern with a slash matches the whole path, else the name.
    Case does not matter. `**/` at the start stands for any folder, the root included."""
    max_bytes: ClassVar[int]
    """Larger files are reported, not read."""
    version: ClassVar[int]
    """Raised whenever `parse` would answer differently for the same bytes."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The content understood; a pure function of the bytes that may raise on broken input."""
        ...


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be understood as what its name says."""

    path: str
    reason: str


D = TypeVar("D", bound=Document)

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


@cache
def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """A function that tells whether a path matches one of the patterns, as `Document.patterns` means it."""
    names = [fnmatch.translate(p) for p in patterns if "/" not in p]
    paths = [fnmatch.translate(p.removeprefix("**/")) for p in patterns if "/" in p]
    anywhere = [rf"(?s:.*/)?{fnmatch.translate(p.removeprefix('**/'))}" for p in patterns if p[:3] == "**/"]
    by_name = re.compile("|".join(names) or r"(?!)", re.IGNORECASE)
    by_path = re.compile("|".join(paths + anywhere) or r"(?!)", re.IGNORECASE)

    def matches(path: str) -> bool:
        return bool(by_name.match(path.rpartition("/")[2]) or by_path.match(path))

    return matches


class Documents:
    """The documents of a snapshot, parsed when first asked for.

    Files that are equal to one in the documents of an `earlier` snapshot are not parsed again.
    """

    def __init__(self, snapshot: Snapshot, earlier: Documents | None = None) -> None:
        self.snapshot = snapshot
        self._parsed: dict[tuple[type[Document], str], Document | Unreadable] = {}
        self._equal: dict[tuple[type[Document], str], Document] = {} if earlier is None else earlier._equal

    def paths(self, kind: type[Document]) -> tuple[str, ...]:
        """The regular files of this kind, sorted."""
        matches = matcher(kind.patterns)
        return tuple(
            path for path, entry in self.snapshot.entries.items() if entry.kind is EntryKind.FILE and matches(path)
        )

    def get(self, kind: type[D], path: str) -> D | Unreadable:
        """One file understood as `kind`, whatever its name; files that git knows to be equal are parsed once."""
        found = self._parsed.get((kind, path))
        if found is None:
            entry = self.snapshot.entries.get(path)
            blob = entry.blob if entry is not None else None
            found = self._equal.get((kind, blob)) if blob is not None else None
            if found is None:
                found = self._parse(kind, path)
                if blob is not None and not isinstance(found, Unreadable):
                    self._equal[kind, blob] = found
            self._parsed[kind, path] = found
        assert isinstance(found, kind | Unreadable)  # noqa: S101
        return found

    def find(self, kind: type[D], path: str) -> D | None:
        """Like `get`, but None where the file is missing or cannot be understood."""
        if path not in self.snapshot.entries:
            return None
        found = self.get(kind, path)
        return None if isinstance(found, Unreadable) else found

    def all(self, kind: type[D]) -> Iterator[tuple[str, D]]:
        """Every readable file of this kind with its path, sorted by path."""
        for path in self.paths(kind):
            found = self.get(kind, path)
            if not isinstance(found, Unreadable):
                yield path, found

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """What could not be understood so far, sorted by path."""
        broken = {found.path: found for found in self._parsed.values() if isinstance(found, Unreadable)}
        return tuple(broken[path] for path in sorted(broken))

    def _parse(self, kind: type[D], path: str) -> D | Unreadable:
        entry = self.snapshot.entries.get(path)
        if entry is not None and entry.size is not None and entry.size > kind.max_bytes:
            return Unreadable(path, f"{entry.size:,} bytes, over the limit of {kind.max_bytes:,}; not read")
        try:
            data = self.snapshot.read(path)
        except Absent as absent:
            return Unreadable(path, str(absent) or "absent")
        return parse(kind, path, data)
