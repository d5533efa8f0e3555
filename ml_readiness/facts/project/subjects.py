"""Folders that share no code, each on a subject of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.words import words
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.source.code import Code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.facts.source.units import Unit

MOST_OF_IT = 0.5
"""The share of the files with code that lies in such folders, where they are what the repository is."""
FEWEST = 5
"""Subjects that make a collection without a word about it."""
FEWEST_LEARNING = 4
"""Those of them in which a model is trained, loaded or asked."""
FEWEST_SAID = 3
"""The same where the README says that it teaches or collects."""


class Subjects(Struct, frozen=True, dict=True):
    """Where the repository holds several things."""

    code: Code
    lifecycle: Lifecycle

    @classmethod
    def gather(cls, code: Code, lifecycle: Lifecycle) -> Self:
        """From imports and calls."""
        return cls(code, lifecycle)

    def folders(self, *, said: bool) -> tuple[str, ...]:
        """The folders in which something is learned, if they and their like are most of the repository."""
        for home in ("", *self._shelves):
            apart = self._apart(home)
            learning = tuple(folder for folder in apart if self._learns(apart[folder]))
            fewest = FEWEST_SAID if said else FEWEST_LEARNING
            inside = sum(len(units) for units in apart.values())
            enough = len(apart) >= (FEWEST_SAID if said else FEWEST) and len(learning) >= fewest
            if enough and inside >= MOST_OF_IT * len(self._units):
                return learning
        return ()

    def side_by_side(self, fewest: int, *, learning: bool = True) -> tuple[str, ...]:
        """Notebooks, by default those in which something is learned, if most of the code lies in such of one folder."""
        beside: Mapping[str, list[str]] = defaultdict(list)
        for unit in self._units:
            if unit.is_notebook and (not learning or self._learns([unit])):
                beside[unit.path.rpartition("/")[0]].append(unit.path)
        most = max(beside.values(), key=len, default=list[str]())
        return tuple(most) if len(most) >= fewest and len(most) >= MOST_OF_IT * len(self._units) else ()

    @cached_property
    def _units(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.code.units if not unit.is_test)

    @cached_property
    def _shelves(self) -> tuple[str, ...]:
        """Top folders that hold most of the code."""
        held: Counter[str] = Counter()
        for unit in self._units:
            held[unit.path.partition("/")[0] + "/" if "/" in unit.path else ""] += 1
        return tuple(top for top, count in held.items() if top and count >= MOST_OF_IT * len(self._units))

    def _apart(self, home: str) -> Mapping[str, list[Unit]]:
        """Folders below one that import nothing from outside and are imported by nothing outside."""
        inside: Mapping[str, list[Unit]] = defaultdict(list)
        for unit in self._units:
            rest = unit.path.removeprefix(home)
            if unit.path.startswith(home) and "/" in rest:
                inside[home + rest.partition("/")[0]].append(unit)
        tied = {folder for pair in self._ties(home) for folder in pair}
        return {folder: units for folder, units in inside.items() if folder not in tied and not is_part(folder)}

    def _ties(self, home: str) -> Iterator[tuple[str, str]]:
        for path, targets in self.code.imported.items():
            start = _below(path, home)
            if not self.code.by_path[path].is_test:
                for target in targets:
                    end = _below(target, home)
                    if start != end:
                        yield start, end

    def _learns(self, units: list[Unit]) -> bool:
        return any(unit.path in self._working for unit in units)

    @cached_property
    def _working(self) -> frozenset[str]:
        return self.lifecycle.units("training", "prompting", "loading", "predicting")


def _below(path: str, home: str) -> str:
    """The folder below a home that a path lies in."""
    rest = path.removeprefix(home) if path.startswith(home) else ""
    return home + rest.partition("/")[0] if "/" in rest else ""


def is_part(folder: str, *, numbered: bool = False) -> bool:
    """Whether a folder is called like a part of one system; a number makes it a lesson, unless parts are numbered."""
    name = folder.rpartition("/")[2].lower()
    if not numbered and re.search(words().ordinal, name, re.IGNORECASE):
        return False
    part = re.compile(words().components)
    tokens = [token for token in re.split(r"[^a-z0-9]+", name) if token and not token.isdigit()]
    return all(part.match(token) for token in tokens)
