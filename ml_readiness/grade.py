"""The letter that goes with a score: the average and the weakest category must both reach the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.report import Confidence, Kind, Outcome, ProjectKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ml_readiness.report import CategoryScore, Result


class Grade(Struct, frozen=True):
    """A letter, what it says, and what it takes."""

    letter: str
    words: str
    overall: float
    weakest: float
    coverage: float = 0.0


GRADES = (
    Grade("A", "ready", 85, 60, 0.8),
    Grade("B", "nearly there", 70, 40),
    Grade("C", "risky hand-over", 55, 20),
    Grade("D", "needs its author", 35, 0),
    Grade("F", "over the fence", 0, 0),
)
"""From best to worst; both the total and the weakest category must reach the line."""

PROVISIONAL = 0.6
"""The coverage below which a grade is called provisional."""

_DEPLOYED = frozenset({ProjectKind.SERVICE, ProjectKind.BATCH, ProjectKind.LLM_APP})
_PRODUCTION = _DEPLOYED | {ProjectKind.TRAINING}
_ALL = frozenset(ProjectKind) - {ProjectKind.NOT_ML}


HOLDS_GRADE = {kind: 0.05 if kind in _PRODUCTION else 0.15 for kind in _ALL}
"""The share of the total from which on a category can hold the grade down: what a kind is not about cannot."""


class Cap(Struct, frozen=True):
    """The best grade that is left when a check surely fails, and for which kinds of project."""

    letter: str
    kinds: frozenset[ProjectKind]
    because: str


CAPS: Mapping[str, Cap] = {
    "no-secrets": Cap("D", _ALL, "a credential is committed"),
    "dependencies-declared": Cap("D", _ALL, "nothing declares the libraries"),
    "training-code-present": Cap("D", _PRODUCTION, "nothing here makes the model again"),
    "model-obtainable": Cap("D", _PRODUCTION, "the model cannot be had"),
    "tests-exist": Cap("C", _PRODUCTION, "there are no tests"),
    "preprocessing-shared": Cap("C", _PRODUCTION, "serving prepares its input differently from training"),
    "split-before-fit": Cap("C", _ALL, "evaluation rows leak into training"),
    "dependencies-pinned": Cap("B", _DEPLOYED, "what is deployed has no fixed versions"),
}
"""Weaknesses that no average makes up for; they count only where a high-confidence finding says so."""


def graded(
    kind: ProjectKind, total: int, covered: float, categories: Sequence[CategoryScore], results: Sequence[Result]
) -> tuple[str, tuple[str, ...]]:
    """The letter, and what keeps it from being the one that the total alone would earn."""
    counted = [
        category for category in categories if category.score is not None and category.weight >= HOLDS_GRADE[kind]
    ]
    weakest = min((category.score or 0.0 for category in counted), default=0.0)
    caps = [(CAPS[result.check], result) for result in results if _caps(kind, result)]
    by_score = next(grade for grade in GRADES if total >= grade.overall)
    below = GRADES[GRADES.index(by_score) :]
    capped = max((cap.letter for cap, _ in caps), default="A")
    grade = next(g for g in below if g.letter >= capped and weakest >= g.weakest and covered >= g.coverage)
    reasons: list[str] = []
    if grade is not by_score:
        better = GRADES[GRADES.index(grade) - 1]
        needs = f"{better.letter} needs {better.weakest:.0f} in every subject"
        low = [category for category in counted if (category.score or 0.0) < better.weakest]
        reasons += [f"“{each.question}” is at {_below(each.score or 0.0, better.weakest)}, and {needs}" for each in low]
        reasons += [f"{cap.because} ({result.check})" for cap, result in caps if cap.letter > better.letter]
        if covered < better.coverage:
            reasons.append(f"only {covered:.0%} of what applies could be decided")
    if covered < PROVISIONAL:
        reasons.append(f"provisional: only {covered:.0%} of what applies could be decided")
    return grade.letter, tuple(reasons)


def _below(score: float, needed: float) -> str:
    """A score as the subjects show it, with its tenths where it would round up to what is needed."""
    return f"{score:.0f}" if round(score) < needed else f"{score:.1f}"


def held(total: int, letter: str, weakest: str) -> tuple[str, bool]:
    """The letter of a collection with a total and a letter of its own and a weakest project, and whether it is held."""
    letters = [grade.letter for grade in GRADES]
    by_total = next(grade.letter for grade in GRADES if total >= grade.overall)
    above = letters[max(0, letters.index(weakest) - 1)]
    worst = max(letter, by_total, above)
    return worst, above == worst and above > max(letter, by_total)


def _caps(kind: ProjectKind, result: Result) -> bool:
    cap = CAPS.get(result.check)
    if cap is None or kind not in cap.kinds or result.outcome is not Outcome.FAIL:
        return False
    return any(f.kind is Kind.FAIL and f.confidence is Confidence.HIGH for f in result.findings)
