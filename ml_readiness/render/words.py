"""How answers are worded, the same in every format."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ml_readiness.changes import Movement
from ml_readiness.grade import GRADES
from ml_readiness.report import Effort, Outcome, ProjectKind, Severity
from ml_readiness.score import comes_with
from ml_readiness.wording import joined, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ml_readiness.changes import Comparison
    from ml_readiness.report import Finding, Report, Result

KINDS: Mapping[ProjectKind, str] = {
    ProjectKind.NOT_ML: "no machine learning of its own",
    ProjectKind.COLLECTION: "a collection of projects",
    ProjectKind.LLM_APP: "an LLM application",
    ProjectKind.SERVICE: "a service",
    ProjectKind.BATCH: "a batch job",
    ProjectKind.LIBRARY: "a library",
    ProjectKind.RESEARCH: "a research release",
    ProjectKind.TRAINING: "a training project",
    ProjectKind.NOTEBOOKS: "notebooks",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.FAIL: "To fix",
    Outcome.PARTIAL: "Half done",
    Outcome.BLOCKED: "Waiting for something else",
    Outcome.ERROR: "Not answered: the check itself broke",
    Outcome.UNKNOWN: "Not decided by the files alone",
    Outcome.ATTESTED: "Vouched for by people",
    Outcome.WAIVED: "Accepted for now",
    Outcome.PASS: "Fine",
    Outcome.NOT_APPLICABLE: "Does not arise",
}
"""The outcomes in the order of the report, each with its heading."""

EFFORTS: Mapping[Effort, str] = {Effort.SMALL: "an hour", Effort.MEDIUM: "a day", Effort.LARGE: "days"}

MOVEMENTS: Mapping[Movement, str] = {
    Movement.WORSE: "worse",
    Movement.GROWN: "in more places",
    Movement.ARISING: "asked for the first time",
    Movement.GONE: "no longer asked",
    Movement.SHRUNK: "in fewer places",
    Movement.BETTER: "half there now",
    Movement.FIXED: "fixed",
    Movement.SAME: "the same",
}
TENTH = 0.05
"""Points below which nothing is left after rounding."""
ASKED = (Movement.ARISING, Movement.GONE)
"""What happens to questions, not to their answers."""

_PRODUCTION = frozenset({ProjectKind.SERVICE, ProjectKind.BATCH, ProjectKind.TRAINING, ProjectKind.LLM_APP})
_COUNTED = (Movement.WORSE, Movement.FIXED, Movement.BETTER, Movement.SHRUNK)
_READY_FOR: Mapping[ProjectKind, str] = {
    ProjectKind.LIBRARY: "to be depended on",
    ProjectKind.RESEARCH: "to be reproduced",
    ProjectKind.COLLECTION: "to be learnt from",
    ProjectKind.NOTEBOOKS: "to be handed over",
}


def grade(report: Report) -> str:
    """What the grade says, for this kind of project."""
    words = next((grade.words for grade in GRADES if grade.letter == report.grade), "not graded")
    if report.grade != "A":
        return words
    return "production-ready" if report.kind in _PRODUCTION else f"ready {_READY_FOR.get(report.kind, '')}".rstrip()


def held_down(report: Report) -> str:
    """Why the grade is not better, in a sentence; empty where the total alone decides."""
    return "; ".join(report.grade_reasons)


def test_score(report: Report) -> str:
    """The ML Test Score in a sentence; empty where it does not apply."""
    if report.test_score is None:
        return ""
    sums = ", ".join(f"{section} {points:g}" for section, points in report.test_score.sections.items())
    return f"ML Test Score at least {report.test_score.score:g} of 7 ({sums})"


def worst_first(results: Iterable[Result]) -> list[Result]:
    """Results by what passing them would add, most first; where nothing is added, by how much they matter."""
    order = list(Severity)
    return sorted(results, key=lambda result: (-result.points, order.index(result.severity)))


def telling(result: Result) -> tuple[Finding, ...]:
    """The findings that explain the outcome: what is against it where it did not pass."""
    if result.outcome is Outcome.PASS:
        return result.findings
    against = tuple(finding for finding in result.findings if finding.kind != "pass")
    return against or result.findings


def fix(result: Result) -> str:
    """What to do: as concrete as a finding makes it, else the check's general advice."""
    return next((finding.hint for finding in telling(result) if finding.hint), None) or result.fix


def gain(report: Report, result: Result) -> str:
    """What a next step earns and takes: `+4.7 points for an hour`, with what it settles beside its own question.

    Only what it takes where it earns nothing by itself.
    """
    open_ = {each.check: each.points for each in report.results if each.outcome in {Outcome.FAIL, Outcome.PARTIAL}}
    others = comes_with(result.check, open_)
    points = result.points + sum(open_[each] for each in others)
    beside = f", {joined(others)} included" if others else ""
    earned = f"{points:+.1f} points for " if points >= TENTH else ""
    return f"{earned}{EFFORTS[result.effort]}{beside}"


def cut(findings: Sequence[Finding], most: int) -> tuple[Sequence[Finding], str]:
    """The findings to show, and how many are left out in words; a single one is never left out."""
    over = len(findings) - most
    if over <= 1:
        return findings, ""
    places = "more places" if findings[most].path is not None else "more"
    return findings[:most], f"and {over} {places}"


def change(points: int | None) -> str:
    """`+4 points`, `-1 point`, `no change`."""
    if points is None:
        return "no score to compare"
    sign = "+" if points > 0 else "-"
    return f"{sign}{plural(abs(points), 'point')}" if points else "no change"


def changes(comparison: Comparison) -> str:
    """What changed, counted: `1 worse, 2 fixed`."""
    counts: Counter[Movement] = Counter(
        Movement.WORSE if change.movement is Movement.GROWN else change.movement for change in comparison.changes
    )
    asked = counts[Movement.ARISING]
    shown = [f"{counts[movement]} {MOVEMENTS[movement]}" for movement in _COUNTED if counts[movement]]
    shown += [f"{plural(asked, 'question')} {MOVEMENTS[Movement.ARISING]}"] if asked else []
    return ", ".join(shown) or "no answer changed"
