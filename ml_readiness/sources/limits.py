"""How much of a repository is looked at, so that no repository can exhaust the auditor."""

from __future__ import annotations

from msgspec import Struct

from ml_readiness.snapshot import Absent


class Limits(Struct, frozen=True):
    """The bounds of one audit; what lies beyond is named in the notes."""

    entries: int = 200_000
    """Paths listed."""
    listing: int = 64_000_000
    """Bytes of the listing itself, which bounds very long paths."""
    depth: int = 64
    """Folders inside folders, where no git directory lists the files."""
    seconds: float = 10
    """For git to list the files of a work tree."""
    file: int = 50_000_000
    """Bytes of one file that is read."""
    total: int = 2_000_000_000
    """Bytes of all files that are read."""


class Budget:
    """What is left of the bytes that one audit may read."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._spent = 0
        self._refused = 0

    def allow(self, size: int | None) -> None:
        """Nothing where a file of this size may be read; raises `Absent` where not."""
        if size is None:
            raise Absent("the object is not in this clone")
        if size > self._limits.file:
            raise Absent(f"{size:,} bytes, over the limit of {self._limits.file:,}; not read")
        if self._spent + size > self._limits.total:
            self._refused += 1
            raise Absent(f"the audit has read its limit of {self._limits.total:,} bytes")
        self._spent += size

    @property
    def notes(self) -> tuple[str, ...]:
        """What was refused, in words."""
        if not self._refused:
            return ()
        return (f"{self._refused:,} reads refused: the audit had read its limit of {self._limits.total:,} bytes",)
