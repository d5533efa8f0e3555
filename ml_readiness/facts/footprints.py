"""What the path of a prediction leaves behind: lines in a log, or text on a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ml_readiness.facts.callgraph import CallGraph, key
from ml_readiness.facts.code import Code, Site
from ml_readiness.facts.inference import Inference
from ml_readiness.facts.javascript import JavaScript
from ml_readiness.facts.lifecycle import Lifecycle
from ml_readiness.facts.tools import Tools, Use
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

PREDICTS = frozenset(["predict", "predict_proba", "decision_function", "recommend", "generate", "transcribe", "detect"])
LEVELS = frozenset(
    ["debug", "info", "warning", "warn", "error", "exception", "critical", "log", "success", "trace", "msg"]
)


@dataclass(frozen=True)
class Footprints:
    """Logging and printing where predictions are made."""

    code: Code
    tools: Tools
    inference: Inference
    lifecycle: Lifecycle
    graph: CallGraph
    javascript: JavaScript

    @classmethod
    def gather(
        cls,
        code: Code,
        tools: Tools,
        inference: Inference,
        lifecycle: Lifecycle,
        graph: CallGraph,
        javascript: JavaScript,
    ) -> Self:
        """From the ways in, and what they lead to."""
        return cls(code, tools, inference, lifecycle, graph, javascript)

    @cached_property
    def paths(self) -> frozenset[str]:
        """Files in which predictions on new input are made."""
        entries = {location.path for location, _ in self.inference.entries}
        beyond = {site.unit.path for site in self.inference.beyond_training}
        return frozenset(path for path in entries | beyond if path in self.code.by_path)

    @cached_property
    def library_paths(self) -> frozenset[str]:
        """Files of a library in which objects predict."""
        return frozenset(
            unit.path
            for unit in self.code.production
            for function in unit.python.functions
            if function.in_class and function.name.rpartition(".")[2] in PREDICTS and function.statements
        )

    def logged(self, paths: Iterable[str]) -> tuple[Location, ...]:
        """Where code in these files logs, itself or through what it calls."""
        uses = [use for use in self.tools.called("logging") if _writes(use)]
        here = [use.location for use in uses if use.path in set(paths)]
        return tuple(here) or self._leading(paths, (site for site in self.code.sites if _is_log(site)))

    def printed(self, paths: Iterable[str]) -> tuple[Location, ...]:
        """Where code in these files prints."""
        wanted = set(paths)
        return tuple(site.location for site in self.code.calls_to("print") if site.unit.path in wanted)

    def _leading(self, paths: Iterable[str], sites: Iterable[Site]) -> tuple[Location, ...]:
        reached = self.graph.leading_to(sites)
        found: list[Location] = []
        for path in sorted(paths):
            unit = self.code.by_path[path]
            if key(unit, "") in reached:
                found.append(Location(path=path))
            found += [unit.location(f.line) for f in unit.python.functions if key(unit, f.name) in reached]
        return tuple(found)


def _writes(use: Use) -> bool:
    return use.unit is not None and use.unit.is_production and use.name.rpartition(".")[2] in LEVELS


def _is_log(site: Site) -> bool:
    top = site.name.partition(".")[0]
    return site.call.method in LEVELS and top in {"logging", "loguru", "structlog"} and site.unit.is_production
