"""The report as a table: one row for each finding, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from ml_readiness.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.report import Finding, Report, Result

COLUMNS = ("category", "check", "outcome", "severity", "effort", "points", "finding", "confidence", "place", "message")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(report: Report) -> str:
    """The table, with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in report.results:
        writer.writerows(_rows(result))
    return out.getvalue()


def _rows(result: Result) -> Iterator[list[str]]:
    answer = [result.category, result.check, result.outcome.value, result.severity.value, result.effort.value]
    start = [*(_cell(part) for part in answer), f"{result.points:g}"]
    if not result.findings:
        yield [*start, "", "", "", _cell(result.summary)]
    for finding in result.findings:
        yield [*start, *_finding(finding)]


def _finding(finding: Finding) -> list[str]:
    place = _cell(str(finding.location or ""))
    return [finding.kind.value, finding.confidence.value, place, _cell(finding.message)]


def _cell(text: str) -> str:
    line = printable(text, 1000)
    return f"'{line}" if line.startswith(_FORMULA) else line
