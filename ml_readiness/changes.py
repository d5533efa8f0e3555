"""What became of the answers between two revisions, as a report holds it."""

from __future__ import annotations

from enum import StrEnum

from ml_readiness.answers import Finding, Model, Outcome, Severity


class Movement(StrEnum):
    """What a change did to the answer of one check."""

    WORSE = "worse"
    """It holds less than before, or something forbidden is new."""
    GROWN = "grown"
    """It held no more than now, but is missing in more places."""
    ARISING = "arising"
    """It is decided now and was not before: no regression, whatever the answer."""
    GONE = "gone"
    """It was decided before and is not now."""
    SHRUNK = "shrunk"
    """It is missing in fewer places."""
    BETTER = "better"
    """It holds in part now."""
    FIXED = "fixed"
    """It holds now."""
    SAME = "same"


class Change(Model, frozen=True, kw_only=True):
    """What became of one check's answer between two revisions."""

    check: str
    question: str
    category: str
    severity: Severity
    movement: Movement
    before: Outcome | None
    """Null where the other report does not have the check."""
    after: Outcome | None
    new: tuple[Finding, ...] = ()
    """What is against the check now and was not before."""
    absent: tuple[Finding, ...] = ()
    """What was against the check before and is gone."""
    unchanged: int = 0
    """How many findings against the check were there before, too."""


class Comparison(Model, frozen=True, kw_only=True):
    """What a report says that the report on a base revision does not, and the other way round."""

    revision: str | None
    """The commit compared with."""
    score: int | None
    """The score of the base."""
    grade: str | None
    score_change: int | None
    """The score minus the base's; null where one of them has none."""
    shared_change: int | None
    """The same, over the questions that are decided on both sides alone."""
    categories: dict[str, float | None] = {}  # noqa: RUF012
    """The base's score of each category."""
    changes: tuple[Change, ...] = ()
    """The checks whose answer is not the same, or not for the same places; what got worse first."""
    new: int = 0
    unchanged: int = 0
    absent: int = 0
    """Findings against checks, counted."""
    notes: tuple[str, ...] = ()
    """What a reader has to know before drawing conclusions."""

    def with_movement(self, *movements: Movement) -> tuple[Change, ...]:
        """The changes that went one of these ways, in order."""
        return tuple(change for change in self.changes if change.movement in movements)

    @property
    def regressions(self) -> tuple[Change, ...]:
        """What the change made worse; questions that are new do not belong to it."""
        return self.with_movement(Movement.WORSE, Movement.GROWN)
