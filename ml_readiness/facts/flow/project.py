"""The whole project followed: which values reach which models, file by file in the order of imports."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.documents import PARSE_ERRORS, Documents
from ml_readiness.facts.flow.homes import Homes
from ml_readiness.facts.flow.machine import Machine, Unit
from ml_readiness.facts.flow.roots import Roots, leading_to
from ml_readiness.facts.flow.running import Running
from ml_readiness.facts.flow.settings import configuration
from ml_readiness.facts.flow.shelf import Shelf
from ml_readiness.facts.flow.values import NOTHING, Const, Value
from ml_readiness.facts.flow.verdicts import Pair, pairs
from ml_readiness.facts.source.modules import Modules
from ml_readiness.facts.tree.files import Files, is_example
from ml_readiness.parsers.flow import FlowFile, FlowNotebook
from ml_readiness.parsers.notebook import Notebook
from ml_readiness.report import Location, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ml_readiness.facts.flow.events import Place


class Flow(Struct, frozen=True, dict=True):
    """What was learned, trained, asked, split, saved and loaded, with the rows that each of these saw."""

    machine: Machine
    files: Files
    cut_short: tuple[str, ...]
    """Files whose budget was used up, or that could not be followed to the end."""
    homes: Homes
    """Where each script is at home, in a repository of many projects."""

    @classmethod
    def gather(cls, documents: Documents, files: Files, modules: Modules, running: Running) -> Self:
        """Follows every file of the project that is not a test, and the functions nothing calls.

        Twice, if something was loaded before the script that saves it was followed.
        """
        found = _Following(_units(documents, files), files, modules, running)
        found.follow()
        if found.machine.shelf.appeared():
            again = _Following(_units(documents, files), files, modules, running)
            again.continue_from(found.machine)
            again.follow()
            found = again
        return cls(found.machine, files, tuple(dict.fromkeys(found.cut_short)), found.homes)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every evaluation of a model whose training was seen, in document order of the evaluations."""
        return tuple(pairs(self.machine.events))

    def at(self, place: Place) -> Location:
        """A place as a reader can open it."""
        notebook = self._notebook(place.path)
        if notebook is None:
            return Location(path=place.path, line=place.line or None)
        cell, line = notebook.place(place.line)
        return Location(path=place.path, line=line, cell=cell or None)

    def code(self, place: Place) -> str:
        """The line of source at a place."""
        notebook = self._notebook(place.path)
        if notebook is None:
            return self.files.line(place.path, place.line).strip()
        index, line = notebook.place(place.line)
        cell = next((cell for cell in notebook.cells if cell.index == index), None)
        return cell.source[line - 1].strip() if cell is not None and 0 < line <= len(cell.source) else ""

    def step(self, message: str, place: Place) -> Step:
        """One stop on the way of a value."""
        at = self.at(place)
        return Step(message=message, path=at.path, line=at.line, cell=at.cell, code=self.code(place)[:160])

    def _notebook(self, path: str) -> Notebook | None:
        return self.files.documents.find(Notebook, path) if path.endswith(".ipynb") else None


def _units(documents: Documents, files: Files) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for kind in (FlowFile, FlowNotebook):
        for path, document in documents.all(kind, files.followed(kind)):
            if document.bodies:
                found[path] = Unit(path, document, pool(document))
    return found


def pool(file: FlowFile) -> list[Value | str]:
    """The names and constants of a file; names stay text."""
    found: list[Value | str] = []
    for kind, text in file.pool:
        if kind == "var":
            found.append(text)
        elif kind == "other":
            found.append(NOTHING)
        else:
            found.append(Const(CONSTANTS[kind](text)))
    return found


def _truth(text: str) -> bool:
    return text == "True"


def _none(text: str) -> None:
    return None


CONSTANTS: Mapping[str, Callable[[str], object]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": _truth,
    "none": _none,
}


class _Following:
    """Follows units one after the other, each with a budget of its own."""

    def __init__(self, units: Mapping[str, Unit], files: Files, modules: Modules, running: Running) -> None:
        self.units = units
        self.modules = modules
        self.running = running
        self.homes = Homes(files)
        self.known: dict[tuple[str, str], Unit | None] = {}
        self.machine = Machine(self._find, 0, words=running.words, configuration=partial(configuration, files))
        self.cut_short: list[str] = []

    def follow(self) -> None:
        """Modules first, then what no module has called."""
        first = {path: position for position, path in enumerate(self.running.order)}
        ordered = sorted(
            self.units.values(), key=lambda unit: (is_example(unit.path), first.get(unit.path, len(first)), unit.path)
        )
        for unit in ordered:
            self._guarded(unit, partial(self.machine.module, unit))
        called = frozenset(name for unit in ordered for body in unit.file.bodies for name in body.calls)
        telling = self.machine.knowledge.sets["telling"]
        leading = leading_to(telling, ordered)
        for unit in ordered:
            self._guarded(unit, partial(Roots(self.machine, unit, leading).follow, called))
        for unit in ordered:
            self._guarded(unit, Roots(self.machine, unit, telling).follow)

    def continue_from(self, before: Machine) -> None:
        """Takes over what an earlier walk found to be saved, and what it calls its rows."""
        self.machine.universe = before.universe
        self.machine.shelf = Shelf(dict(before.shelf.values))

    def _guarded(self, unit: Unit, follow: Callable[[], object]) -> None:
        machine = self.machine
        machine.script = unit.path
        machine.events.trail = [f":{unit.path}:"]
        machine.events.home = machine.shelf.home = self.homes.of(unit.path)
        machine.budget = 0
        machine.allow(unit)
        try:
            follow()
        except PARSE_ERRORS:
            self.cut_short.append(unit.path)
            machine.depth = 0
        if machine.exhausted or unit.file.truncated:
            self.cut_short.append(unit.path)

    def _find(self, module: str, importer: str) -> Unit | None:
        key = (module, importer)
        if key not in self.known:
            path = self.modules.find(module, importer) if self._is_own(module, importer) else None
            self.known[key] = self.units.get(path) if path is not None else None
        return self.known[key]

    def _is_own(self, module: str, importer: str) -> bool:
        return module.startswith(".") or self.modules.is_own(module, importer)
