"""What names of the project's code stand for, through its imports, functions and classes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.facts.source.modules import Modules
from ml_readiness.facts.source.units import Definition, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Import

MAX_HOPS = 4
ITSELF = frozenset({"fn", "func", "__wrapped__", "submit", "delay", "apply_async", "remote", "entrypoint", "py_func"})
"""Attributes by which decorators of task runners hand out the function they wrap."""
LONGEST = 10
"""Dots of a name that is still looked into."""


class Names(Struct, frozen=True, dict=True):
    """The units of the project and the ways between them by name."""

    units: tuple[Unit, ...]
    modules: Modules

    @cached_property
    def by_path(self) -> Mapping[str, Unit]:
        """Units by path."""
        return {unit.path: unit for unit in self.units}

    def define(self, unit: Unit, name: str) -> Definition | None:
        """The project's own definition that a resolved name of a unit stands for; re-exports are followed."""
        return self._trace(unit, name)[0]

    def _trace(self, unit: Unit, name: str) -> tuple[Definition | None, str]:
        """What a name stands for when re-exports are followed: a definition of the project's, or a library's name."""
        for _ in range(MAX_HOPS):
            if name.startswith(":"):
                return Definition(unit, name[1:]), name
            found = self._module_prefix(unit, name)
            if found is None:
                return None, name
            asking, (unit, rest) = unit, found
            if not rest or rest.partition(".")[0] in unit.functions or rest.partition(".")[0] in unit.classes:
                return Definition(unit, rest), name
            first, _, more = rest.partition(".")
            imported = unit.imported_as.get(first) or self._star_import(unit, first)
            if imported is None and (beside := self._star_import(asking, first)) is not None:
                unit, imported = asking, beside
            if imported is None:
                return Definition(unit, rest), name
            if imported.name == "*":
                unit, name = self.by_path[self.modules.candidates(imported.module, unit.path)[0]], f":{rest}"
                continue
            joint = "" if imported.module.endswith(".") else "."
            name = ".".join(filter(None, [f"{imported.module}{joint}{imported.name}".rstrip("."), more]))
        return None, name

    def _star_import(self, unit: Unit, name: str) -> Import | None:
        """The `from module import *` of a unit that brings a name in."""
        for each in unit.python.imports:
            path = self.modules.find(each.module, unit.path) if each.name == "*" else None
            if path is not None and path in self.by_path and self.by_path[path].defines(name):
                return each
        return None

    def _module_prefix(self, unit: Unit, name: str) -> tuple[Unit, str] | None:
        """The longest beginning of a dotted name that is a module of the project, and what is left."""
        if name.startswith("?") or "." not in name.lstrip("."):
            path = self.modules.find(name, unit.path) if name and not name.startswith("?") else None
            if path is not None and path in self.by_path:
                return self.by_path[path], ""
            if not name.startswith("."):
                return None
        dots = len(name) - len(name.lstrip("."))
        if not dots and name.partition(".")[0] not in self._tops:
            return None
        for module, rest in _beginnings(name, dots):
            if not dots and module not in self.modules.by_name:
                continue
            paths = self.modules.candidates(module, unit.path)
            units = [self.by_path[path] for path in paths if path in self.by_path]
            if units and rest:
                first = rest.partition(".")[0]
                named = [self.by_path[p] for p in self.modules.by_name.get(module[dots:], ()) if p in self.by_path]
                return next((u for u in (*units, *named) if u.defines(first)), units[0]), rest
            if units:
                return units[0], ""
        return None

    @cached_property
    def _tops(self) -> frozenset[str]:
        """What the name of a module of the project may start with."""
        return self.modules.folders.union(self.modules.by_name)

    @cached_property
    def _canonical(self) -> dict[tuple[str, str], str]:
        return {}

    def canonical(self, unit: Unit, name: str) -> str:
        """A resolved name with the project's own functions seen through: what `load().predict` is, if `load` returns
        what `joblib.load` gives, is `joblib.load.predict`. The project's own things are `:path:name`.
        """
        if name[:1] == "?" or (name[:1] not in ":." and name.partition(".")[0] not in self._tops):
            return name
        key = (unit.path, name)
        if key not in self._canonical:
            self._canonical[key] = name  # a circle of definitions ends here
            self._canonical[key] = self._see_through(unit, name) if name.count(".") < LONGEST else name
        return self._canonical[key]

    def _see_through(self, unit: Unit, name: str) -> str:
        definition, name = self._trace(unit, name)
        if definition is None:
            return name
        unit, parts = definition.unit, definition.name.split(".")
        for end in range(len(parts), 0, -1):
            head, rest = ".".join(parts[:end]), parts[end:]
            if head in unit.functions and rest and rest[0] in ITSELF:
                return f":{unit.path}:{head}"
            if head in unit.functions and rest:
                return self._through(unit, unit.functions[head].returns, rest) or f":{unit.path}:{definition.name}"
            if head in unit.classes and rest and ".".join([head, rest[0]]) not in unit.functions:
                return self._through_class(unit, head, rest) or f":{unit.path}:{definition.name}"
        if parts[0] in unit.values and parts[0] not in unit.functions:
            value = unit.values[parts[0]]
            return self._through(unit, (value,), parts[1:]) or f":{unit.path}:{definition.name}"
        return f":{unit.path}:{definition.name}"

    def _through(self, unit: Unit, values: tuple[Expr, ...], rest: list[str]) -> str:
        named = next((v for v in values if v.kind in {"call", "name"} and v.text and not v.text.startswith("?")), None)
        return self.canonical(unit, ".".join([named.text, *rest])) if named is not None else ""

    def _through_class(self, unit: Unit, name: str, rest: list[str]) -> str:
        made = unit.attribute(name, rest[0])
        if made is not None:
            return self.canonical(unit, ".".join([made, *rest[1:]]))
        for base in unit.classes[name].bases:
            if not base.startswith("?"):
                return self.canonical(unit, ".".join([base, *rest]))
        return ""


def _beginnings(name: str, dots: int) -> Iterator[tuple[str, str]]:
    """The beginnings of a dotted name, the longest first, each with what follows; one with dots in front keeps them."""
    rest = ""
    while len(name) > dots:
        yield name, rest
        before, _, last = name.rpartition(".")
        rest = f"{last}.{rest}" if rest else last
        name = before if len(before) >= dots else name[:dots]
    if dots:
        yield name, rest
