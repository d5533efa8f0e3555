"""What the answers add up to: weights, one table each, and pure functions of them."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ml_readiness.grade import graded, held
from ml_readiness.library import CATEGORIES
from ml_readiness.report import CategoryScore, Confidence, Effort, Kind, Outcome, ProjectKind, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ml_readiness.report import Report, Result

SEVERITY_WEIGHTS: Mapping[Severity, float] = {
    Severity.CRITICAL: 10,
    Severity.HIGH: 7,
    Severity.MEDIUM: 3,
    Severity.LOW: 1,
}
"""What a check weighs within its category; so steep that four small things never equal a critical one."""

WORTH: Mapping[Outcome, float] = {
    Outcome.PASS: 1.0,
    Outcome.PARTIAL: 0.5,
    Outcome.ATTESTED: 0.5,
    Outcome.FAIL: 0.0,
    Outcome.BLOCKED: 0.0,
}
"""What an outcome earns; outcomes that are not here are outside the score."""

_UNDECIDED = frozenset({Outcome.UNKNOWN, Outcome.ERROR})

_OUTSIDE = frozenset({Outcome.NOT_APPLICABLE, Outcome.WAIVED, Outcome.ERROR})

_ORDER = tuple(CATEGORIES)
_WEIGHTS: Mapping[ProjectKind, tuple[int, ...]] = {
    # testing, dependencies, preprocessing, reproducibility, evaluation, serving, monitoring, documentation
    ProjectKind.SERVICE: (16, 12, 14, 12, 12, 14, 12, 8),
    ProjectKind.BATCH: (16, 12, 16, 14, 12, 10, 12, 8),
    ProjectKind.TRAINING: (15, 13, 16, 16, 12, 14, 7, 7),
    ProjectKind.LLM_APP: (13, 12, 10, 8, 18, 16, 13, 10),
    ProjectKind.LIBRARY: (30, 20, 5, 10, 5, 10, 0, 20),
    ProjectKind.RESEARCH: (10, 18, 12, 25, 17, 2, 0, 16),
    ProjectKind.COLLECTION: (10, 20, 10, 20, 5, 5, 0, 30),
    ProjectKind.NOTEBOOKS: (8, 20, 20, 24, 15, 0, 0, 13),
}
CATEGORY_WEIGHTS: Mapping[ProjectKind, Mapping[str, int]] = {
    kind: dict(zip(_ORDER, weights, strict=True)) for kind, weights in _WEIGHTS.items()
}
"""What a category weighs in the total, by what the repository is for; each row adds up to 100."""


EFFORT_COST: Mapping[Effort, float] = {Effort.SMALL: 1, Effort.MEDIUM: 2, Effort.LARGE: 5}
"""What a remedy costs when the next steps are chosen: less than its hours say: what takes long often counts most."""

COMES_WITH: Mapping[str, str] = {
    "imports-declared": "dependencies-declared",
    "dependencies-pinned": "dependencies-declared",
    "dependencies-locked": "dependencies-pinned",
}
"""Checks whose remedy is part of another's: whoever writes the list of libraries writes all of them, with versions."""


class Score(Struct, frozen=True):
    """Everything that is computed from the answers."""

    total: int | None
    low: int | None
    high: int | None
    grade: str | None
    reasons: tuple[str, ...]
    coverage: float
    categories: tuple[CategoryScore, ...]
    points: Mapping[str, float]
    """By check, what passing it would add to the total."""
    next_steps: tuple[str, ...]


class _Sums(Struct, frozen=True):
    """The weights of one category: obligations asked and earned, prohibitions stated and broken."""

    asked: float = 0.0
    earned: float = 0.0
    forbidden: float = 0.0
    broken: float = 0.0
    arising: float = 0.0
    """Obligations that arise, decided or not."""
    possible: float = 0.0
    """All obligations of the category."""

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(
            self.asked + other.asked,
            self.earned + other.earned,
            self.forbidden + other.forbidden,
            self.broken + other.broken,
            self.arising + other.arising,
            self.possible + other.possible,
        )

    @property
    def score(self) -> float | None:
        """0-100, or None where nothing counts."""
        if self.asked > 0:
            return 100 * self.earned / (self.asked + self.broken)
        return 0.0 if self.broken > 0 else None

    @property
    def presence(self) -> float:
        """The share of the category's weight that takes part: what arises of it, or what is broken of it."""
        if self.arising > 0:
            return self.arising / self.possible
        return self.broken / self.forbidden if self.forbidden > 0 else 0.0


