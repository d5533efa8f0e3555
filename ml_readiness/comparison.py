"""Two reports compared: what is new, what is unchanged, what is gone, and what that did to the score."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ml_readiness.changes import Change, Comparison, Movement
from ml_readiness.identity import stable
from ml_readiness.report import Kind, Outcome
from ml_readiness.score import WORTH, score

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from ml_readiness.report import Finding, Report, Result

DECIDED = frozenset({Outcome.PASS, Outcome.PARTIAL, Outcome.FAIL})
AGAINST = frozenset({Kind.FAIL, Kind.PARTIAL})
_ORDER = tuple(Movement)
_SEVERITIES = ("critical", "high", "medium", "low")


def compare(before: Report, after: Report, notes: Sequence[str] = ()) -> Comparison:
    """What `after` says that `before` does not; both must come from the same checks under the same settings."""
    compared = [_change(before.result(result.check), result) for result in after.results]
    compared += [_vanished(result) for result in before.results if after.result(result.check) is None]
    changes = [change for change in compared if change.movement is not Movement.SAME or change.new]
    changes.sort(key=lambda c: (_ORDER.index(c.movement), _SEVERITIES.index(c.severity), c.check))
    return Comparison(
        revision=before.revision,
        score=before.score,
        grade=before.grade,
        score_change=None if before.score is None or after.score is None else after.score - before.score,
        shared_change=_shared_change(before, after),
        categories={category.category: category.score for category in before.categories},
        changes=tuple(changes),
        new=sum(len(change.new) for change in compared),
        unchanged=sum(change.unchanged for change in compared),
        absent=sum(len(change.absent) for change in compared),
        notes=(*notes, *_notes(before, after)),
    )


def _change(before: Result | None, after: Result) -> Change:
    was = before.outcome if before is not None else None
    new, absent, unchanged = _matched(_against(before), _against(after))
    if after.outcome not in DECIDED:
        new = ()
    elif after.outcome is Outcome.PASS:
        new, unchanged = (), 0
    return Change(
        check=after.check,
        question=after.question,
        category=after.category,
        severity=after.severity,
        movement=_movement(was, after, len(new) - len(absent)),
        before=was,
        after=after.outcome,
        new=new,
        absent=absent if was in DECIDED and was is not Outcome.PASS else (),
        unchanged=unchanged,
    )


def _vanished(before: Result) -> Change:
    decided = before.outcome in DECIDED
    return Change(
        check=before.check,
        question=before.question,
        category=before.category,
        severity=before.severity,
        movement=Movement.GONE if decided else Movement.SAME,
        before=before.outcome,
        after=None,
    )


def _movement(was: Outcome | None, after: Result, more: int) -> Movement:
    now = after.outcome
    if after.prohibition:
        was = Outcome.PASS if was is Outcome.NOT_APPLICABLE else was
        now = Outcome.PASS if now is Outcome.NOT_APPLICABLE else now
    if was not in DECIDED or now not in DECIDED:
        arises, arose = now in DECIDED, was in DECIDED
        return Movement.ARISING if arises else Movement.GONE if arose else Movement.SAME
    if now is not was:
        if WORTH[now] < WORTH.get(was or now, 0):
            return Movement.WORSE
        return Movement.FIXED if now is Outcome.PASS else Movement.BETTER
    if now is Outcome.PASS or more == 0:
        return Movement.SAME
    return Movement.GROWN if more > 0 else Movement.SHRUNK


def _against(result: Result | None) -> list[Finding]:
    return [finding for finding in result.findings if finding.kind in AGAINST] if result is not None else []


def _matched(before: list[Finding], after: list[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...], int]:
    """What is new, what is absent, and how many findings are on both sides; the closest likeness pairs first."""
    matched = 0
    for level in range(5):
        waiting: defaultdict[Hashable, list[Finding]] = defaultdict(list)
        for finding in before:
            waiting[_likeness(finding, level)].append(finding)
        left: list[Finding] = []
        for finding in after:
            same = waiting.get(_likeness(finding, level))
            if same:
                same.pop(0)
                matched += 1
            else:
                left.append(finding)
        before, after = [finding for findings in waiting.values() for finding in findings], left
    return tuple(after), tuple(before), matched


def _likeness(finding: Finding, level: int) -> Hashable:
    """What two findings must share to be the same one; where a level has nothing to go by, the finding itself."""
    said, path = stable(finding.message), finding.path
    if level == 0:
        return path, finding.cell, said, finding.code, finding.kind
    if level == 1:
        return path, said
    if level == 2 and finding.code:
        return path, finding.code
    if level == 3 and path is not None:
        return said, finding.code or path.rpartition("/")[2]
    if level == 4 and path is None:
        return "the repository"
    return id(finding)


def _shared_change(before: Report, after: Report) -> int | None:
    pairs = [
        (was, now)
        for now in after.results
        if (was := before.result(now.check)) is not None
        and (now.prohibition or (was.outcome in DECIDED and now.outcome in DECIDED))
    ]
    old = score(after.kind, [was for was, _ in pairs]).total
    new = score(after.kind, [now for _, now in pairs]).total
    return None if old is None or new is None else new - old


def _notes(before: Report, after: Report) -> Iterator[str]:
    if before.kind is not after.kind:
        yield (
            f"the project was of the kind {before.kind.value} and is of the kind {after.kind.value} now, "
            "so other questions arise and weigh differently"
        )
    if not before.complete:
        yield "the audit of the base is incomplete, so the comparison is, too"
