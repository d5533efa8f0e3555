"""Where production is compared with what the model was made for, and whether that happens by itself."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.deployment.schedules import Schedules
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Level, Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

if TYPE_CHECKING:
    from ml_readiness.parsers.python import Function

OWN = re.compile(
    r"(?:^|_)(?:drift\w*|psi|population_stability\w*|data_?skew)(?:_|$)|(?:^|_)(?:detect|monitor|check|compute)_drift",
    re.IGNORECASE,
)
COMPARES = re.compile(
    r"^(?:ref|reference|baseline|train(?:ing)?|expected|historical|old)(?:_|$)|_(?:ref|reference|baseline|expected)$",
    re.IGNORECASE,
)
LIVE = re.compile(
    r"^(?:cur|current|live|new|prod(?:uction)?|actual|recent|test|serving)(?:_|$)|_(?:current|live|actual|new)$",
    re.IGNORECASE,
)
MANAGED = re.compile(
    r"aws_sagemaker_(?:monitoring_schedule|data_quality_job_definition|model_quality_job)|AWS::SageMaker::MonitoringSchedule"
    r"|AWS::SageMaker::\w+QualityJob|model_deployment_monitoring_job|quality_monitors|MonitorSchedule|create_monitor:"
)
SETS_UP = re.compile(r"ColumnMapping|DataDefinition|Config(?:uration)?\b|\.Dataset(?:\.|$)")
"""Calls that get a comparison ready and compare nothing."""
SCHEDULED = re.compile(
    r"create_monitoring_schedule|ModelDeploymentMonitoringJob\.create|create_model_deployment_monitoring_job|MonitorSchedule"
    r"|(?:quality|lakehouse)_monitors\.create|create_monitor$|enable_schedule|enable_model_monitoring"
)
"""Calls after which a platform compares by itself."""
WATCHES = re.compile(r"(?:^|[_ .])monitor(?:ing)?(?:[_ .]|$)|live_(?:quality|performance)", re.IGNORECASE)
RECORDED = (".fetch_traces", ".fetch_observations", ".get_traces", ".list_runs", ".get_spans_dataframe", ".trace.list")
SCORES = re.compile(r"^(?:score|create_score|create_feedback|log_feedback_scores|evaluate\w*|run_evals)$")
HOOKS = re.compile(
    r"\.(?:before|after)_(?:first_)?request$|\.(?:on_event|middleware|repeat_every|startup|before_serving)$"
)
"""Decorators of functions that an application calls around its requests, or when it starts."""
LOOKED_AT = ("*drift*.ipynb", "*drift*.html")
NOT_DRIFT = re.compile(r"gradient|clock|code_drift|config_drift|schema_drift_ok|driftnet", re.IGNORECASE)


class Way(IntEnum):
    """How a comparison comes about."""

    LOOKED_AT = 1
    """In a notebook, an example or a test."""
    BY_HAND = 2
    """In code that a person has to start."""
    BY_ITSELF = 3
    """In a route, a pipeline or a scheduled job."""


class Comparison(Struct, frozen=True):
    """One place where it happens."""

    what: str
    location: Location
    way: Way
    how: str = ""
    """What starts it."""


class Drift(Struct, frozen=True, dict=True):
    """Comparisons of production with a reference."""

    code: Code
    files: Files
    tools: Tools
    serving: Serving
    graph: CallGraph
    schedules: Schedules
    lifecycle: Lifecycle

    @classmethod
    def gather(
        cls,
        code: Code,
        files: Files,
        tools: Tools,
        serving: Serving,
        graph: CallGraph,
        schedules: Schedules,
        lifecycle: Lifecycle,
    ) -> Self:
        """From monitoring libraries, own tests, and managed monitors."""
        return cls(code, files, tools, serving, graph, schedules, lifecycle)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What comes about by itself first."""
        found = [*self._managed(), *self._by_tools(), *self._own(), *self._live()] or list(self._reports())
        return tuple(sorted(found, key=lambda each: -each.way))

    def _managed(self) -> Iterator[Comparison]:
        for path in self.files.find("*.tf", "*.yml", "*.yaml", "*.json"):
            if path.endswith(".json") and "monitor" not in path.lower():
                continue
            match = MANAGED.search(text := self.files.text(path))
            if match is not None:
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                yield Comparison(f"`{match[0]}` is configured", at, Way.BY_ITSELF, "the platform")

    def _reports(self) -> Iterator[Comparison]:
        """Notebooks and reports that say what they are by their name, for those whose content is not here."""
        for path in self.files.find(*LOOKED_AT):
            yield Comparison(f"`{path}` looks at drift", Location(path=path), Way.LOOKED_AT)

    def _by_tools(self) -> Iterator[Comparison]:
        for use in sorted(self.tools.called("drift"), key=lambda use: SETS_UP.search(use.name) is not None):
            if use.unit is None or use.unit.is_test:
                continue
            if use.unit.is_production and SCHEDULED.search(use.name):
                yield Comparison(f"{use.shown} is set up", use.location, Way.BY_ITSELF, "the platform")
            else:
                yield self._placed(use.unit, use.scope, f"{use.shown} compares with a reference", use.location)
        for use in self.tools.called("drift-statistic"):
            if use.unit is not None and not use.unit.is_test and self._is_comparison(use):
                yield self._placed(use.unit, use.scope, f"{use.shown} compares with a reference", use.location)

    def _is_comparison(self, use: Use) -> bool:
        """Whether a statistic is taken of a reference and a current sample."""
        if use.call is None:
            return False
        words = [value.text.lstrip("?:").rpartition(".")[2] for value in use.call.args]
        pair = any(COMPARES.search(word) for word in words) and any(LIVE.search(word) for word in words)
        return pair or bool(OWN.search(use.scope.rpartition(".")[2])) or "drift" in use.path.lower()

    def _own(self) -> Iterator[Comparison]:
        for unit in self.code.production:
            for function in unit.python.functions:
                if self._compares(function):
                    name = function.name.rpartition(".")[2]
                    yield self._placed(
                        unit, function.name, f"`{name}` compares with a reference", unit.location(function.line)
                    )

    def _live(self) -> Iterator[Comparison]:
        """Quality of predictions that were made in production, measured afterwards."""
        measured = [(site.unit, site.call) for site in self.lifecycle.measuring]
        measured += [(use.unit, use.call) for use in self.tools.called("metric") if use.unit is not None and use.call]
        for unit, call in measured:
            if unit.is_production and WATCHES.search(f"{unit.path.rpartition('/')[2]} {call.scope}"):
                name = call.method.lstrip(":?")
                yield self._placed(unit, call.scope, f"`{name}` measures past predictions", unit.location(call.line))
        for site in self.code.calls_to(*RECORDED):
            if site.unit.is_production and self._is_scored(site.unit):
                name = site.call.method.lstrip(":?")
                yield self._placed(site.unit, site.call.scope, f"what `{name}` gives is judged", site.location)

    def _is_scored(self, unit: Unit) -> bool:
        """Whether a file gives marks to what it fetched."""
        return any(SCORES.search(call.method) for call in unit.python.calls)

    def _compares(self, function: Function) -> bool:
        name = function.name.rpartition(".")[2]
        if not OWN.search(name) or NOT_DRIFT.search(name) or not function.statements:
            return False
        given = [parameter.name for parameter in function.parameters if parameter.name not in {"self", "cls"}]
        return len(given) > 1 or any(COMPARES.search(each) for each in given)

    def _placed(self, unit: Unit, scope: str, what: str, at: Location) -> Comparison:
        if not unit.is_production:
            return Comparison(what, at, Way.LOOKED_AT)
        how = self._started(unit, scope)
        return Comparison(what, at, Way.BY_ITSELF if how else Way.BY_HAND, how)

    def _started(self, unit: Unit, scope: str) -> str:
        """What makes code in a scope run without a person: a route, a pipeline, a schedule; empty if nothing does."""
        here = key(unit, scope)
        if here in self._routed:
            return "a route"
        if here in self._orchestrated:
            return "a pipeline"
        schedule = self.schedules.reached(unit, scope)
        return schedule.what if schedule is not None else ""

    @cached_property
    def _routed(self) -> frozenset[str]:
        routes = (*self.serving.routes, *self.serving.handlers)
        answering = {key(r.unit, r.function.name) for r in routes if r.function is not None}
        answering |= {
            key(unit, function.name)
            for unit in {route.unit.path: route.unit for route in routes}.values()
            for function in unit.python.functions
            if any(HOOKS.search(decorator) for decorator in function.decorators)
        }
        pages = {key(u, "") for u in self.serving.demos} | {
            key(u, f.name) for u in self.serving.demos for f in u.python.functions
        }
        return self.graph.reached_from(answering | pages)

    @cached_property
    def _orchestrated(self) -> frozenset[str]:
        """What steps of pipelines lead to."""
        steps: set[str] = set()
        for use in self.tools.wired("orchestration", "worker"):
            if use.unit is not None and use.level is Level.WIRED:
                steps |= {
                    key(use.unit, f.name) for f in use.unit.python.functions if f.decorators or f.name in _passed(use)
                }
        return self.graph.reached_from(steps)


def _passed(use: Use) -> frozenset[str]:
    """Names of functions that a call of an orchestrator is given."""
    values = (*use.call.args, *use.call.keywords.values()) if use.call is not None else ()
    return frozenset(value.text.lstrip("?:") for value in values if value.kind == "name")
