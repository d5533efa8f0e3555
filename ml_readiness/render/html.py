"""The report as one HTML file that needs no network: no request can leave it, and nothing from the repository runs."""

from __future__ import annotations

import base64
import hashlib
import html
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ml_readiness.library import CATEGORIES
from ml_readiness.render import words
from ml_readiness.render.text import printable
from ml_readiness.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.report import CategoryScore, Finding, Report, Result, Step

ANSWERS: Mapping[Outcome, str] = {
    Outcome.FAIL: "✗ to fix",
    Outcome.PARTIAL: "◐ half done",
    Outcome.BLOCKED: "… waiting",
    Outcome.ERROR: "! broke",
    Outcome.UNKNOWN: "? open",
    Outcome.ATTESTED: "✎ attested",
    Outcome.WAIVED: "✎ waived",
    Outcome.PASS: "✓ fine",
    Outcome.NOT_APPLICABLE: "· not asked",
}
_GROUPS: Mapping[str, tuple[Outcome, ...]] = {
    "to fix": (Outcome.FAIL,),
    "half done": (Outcome.PARTIAL,),
    "open": (Outcome.BLOCKED, Outcome.ERROR, Outcome.UNKNOWN, Outcome.ATTESTED, Outcome.WAIVED),
    "fine": (Outcome.PASS,),
    "not asked": (Outcome.NOT_APPLICABLE,),
}
_GROUP = {outcome: group for group, outcomes in _GROUPS.items() for outcome in outcomes}
_OPENED = frozenset({Outcome.FAIL, Outcome.PARTIAL, Outcome.ERROR})
_RADIUS = 42


def render(report: Report) -> str:
    """The page."""
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    style, script = _resource("report.css"), _resource("report.js")
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>ML readiness of {_text(report.repository, 80)}</title>"
    yield f"<style>{style}</style></head>"
    yield '<body><a class="skip" href="#questions">Skip to the questions</a>'
    yield from _header(report)
    yield "<main>"
    yield from _next_steps(report)
    yield from _members(report)
    yield from _tools(report)
    yield '<div id="questions">'
    for category, question in _categories_present(report).items():
        yield from _category(category, question, report)
    yield "</div>"
    yield from _test_score(report)
    yield from _problems(report)
    yield "</main>"
    yield f"<footer>ml-readiness {_text(report.tool_version)}. Read from files alone, nothing was executed.</footer>"
    yield f"<script>{script}</script></body></html>"


