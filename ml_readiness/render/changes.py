"""What changed since a base revision, as GitHub-flavoured Markdown: what got worse first, what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.changes import Movement
from ml_readiness.render import words
from ml_readiness.render.gfm import code, place, prose
from ml_readiness.report import Outcome
from ml_readiness.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ml_readiness.changes import Change, Comparison
    from ml_readiness.render.gfm import Link
    from ml_readiness.report import Report

CHANGES = 10
"""How many checks are shown of one group."""
NEW = 5
"""How many questions are shown that nobody asked before."""
PLACES = 3
"""How many places are shown of one check."""


def lines(report: Report, link: Link | None = None) -> Iterator[str]:
    """The sections on what changed; nothing where there is no base, or nothing changed."""
    if report.comparison is None:
        return
    yield from worse(report, report.comparison, link)
    yield from arising(report, report.comparison, link)
    yield from better(report.comparison)


def headline(comparison: Comparison) -> str:
    """How the score and the answers changed, in a sentence."""
    was = f", which had {comparison.score} ({comparison.grade})" if comparison.score is not None else ""
    change = comparison.score_change
    moved = (
        f"**{words.change(change)}** since {base(comparison)}{was}"
        if change
        else f"The same score as {base(comparison)}"
    )
    if change is None:
        moved = f"Compared with {base(comparison)}{was}"
    return f"{moved}: {words.changes(comparison)}."


def base(comparison: Comparison) -> str:
    """What is compared with."""
    return code(comparison.revision[:7]) if comparison.revision else "the base"


def notes(comparison: Comparison) -> Iterator[str]:
    """What a reader has to know before drawing conclusions from the change of the score, in sentences."""
    for note in comparison.notes:
        yield f"{prose(note[:1].upper() + note[1:])}."
    shared, whole = comparison.shared_change, comparison.score_change
    if whole is not None and shared is not None and shared != whole and comparison.with_movement(*words.ASKED):
        yield f"Counting only what was asked before, too: {words.change(shared)}."


def worse(report: Report, comparison: Comparison, link: Link | None) -> Iterator[str]:
    """What got worse, and what to do about it."""
    yield from _group("❌ Worse with this change", comparison.regressions, CHANGES, report, link)


def arising(report: Report, comparison: Comparison, link: Link | None) -> Iterator[str]:
    """What is asked for the first time and not in place."""
    yield from _group("🆕 New questions, without a good answer yet", unanswered(comparison), NEW, report, link)


def unanswered(comparison: Comparison) -> tuple[Change, ...]:
    """The questions that are asked for the first time and have no good answer."""
    asked = comparison.with_movement(Movement.ARISING)
    return tuple(change for change in asked if change.after is not Outcome.PASS)


def _group(title: str, changes: Sequence[Change], most: int, report: Report, link: Link | None) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield f"### {title} ({len(changes)})"
    yield ""
    for change in changes[:most]:
        yield from _in_detail(change, report, link)
    if len(changes) > most:
        yield f"- and {plural(len(changes) - most, 'more question')}"


def _in_detail(change: Change, report: Report, link: Link | None) -> Iterator[str]:
    result = report.result(change.check)
    findings = change.new or (words.telling(result) if result is not None else ())
    grown = ", in more places than before" if change.movement is Movement.GROWN else ""
    yield f"- **{prose(change.question)}** <sub>{prose(change.check)}, {change.severity.value}{grown}</sub>"
    shown, others = words.cut(findings, PLACES)
    for finding in shown:
        where = place(finding, link)
        yield f"  - {where}{': ' if where else ''}{prose(finding.message)}"
    if others:
        yield f"  - {others}"
    fix = next((finding.hint for finding in findings if finding.hint), None) or (result.fix if result else "")
    if fix:
        yield f"  - **Fix:** {prose(fix)}"


def better(comparison: Comparison) -> Iterator[str]:
    """What got better, or is in place where it is asked for the first time."""
    asked = comparison.with_movement(Movement.ARISING)
    found = (
        *comparison.with_movement(Movement.FIXED, Movement.BETTER, Movement.SHRUNK),
        *(change for change in asked if change.after is Outcome.PASS),
    )
    if not found:
        return
    yield ""
    yield f"### ✅ Better with this change ({len(found)})"
    yield ""
    for change in found[:CHANGES]:
        where = next((place(finding, None) for finding in change.absent if finding.location), "")
        gone = f": no more {where}" if where and change.movement is Movement.SHRUNK else ""
        how = "new, and in place" if change.movement is Movement.ARISING else words.MOVEMENTS[change.movement]
        yield f"- {prose(change.question)} <sub>{how}</sub>{gone}"
    if len(found) > CHANGES:
        yield f"- and {plural(len(found) - CHANGES, 'more question')}"
