"""What stands at the end: the projects inside, the ML Test Score, and what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.render import words
from ml_readiness.render.html.markup import Markup, tag, text

if TYPE_CHECKING:
    from ml_readiness.report import Problem, Report

MOST_PROBLEMS = 200


def members(report: Report) -> Markup | None:
    """The projects inside a collection, each with its verdict."""
    if not report.members:
        return None
    head = tag("tr", (tag("th", name, scope="col") for name in ("Project", "What it is", "Score", "First thing to do")))
    rows = tag("tbody", map(_member, report.members))
    return tag(
        "section", tag("h2", "Projects inside"), tag("table", tag("thead", head), rows, class_="figures"), id="members"
    )


def _member(member: Report) -> Markup:
    verdict = "no score" if member.score is None else f"{member.score} {member.grade}"
    first = member.result(member.next_steps[0]) if member.next_steps else None
    cells = (words.KINDS[member.kind], verdict, first.question if first is not None else "")
    return tag("tr", tag("th", tag("code", member.repository), scope="row"), (tag("td", cell) for cell in cells))


def test_score(report: Report) -> Markup | None:
    """The ML Test Score with its 28 tests."""
    if report.test_score is None:
        return None
    items = (
        tag("li", tag("b", f"{item.points:g}"), " ", item.item, " ", tag("span", item.evidence, class_="quiet"))
        for item in report.test_score.items
    )
    folded = tag("details", tag("summary", tag("strong", "The 28 tests")), tag("div", tag("ul", items), class_="body"))
    return tag("section", tag("h2", words.test_score(report)), folded, id="test-score")


def problems(report: Report) -> Markup | None:
    """What could not be read."""
    if not report.problems:
        return None
    shown = (_problem(problem) for problem in report.problems[:MOST_PROBLEMS])
    return tag("section", tag("h2", f"Notes ({len(report.problems)})"), tag("ul", shown), id="notes")


def _problem(problem: Problem) -> Markup:
    where = [tag("code", problem.path), " "] if problem.path else None
    return tag("li", where, text(problem.message, 300))
