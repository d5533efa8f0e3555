"""One place where a tool shows, and how far it got there."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.facts.source.units import Unit
from ml_readiness.report import Location

if TYPE_CHECKING:
    from ml_readiness.facts.knowledge.signs import Signs
    from ml_readiness.parsers.python import Call


class Level(IntEnum):
    """How far a tool got; each step holds the ones before it."""

    DECLARED = 1
    """In a manifest, or its configuration file is here."""
    IMPORTED = 2
    """Imported, and nothing of it called."""
    CALLED = 3
    """Called in a notebook, a test, an example, or in code that nothing runs."""
    WIRED = 4
    """Called by production code that something starts."""


class Use(Struct, frozen=True, eq=False):
    """One place where a tool shows."""

    signs: Signs
    tool: str
    """Its distribution."""
    role: str
    level: Level
    name: str
    """What shows it: a resolved call, an imported module, a file, a distribution."""
    path: str
    line: int | None = None
    unit: Unit | None = None
    scope: str = ""
    call: Call | None = None

    @property
    def title(self) -> str:
        """What people call the tool."""
        return self.signs.title(self.tool, self.role)

    @property
    def location(self) -> Location:
        """Where it shows."""
        if self.unit is not None and self.line is not None:
            return self.unit.location(self.line)
        return Location(path=self.path, line=self.line)

    @property
    def stage(self) -> str:
        """How far it got, as the end of a sentence."""
        return {Level.DECLARED: "declared", Level.IMPORTED: "imported"}.get(self.level, "called")

    @property
    def shown(self) -> str:
        """The tool and what it is seen by, for a message."""
        return f"{self.title} (`{self._telling}`)" if self.call is not None else self.title

    @property
    def _telling(self) -> str:
        """The part of the name by which the tool is known, without what is done with the result."""
        parts = self.name.split(".")
        for end in range(2, len(parts)):
            if any((m.tool, m.role) == (self.tool, self.role) for m in self.signs.of(".".join(parts[:end]))):
                return parts[end] if parts[end - 1].islower() and parts[end][:1].isupper() else parts[end - 1]
        return parts[-1].lstrip("?:")
