"""A command that was followed: what it is in the end, how it was reached, and what held on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RUNS = 4_000

WIDEST = 60
"""Characters of a command that a sentence holds."""


class Hop(Struct, frozen=True):
    """A command that led to another one."""

    text: str
    path: str
    line: int

    @property
    def location(self) -> Location:
        """Where it is written."""
        return Location(path=self.path, line=self.line or None)


class Run(Struct, frozen=True):
    """A command that is run in the end."""

    words: tuple[str, ...]
    roles: frozenset[str]
    path: str
    line: int
    lost: str = ""
    """Why its failure would not be noticed; empty if it would be."""
    trail: tuple[Hop, ...] = ()
    """How it is reached, outermost first."""
    folder: str = ""
    missing: str = ""
    """A script or task that it names and the tree does not hold."""

    @property
    def location(self) -> Location:
        """Where it is written."""
        return Location(path=self.path, line=self.line or None)

    @property
    def shown(self) -> str:
        """Its first words."""
        text = " ".join(self.words)
        return text if len(text) <= WIDEST else f"{text[:WIDEST]}…"


class Place(Struct, frozen=True):
    """Where a command is written, and what holds there."""

    path: str
    folder: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    lost: str = ""
    trail: tuple[Hop, ...] = ()
    arguments: tuple[str, ...] = ()
    """`$1` and so on, where they are known."""
    images: dict[str, str] = field(default_factory=dict[str, str])
    """Images that were built before, with their Dockerfiles; filled while commands are followed."""
    written: dict[str, tuple[str, int, str]] = field(default_factory=dict[str, tuple[str, int, str]])
    """Scripts that were written before, by name: (text, line, path); the last text under the empty name."""
    left: list[int] = field(default_factory=lambda: [MAX_RUNS])
    """How many more commands may be followed."""
