"""Who is told when something goes wrong: alert rules, hooks for failures, messages, and what reacts by itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.yaml import YamlFile
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml_readiness.parsers.expressions import Expr

HOOKS = frozenset(
    [
        "on_failure_callback",
        "on_failure",
        "on_crashed",
        "sla_miss_callback",
        "on_retry_callback",
        "failure_hook",
        "on_failure_hook",
    ]
)
MAIL = frozenset(["email_on_failure", "email_on_retry"])
RULES = re.compile(r"^[ \t]*(?:-[ \t]*)?alert:[ \t]*\S", re.MULTILINE)
GRAFANA = re.compile(r"^groups:(?:.|\n){0,400}?^\s+(?:-\s+)?(?:uid|title):(?:.|\n){0,400}?^\s+condition:", re.MULTILINE)
"""An alert rule in the form that Grafana reads."""
CLOUD = re.compile(
    r"aws_cloudwatch_metric_alarm|AWS::CloudWatch::Alarm|google_monitoring_alert_policy|azurerm_monitor_(?:metric_alert|scheduled_query)"
    r"|datadog_monitor\b|newrelic_\w*alert_condition|grafana_rule_group|opsgenie_|pagerduty_service|cloudwatch\.Alarm\b|aws_sns_topic_subscription"
)
MESSENGER = re.compile(
    r"slack|teams|discord|telegram|send-?mail|mailgun|sendgrid|pagerduty|opsgenie|webhook|google-?chat|mattermost"
    r"|issues?[./ -]create|create-an-issue",
    re.IGNORECASE,
)
DISPATCH = re.compile(r"/dispatches\b")
DRIFTS = re.compile(r"drift|degrad|threshold|stale|perform", re.IGNORECASE)
RETRAINS = re.compile(
    r"(?:^|[._])(?:re-?train(?:ing)?|trigger_\w*(?:train(?:ing)?|pipeline|flow|dag)|run_training|train_\w*|rollback\w*)$",
    re.IGNORECASE,
)
WORKFLOWS = (".github/workflows/*.yml", ".github/workflows/*.yaml")


class Alert(Struct, frozen=True):
    """One way in which somebody, or something, is told."""

    what: str
    location: Location


class Alerts(Struct, frozen=True, dict=True):
    """Everything that reacts to trouble."""

    code: Code
    files: Files
    documents: Documents
    tools: Tools

    @classmethod
    def gather(cls, code: Code, files: Files, documents: Documents, tools: Tools) -> Self:
        """From rules, infrastructure, workflows and code."""
        return cls(code, files, documents, tools)

    @cached_property
    def all(self) -> tuple[Alert, ...]:
        """Rules first, then hooks and messages."""
        return (
            *self._rules(),
            *self._cloud(),
            *self._hooks(),
            *self._workflows(),
            *self._messages(),
            *self._reactions(),
        )

    def _rules(self) -> Iterator[Alert]:
        for path in self.files.find("*.yml", "*.yaml", "*.rules"):
            if path.startswith(".github/"):
                continue
            text = self.files.text(path)
            match = RULES.search(text)
            if match is not None and "expr:" in text:
                line = text.count("\n", 0, match.end()) + 1
                yield Alert("an alert rule is defined", Location(path=path, line=line))
            elif "alert_notification:" in text and "create_monitor:" in text:
                yield Alert("a monitor sends alerts", Location(path=path))
            elif "provisioning/alerting" in path or "kind: PrometheusRule" in text or GRAFANA.search(text):
                yield Alert("an alert is provisioned", Location(path=path))

    def _cloud(self) -> Iterator[Alert]:
        for path in self.files.find("*.tf", "template.y*ml", "*.bicep", "**/cdk/**/*.py", "**/infra*/**/*.py"):
            match = CLOUD.search(text := self.files.text(path))
            if match is not None:
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                yield Alert(f"`{match[0]}` raises an alarm", at)

    def _hooks(self) -> Iterator[Alert]:
        for site in self.code.sites:
            if site.unit.is_production:
                for name, value in site.call.keywords.items():
                    if telling := next(_telling({name: value}, value), None):
                        yield Alert(f"`{telling}` tells of failures", site.location)
        for unit in self.code.production:
            for assign in unit.python.assigns:
                if telling := next(_telling({}, assign.value), None):
                    yield Alert(f"`{telling}` tells of failures", unit.location(assign.line))

    def _workflows(self) -> Iterator[Alert]:
        """Steps that send a message when a run fails, and runs that something outside may start."""
        for path in self.files.find(*WORKFLOWS):
            found = self.documents.find(YamlFile, path)
            for _, job in found.root.entries("jobs") if found is not None else ():
                for step in job.list("steps"):
                    said = f"{step.string('uses')} {step.string('run')}"
                    if "failure()" in f"{step.string('if')} {job.string('if')}" and MESSENGER.search(said):
                        yield Alert("a message is sent when the run fails", Location(path=path, line=step.line))
            if found is not None and found.root.get("on", "repository_dispatch") is not None and self._dispatches:
                yield Alert("a run here is started by what the code observes", self._dispatches[0])

    @cached_property
    def _dispatches(self) -> tuple[Location, ...]:
        return tuple(
            unit.location(text.line)
            for unit in self.code.production
            for text in unit.python.texts
            if DISPATCH.search(text.value)
        )

    def _messages(self) -> Iterator[Alert]:
        for use in self.tools.wired("notification"):
            yield Alert(f"{use.shown} sends a message", use.location)

    def _reactions(self) -> Iterator[Alert]:
        """Retraining or rolling back on a condition about drift or quality."""
        for site in self.code.sites:
            name = site.name.rpartition(":")[2]
            if site.unit.is_production and RETRAINS.search(name) and any(DRIFTS.search(g) for g in site.call.guards):
                yield Alert(f"`{name}` runs on a condition", site.location)


def _telling(named: Mapping[str, Expr], value: Expr) -> Iterator[str]:
    """The names by which a setting, or a dictionary of settings, says that somebody is told of failures."""
    inside = zip(value.keys, value.items[-len(value.keys) :], strict=False) if value.keys else ()
    for name, each in (*named.items(), *inside):
        if (name in HOOKS and each.kind != "none") or (name in MAIL and each.text == "True"):
            yield name
