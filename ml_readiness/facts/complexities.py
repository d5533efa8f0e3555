"""How complex the functions are on which the model depends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ml_readiness.documents import Documents
from ml_readiness.facts.modelcode import ModelCode
from ml_readiness.facts.preparation import Preparation
from ml_readiness.facts.serving import Serving
from ml_readiness.parsers.complexity import Complexity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.report import Location


@dataclass(frozen=True, slots=True)
class Complex:
    """One function with its cyclomatic complexity."""

    name: str
    complexity: int
    location: Location


@dataclass(frozen=True)
class Complexities:
    """radon's measure, for the functions that train, prepare data or answer requests, and for no others."""

    documents: Documents
    model: ModelCode
    preparation: Preparation
    serving: Serving

    @classmethod
    def gather(cls, documents: Documents, model: ModelCode, preparation: Preparation, serving: Serving) -> Self:
        """Files are measured when somebody asks."""
        return cls(documents, model, preparation, serving)

    @cached_property
    def of_importance(self) -> tuple[Complex, ...]:
        """The functions that matter in production, the most complex first."""
        wanted = {(path, name.rpartition(".<locals>.")[2]) for path, name in self._names()}
        measured = [
            Complex(each.name, each.complexity, self.model.code.by_path[path].location(each.line))
            for path in sorted({path for path, _ in wanted})
            if (found := self.documents.find(Complexity, path)) is not None
            for each in found.functions
            if (path, each.name) in wanted
        ]
        return tuple(sorted(measured, key=lambda each: -each.complexity))

    def _names(self) -> Iterator[tuple[str, str]]:
        for site in self.model.trained_in_production:
            yield site.unit.path, site.call.scope
        for prepares in self.preparation.functions:
            yield prepares.unit.path, prepares.name
        for route in self.serving.model_routes:
            if route.function is not None:
                yield route.unit.path, route.function.name
