"""The score at a glance: a dial, a bar for each subject, and what changed since the base."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from ml_readiness.render import words
from ml_readiness.render.html.groups import GROUPS, group_of
from ml_readiness.render.html.markup import Markup, join, prose, tag, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.report import CategoryScore, Report

RADIUS = 42


def header(report: Report) -> Markup:
    """Name, kind, score and subjects."""
    return tag("header", tag("div", _name(report), switch(), class_="title"), _kind(report), _verdict(report))


def tone(score: float) -> str:
    """How good a number is, as a class."""
    return "high" if score >= 70 else "middle" if score >= 40 else "poor"


def _name(report: Report) -> Markup:
    revision = [" at ", tag("code", report.revision[:12])] if report.revision else None
    return tag("h1", text(report.repository, 200), revision)


def switch() -> Markup:
    """The button between dark and light; the script shows it."""
    return tag("button", "Dark", type="button", id="theme", class_="ghost", hidden=True, aria_pressed="false")


def _kind(report: Report) -> Iterator[Markup]:
    reasons = "; ".join(report.kind_reasons)
    because = [" ", tag("span", "(", prose(reasons, 300), ")", class_="quiet")] if reasons else None
    yield tag("p", f"It is {words.KINDS[report.kind]}", because, ".")
    if not report.complete:
        yield tag("p", tag("strong", "Incomplete: a check could not be run, so this is not the whole truth."))


def _verdict(report: Report) -> Markup:
    if report.score is None:
        return tag("p", tag("strong", "No score: no machine learning of its own was found here."))
    told = tag("div", _sentences(report), _counts(report), class_="told")
    return tag(
        "div", tag("div", dial(report.score, report.grade), told, class_="verdict"), _bars(report), class_="glance"
    )


def _sentences(report: Report) -> Iterator[Markup]:
    yield tag("p", tag("strong", f"{words.grade(report).capitalize()}."), class_="grade")
    comparison = report.comparison
    if comparison is not None:
        base = comparison.revision[:7] if comparison.revision else "the base"
        was = f" (was {comparison.score}, {comparison.grade})" if comparison.score is not None else ""
        yield tag("p", tag("a", words.change(comparison.score_change), href="#changes"), f" against {base}{was}.")
    yield from (tag("p", "Held down: ", text(reason), ".") for reason in report.grade_reasons)
    if report.score_low != report.score_high:
        yield tag("p", f"Between {report.score_low} and {report.score_high}, since some questions stay open.")


def _counts(report: Report) -> Markup:
    counts = Counter(group_of(result.outcome) for result in report.results)
    shown = [(name, counts[name]) for name in GROUPS if counts[name] and name != "not asked"]
    return tag(
        "p",
        (
            tag("span", tag("b", str(count)), f" {name}", class_=f"count {name.replace(' ', '-')}")
            for name, count in shown
        ),
        class_="counts",
    )


def dial(score: int, grade: str | None) -> Markup:
    """The score as an arc with the grade inside."""
    around = 2 * math.pi * RADIUS
    ring = {"cx": 50, "cy": 50, "r": RADIUS, "stroke_width": 9}
    return tag(
        "svg",
        tag("circle", class_="track", **ring),
        tag(
            "circle",
            class_="arc",
            stroke_dasharray=f"{around * score / 100:.1f} {around:.1f}",
            transform="rotate(-90 50 50)",
            **ring,
        ),
        tag("text", grade or "", x=50, y=53, font_size=30),
        tag("text", f"{score} / 100", class_="small", x=50, y=69, font_size=11),
        class_=f"dial {tone(score)}",
        viewBox="0 0 100 100",
        role="img",
        aria_label=f"{score} of 100, grade {grade}",
    )


def _bars(report: Report) -> Markup:
    bases = report.comparison.categories if report.comparison is not None else {}
    rows = [_bar(each, each.score, bases.get(each.category)) for each in report.categories if each.score is not None]
    caption = tag(
        "caption",
        "The subjects, each out of 100",
        tag("span", "; the mark is the base", class_="quiet") if bases else None,
    )
    return tag("table", caption, tag("tbody", rows), class_="bars")


def _bar(category: CategoryScore, score: float, base: float | None) -> Markup:
    mark = tag("rect", class_="base", x=max(0.0, round(base) - 0.6), width=1.2, height=8) if base is not None else None
    bar = tag(
        "svg",
        tag("rect", class_="back", width=100, height=8),
        tag("rect", class_="front", width=round(score), height=8),
        mark,
        class_=tone(score),
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
    moved = round(score) - round(base) if base is not None else 0
    change = tag("span", f" {moved:+d}", class_="moved") if moved else None
    return tag(
        "tr",
        tag("th", tag("a", category.question, href=f"#{category.category}"), scope="row"),
        tag("td", bar),
        tag("td", join(f"{score:.0f}"), change, class_="number"),
    )
