"""All questions with their evidence, and the tools to find one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ml_readiness.changes import Movement
from ml_readiness.library import CATEGORIES
from ml_readiness.render import words
from ml_readiness.render.html.evidence import findings
from ml_readiness.render.html.groups import ANSWERS, GROUPS, OPENED, group_of
from ml_readiness.render.html.markup import Markup, prose, tag
from ml_readiness.report import Finding, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.changes import Change
    from ml_readiness.report import Report, Result

SPOKEN_FOR = frozenset({Outcome.BLOCKED, Outcome.WAIVED, Outcome.ATTESTED})
"""Outcomes whose summary says more than the findings."""


def questions(report: Report) -> Markup:
    """The section of all questions."""
    subjects = _subjects(report)
    return tag(
        "section",
        tag("h2", "All questions"),
        _tools(report, subjects),
        tag("div", (_subject(report, *item) for item in subjects.items()), id="list"),
        tag(
            "p",
            "No question fits these filters. ",
            tag("button", "Show all", type="button", class_="reset"),
            id="none",
            hidden=True,
        ),
        id="questions",
    )


def _subjects(report: Report) -> dict[str, str]:
    present = {result.category for result in report.results}
    known = {category: question for category, question in CATEGORIES.items() if category in present}
    return known | {category: category for category in sorted(present - CATEGORIES.keys())}


def _tools(report: Report, subjects: dict[str, str]) -> Markup:
    counts = Counter(group_of(result.outcome) for result in report.results)
    buttons = [_toggle(group, counts[group]) for group in GROUPS if counts[group]]
    paths = sorted({f.path for result in report.results for f in result.findings if f.path})
    severities = [(severity.value, severity.value) for severity in Severity]
    return tag(
        "form",
        tag("input", id="search", type="search", placeholder="Search ( / )", aria_label="Search the questions"),
        tag("div", buttons, class_="toggles", role="group", aria_label="Outcomes"),
        _choice("subject", "All subjects", subjects.items()),
        _choice("severity", "All severities", severities),
        _choice("change", "Changed or not", CHANGES) if report.comparison is not None else None,
        tag(
            "input",
            id="file",
            list="paths",
            placeholder="File or folder",
            aria_label="Findings in a file or folder",
            autocomplete="off",
        ),
        tag("datalist", (tag("option", value=path) for path in paths), id="paths"),
        tag("button", "Show all", type="button", class_="reset ghost"),
        tag("button", "Unfold", type="button", id="unfold", class_="ghost", aria_pressed="false"),
        tag("p", id="told", class_="quiet", role="status"),
        class_="tools",
        role="search",
        hidden=True,
    )


CHANGES = (("changed", "what changed"), ("new", "new findings"), ("fixed", "fixed or better"), ("same", "unchanged"))


def _toggle(group: str, count: int) -> Markup:
    return tag("button", f"{group} ", tag("b", str(count)), type="button", data_outcome=group, aria_pressed="true")


def _choice(name: str, everything: str, options: Iterable[tuple[str, str]]) -> Markup:
    shown = (tag("option", label, value=value) for value, label in options)
    return tag("select", tag("option", everything, value=""), shown, id=name, aria_label=everything)


def _subject(report: Report, category: str, question: str) -> Markup:
    order = list(words.OUTCOMES)
    results = [result for result in report.results if result.category == category]
    results.sort(key=lambda result: (order.index(result.outcome), -result.points))
    return tag(
        "section",
        tag("h3", question),
        (_question(report, result) for result in results),
        class_="category",
        id=category,
        data_category=category,
    )


def _question(report: Report, result: Result) -> Markup:
    change = _change(report, result.check)
    return tag(
        "details",
        tag("summary", _summary(result, change)),
        tag("div", _body(report, result, change), class_="body"),
        class_=f"question {result.outcome.value}",
        id=result.check,
        data_group=group_of(result.outcome),
        data_severity=result.severity.value,
        data_change=_states(change) if report.comparison is not None else None,
        open=result.outcome in OPENED,
    )


def _summary(result: Result, change: Change | None) -> Iterator[Markup]:
    yield tag("span", ANSWERS[result.outcome], class_="answer")
    yield tag("strong", result.question)
    if change is not None and change.movement is not Movement.SAME:
        yield tag("span", words.MOVEMENTS[change.movement], class_=f"badge {change.movement.value}")
    gain = f", {result.points:+.1f} points for {words.EFFORTS[result.effort]}" if result.points else ""
    yield tag("span", tag("code", result.check), f" {result.severity.value}{gain}", class_="quiet")


def _body(report: Report, result: Result, change: Change | None) -> Iterator[Markup]:
    if not result.findings or result.outcome in SPOKEN_FOR:
        yield tag("p", prose(result.summary))
    if result.findings:
        new = frozenset(change.new) if change is not None else frozenset[Finding]()
        yield findings(report, result.findings, new, words.fix(result))
    if result.why:
        yield tag("p", tag("b", "Why "), prose(result.why))
    if words.fix(result) and result.outcome is not Outcome.PASS:
        yield tag("p", tag("b", "Fix "), prose(words.fix(result)))


def _change(report: Report, check: str) -> Change | None:
    changes = report.comparison.changes if report.comparison is not None else ()
    return next((change for change in changes if change.check == check), None)


def _states(change: Change | None) -> str:
    """The words by which the filter finds a question."""
    if change is None:
        return "same"
    is_better = change.movement in {Movement.FIXED, Movement.BETTER, Movement.SHRUNK}
    return " ".join(["changed", *(["new"] if change.new else []), *(["fixed"] if is_better or change.absent else [])])
