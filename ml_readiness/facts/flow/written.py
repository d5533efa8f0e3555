"""What the sides of a branch write into objects: neither side sees the other's, and what comes after sees both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from ml_readiness.facts.flow.joining import join
from ml_readiness.facts.flow.values import NOTHING, Obj, Value

if TYPE_CHECKING:
    from ml_readiness.facts.flow.rows import Universe

Place = tuple[int, str]
"""An object and the name of an attribute."""


class Side(Struct, eq=False):
    """One side: the attributes that it has written, with their values before."""

    before: dict[Place, Value | None] = field(default_factory=dict[Place, "Value | None"])
    objects: dict[Place, Obj] = field(default_factory=dict[Place, Obj])

    def write(self, target: Obj, name: str, value: Value) -> None:
        """Sets an attribute, and remembers what it was."""
        place = (id(target), name)
        if place not in self.objects:
            self.objects[place], self.before[place] = target, target.attributes.get(name)
        target.attributes[name] = value

    def include(self, inner: Side) -> None:
        """What a branch on this side has written."""
        self.before = {**inner.before, **self.before}
        self.objects = {**inner.objects, **self.objects}

    def undo(self) -> dict[Place, Value]:
        """Takes everything back; what had been written."""
        written = {place: target.attributes.get(place[1], NOTHING) for place, target in self.objects.items()}
        for place, value in self.before.items():
            _set(self.objects[place], place[1], value)
        return written


class Sides(Struct, eq=False):
    """Both sides of a branch."""

    now: Side = field(default_factory=Side)
    then: Side | None = None
    written: dict[Place, Value] = field(default_factory=dict[Place, Value])
    """By the side before `else`."""

    def turn(self) -> None:
        """The other side begins."""
        self.then, self.written, self.now = self.now, self.now.undo(), Side()

    def merge(self, universe: Universe, *, then_left: bool, left: bool) -> Side:
        """What is written after both sides; everything that was, with the values before."""
        then = self.then if self.then is not None else self.now
        written, other = (self.written, self.now.undo()) if self.then is not None else (self.now.undo(), {})
        if self.then is None:
            then_left, left = left, False
        both = Side({**self.now.before, **then.before}, {**self.now.objects, **then.objects})
        for place, target in both.objects.items():
            before = both.before[place]
            ways = [way.get(place, before) for way, gone in ((written, then_left), (other, left)) if not gone]
            known = [way for way in ways if way is not None]
            if known:
                target.attributes[place[1]] = join(known[0], known[-1], universe)
        return both


def _set(target: Obj, name: str, value: Value | None) -> None:
    if value is None:
        target.attributes.pop(name, None)
    else:
        target.attributes[name] = value
