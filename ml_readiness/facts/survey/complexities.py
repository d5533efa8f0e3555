"""How complex the functions are on which the model depends."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.documents import Documents
from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.modelling.preparation import Preparation
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.mainstream import BESIDE
from ml_readiness.parsers.complexity import Complexity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.facts.source.units import Unit
    from ml_readiness.report import Location


class Complex(Struct, frozen=True):
    """One function with its cyclomatic complexity."""

    name: str
    complexity: int
    location: Location


class Complexities(Struct, frozen=True, dict=True):
    """radon's measure, for the functions that train, prepare data or answer requests, and for no others."""

    documents: Documents
    model: ModelCode
    preparation: Preparation
    serving: Serving

    @classmethod
    def gather(cls, documents: Documents, model: ModelCode, preparation: Preparation, serving: Serving) -> Self:
        """Functions are measured when somebody asks."""
        return cls(documents, model, preparation, serving)

    @cached_property
    def of_importance(self) -> tuple[Complex, ...]:
        """The functions that matter in production, the most complex first."""
        wanted: dict[Unit, set[str]] = defaultdict(set)
        for unit, name in self._names():
            wanted[unit].add(name)
        measured = [
            Complex(function.name, complexity.by_line[function.line], unit.location(function.line))
            for unit, complexity in self._complexities(wanted)
            for function in unit.python.functions
            if function.name in wanted[unit] and function.line in complexity.by_line
        ]
        return tuple(sorted(measured, key=lambda each: -each.complexity))

    def _complexities(self, units: Iterable[Unit]) -> Iterator[tuple[Unit, Complexity]]:
        by_path = {unit.path: unit for unit in units if not unit.is_notebook}
        for path, complexity in self.documents.all(Complexity, sorted(by_path)):
            yield by_path[path], complexity

    def _names(self) -> Iterator[tuple[Unit, str]]:
        for site in self.model.trained_in_production:
            yield site.unit, site.call.scope
        for prepares in self.preparation.functions:
            if not BESIDE.search(prepares.unit.path):
                yield prepares.unit, prepares.name
        for route in self.serving.model_routes:
            if route.function is not None:
                yield route.unit, route.function.name
