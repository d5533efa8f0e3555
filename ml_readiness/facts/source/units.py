"""The project's Python code file by file: what is in one, whether module or notebook."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.facts.tree.files import is_test
from ml_readiness.parsers.notebook import Notebook
from ml_readiness.parsers.python import PythonFile
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Class, Condition, Function, Import


class Unit(Struct, frozen=True, eq=False, dict=True):
    """A Python file, or the code cells of one notebook."""

    path: str
    python: PythonFile
    notebook: Notebook | None = None
    is_example: bool = False
    """Whether it is an example or documentation."""

    @cached_property
    def is_test(self) -> bool:
        """Whether it is a test by its name."""
        return is_test(self.path)

    @property
    def is_notebook(self) -> bool:
        """Whether it is a notebook."""
        return self.notebook is not None

    @cached_property
    def is_production(self) -> bool:
        """Whether it could run in production: not a test, not an example, not a notebook."""
        return not (self.is_test or self.is_example or self.is_notebook)

    def location(self, line: int, column: int | None = None) -> Location:
        """Where a line of the code is; in a notebook, the cell and the line within it."""
        if self.notebook is None:
            return Location(path=self.path, line=line or None, column=column)
        cell, within = self.notebook.place(line)
        return Location(path=self.path, cell=cell, line=within, column=column)

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """By qualified name."""
        return {function.name: function for function in self.python.functions}

    @cached_property
    def classes(self) -> Mapping[str, Class]:
        """By qualified name."""
        return {each.name: each for each in self.python.classes}

    @cached_property
    def values(self) -> Mapping[str, Expr]:
        """Module-level and class-level names that are bound once, and their values."""
        found: dict[str, Expr] = {}
        twice: set[str] = set()
        for assign in self.python.assigns:
            if not assign.scope or assign.scope in self.classes:
                if assign.target in found:
                    twice.add(assign.target)
                found.setdefault(assign.target, assign.value)
        return {name: value for name, value in found.items() if name not in twice}

    @cached_property
    def first_bound(self) -> Mapping[tuple[str, str], Expr]:
        """What each name is first bound to, by the scope and the name."""
        return {(assign.scope, assign.target): assign.value for assign in reversed(self.python.assigns)}

    def defines(self, name: str) -> bool:
        """Whether a bare name is defined at the top level of the file."""
        return name in self.functions or name in self.classes or name in self.values

    def imports_any(self, *tops: str) -> bool:
        """Whether the file imports one of these packages, given by their dotted beginnings."""
        return not self._imported.isdisjoint(tops)

    @cached_property
    def _imported(self) -> frozenset[str]:
        """What is imported, with every package around it."""
        modules = {each.module for each in self.python.imports}
        around = {outer for module in modules for outer in outer_names(module)}
        return frozenset(around.union(modules, (f"{each.module}.{each.name}" for each in self.python.imports)))

    @cached_property
    def imported_as(self) -> Mapping[str, Import]:
        """The first import of each name."""
        return {each.alias: each for each in reversed(self.python.imports)}

    @cached_property
    def guarded_as(self) -> Mapping[str, Import]:
        """The first import of each name that may fail."""
        return {each.alias: each for each in reversed(self.python.imports) if each.guarded and each.name}

    def conditions_in(self, scope: str) -> Sequence[Condition]:
        """The conditions in a function, and in what is nested in it."""
        return self._conditions.get(scope, ())

    @cached_property
    def _conditions(self) -> Mapping[str, list[Condition]]:
        found: dict[str, list[Condition]] = defaultdict(list)
        for condition in self.python.conditions:
            for scope in (condition.scope, *outer_names(condition.scope)):
                found[scope].append(condition)
        return found

    def attribute(self, owner: str, name: str) -> str | None:
        """The first call whose result the methods of a class bind to an attribute of `self`."""
        return self._attributes.get((owner, f"self.{name}"))

    @cached_property
    def _attributes(self) -> Mapping[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for assign in self.python.assigns:
            if assign.value.kind == "call" and assign.target.startswith("self."):
                for scope in outer_names(assign.scope):
                    found.setdefault((scope, assign.target), assign.value.text)
        return found


class Definition(Struct, frozen=True):
    """A function or class of the project."""

    unit: Unit
    name: str
    """Qualified within the unit; empty for the module itself."""

    @property
    def function(self) -> Function | None:
        """The function, or the constructor of the class."""
        return self.unit.functions.get(self.name) or self.unit.functions.get(f"{self.name}.__init__")

    @property
    def as_class(self) -> Class | None:
        """The class, if it is one."""
        return self.unit.classes.get(self.name)


def outer_names(name: str) -> Iterator[str]:
    """What is around a dotted name: `a.b` and `a` for `a.b.c`."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name
