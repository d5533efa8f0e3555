"""What a reviewer would write: the changes worth most, and the questions to be ready for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.render import words
from ml_readiness.render.html.evidence import place
from ml_readiness.render.html.glance import tone
from ml_readiness.render.html.markup import Markup, join, prose, tag
from ml_readiness.render.notes import notes
from ml_readiness.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.render.notes import Note
    from ml_readiness.report import Report, Result

SEEN = {Outcome.PASS: "pass", Outcome.ATTESTED: "pass", Outcome.PARTIAL: "partial", Outcome.FAIL: "fail"}


def first_steps(report: Report) -> Markup | None:
    """The five changes that gain most for their effort."""
    steps = [result for check in report.next_steps if (result := report.result(check)) is not None]
    if not steps:
        return None
    count = {1: "change", 2: "two changes", 3: "three changes", 4: "four changes"}.get(len(steps), "five changes")
    return tag(
        "section",
        tag("h2", f"The {count} worth making first"),
        tag("ol", (_first_step(report, result) for result in steps), class_="steps"),
        id="first",
    )


def _first_step(report: Report, result: Result) -> Markup:
    earns, _, takes = words.gain(report, result).rpartition(" for ")
    gain = [tag("b", earns), f" for about {takes}"] if earns else [f"about {takes}"]
    return tag(
        "li",
        tag("h3", tag("a", result.question, href=f"#{result.check}")),
        tag("p", gain, class_="gain"),
        tag("p", "Now: ", prose(result.summary, 300), class_="quiet"),
        tag("p", prose(words.fix(result), 500), class_="fix"),
    )


def interview(report: Report) -> Markup | None:
    """The questions about this repository, what it answers by itself, and what to prepare."""
    written = notes(report)
    if not written:
        return None
    return tag(
        "section",
        tag("h2", "If somebody asked you about it"),
        tag(
            "p",
            "These are the questions that reviewers and interviewers ask about a project like this one, "
            "what the repository answers by itself, and what to have ready for the rest.",
            class_="lead",
        ),
        (_note(note, is_open=note is written[0]) for note in written),
        id="interview",
    )


def _note(note: Note, *, is_open: bool) -> Markup:
    return tag(
        "details",
        tag("summary", tag("strong", note.question), tag("span", note.verdict, class_=f"said {tone(note.score)}")),
        tag(
            "div",
            tag("p", "Behind it: ", note.meant, class_="quiet"),
            tag("div", _columns(note), class_="columns"),
            class_="body",
        ),
        class_="note",
        open=is_open,
    )


def _columns(note: Note) -> Iterator[Markup]:
    answers = [*map(_answer, note.good), *map(_answer, note.missing)]
    yield tag(
        "div",
        tag("h3", "What the repository answers"),
        tag("ul", answers, class_="answers") if answers else None,
    )
    yield tag("div", tag("h3", "What to prepare"), tag("ul", _to_prepare(note)))


def _answer(result: Result) -> Markup:
    finding = result.findings[0] if result.findings else None
    where = [" ", place(finding.location)] if finding is not None and finding.location is not None else None
    link = tag("a", result.question, href=f"#{result.check}")
    return tag("li", link, " ", prose(result.summary, 240), where, class_=SEEN[result.outcome])


def _to_prepare(note: Note) -> Iterator[Markup]:
    for result in note.missing:
        yield tag(
            "li",
            join(["Change: ", prose(words.fix(result), 300)]),
            tag("span", f" ({words.EFFORTS[result.effort]})", class_="quiet"),
        )
    for result in note.open:
        yield tag(
            "li",
            "Say, since the files cannot: ",
            result.question,
            " ",
            tag("span", prose(result.summary, 200), class_="quiet"),
        )
    for question in note.next_questions:
        yield tag("li", "Have an answer to: ", tag("q", question))
