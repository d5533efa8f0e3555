"""What the project's Python code does: every file and notebook, with calls resolved across the project."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.documents import Document, Documents
from ml_readiness.facts.source.modules import Modules
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.flow import FlowFile, FlowNotebook
from ml_readiness.parsers.notebook import Notebook
from ml_readiness.parsers.python import PythonFile
from ml_readiness.parsers.setup_py import SetupPy
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Call, Class, Condition, Function, Import

FROM_ONE_TREE = ((PythonFile, FlowFile), (Notebook, FlowNotebook))
"""Documents that are made from the same tree, so that it is made once."""
MAX_HOPS = 4
ITSELF = frozenset({"fn", "func", "__wrapped__", "submit", "delay", "apply_async", "remote", "entrypoint", "py_func"})
"""Attributes by which decorators of task runners hand out the function they wrap."""
LONGEST = 10
"""Dots of a name that is still looked into."""


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


class Site(Struct, frozen=True, eq=False):
    """A call at its place, under the name it has when the project's own functions are seen through."""

    unit: Unit
    call: Call
    name: str

    @property
    def location(self) -> Location:
        """Where the call is."""
        return self.unit.location(self.call.line, self.call.column)


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


class Code(Struct, frozen=True, dict=True):
    """Every readable unit of the project's own code, with the ways between them."""

    units: tuple[Unit, ...]
    modules: Modules

    @classmethod
    def gather(cls, documents: Documents, files: Files, modules: Modules) -> Self:
        """From the project's own Python files and Python notebooks."""
        _read(documents, files)
        scripts = [
            Unit(path, doc, is_example=files.is_example(path))
            for path, doc in documents.all(PythonFile, files.own_of(PythonFile))
        ]
        notebooks = [
            Unit(path, doc.code, doc, is_example=files.is_example(path))
            for path, doc in documents.all(Notebook, files.own_of(Notebook))
            if doc.language == "python"
        ]
        return cls(tuple(sorted(scripts + notebooks, key=lambda unit: unit.path)), modules)

    @cached_property
    def by_path(self) -> Mapping[str, Unit]:
        """Units by path."""
        return {unit.path: unit for unit in self.units}

    @cached_property
    def production(self) -> tuple[Unit, ...]:
        """Units that could run in production."""
        return tuple(unit for unit in self.units if unit.is_production)

    @cached_property
    def tests(self) -> tuple[Unit, ...]:
        """Units that are tests by name."""
        return tuple(unit for unit in self.units if unit.is_test)

    @cached_property
    def notebooks(self) -> tuple[Unit, ...]:
        """Units that are notebooks and not tests."""
        return tuple(unit for unit in self.units if unit.is_notebook and not unit.is_test)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every call."""
        seen = [Site(unit, call, self.canonical(unit, call.name)) for unit in self.units for call in unit.python.calls]
        callers: dict[str, list[Site]] = defaultdict(list)
        for site in seen:
            if site.name.startswith(":"):
                callers[site.name].append(site)
        return tuple(self._with_parameter_typed(site, callers) for site in seen)

    def _with_parameter_typed(self, site: Site, callers: Mapping[str, list[Site]]) -> Site:
        """A call on a parameter, named after what the callers of the function pass for it."""
        first, _, rest = site.name[1:].partition(".")
        function = site.unit.functions.get(site.call.scope)
        if not site.name.startswith("?") or not rest or function is None:
            return site
        names = [p.name for p in function.parameters]
        if first not in names:
            return site
        position = names.index(first) - bool(function.in_class)
        for caller in callers.get(f":{site.unit.path}:{function.name}", ()):
            passed = caller.call.argument(position, first)
            if passed is not None and passed.kind in {"name", "call"} and not passed.text.startswith("?"):
                origin = self.canonical(caller.unit, passed.text)
                return Site(site.unit, site.call, f"{origin}.{rest}")
        return site

    @cached_property
    def by_method(self) -> Mapping[str, tuple[Site, ...]]:
        """Calls by the last part of their canonical name."""
        found: dict[str, list[Site]] = defaultdict(list)
        for site in self.sites:
            found[site.name.rpartition(".")[2].lstrip(":?")].append(site)
        return {name: tuple(sites) for name, sites in found.items()}

    def calls_to(self, *names: str) -> Iterator[Site]:
        """Calls to one of these: a dotted name is met exactly or, where it ends alike, through its package
        (`sklearn.train_test_split` meets `sklearn.model_selection.train_test_split`); a name that starts with a dot is
        a method of anything; a bare name is a builtin or an unresolved function.
        """
        for name in names:
            yield from (site for site in self.by_method.get(name.rpartition(".")[2], ()) if meets(site.name, name))

    def calls_named(self, holds: Callable[[str], object]) -> Iterator[Site]:
        """Calls for the last part of whose name in their file something holds, in the order of the code."""
        found = [places for method, places in self._by_own_method.items() if holds(method)]
        return (self.sites[place] for place in sorted(chain.from_iterable(found)))

    @cached_property
    def _by_own_method(self) -> Mapping[str, list[int]]:
        """The positions of calls among all, by the last part of the name that they have in their file."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, site in enumerate(self.sites):
            found[site.call.method].append(place)
        return found

    def calls_in(self, unit: Unit, scope: str | None = None) -> Iterator[Site]:
        """The calls of one unit, or of one of its functions with what is nested in it."""
        if scope is None:
            return chain.from_iterable(self._by_scope.get(unit.path, {}).values())
        return chain.from_iterable(self._inside.get((unit.path, scope), ()))

    @cached_property
    def _inside(self) -> Mapping[tuple[str, str], list[list[Site]]]:
        """For each scope of each unit, the calls of every scope within it."""
        found: dict[tuple[str, str], list[list[Site]]] = defaultdict(list)
        for path, scopes in self._by_scope.items():
            for scope, sites in scopes.items():
                for outer in (scope, *outer_names(scope)):
                    found[path, outer].append(sites)
        return found

    @cached_property
    def _by_scope(self) -> Mapping[str, Mapping[str, list[Site]]]:
        found: dict[str, dict[str, list[Site]]] = defaultdict(lambda: defaultdict(list))
        for site in self.sites:
            found[site.unit.path][site.call.scope].append(site)
        return found

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
            return (self.by_path[path], "") if path is not None and path in self.by_path else None
        dots = len(name) - len(name.lstrip("."))
        parts = name[dots:].split(".")
        if not dots and parts[0] not in self.modules.by_name and parts[0] not in self.modules.folders:
            return None
        for end in range(len(parts), 0 if not dots else -1, -1):
            if not dots and ".".join(parts[:end]) not in self.modules.by_name:
                continue
            paths = self.modules.candidates("." * dots + ".".join(parts[:end]), unit.path)
            units = [self.by_path[path] for path in paths if path in self.by_path]
            rest = parts[end:]
            if units and rest:
                named = [
                    self.by_path[p] for p in self.modules.by_name.get(".".join(parts[:end]), ()) if p in self.by_path
                ]
                return next((u for u in (*units, *named) if u.defines(rest[0])), units[0]), ".".join(rest)
            if units:
                return units[0], ""
        return None

    @cached_property
    def _canonical(self) -> dict[tuple[str, str], str]:
        return {}

    def canonical(self, unit: Unit, name: str) -> str:
        """A resolved name with the project's own functions seen through: what `load().predict` is, if `load` returns
        what `joblib.load` gives, is `joblib.load.predict`. The project's own things are `:path:name`.
        """
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

    @cached_property
    def imported(self) -> Mapping[str, tuple[str, ...]]:
        """For each unit, the project's own files that it imports."""
        return {unit.path: tuple(sorted(self._imports_of(unit))) for unit in self.units}

    def _imports_of(self, unit: Unit) -> set[str]:
        found: set[str] = set()
        for each in unit.python.imports:
            joint = "" if each.module.endswith(".") else "."
            names = [each.module] if each.name in {"", "*"} else [f"{each.module}{joint}{each.name}", each.module]
            for name in names:
                path = self.modules.find(name, unit.path)
                if path is not None and path != unit.path:
                    found.add(path)
        return found

    def closure(self, unit: Unit) -> tuple[Unit, ...]:
        """The unit and every unit of the project that it reaches by importing, sorted by path."""
        if unit.path not in self._closures:
            reached, stack = {unit.path}, [unit.path]
            while stack:
                for path in self.imported.get(stack.pop(), ()):
                    if path not in reached and path in self.by_path:
                        reached.add(path)
                        stack.append(path)
            self._closures[unit.path] = tuple(self.by_path[path] for path in sorted(reached))
        return self._closures[unit.path]

    @cached_property
    def _closures(self) -> dict[str, tuple[Unit, ...]]:
        return {}

    def where(self, holds: Callable[[Unit], bool]) -> tuple[Unit, ...]:
        """The units for which something holds."""
        return tuple(unit for unit in self.units if holds(unit))


def read_ahead(documents: Documents) -> None:
    """Starts on the code that every audit asks for, where somebody else can do it."""
    for paths, kinds in _read_whole(Files.gather(documents)):
        documents.expect(paths, *kinds)


def _read(documents: Documents, files: Files) -> None:
    """Reads the code for everybody who asks for it later."""
    for paths, kinds in _read_whole(files):
        documents.prepare(paths, *kinds)


def _read_whole(files: Files) -> Iterator[tuple[tuple[str, ...], tuple[type[Document], ...]]]:
    yield files.own_of(SetupPy), (PythonFile, SetupPy)
    for kinds in FROM_ONE_TREE:
        yield files.followed(kinds[0]), kinds


def outer_names(name: str) -> Iterator[str]:
    """What is around a dotted name: `a.b` and `a` for `a.b.c`."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def meets(name: str, wanted: str) -> bool:
    """Whether a resolved name is what `Code.calls_to` asks for."""
    if name == wanted:
        return True
    if wanted.startswith("."):
        return name.endswith(wanted)
    top, _, rest = wanted.partition(".")
    return bool(rest) and name.startswith(top + ".") and name.endswith("." + rest)
