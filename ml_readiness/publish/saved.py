"""A report that a run without rights has saved, read by a run with rights: data to be checked, not text to repeat.

Whoever opened the pull request may have written it. What can be derived is derived again, and what only our own
library can know comes from there; what is left are places and messages, which the renderer makes harmless.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import library
from ml_readiness import regex as re
from ml_readiness.changes import Change, Comparison
from ml_readiness.errors import ReadinessError
from ml_readiness.judge import result as answered
from ml_readiness.report import Finding, Report, Result, Severity
from ml_readiness.score import score
from ml_readiness.snapshot import Absent
from ml_readiness.sources.regular import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ml_readiness.check import Check

NAME = "report.json"
MAX_BYTES = 1024 * 1024
MOST_MEMBERS = 50
MOST_PROBLEMS = 50
MOST_NOTES = 5
LAST_LINE = 10_000_000
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_GRADES = frozenset("ABCDF")
_GATE = {
    "fail-under": re.compile(r"\d{1,2}|100", re.ASCII),
    "fail-on": re.compile("|".join(Severity)),
    "fail-on-regression": re.compile("true"),
}


def fitted(report: Report) -> str:
    """The report as JSON that `read` accepts: with fewer findings of each check where it is too long."""
    for most in (None, 25, 5, 1):
        text = (report if most is None else _with_at_most(report, most)).to_json(indent=None)
        if len(text) <= MAX_BYTES:
            break
    return text


def read(path: Path, repository: str, commit: str) -> Report:
    """The report in a file, or in `report.json` of a folder; ReadinessError where anything about it is wrong."""
    folder, name = (path, NAME) if path.is_dir() else (path.parent, path.name)
    try:
        data = read_regular(folder.resolve(), name, MAX_BYTES)
    except Absent as absent:
        raise ReadinessError(f"there is no saved report: {absent}") from absent
    try:
        saved = Report.from_json(data)
    except (ValueError, RecursionError) as error:
        count = getattr(error, "error_count", lambda: 1)()
        raise ReadinessError(f"the saved report is not one: {count} problems with its form") from error
    checks = {check.id: check for check in library.load(library.folder())}
    return _derived(saved, checks).replace(repository=repository, revision=commit)


def _derived(saved: Report, checks: Mapping[str, Check]) -> Report:
    """The same report, with everything worked out again from outcomes and findings."""
    results = tuple(_result(result, checks) for result in saved.results)
    if len({result.check for result in results}) < len(results):
        raise ReadinessError("the saved report answers a check twice")
    scored = score(saved.kind, results)
    return Report(
        tool_version=saved.tool_version if _VERSION.fullmatch(saved.tool_version) else "unknown",
        repository=saved.repository,
        kind=saved.kind,
        score=scored.total,
        score_low=scored.low,
        score_high=scored.high,
        grade=scored.grade,
        grade_reasons=scored.reasons,
        coverage=scored.coverage,
        categories=scored.categories,
        results=tuple(r.replace(points=scored.points.get(r.check, 0.0)) for r in results),
        problems=saved.problems[:MOST_PROBLEMS],
        members=tuple(
            _derived(member.replace(members=(), comparison=None), checks) for member in saved.members[:MOST_MEMBERS]
        ),
        next_steps=scored.next_steps,
        comparison=_comparison(saved.comparison, scored.total, checks) if saved.comparison is not None else None,
        complete=saved.complete,
        settings={name: value for name, value in saved.settings.items() if _is_gate(name, value)},
    )


def _is_gate(name: str, value: str) -> bool:
    """Whether a setting is one of the gate's, with a value that it can have."""
    return name in _GATE and _GATE[name].fullmatch(value) is not None


def _result(saved: Result, checks: Mapping[str, Check]) -> Result:
    check = _known(saved.check, checks)
    return answered(check, saved.outcome, _findings(saved.findings), saved.summary)


def _comparison(saved: Comparison, total: int | None, checks: Mapping[str, Check]) -> Comparison:
    base = saved.score if saved.score is not None and 0 <= saved.score <= 100 else None
    change = saved.shared_change
    return Comparison(
        revision=saved.revision if saved.revision and _COMMIT.fullmatch(saved.revision) else None,
        score=base,
        grade=saved.grade if saved.grade in _GRADES else None,
        score_change=None if base is None or total is None else total - base,
        shared_change=change if change is not None and -100 <= change <= 100 else None,
        categories={
            category: value
            for category, value in saved.categories.items()
            if category in library.CATEGORIES and (value is None or 0 <= value <= 100)
        },
        changes=tuple(_change(entry, checks) for entry in saved.changes),
        new=sum(len(entry.new) for entry in saved.changes),
        unchanged=max(0, saved.unchanged),
        absent=sum(len(entry.absent) for entry in saved.changes),
        notes=saved.notes[:MOST_NOTES],
    )


def _change(saved: Change, checks: Mapping[str, Check]) -> Change:
    check = _known(saved.check, checks)
    return saved.replace(
        question=check.question,
        category=check.category,
        severity=check.severity,
        new=_findings(saved.new),
        absent=_findings(saved.absent),
    )


def _known(name: str, checks: Mapping[str, Check]) -> Check:
    if name not in checks:
        raise ReadinessError("the saved report names a check that this version does not have")
    return checks[name]


def _findings(saved: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding.replace(line=_line(finding.line), steps=()) for finding in saved)


def _line(line: int | None) -> int | None:
    return line if line is not None and 0 < line <= LAST_LINE else None


def _with_at_most(report: Report, most: int) -> Report:
    """The report with fewer findings of each check, which are the worst ones."""
    results = tuple(r.replace(findings=r.findings[:most]) for r in report.results)
    members = tuple(_with_at_most(member, most) for member in report.members)
    comparison = report.comparison
    if comparison is not None:
        changes = tuple(c.replace(new=c.new[:most], absent=c.absent[:most]) for c in comparison.changes)
        comparison = comparison.replace(changes=changes)
    update = {"results": results, "members": members, "comparison": comparison, "problems": report.problems[:most]}
    return report.replace(**update)