def of_collection(whole: Score, members: Sequence[Report]) -> Score:
    """The score of a collection: no better than its middle project, and graded at most one step above its weakest.

    What only the repository as a whole can answer does not make up for the projects in it. What it would add is left
    out where the projects hold the total.
    """
    ranked = sorted((each for each in members if each.score is not None), key=lambda each: each.score or 0)
    if not ranked or whole.total is None or whole.grade is None:
        return whole
    middle, weakest = ranked[(len(ranked) - 1) // 2], ranked[0]
    total = min(whole.total, middle.score or 0)
    letter, is_held = held(total, whole.grade, weakest.grade or "F")
    because = f"its weakest project, {weakest.repository}, has {weakest.score} ({weakest.grade})"
    return structs.replace(
        whole,
        total=total,
        low=min(whole.low or 0, total),
        high=min(whole.high or 0, total) if total < whole.total else whole.high,
        grade=letter,
        reasons=(*whole.reasons, because) if is_held else whole.reasons,
        points=whole.points if total == whole.total else {},
    )


def score(kind: ProjectKind, results: Sequence[Result]) -> Score:
    """The score, the grade and what would change them; neither score nor grade where there is no ML."""
    weights = CATEGORY_WEIGHTS.get(kind)
    if weights is None:
        return Score(None, None, None, None, (), 1.0, (), {}, ())
    sums = _by_category(results)
    total = _total(weights, sums)
    covered = coverage(weights, results)
    categories = _categories(weights, sums)
    letter, reasons = graded(kind, _rounded(total), covered, categories, results)
    points = {result.check: _gain(weights, sums, results, result, total) for result in results}
    return Score(
        total=_rounded(total),
        low=_rounded(_total(weights, _by_category(results, unknown=0.0))),
        high=_rounded(_total(weights, _by_category(results, unknown=1.0))),
        grade=letter,
        reasons=reasons,
        coverage=round(covered, 3),
        categories=categories,
        points=points,
        next_steps=_next_steps(results, points),
    )


def weight(result: Result) -> float:
    """What a result weighs in its category; failures that rest on words alone count half."""
    full = SEVERITY_WEIGHTS[result.severity]
    return full / 2 if result.outcome is Outcome.FAIL and _only_words(result) else full


def coverage(weights: Mapping[str, float], results: Iterable[Result]) -> float:
    """The share of what applies that could be decided, 0-1."""
    decided = applicable = 0.0
    for result in results:
        share = SEVERITY_WEIGHTS[result.severity] * weights.get(result.category, 0)
        if result.outcome in WORTH:
            decided += share
            applicable += share
        elif result.outcome in _UNDECIDED:
            applicable += share
    return decided / applicable if applicable else 1.0


def _by_category(results: Iterable[Result], unknown: float | None = None) -> Mapping[str, _Sums]:
    sums: defaultdict[str, _Sums] = defaultdict(_Sums)
    for result in results:
        worth = unknown if result.outcome in _UNDECIDED else WORTH.get(result.outcome)
        sums[result.category] += _contribution(result, worth)
    return sums


def _contribution(result: Result, worth: float | None) -> _Sums:
    decided, heft = worth is not None, weight(result)
    worth = worth or 0.0
    if result.prohibition:
        return _Sums(forbidden=heft * decided, broken=heft * decided * (1 - worth))
    full = SEVERITY_WEIGHTS[result.severity]
    arises = decided or result.outcome in _UNDECIDED
    return _Sums(asked=heft * decided, earned=heft * worth, arising=full * arises, possible=full)


def _total(weights: Mapping[str, float], sums: Mapping[str, _Sums]) -> float:
    earned = possible = 0.0
    for category, sum_ in sums.items():
        value = sum_.score
        if value is not None:
            share = weights.get(category, 0) * sum_.presence
            earned += share * value
            possible += share
    return earned / possible if possible else 0.0


def _gain(
    weights: Mapping[str, float], sums: Mapping[str, _Sums], results: Iterable[Result], wanted: Result, total: float
) -> float:
    if WORTH.get(wanted.outcome, 0.0) == 1.0 or wanted.outcome in _OUTSIDE:
        return 0.0
    passed = wanted.replace(outcome=Outcome.PASS)
    peers = [passed if result is wanted else result for result in results if result.category == wanted.category]
    after = {**sums, wanted.category: _by_category(peers)[wanted.category]}
    return max(0.0, round(_total(weights, after) - total, 1))


def _categories(weights: Mapping[str, float], sums: Mapping[str, _Sums]) -> tuple[CategoryScore, ...]:
    present = {category: weights.get(category, 0) * sum_.presence for category, sum_ in sums.items()}
    whole = sum(present.values()) or 1.0
    found: list[CategoryScore] = []
    for category, question in CATEGORIES.items():
        value = sums[category].score if category in sums else None
        share = present.get(category, 0.0) / whole
        found.append(
            CategoryScore(
                category=category,
                question=question,
                score=None if value is None else round(value, 1),
                weight=round(share, 4),
            )
        )
    return tuple(found)


def _only_words(result: Result) -> bool:
    against = [finding for finding in result.findings if finding.kind in {Kind.FAIL, Kind.PARTIAL}]
    return bool(against) and all(finding.confidence is Confidence.LOW for finding in against)


def _next_steps(results: Iterable[Result], points: Mapping[str, float]) -> tuple[str, ...]:
    open_ = [r for r in results if points[r.check] > 0 and r.outcome in {Outcome.FAIL, Outcome.PARTIAL}]
    names = {result.check for result in open_}
    worth = {r.check: sum(points[each] for each in (r.check, *comes_with(r.check, names))) for r in open_}
    steps = [result for result in open_ if COMES_WITH.get(result.check) not in names]
    steps.sort(key=lambda r: (-worth[r.check] / EFFORT_COST[r.effort], -worth[r.check], r.check))
    return tuple(result.check for result in steps[:5])


def comes_with(check: str, names: Collection[str]) -> tuple[str, ...]:
    """Which of some checks the remedy of another one settles, too."""
    return tuple(each for each, other in COMES_WITH.items() if other == check and each in names)


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)