def _resource(name: str) -> str:
    return "\n" + Path(__file__).with_name(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _text(text: str, limit: int | None = None) -> str:
    return html.escape(printable(text, limit))


def _prose(text: str, limit: int | None = None) -> str:
    parts = printable(text, limit).split("`")
    if len(parts) % 2 == 0:
        return html.escape("`".join(parts))
    return "".join(
        f"<code>{html.escape(part)}</code>" if index % 2 else html.escape(part) for index, part in enumerate(parts)
    )


def _header(report: Report) -> Iterator[str]:
    revision = f" at <code>{_text(report.revision[:12])}</code>" if report.revision else ""
    yield f"<header><h1>{_text(report.repository, 200)}{revision}</h1>"
    reasons = "; ".join(report.kind_reasons)
    because = f" <span class=quiet>({_text(reasons, 300)})</span>" if reasons else ""
    yield f"<p>It is {words.KINDS[report.kind]}{because}.</p>"
    if not report.complete:
        yield "<p><strong>Incomplete: a check could not be run, so this is not the whole truth.</strong></p>"
    if report.score is None:
        yield "<p><strong>No score: no machine learning of its own was found here.</strong></p>"
    else:
        yield f'<div class="glance">{_dial(report)}<div>'
        yield f"<p><strong>{words.grade(report).capitalize()}.</strong></p>"
        yield from (f"<p>Held down: {_text(reason)}.</p>" for reason in report.grade_reasons)
        if report.score_low != report.score_high:
            yield f"<p>Between {report.score_low} and {report.score_high}, since some questions stay open.</p>"
        yield from _bars(report)
        yield "</div></div>"
    yield "</header>"


def _dial(report: Report) -> str:
    score = report.score or 0
    around = 2 * math.pi * _RADIUS
    return (
        f'<svg class="dial {_tone(score)}" viewBox="0 0 100 100" role="img" '
        f'aria-label="{score} of 100, grade {report.grade}">'
        f'<circle class="track" cx="50" cy="50" r="{_RADIUS}" stroke-width="9"/>'
        f'<circle class="arc" cx="50" cy="50" r="{_RADIUS}" stroke-width="9" '
        f'stroke-dasharray="{around * score / 100:.1f} {around:.1f}" transform="rotate(-90 50 50)"/>'
        f'<text x="50" y="55" font-size="26">{score}</text>'
        f'<text class="small" x="50" y="70" font-size="10">grade {report.grade}</text></svg>'
    )


def _tone(score: float) -> str:
    return "high" if score >= 70 else "middle" if score >= 40 else "poor"


def _bars(report: Report) -> Iterator[str]:
    yield '<table class="bars">'
    for category in report.categories:
        if category.score is not None:
            yield _bar(category, category.score)
    yield "</table>"


def _bar(category: CategoryScore, score: float) -> str:
    return (
        f'<tr><th scope="row"><a href="#{_text(category.category)}">{_text(category.question)}</a></th>'
        f'<td><svg class="{_tone(score)}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="back" width="100" height="8"/><rect class="front" width="{score:.0f}" height="8"/></svg></td>'
        f'<td class="number">{score:.0f}</td></tr>'
    )


def _next_steps(report: Report) -> Iterator[str]:
    steps = [result for check in report.next_steps if (result := report.result(check)) is not None]
    if steps:
        yield '<h2>What to do first</h2><ol class="steps">'
        for result in steps:
            gain = f"{result.points:+.1f} points for {words.EFFORTS[result.effort]}"
            question = f'<a href="#{_text(result.check)}">{_text(result.question)}</a>'
            yield f"<li>{question} {_prose(result.fix)} ({gain})</li>"
        yield "</ol>"


def _members(report: Report) -> Iterator[str]:
    if report.members:
        yield '<h2>Projects inside</h2><table class="bars">'
        for member in report.members:
            verdict = "no score" if member.score is None else f"{member.score}/100 {member.grade}"
            kind = words.KINDS[member.kind]
            yield f'<tr><th scope="row"><code>{_text(member.repository)}</code></th><td>{kind}</td>'
            yield f'<td class="number">{verdict}</td></tr>'
        yield "</table>"


def _tools(report: Report) -> Iterator[str]:
    counts = Counter(_GROUP[result.outcome] for result in report.results)
    yield '<h2>All questions</h2><div class="tools" hidden>'
    yield '<input id="search" type="search" placeholder="Search ( / )" aria-label="Search the questions">'
    for group in _GROUPS:
        if counts[group]:
            yield f'<button type="button" data-outcome="{group}" aria-pressed="true">{group} {counts[group]}</button>'
    yield '<span id="told" class="quiet" role="status"></span></div>'


def _categories_present(report: Report) -> dict[str, str]:
    present = {result.category for result in report.results}
    known = {category: question for category, question in CATEGORIES.items() if category in present}
    return known | {category: category for category in sorted(present - CATEGORIES.keys())}


def _category(category: str, question: str, report: Report) -> Iterator[str]:
    order = list(words.OUTCOMES)
    results = [result for result in report.results if result.category == category]
    yield f'<section class="category" id="{_text(category)}"><h2>{_text(question)}</h2>'
    for result in sorted(results, key=lambda result: (order.index(result.outcome), -result.points)):
        yield from _question(result)
    yield "</section>"


def _question(result: Result) -> Iterator[str]:
    opened = " open" if result.outcome in _OPENED else ""
    gain = f", {result.points:+.1f} points for {words.EFFORTS[result.effort]}" if result.points else ""
    yield (
        f'<details class="question {result.outcome.value}" id="{_text(result.check)}" '
        f'data-group="{_GROUP[result.outcome]}"{opened}><summary><span class="answer">{ANSWERS[result.outcome]}</span> '
        f"<strong>{_text(result.question)}</strong> "
        f'<span class="quiet"><code>{_text(result.check)}</code> {result.severity.value}{gain}</span></summary>'
    )
    yield '<div class="body">'
    if not result.findings or result.outcome in {Outcome.BLOCKED, Outcome.WAIVED, Outcome.ATTESTED}:
        yield f"<p>{_prose(result.summary)}</p>"
    if result.findings:
        yield "<ul>"
        for finding in result.findings:
            yield from _evidence(finding)
        yield "</ul>"
    if result.why:
        yield f"<p><strong>Why</strong> {_prose(result.why)}</p>"
    if result.fix and result.outcome is not Outcome.PASS:
        yield f"<p><strong>Fix</strong> {_prose(result.fix)}</p>"
    yield "</div></details>"


def _evidence(finding: Finding) -> Iterator[str]:
    where = f"<code>{_text(str(finding.location))}</code> " if finding.location else ""
    unsure = (
        f' <span class="quiet">({finding.confidence.value} confidence)</span>' if finding.confidence != "high" else ""
    )
    yield f"<li>{where}{_prose(finding.message, 500)}{unsure}"
    if finding.code:
        yield f"<pre>{_text(finding.code)}</pre>"
    if finding.hint:
        yield f"<p>{_prose(finding.hint, 500)}</p>"
    if finding.steps:
        yield "<ol>" + "".join(_step(step) for step in finding.steps) + "</ol>"
    yield "</li>"


def _step(step: Step) -> str:
    line = f":{step.line}" if step.line is not None else ""
    cell = f"#cell-{step.cell}" if step.cell is not None else ""
    code = f"<pre>{_text(step.code)}</pre>" if step.code else ""
    return f"<li><code>{_text(step.path)}{cell}{line}</code> {_prose(step.message)}{code}</li>"


def _test_score(report: Report) -> Iterator[str]:
    if report.test_score is not None:
        yield f"<h2>{_text(words.test_score(report))}</h2><details><summary><strong>The 28 tests</strong></summary>"
        yield '<div class="body"><ul>'
        for item in report.test_score.items:
            yield f"<li>{item.points:g} {_text(item.item)} <span class=quiet>({_text(item.evidence)})</span></li>"
        yield "</ul></div></details>"


def _problems(report: Report) -> Iterator[str]:
    if report.problems:
        yield f"<h2>Notes ({len(report.problems)})</h2><ul>"
        for problem in report.problems[:200]:
            where = f"<code>{_text(problem.path)}</code> " if problem.path else ""
            yield f"<li>{where}{_text(problem.message, 300)}</li>"
        yield "</ul>"
