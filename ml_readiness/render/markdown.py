"""The report as GitHub-flavoured Markdown, in which nothing from the repository becomes markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.library import CATEGORIES
from ml_readiness.render import changes, words
from ml_readiness.render.gfm import cell, code, place, prose
from ml_readiness.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.render.gfm import Link
    from ml_readiness.report import Report, Result

PLACES = 5
"""How many places are shown for one question."""
STEPS = 5
"""How many things are named that are worth doing first."""

_SYMBOLS = {
    Outcome.FAIL: "❌",
    Outcome.PARTIAL: "🟡",
    Outcome.BLOCKED: "⏳",
    Outcome.ERROR: "💥",
    Outcome.UNKNOWN: "❔",
    Outcome.ATTESTED: "✍️",
    Outcome.WAIVED: "✍️",
    Outcome.PASS: "✅",
    Outcome.NOT_APPLICABLE: "⚪",
}
_OPEN = (Outcome.FAIL, Outcome.PARTIAL, Outcome.ERROR)
FOLDED = (
    Outcome.UNKNOWN,
    Outcome.BLOCKED,
    Outcome.ATTESTED,
    Outcome.WAIVED,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)


def render(report: Report, link: Link | None = None) -> str:
    """The report for people: failures first, passes folded; `link` turns places into URLs."""
    return "\n".join(_lines(report, link)) + "\n"


def _lines(report: Report, link: Link | None) -> Iterator[str]:
    yield from _headline(report)
    yield from changes.lines(report, link)
    yield from _categories(report)
    yield from _more(report)
    yield from next_steps(report)
    yield from missing(report, link)
    for outcome in FOLDED:
        yield from folded(outcome, report, link)
    yield from _problems(report)
    yield ""
    yield f"<sub>ml-readiness {prose(report.tool_version)}. Read from files alone, nothing was executed.</sub>"


def _headline(report: Report) -> Iterator[str]:
    if report.score is None:
        yield "## ML readiness: no score"
    else:
        yield f"## ML readiness: {report.score}/100, grade {report.grade} ({words.grade(report)})"
    yield ""
    yield kind(report)
    if report.comparison is not None:
        yield changes.headline(report.comparison)
        yield from changes.notes(report.comparison)
    if report.grade_reasons:
        yield f"The grade is held down: {prose(words.held_down(report))}."
    if report.score_low != report.score_high:
        yield f"Some questions stay open: the score is between {report.score_low} and {report.score_high}."
    if not report.complete:
        yield "**Incomplete: a check could not be run, so this is not the whole truth.**"


def kind(report: Report) -> str:
    """What was audited and what it was taken for, in a sentence."""
    because = f" ({prose('; '.join(report.kind_reasons[:2]), 300)})" if report.kind_reasons else ""
    revision = f" at {code(report.revision[:12])}" if report.revision else ""
    return f"{code(report.repository)}{revision} is {words.KINDS[report.kind]}{because}."


def _categories(report: Report) -> Iterator[str]:
    shown = [category for category in report.categories if category.score is not None]
    if shown:
        yield ""
        yield "| Question | Score | Weight |"
        yield "|---|--:|--:|"
        for category in shown:
            yield f"| {prose(category.question)} | {category.score:.0f} | {category.weight:.0%} |"


def _more(report: Report) -> Iterator[str]:
    if told := words.test_score(report):
        yield ""
        yield f"{told}."
    yield from members(report)


def members(report: Report) -> Iterator[str]:
    """The projects inside a collection, the worst first; nothing where there are none."""
    if report.members:
        yield ""
        yield "| Project inside | Kind | Score |"
        yield "|---|---|--:|"
    for member in sorted(report.members, key=lambda member: member.score or 0):
        verdict = "no score" if member.score is None else f"{member.score} {member.grade}"
        yield f"| {cell(member.repository)} | {words.KINDS[member.kind]} | {verdict} |"


def next_steps(
    report: Report, title: str = "### What to do first", said: frozenset[str] = frozenset(), most: int = STEPS
) -> Iterator[str]:
    """The steps that gain most for their effort, without the checks of which it was `said` already."""
    wanted = [check for check in report.next_steps if check not in said][:most]
    steps = [result for check in wanted if (result := report.result(check)) is not None]
    if steps:
        yield ""
        yield title
        yield ""
    for number, result in enumerate(steps, 1):
        yield f"{number}. **{prose(result.question)}** {prose(words.fix(result))} ({prose(words.gain(report, result))})"


def _gain(result: Result) -> str:
    return f"{result.points:+.1f} points for {words.EFFORTS[result.effort]}"


def missing(report: Report, link: Link | None) -> Iterator[str]:
    """What is against the project in detail, with evidence and remedies."""
    for outcome in _OPEN:
        yield from _open(outcome, report, link)


def _open(outcome: Outcome, report: Report, link: Link | None) -> Iterator[str]:
    results = list(report.with_outcome(outcome))
    if not results:
        return
    yield ""
    yield f"### {words.OUTCOMES[outcome]} ({len(results)})"
    for category in _in_order(results):
        yield ""
        yield f"**{prose(CATEGORIES.get(category, category))}**"
        yield ""
        for result in words.worst_first(r for r in results if r.category == category):
            yield from _in_detail(result, link)


def _in_order(results: Iterable[Result]) -> list[str]:
    present = {result.category for result in results}
    return [*(c for c in CATEGORIES if c in present), *sorted(present - CATEGORIES.keys())]


def _in_detail(result: Result, link: Link | None) -> Iterator[str]:
    gain = f", {_gain(result)}" if result.points else ""
    symbol = _SYMBOLS[result.outcome]
    yield f"- {symbol} {prose(result.question)} <sub>{prose(result.check)}, {result.severity.value}{gain}</sub>"
    shown, others = words.cut(words.telling(result), PLACES)
    for finding in shown:
        where = place(finding, link)
        yield f"  - {where}{': ' if where else ''}{prose(finding.message)}"
    if others:
        yield f"  - {others}"
    if fix := words.fix(result):
        yield f"  - **Fix:** {prose(fix)}"


def folded(outcome: Outcome, report: Report, link: Link | None) -> Iterator[str]:
    """The questions with one outcome in a part that opens on demand; nothing where there are none."""
    results = list(report.with_outcome(outcome))
    if not results:
        return
    yield ""
    yield f"<details><summary>{words.OUTCOMES[outcome]} ({len(results)})</summary>"
    yield ""
    for category in _in_order(results):
        for result in (r for r in results if r.category == category):
            where = next((place(f, link) for f in words.telling(result) if f.location), "")
            said = "" if outcome is Outcome.NOT_APPLICABLE else prose(result.summary)
            evidence = ": ".join(part for part in (where, said) if part)
            yield f"- {_SYMBOLS[outcome]} {prose(result.question)} {evidence}".rstrip()
    yield ""
    yield "</details>"


def _problems(report: Report) -> Iterator[str]:
    if not report.problems:
        return
    yield ""
    yield f"<details><summary>Notes ({len(report.problems)})</summary>"
    yield ""
    for problem in report.problems[:50]:
        where = f"{code(problem.path)}: " if problem.path else ""
        yield f"- {where}{prose(problem.message)}"
    yield ""
    yield "</details>"
