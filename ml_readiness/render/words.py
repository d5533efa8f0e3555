"""How answers are worded, the same in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.report import Effort, Outcome, ProjectKind
from ml_readiness.score import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    Outcome.FAIL: "Missing",
    Outcome.PARTIAL: "Half there",
    Outcome.BLOCKED: "Waiting for something else",
    Outcome.ERROR: "Not answered: the check itself broke",
    Outcome.UNKNOWN: "Not decided by the files alone",
    Outcome.ATTESTED: "Vouched for by people",
    Outcome.WAIVED: "Accepted for now",
    Outcome.PASS: "In place",
    Outcome.NOT_APPLICABLE: "Does not arise",
}
"""The outcomes in the order of the report, each with its heading."""

EFFORTS: Mapping[Effort, str] = {Effort.SMALL: "an hour", Effort.MEDIUM: "a day", Effort.LARGE: "days"}

_PRODUCTION = frozenset({ProjectKind.SERVICE, ProjectKind.BATCH, ProjectKind.TRAINING, ProjectKind.LLM_APP})
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


def worst_first(results: Iterable[Result]) -> list[Result]:
    """Results by what passing them would add, most first."""
    return sorted(results, key=lambda result: -result.points)


def telling(result: Result) -> tuple[Finding, ...]:
    """The findings that explain the outcome: what is against it where it did not pass."""
    if result.outcome is Outcome.PASS:
        return result.findings
    against = tuple(finding for finding in result.findings if finding.kind != "pass")
    return against or result.findings


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
