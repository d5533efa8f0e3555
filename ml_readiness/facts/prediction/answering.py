"""The routes at which a model answers, told apart from those around them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.project.operation import DELIVERED
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.serving.serving import Route, Serving
from ml_readiness.facts.source.callgraph import key

if TYPE_CHECKING:
    from ml_readiness.facts.source.units import Unit

PREDICTS = re.compile(
    r"predict|infer|score|scoring|forecast|recommend|classif|detect|generat|quer|ask|chat|answer|complet|summar|translat"
    r"|transcri|embed|similar|search|retriev|invoke|analy[sz]e",
    re.IGNORECASE,
)
"""Paths and names of functions that answer with a model's output."""


class Answering(Struct, frozen=True, dict=True):
    """Which of the project's routes lead to the model."""

    serving: Serving
    model: ModelCode
    project: Project

    @classmethod
    def gather(cls, serving: Serving, model: ModelCode, project: Project) -> Self:
        """From what the functions of the routes call."""
        return cls(serving, model, project)

    @cached_property
    def near(self) -> tuple[Route, ...]:
        """Routes whose function is known and leads to the model."""
        leading = self.model.leading_to_model | self.model.leading_to_load
        routes = (r for r in self.serving.model_routes if r.function is not None and not r.is_health)
        return tuple(r for r in routes if r.function is not None and key(r.unit, r.function.name) in leading)

    @cached_property
    def pages(self) -> tuple[Unit, ...]:
        """Pages that ask the model, by themselves or through what they call; where none can be followed that far, or
        all that is asked is what was trained beside it, all from whose imports one is reached.
        """
        lifecycle = self.serving.lifecycle
        training = lifecycle.units("training")
        stages = (*lifecycle.predicting, *lifecycle.prompting, *self.model.applied)
        leading = self.model.graph.leading_to(site for site in stages if site.unit.path not in training)
        every = self.serving.model_demos
        scopes = {unit: ("", *(function.name for function in unit.python.functions)) for unit in every}
        near = tuple(unit for unit in every if any(key(unit, scope) in leading for scope in scopes[unit]))
        return near or every

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Routes that lead to a model; where none can be followed that far, all that take a body or are called after
        what models do, also those of a delivered project that only hands out what a job has predicted.
        """
        every = self.serving.model_routes
        if not every and self.project.kind in DELIVERED:
            every = tuple(route for route in self.serving.routes if route.unit.is_production)
        routes = [route for route in every if not route.is_health and route.function is not None]
        named = [r for r in routes if PREDICTS.search(r.path or "") or PREDICTS.search(_name(r))]
        taking = [r for r in routes if not r.methods or set(r.methods) & {"POST", "PUT"}]
        return self.near or tuple(dict.fromkeys((*named, *taking)))


def _name(route: Route) -> str:
    return route.function.name.rpartition(".")[2] if route.function is not None else ""
