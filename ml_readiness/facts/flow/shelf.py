"""What was saved where, so that a later load finds it: in another script, another stage, or a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from ml_readiness import regex as re

if TYPE_CHECKING:
    from ml_readiness.facts.flow.events import Stored
    from ml_readiness.facts.flow.values import Value

REGISTRY = re.compile(r"^models:/+([^/@]+)")
REGISTERED = "models:/"
UP = re.compile(r"^(?:\.{1,2}/|/)+")


Place = tuple[str, str]
"""A home and a path, or a registered name, which is the same everywhere."""


class Shelf(Struct, eq=False):
    """Values by the path or the registered name under which they were saved."""

    values: dict[Place, Value] = field(default_factory=dict[Place, "Value"])
    missed: set[Place] = field(default_factory=set[Place])
    """What was asked for and not there yet."""
    home: str = ""
    """The folder in which the script that saves or loads is at home."""

    def put(self, path: str, value: Value) -> None:
        """Keeps a value; a later one under the same path replaces it."""
        if name := key(path):
            self.values[self._place(name)] = value

    def get(self, path: str) -> Value | None:
        """What was saved under a path; a `*` in either stands for anything, if only one thing then fits."""
        name = key(path)
        if not name:
            return None
        wanted = self._place(name)
        found = self.values.get(wanted)
        if found is None and "/" in name:
            found = self._alike(wanted)
        if found is None:
            self.missed.add(wanted)
        return found

    def appeared(self) -> bool:
        """Whether something was saved only after it had been asked for."""
        return any(wanted in self.values or self._alike(wanted) is not None for wanted in self.missed)

    def _place(self, name: str) -> Place:
        return ("" if name.startswith(REGISTERED) else self.home), name

    def _alike(self, wanted: Place) -> Value | None:
        home, name = wanted
        fits = [value for (other, known), value in self.values.items() if other == home and meets(known, name)]
        return fits[0] if len(fits) == 1 and "/" in name else None


def key(path: str) -> str:
    """A path as it is compared: without leading dots, a registered model by its name; empty if nothing is known."""
    registered = REGISTRY.match(path)
    if registered is not None:
        return f"{REGISTERED}{registered[1]}"
    known = UP.sub("", path.replace("\\", "/"))
    return known if known.strip("*/") else ""


def same_place(one: Stored, other: Stored) -> bool:
    """Whether what was saved and what was loaded are known to be in one place, or may and end alike."""
    first, second = key(one.target), key(other.target)
    if not first or (one.home != other.home and not first.startswith(REGISTERED)):
        return False
    return first == second or meets(first, second)


def meets(one: str, other: str) -> bool:
    """Whether two paths with unknown folders end alike: at least in the file's name and one more part."""
    if "*" not in one and "*" not in other:
        return False
    first, second = one.split("/")[::-1], other.split("/")[::-1]
    if first[0] != second[0] or "*" in first[0]:
        return False
    return all(a == b or "*" in a or "*" in b for a, b in zip(first, second, strict=False))
