"""Places in a project's folder told as places in the repository that holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ml_readiness.changes import Comparison
    from ml_readiness.report import Finding, Report


def placed(report: Report, prefix: str) -> Report:
    """The report with every path below a folder; `prefix` ends with a slash, or is empty."""
    if not prefix:
        return report
    results = tuple(r.replace(findings=_findings(r.findings, prefix)) for r in report.results)
    problems = tuple(p.replace(path=prefix + p.path) if p.path else p for p in report.problems)
    comparison = _comparison(report.comparison, prefix) if report.comparison is not None else None
    return report.replace(results=results, problems=problems, comparison=comparison)


def _comparison(comparison: Comparison, prefix: str) -> Comparison:
    changes = tuple(
        c.replace(new=_findings(c.new, prefix), absent=_findings(c.absent, prefix)) for c in comparison.changes
    )
    return comparison.replace(changes=changes)


def _findings(findings: Iterable[Finding], prefix: str) -> tuple[Finding, ...]:
    return tuple(_finding(finding, prefix) for finding in findings)


def _finding(finding: Finding, prefix: str) -> Finding:
    steps = tuple(step.replace(path=prefix + step.path) for step in finding.steps)
    path = None if finding.path is None else prefix + finding.path
    return finding.replace(path=path, steps=steps)
