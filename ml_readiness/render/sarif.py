"""The report as SARIF 2.1.0, as code hosts take it in: what is against a check, with a place each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from ml_readiness.render.alerts import alerts
from ml_readiness.render.text import printable, readable
from ml_readiness.report import Confidence, Kind, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ml_readiness.render.alerts import Alert
    from ml_readiness.report import Report, Result, Step


SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 5000
"""What hosts show of one run."""
MOST_STEPS = 100

LEVELS: Mapping[Severity, tuple[str, str]] = {
    Severity.CRITICAL: ("error", "warning"),
    Severity.HIGH: ("error", "warning"),
    Severity.MEDIUM: ("warning", "note"),
    Severity.LOW: ("note", "note"),
}
"""The level of a finding that fails, and of one that holds in part."""

_PRECISION = {Confidence.HIGH: "very-high", Confidence.MEDIUM: "high", Confidence.LOW: "medium"}


def render(report: Report) -> str:
    """The log with one run."""
    found = list(alerts(report))[:MOST_RESULTS]
    shown = {alert.result.check for alert in found}
    rules = [result for result in report.results if result.check in shown]
    index = {result.check: number for number, result in enumerate(rules)}
    run: dict[str, object] = {
        "tool": {"driver": _driver(report, rules)},
        "automationDetails": {"id": "ml-readiness/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [_result(alert, index) for alert in found],
        "properties": {"score": report.score, "grade": report.grade, "kind": report.kind.value},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(report: Report, rules: Iterable[Result]) -> dict[str, object]:
    return {
        "name": "ml-readiness",
        "semanticVersion": report.tool_version,
        "rules": [_rule(result) for result in rules],
    }


def _rule(result: Result) -> dict[str, object]:
    precision = min((_PRECISION[f.confidence] for f in result.findings if f.kind is not Kind.PASS), default="high")
    return {
        "id": result.check,
        "shortDescription": {"text": printable(result.question)},
        "fullDescription": {"text": printable(result.why, 1000) or printable(result.question)},
        "help": {"text": "\n\n".join(part for part in (result.why, result.fix) if part) or result.question},
        "defaultConfiguration": {"level": LEVELS[result.severity][0]},
        "properties": {
            "tags": ["machine-learning", result.category],
            "precision": precision,
            "problem.severity": {"error": "error", "warning": "warning", "note": "recommendation"}[
                LEVELS[result.severity][0]
            ],
        },
    }


def _result(alert: Alert, index: Mapping[str, int]) -> dict[str, object]:
    level = LEVELS[alert.result.severity][alert.finding.kind is Kind.PARTIAL]
    made: dict[str, object] = {
        "ruleId": alert.result.check,
        "ruleIndex": index[alert.result.check],
        "level": level,
        "message": {"text": readable(alert.message)},
        "locations": [_place(alert.path, alert.line, alert.finding.column, alert.finding.code)],
        "partialFingerprints": {"mlReadiness/v1": alert.fingerprint},
    }
    if alert.finding.steps:
        steps = [{"location": _step(step)} for step in alert.finding.steps[:MOST_STEPS]]
        made["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return made


def _place(path: str, line: int, column: int | None = None, code: str = "") -> dict[str, object]:
    region: dict[str, object] = {"startLine": max(1, line)}
    if column is not None:
        region["startColumn"] = max(1, column)
    if code:
        region["snippet"] = {"text": readable(code)}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(path), "uriBaseId": "%SRCROOT%"}, "region": region}}


def _uri(path: str) -> str:
    try:
        return quote(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return quote(readable(path))


def _step(step: Step) -> dict[str, object]:
    line = step.line if step.line is not None and step.cell is None else 1
    return {**_place(step.path, line, code=step.code), "message": {"text": printable(step.message, 500)}}


def _invocation(report: Report) -> dict[str, object]:
    broken = [
        {
            "level": "error",
            "message": {"text": printable(result.findings[0].message if result.findings else result.summary)},
            "associatedRule": {"id": result.check},
        }
        for result in report.with_outcome(Outcome.ERROR)
    ]
    unread = [
        {"level": "note", "message": {"text": printable(f"{problem.path}: {problem.message}", 500)}}
        for problem in report.problems[:1000]
    ]
    return {"executionSuccessful": report.complete, "toolExecutionNotifications": [*broken, *unread]}
