"""How complex the functions are on which the model depends."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.modelling.preparation import Preparation
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.mainstream import BESIDE
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.complexity import complexity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.python import Function
    from ml_readiness.report import Location


class Complex(Struct, frozen=True):
    """One function with its cyclomatic complexity."""

    name: str
    complexity: int
    location: Location


class Complexities(Struct, frozen=True, dict=True):
    """radon's measure, for the functions that train, prepare data or answer requests, and for no others."""

    files: Files
    model: ModelCode
    preparation: Preparation
    serving: Serving

    @classmethod
    def gather(cls, files: Files, model: ModelCode, preparation: Preparation, serving: Serving) -> Self:
        """Functions are measured when somebody asks."""
        return cls(files, model, preparation, serving)

    @cached_property
    def of_importance(self) -> tuple[Complex, ...]:
        """The functions that matter in production, the most complex first."""
        wanted: dict[Unit, set[str]] = defaultdict(set)
        for unit, name in self._names():
            wanted[unit].add(name)
        self.files.expect_texts([unit.path for unit in wanted])
        measured = [
            found
            for unit in sorted(wanted, key=lambda unit: unit.path)
            for function in unit.python.functions
            if function.name in wanted[unit] and (found := self._measured(unit, function)) is not None
        ]
        return tuple(sorted(measured, key=lambda each: -each.complexity))

    def _names(self) -> Iterator[tuple[Unit, str]]:
        for site in self.model.trained_in_production:
            yield site.unit, site.call.scope
        for prepares in self.preparation.functions:
            if not BESIDE.search(prepares.unit.path):
                yield prepares.unit, prepares.name
        for route in self.serving.model_routes:
            if route.function is not None:
                yield route.unit, route.function.name

    def _measured(self, unit: Unit, function: Function) -> Complex | None:
        lines = self.files.lines(unit.path)[function.line - 1 : function.end_line]
        measured = complexity(lines) if lines and not unit.is_notebook else None
        if measured is None:
            return None
        return Complex(function.name, measured, unit.location(function.line))
