"""A repository's scores over time: what a history holds."""

from __future__ import annotations

from datetime import datetime

from ml_readiness.changes import Change, Movement
from ml_readiness.report import Model, ProjectKind

BETTER = (Movement.FIXED, Movement.BETTER, Movement.SHRUNK)
WORSE = (Movement.WORSE, Movement.GROWN)


class Moment(Model, frozen=True, kw_only=True):
    """One commit and what the audit says about it."""

    commit: str
    when: datetime
    """The committer's date."""
    subject: str
    """The first line of the commit's message."""
    tag: str = ""
    """The tag that names it, where the history goes by tags."""
    kind: ProjectKind
    score: int | None
    grade: str | None
    coverage: float
    categories: dict[str, float | None] = {}  # noqa: RUF012
    """The score of each category that applies."""
    score_change: int | None = None
    """The score minus that of the moment before; null for the first, and where one of them has none."""
    changes: tuple[Change, ...] = ()
    """The checks whose answer is not what it was at the moment before; what got worse first."""
    notes: tuple[str, ...] = ()
    """What a reader has to know before drawing conclusions from the change."""

    @property
    def reasons(self) -> tuple[Change, ...]:
        """The changes of answers, those that went the way of the score first."""
        first, last = (BETTER, WORSE) if (self.score_change or 0) > 0 else (WORSE, BETTER)
        moved = [change for change in self.changes if change.movement is not Movement.SAME]
        return tuple(sorted(moved, key=lambda change: (change.movement in last) - (change.movement in first)))


class Timeline(Model, frozen=True, kw_only=True):
    """The audits of some commits of one repository, from the oldest to the newest."""

    tool_version: str
    repository: str
    revision: str
    """The commit whose history it is; its settings apply to all."""
    moments: tuple[Moment, ...]
    commits: int
    """How many commits there are in the time that was asked for."""
    notes: tuple[str, ...] = ()
    """What is not in it, and why."""

    def most_telling(self, count: int) -> tuple[Moment, ...]:
        """The moments that changed the score most, the newest first among equals; never those without a change."""
        moved = [moment for moment in reversed(self.moments) if moment.score_change]
        return tuple(sorted(moved, key=lambda moment: -abs(moment.score_change or 0))[:count])
