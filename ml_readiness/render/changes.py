"""What changed since a base revision, as GitHub-flavoured Markdown: what got worse first, what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.render import words
from ml_readiness.render.gfm import code, place, prose
from ml_readiness.report import Movement, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ml_readiness.render.gfm import Link
    from ml_readiness.report import Change, Comparison, Report

CHANGES = 10
"""How many checks are shown of one group."""
PLACES = 3
"""How many places are shown of one check."""


def lines(report: Report, link: Link | None = None) -> Iterator[str]:
    """The sections on what changed; nothing where there is no base, or nothing changed."""
    if report.comparison is None:
        return
    yield from worse(report, report.comparison, link)
    yield from arising(report, report.comparison, link)
    yield from better(report.comparison)


def headline(report: Report) -> str:
    """How the score changed, in a sentence without its end; empty where there is no base."""
    comparison = report.comparison
    if comparison is None:
        return ""
    base = code(comparison.revision[:7]) if comparison.revision else "the base"
    was = f" (was {comparison.score}, {comparison.grade})" if comparison.score is not None else " (had no score)"
    return f"**{words.change(comparison.score_change)}** against {base}{was}"


def notes(comparison: Comparison) -> Iterator[str]:
    """What a reader has to know before drawing conclusions from the change of the score, in sentences."""
    for note in comparison.notes:
        yield f"{prose(note[:1].upper() + note[1:])}."
    shared, whole = comparison.shared_change, comparison.score_change
    if whole is not None and shared is not None and shared != whole and comparison.with_movement(*words.ASKED):
        yield f"On the questions that both sides are asked, the change is {words.change(shared)}."


def worse(report: Report, comparison: Comparison, link: Link | None) -> Iterator[str]:
    """What got worse, and what to do about it."""
    yield from _group("❌ Worse with this change", comparison.regressions, report, link)


def arising(report: Report, comparison: Comparison, link: Link | None) -> Iterator[str]:
    """What is asked for the first time and not in place."""
    asked = comparison.with_movement(Movement.ARISING)
    missing = [change for change in asked if change.after is not Outcome.PASS]
    yield from _group("🆕 Asked for the first time, and not in place", missing, report, link)


def _group(title: str, changes: Sequence[Change], report: Report, link: Link | None) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield f"### {title} ({len(changes)})"
    yield ""
    for change in changes[:CHANGES]:
        yield from _in_detail(change, report, link)
    if len(changes) > CHANGES:
        yield f"- and {words.plural(len(changes) - CHANGES, 'more question')}"


def _in_detail(change: Change, report: Report, link: Link | None) -> Iterator[str]:
    result = report.result(change.check)
    findings = change.new or (words.telling(result) if result is not None else ())
    name = f"**{prose(change.question)}** <sub>{prose(change.check)}, {change.severity.value}</sub>"
    yield f"- {name}"
    for finding in findings[:PLACES]:
        where = place(finding, link)
        yield f"  - {where}{': ' if where else ''}{prose(finding.message)}"
    if len(findings) > PLACES:
        yield f"  - and {words.plural(len(findings) - PLACES, 'more place')}"
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
        yield f"- {prose(change.question)} <sub>{words.MOVEMENTS[change.movement]}</sub>{gone}"
    if len(found) > CHANGES:
        yield f"- and {words.plural(len(found) - CHANGES, 'more question')}"
