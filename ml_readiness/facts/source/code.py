"""What the project's Python code does: every file and notebook, with calls resolved across the project."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.documents import Document, Documents
from ml_readiness.facts.source.modules import Modules
from ml_readiness.facts.source.names import Names
from ml_readiness.facts.source.units import Unit, outer_names
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.flow import FlowFile, FlowNotebook
from ml_readiness.parsers.notebook import Notebook
from ml_readiness.parsers.python import PythonFile
from ml_readiness.parsers.secrets import NotebookSecrets, Secrets
from ml_readiness.parsers.setup_py import SetupPy
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ml_readiness.parsers.python import Call

FOLLOWED = ((PythonFile, FlowFile, Secrets), (Notebook, FlowNotebook, NotebookSecrets))
"""Documents that every audit makes of code in which values are followed; the first two are made from the same tree."""
TESTING = ((PythonFile, Secrets), (Notebook, NotebookSecrets))
"""Those of tests, in which none are."""


class Site(Struct, frozen=True, eq=False, gc=False):
    """A call at its place, under the name it has when the project's own functions are seen through."""

    unit: Unit
    call: Call
    name: str

    @property
    def location(self) -> Location:
        """Where the call is."""
        return self.unit.location(self.call.line, self.call.column)


class Code(Names, frozen=True, dict=True):
    """Every readable unit of the project's own code, with the ways between them."""

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
            if site.name[:1] == ":":
                callers[site.name].append(site)
        return tuple(self._with_parameter_typed(site, callers) if site.name[0:1] == "?" else site for site in seen)

    def _with_parameter_typed(self, site: Site, callers: Mapping[str, list[Site]]) -> Site:
        """A call on something unknown; where that is a parameter, named after what the callers of the function pass."""
        first, _, rest = site.name[1:].partition(".")
        function = site.unit.functions.get(site.call.scope)
        if not rest or function is None:
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
        return self._at(self._by_own_method, holds)

    def calls_where(self, holds: Callable[[str], object]) -> Iterator[Site]:
        """Calls for whose whole name something holds, in the order of the code; it is asked once about each name."""
        return self._at(self._by_whole_name, holds)

    def _at(self, places: Mapping[str, list[int]], holds: Callable[[str], object]) -> Iterator[Site]:
        found = [at for name, at in places.items() if holds(name)]
        return (self.sites[place] for place in sorted(chain.from_iterable(found)))

    @cached_property
    def _by_own_method(self) -> Mapping[str, list[int]]:
        """The positions of calls among all, by the last part of the name that they have in their file."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, site in enumerate(self.sites):
            found[site.call.method].append(place)
        return found

    @cached_property
    def _by_whole_name(self) -> Mapping[str, list[int]]:
        """The positions of calls among all, by their name."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, site in enumerate(self.sites):
            found[site.name].append(place)
        return found

    @property
    def scopes(self) -> Iterator[tuple[Unit, str, Sequence[Site]]]:
        """The calls of every module body, class and function, each without what is nested in it."""
        for path, scopes in self._by_scope.items():
            for scope, sites in scopes.items():
                yield self.by_path[path], scope, sites

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
            reached = self.around((unit.path,))
            self._closures[unit.path] = tuple(self.by_path[path] for path in sorted(reached))
        return self._closures[unit.path]

    @cached_property
    def _closures(self) -> dict[str, tuple[Unit, ...]]:
        return {}

    def around(self, paths: Iterable[str]) -> frozenset[str]:
        """The paths of some units and of every unit that they reach by importing."""
        return self._following(paths, self.imported)

    def reaching(self, paths: frozenset[str]) -> frozenset[str]:
        """The paths of some units and of every unit that reaches one of them by importing."""
        if paths not in self._reaching:
            self._reaching[paths] = self._following(paths, self._importing)
        return self._reaching[paths]

    @cached_property
    def _reaching(self) -> dict[frozenset[str], frozenset[str]]:
        return {}

    @cached_property
    def _importing(self) -> Mapping[str, list[str]]:
        """For each file, the units that import it."""
        found: dict[str, list[str]] = defaultdict(list)
        for path, imported in self.imported.items():
            for each in imported:
                found[each].append(path)
        return found

    def _following(self, paths: Iterable[str], ways: Mapping[str, Sequence[str]]) -> frozenset[str]:
        reached = {path for path in paths if path in self.by_path}
        stack = list(reached)
        while stack:
            for path in ways.get(stack.pop(), ()):
                if path not in reached and path in self.by_path:
                    reached.add(path)
                    stack.append(path)
        return frozenset(reached)

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
    for kinds in FOLLOWED:
        yield files.followed(kinds[0]), kinds
    for tested in TESTING:
        yield files.own_of(tested[0]), tested


def meets(name: str, wanted: str) -> bool:
    """Whether a resolved name is what `Code.calls_to` asks for."""
    if name == wanted:
        return True
    if wanted.startswith("."):
        return name.endswith(wanted)
    top, _, rest = wanted.partition(".")
    return bool(rest) and name.startswith(top + ".") and name.endswith("." + rest)
