"""What changed since the base: what got worse, what is asked for the first time, what is fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.changes import Movement
from ml_readiness.render import words
from ml_readiness.render.html.evidence import findings, place
from ml_readiness.render.html.glance import dial
from ml_readiness.render.html.groups import ANSWERS
from ml_readiness.render.html.markup import Markup, join, prose, tag, text
from ml_readiness.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ml_readiness.changes import Change, Comparison
    from ml_readiness.report import Finding, Report

GONE = 6
"""How many findings that are gone are listed of one check."""


def changes(report: Report) -> Markup | None:
    """The section on what changed; nothing without a base."""
    comparison = report.comparison
    if comparison is None:
        return None
    return tag(
        "section",
        tag("h2", "What this change did"),
        _sides(report, comparison),
        tag("p", words.changes(comparison).capitalize(), ".", class_="lead"),
        (tag("p", text(note[:1].upper() + note[1:]), ".", class_="quiet") for note in comparison.notes),
        _groups(report, comparison),
        id="changes",
    )


def _sides(report: Report, comparison: Comparison) -> Markup:
    base = comparison.revision[:7] if comparison.revision else "base"
    head = report.revision[:7] if report.revision else "now"
    sides = ((f"base {base}", comparison.score, comparison.grade), (f"head {head}", report.score, report.grade))
    figures = [_side(*side) for side in sides]
    counts = tag(
        "dl",
        *(
            tag("div", tag("dt", name), tag("dd", str(count)), class_=kind)
            for name, count, kind in (
                ("new findings", comparison.new, "worse"),
                ("gone", comparison.absent, "fixed"),
                ("unchanged", comparison.unchanged, "same"),
            )
        ),
    )
    return tag(
        "div", figures[0], tag("span", "→", class_="arrow", aria_hidden="true"), figures[1], counts, class_="sides"
    )


def _side(name: str, score: int | None, grade: str | None) -> Markup:
    shown = dial(score, grade) if score is not None else tag("p", "no score")
    return tag("figure", shown, tag("figcaption", name))


def _groups(report: Report, comparison: Comparison) -> Iterator[Markup]:
    asked = comparison.with_movement(Movement.ARISING)
    missing = [change for change in asked if change.after is not Outcome.PASS]
    present = [change for change in asked if change.after is Outcome.PASS]
    better = comparison.with_movement(Movement.FIXED, Movement.BETTER, Movement.SHRUNK)
    moved = [change for change in comparison.with_movement(Movement.SAME) if change.new]
    yield from _group(report, "Worse", "worse", comparison.regressions)
    yield from _group(report, "Asked for the first time, and not in place", "asked", missing)
    yield from _group(report, "Fixed or better", "fixed", [*better, *present])
    yield from _group(report, "In other places than before", "same", moved)
    yield from _group(report, "No longer asked", "same", comparison.with_movement(Movement.GONE))


def _group(report: Report, name: str, kind: str, found: Sequence[Change]) -> Iterator[Markup]:
    if found:
        yield tag("h3", name, " ", tag("span", str(len(found)), class_="quiet"))
        yield tag("ul", (_change(report, change) for change in found), class_=f"changes {kind}")


def _change(report: Report, change: Change) -> Markup:
    result = report.result(change.check)
    name = tag("a", change.question, href=f"#{change.check}") if result is not None else join(change.question)
    sides = [ANSWERS[side] if side is not None else "not asked" for side in (change.before, change.after)]
    told = tag("span", f"{sides[0]} → {sides[1]}" if sides[0] != sides[1] else sides[1], class_="quiet")
    is_against = change.movement in {Movement.WORSE, Movement.GROWN, Movement.ARISING}
    remedy = words.fix(result) if result is not None and is_against else ""
    fix = tag("p", tag("b", "Fix "), prose(remedy)) if remedy else None
    if change.after is Outcome.PASS:
        fix = None
    return tag(
        "li", tag("p", name, " ", told), findings(report, change.new) if change.new else None, _gone(change.absent), fix
    )


def _gone(absent: Sequence[Finding]) -> Markup | None:
    if not absent:
        return None
    shown = [tag("li", tag("s", _said(finding))) for finding in absent[:GONE]]
    more = [tag("li", f"and {len(absent) - GONE} more", class_="quiet")] if len(absent) > GONE else []
    return tag("ul", shown, more, class_="gone", aria_label="Gone")


def _said(finding: Finding) -> Iterator[Markup]:
    if finding.location is not None:
        yield join([place(finding.location), " "])
    yield prose(finding.message, 300)
