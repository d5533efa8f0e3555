"""What formats for code hosts have in common: one alert for each finding against a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.identity import fingerprints
from ml_readiness.render.text import printable
from ml_readiness.report import Kind, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.report import Finding, Report, Result

ALERTED = frozenset({Outcome.FAIL, Outcome.PARTIAL})
FALLBACK = "README.md"
"""Where a finding about the repository as a whole is shown; hosts refuse alerts without a place."""


class Alert(Struct, frozen=True):
    """One finding against a check, with a place and an identity that survives edits elsewhere."""

    result: Result
    finding: Finding
    path: str
    line: int
    message: str
    fingerprint: str


def alerts(report: Report) -> Iterator[Alert]:
    """One alert for each failing or partial finding of the checks that did not pass, in report order."""
    readme = _readme(report)
    for result in report.results:
        if result.outcome not in ALERTED:
            continue
        marks = fingerprints(result.check, result.findings)
        for finding, fingerprint in zip(result.findings, marks, strict=True):
            if finding.kind in {Kind.FAIL, Kind.PARTIAL}:
                path = finding.path or readme
                message = _message(result, finding)
                line = finding.line if finding.line is not None and finding.cell is None else 1
                yield Alert(result, finding, path, max(1, line), message, fingerprint)


def _message(result: Result, finding: Finding) -> str:
    cell = f"cell {finding.cell}: " if finding.cell is not None else ""
    fix = finding.hint or result.fix
    return f"{printable(result.question)} {cell}{printable(finding.message, 500)}." + (f" {fix}" if fix else "")


def _readme(report: Report) -> str:
    paths = (f.path for result in report.results for f in result.findings if f.path and "/" not in f.path)
    return next((path for path in paths if path.lower().startswith("readme")), FALLBACK)
