"""The report as GitLab reads code quality: one entry for each finding against a check."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ml_readiness.render.alerts import alerts
from ml_readiness.render.text import readable
from ml_readiness.report import Kind, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml_readiness.report import Report

SEVERITIES: Mapping[Severity, tuple[str, str]] = {
    Severity.CRITICAL: ("critical", "major"),
    Severity.HIGH: ("major", "minor"),
    Severity.MEDIUM: ("minor", "info"),
    Severity.LOW: ("info", "info"),
}
"""The severity of a finding that fails, and of one that holds in part."""


def render(report: Report) -> str:
    """The list of entries."""
    entries = [
        {
            "description": readable(alert.message),
            "check_name": alert.result.check,
            "fingerprint": alert.fingerprint,
            "severity": SEVERITIES[alert.result.severity][alert.finding.kind is Kind.PARTIAL],
            "location": {"path": readable(alert.path), "lines": {"begin": alert.line}},
        }
        for alert in alerts(report)
    ]
    return json.dumps(entries, indent=2) + "\n"
