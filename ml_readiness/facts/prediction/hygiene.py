"""What the functions that answer requests do to the model."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.prediction.answering import Answering
from ml_readiness.facts.source.callgraph import key

if TYPE_CHECKING:
    from ml_readiness.facts.source.code import Site

CACHED = ("cache", "lru_cache", "cache_resource", "singleton", "lifespan", "on_event", "startup")
ONCE = (" is None", "not in", "not ", " == None")


class Hygiene(Struct, frozen=True, dict=True):
    """Calls that request handlers make or lead to."""

    answering: Answering
    model: ModelCode

    @classmethod
    def gather(cls, answering: Answering, model: ModelCode) -> Self:
        """From the routes that reach a model."""
        return cls(answering, model)

    @cached_property
    def _scopes(self) -> frozenset[str]:
        """The handlers and what they call."""
        starts = [key(route.unit, route.function.name) for route in self.answering.near if route.function is not None]
        return self.model.graph.reached_from(starts)

    @cached_property
    def loaded_each_time(self) -> tuple[Site, ...]:
        """Loads of a model on the way of a request, unless something keeps the result."""
        return tuple(
            site
            for site in self.model.lifecycle.loading
            if site.call.scope
            and key(site.unit, site.call.scope) in self._scopes
            and not site.call.scope.endswith("__init__")
            and not self._is_kept(site)
        )

    def _is_kept(self, site: Site) -> bool:
        function = site.unit.functions.get(site.call.scope)
        cached = function is not None and any(word in name for name in function.decorators for word in CACHED)
        once = any(guard.startswith(("if ", "else ")) and any(o in guard for o in ONCE) for guard in site.call.guards)
        lines = range(site.call.line, site.call.end_line + 1)
        chained = (call for call in site.unit.python.calls if call.line in lines and call.scope == site.call.scope)
        targets = (*site.call.targets, *(target for call in chained for target in call.targets))
        stored = any(target.startswith(("self.", "app.state")) or "[" in target for target in targets)
        return cached or once or stored or self._asked_once(key(site.unit, site.call.scope))

    def _asked_once(self, loader: str) -> bool:
        """Whether the function that loads is called only where nothing is loaded yet, or when the program starts."""
        callers = [
            each
            for each in self.model.code.by_method.get(loader.rpartition(".")[2].rpartition(":")[2], ())
            if each.name == loader or each.call.receiver == "self"
        ]
        return bool(callers) and all(
            not each.call.scope or any(o in guard for guard in each.call.guards for o in ONCE) for each in callers
        )

    @cached_property
    def learning_mode(self) -> tuple[Site, ...]:
        """Applications of a torch network on the way of a request, in a project that never leaves training mode."""
        reached = {scope[1:].partition(":")[0] for scope in self._scopes}
        names = {call.method for path in reached for call in self.model.code.by_path[path].python.calls}
        if names & {"eval", "no_grad", "inference_mode", "pipeline", "generate"}:
            return ()
        return tuple(
            site
            for site in self.model.applied
            if key(site.unit, site.call.scope) in self._scopes and site.unit.imports_any("torch")
        )

    @cached_property
    def blocking(self) -> tuple[Site, ...]:
        """Predictions made directly in a coroutine that answers."""
        own = {
            key(r.unit, r.function.name) for r in self.answering.near if r.function is not None and r.function.is_async
        }
        return tuple(
            site
            for site in (*self.model.lifecycle.predicting, *self.model.applied)
            if key(site.unit, site.call.scope) in own and site.call.role != "await"
        )
