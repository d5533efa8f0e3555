"""What was saved where, so that a later load finds it: in another script, another stage, or a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from ml_readiness import regex as re

if TYPE_CHECKING:
    from ml_readiness.facts.flow.values import Value

REGISTRY = re.compile(r"^models:/+([^/@]+)")
UP = re.compile(r"^(?:\.{1,2}/|/)+")


class Shelf(Struct, eq=False):
    """Values by the path or the registered name under which they were saved."""

    values: dict[str, Value] = field(default_factory=dict[str, "Value"])
    missed: set[str] = field(default_factory=set[str])
    """What was asked for and not there yet."""

    def put(self, path: str, value: Value) -> None:
        """Keeps a value; a later one under the same path replaces it."""
        if name := key(path):
            self.values[name] = value

    def get(self, path: str) -> Value | None:
        """What was saved under a path; a `*` in either stands for anything, if only one thing then fits."""
        wanted = key(path)
        if not wanted:
            return None
        found = self.values.get(wanted)
        if found is None and "/" in wanted:
            found = self._alike(wanted)
        if found is None:
            self.missed.add(wanted)
        return found

    def appeared(self) -> bool:
        """Whether something was saved only after it had been asked for."""
        return any(self._has(wanted) for wanted in self.missed)

    def _has(self, wanted: str) -> bool:
        return wanted in self.values or ("/" in wanted and self._alike(wanted) is not None)

    def _alike(self, wanted: str) -> Value | None:
        fits = [value for name, value in self.values.items() if meets(name, wanted)]
        return fits[0] if len(fits) == 1 else None


def key(path: str) -> str:
    """A path as it is compared: without leading dots, a registered model by its name; empty if nothing is known."""
    registered = REGISTRY.match(path)
    if registered is not None:
        return f"models:/{registered[1]}"
    known = UP.sub("", path.replace("\\", "/"))
    return known if known.strip("*/") else ""


def same_place(one: str, other: str) -> bool:
    """Whether two paths or registered names are known to mean one place, or may and end alike."""
    first, second = key(one), key(other)
    return bool(first) and (first == second or meets(first, second))


def meets(one: str, other: str) -> bool:
    """Whether two paths with unknown folders end alike: at least in the file's name and one more part."""
    if "*" not in one and "*" not in other:
        return False
    first, second = one.split("/")[::-1], other.split("/")[::-1]
    if first[0] != second[0] or "*" in first[0]:
        return False
    return all(a == b or "*" in a or "*" in b for a, b in zip(first, second, strict=False))
