"""Numbers that leave the running system without a library: by its own text for Prometheus, or by the platform."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.serving.serving import Route

PATH = re.compile(r"(?:^|/)(?:metrics|prometheus)/?$")
EXPOSITION = re.compile(r"# (?:HELP|TYPE) |version=0\.0\.4|application/openmetrics-text")
"""What stands in the text format that Prometheus reads."""
WRITES = re.compile(r"prometheus|openmetrics|exposition", re.IGNORECASE)
"""Functions that say that they write it."""
INFRASTRUCTURE = (
    "*.tf", "*.tf.json", "template*.y*ml", "*cloudformation*.y*ml", "*cloudformation*.json", "*.bicep",
    "**/cdk/**/*.py", "**/infra*/**/*.py", "**/infra*/**/*.ts", "**/cloudformation/**/*.y*ml",
)  # fmt: skip
COUNTED = re.compile(
    r"aws_cloudwatch_log_metric_filter|AWS::Logs::MetricFilter|\blogs\.MetricFilter\(|add_metric_filter\("
    r"|google_logging_metric\b|put-metric-data"
)
"""Configuration by which a platform counts what is logged."""
WATCHED = re.compile(
    r"aws_cloudwatch_metric_alarm|AWS::CloudWatch::Alarm|azurerm_monitor_metric_alert|google_monitoring_alert_policy"
)
"""Alarms on numbers that a platform collects of what it runs."""


class Export(Struct, frozen=True):
    """One way in which numbers leave."""

    what: str
    location: Location


class Exported(Struct, frozen=True, dict=True):
    """What exposes or counts, written by the project itself."""

    files: Files
    serving: Serving
    graph: CallGraph

    @classmethod
    def gather(cls, files: Files, serving: Serving, graph: CallGraph) -> Self:
        """From routes and infrastructure."""
        return cls(files, serving, graph)

    @cached_property
    def all(self) -> tuple[Export, ...]:
        """Routes first."""
        return (*self._routes(), *self._platforms())

    def _routes(self) -> Iterator[Export]:
        for route in self.serving.routes:
            if route.unit.is_production and PATH.search(route.path) and self._writes(route):
                yield Export(f"`{route.path}` gives the numbers in the format of Prometheus", route.location)

    def _writes(self, route: Route) -> bool:
        if route.function is None:
            return False
        reached = self.graph.reached_from([key(route.unit, route.function.name)])
        if any(WRITES.search(name.rpartition(":")[2]) for name in reached):
            return True
        texts = (text for text in route.unit.python.texts if text.scope == route.function.name)
        return any(EXPOSITION.search(text.value) for text in texts)

    def _platforms(self) -> Iterator[Export]:
        for path in self.files.find(*INFRASTRUCTURE):
            match = COUNTED.search(text := self.files.text(path))
            if match is not None:
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                yield Export(f"`{match[0].rstrip('(')}` counts what is logged", at)
            elif (watched := WATCHED.search(text)) is not None:
                at = Location(path=path, line=text.count("\n", 0, watched.start()) + 1)
                yield Export(f"`{watched[0]}` watches what the platform measures", at)
