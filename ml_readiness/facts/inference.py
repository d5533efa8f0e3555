"""Where predictions on new input are made, and by which way in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ml_readiness.facts.callgraph import CallGraph, key
from ml_readiness.facts.code import Code
from ml_readiness.facts.lifecycle import Lifecycle
from ml_readiness.facts.modelcode import ModelCode
from ml_readiness.facts.serving import Serving

if TYPE_CHECKING:
    from ml_readiness.facts.code import Site, Unit
    from ml_readiness.parsers.python import Function
    from ml_readiness.report import Location

NEW_INPUT = re.compile(
    r"(?:^|[_\W])(?:predict\w*|infer\w*|score|scoring|forecast\w*|recommend\w*|classify|detect\w*|generate|sample"
    r"|translate|demo|submission|submit|serve|query|ask|chat|answer|run_model|deploy\w*)(?:$|[_\W])",
    re.IGNORECASE,
)
JUDGES = re.compile(
    r"(?:^|[_\W])(?:eval\w*|test|valid\w*|metric\w*|benchmark\w*|bench|train\w*|fit)(?:$|[_\W])", re.IGNORECASE
)


@dataclass(frozen=True)
class Inference:
    """Predictions outside tests, sorted by what they are for."""

    code: Code
    lifecycle: Lifecycle
    serving: Serving
    graph: CallGraph
    model: ModelCode

    @classmethod
    def gather(cls, code: Code, lifecycle: Lifecycle, serving: Serving, graph: CallGraph, model: ModelCode) -> Self:
        """From the calls that ask a model, and what surrounds them."""
        return cls(code, lifecycle, serving, graph, model)

    @cached_property
    def asking(self) -> tuple[Site, ...]:
        """Calls of a model or language model in production code."""
        stages = (*self.lifecycle.predicting, *self.lifecycle.prompting, *self.model.applied)
        return tuple(site for site in stages if site.unit.is_production)

    @cached_property
    def _stages(self) -> dict[str, frozenset[str]]:
        return {name: self.lifecycle.units(name) for name in ("training", "loading", "measuring")}

    @cached_property
    def entries(self) -> tuple[tuple[Location, str], ...]:
        """Ways in outside notebooks, with what was seen at each."""
        found = [
            (r.location, f"a request to `{r.path or r.framework}` reaches the model") for r in self.serving.model_routes
        ]
        found += [(unit.location(0), "a page that asks the model") for unit in self.serving.model_demos]
        found += [(location, "a model server") for location in self.serving.servers]
        found += [(site.location, _message(site)) for site in self.asking if self._is_for_new_input(site)]
        found += [
            (unit.location(function.line), f"`{function.name}` uses the loaded model")
            for unit, function in self._predicting_functions()
        ]
        return tuple(found)

    def _is_for_new_input(self, site: Site) -> bool:
        """Whether a call asks a loaded model, or a language model, for something that is not its own evaluation."""
        if site in self._prompting:
            return True
        path, scope = site.unit.path, site.call.scope
        loaded = any(each.path in self._stages["loading"] for each in self.code.closure(site.unit))
        if path in self._stages["training"]:
            loaded = key(site.unit, scope) in self._loading_functions
        named = NEW_INPUT.search(scope) or NEW_INPUT.search(path.rpartition("/")[2])
        judging = JUDGES.search(scope) or (path in self._stages["measuring"] and not named)
        return loaded and bool(named or not judging) and not (JUDGES.search(path.rpartition("/")[2]) and not named)

    @cached_property
    def _prompting(self) -> frozenset[Site]:
        return frozenset(self.lifecycle.prompting)

    @cached_property
    def _loading_functions(self) -> frozenset[str]:
        return self.graph.leading_to(s for s in self.lifecycle.loading if s.unit.is_production)

    def _predicting_functions(self) -> list[tuple[Unit, Function]]:
        return [
            (unit, function)
            for unit in self.code.production
            for function in unit.python.functions
            if key(unit, function.name) in self._loading_functions
            and unit.path not in self._stages["training"]
            and NEW_INPUT.search(function.name.rpartition(".")[2])
            and not JUDGES.search(unit.path.rpartition("/")[2])
            and "load" not in function.name
        ]

    @cached_property
    def beyond_training(self) -> tuple[Site, ...]:
        """Predictions in scripts that train, made in something that says it is for more than evaluation."""
        return tuple(
            site
            for site in self.asking
            if site.unit.path in self._stages["training"]
            and (
                NEW_INPUT.search(site.call.scope) or any(_future(name) for name in (*site.call.targets, _inputs(site)))
            )
        )

    @cached_property
    def in_notebooks(self) -> tuple[Site, ...]:
        """Predictions of a loaded model in notebooks, or for a submission."""
        sites = [s for s in (*self.lifecycle.predicting, *self.lifecycle.prompting) if s.unit.is_notebook]
        return tuple(
            s
            for s in sites
            if s in self._prompting
            or s.unit.path in self._stages["loading"]
            or any(_future(name) for name in (*s.call.targets, _inputs(s)))
            or "submission" in " ".join(s.unit.python.names).lower()
        )


def _inputs(site: Site) -> str:
    return " ".join(argument.text for argument in site.call.args)


def _future(name: str) -> bool:
    return bool(re.search(r"(?:^|_)(?:new|future|next|submission|unseen)(?:_|$)", name, re.IGNORECASE))


def _message(site: Site) -> str:
    return f"`{site.name.rpartition(':')[2].lstrip('?')}` on new input"
