"""The report as one HTML file: the score, what to do, what to be ready for, a map, and all questions with evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.render.html.advice import first_steps, interview
from ml_readiness.render.html.changes import changes
from ml_readiness.render.html.glance import header
from ml_readiness.render.html.map import repository_map
from ml_readiness.render.html.markup import Markup, tag
from ml_readiness.render.html.page import footer, page
from ml_readiness.render.html.questions import questions
from ml_readiness.render.html.rest import members, problems, test_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.report import Report

STYLES = ("base.css", "glance.css", "evidence.css", "questions.css", "map.css", "print.css")
SCRIPTS = ("theme.js", "filter.js", "keys.js", "map.js")


def render(report: Report) -> str:
    """The page."""
    sections = [(name, section) for name, section in _sections(report) if section is not None]
    links = (tag("a", name, href=f"#{section_id}") for (section_id, name), _ in sections if name)
    content = (
        tag("a", "Skip to the questions", class_="skip", href="#questions"),
        header(report),
        tag("nav", links, aria_label="Sections"),
        tag("main", (section for _, section in sections)),
        footer(),
    )
    return page(f"ML readiness of {report.repository}", content, styles=STYLES, scripts=SCRIPTS)


def _sections(report: Report) -> Iterator[tuple[tuple[str, str], Markup | None]]:
    """Each section under its id and its name in the list of contents, where it has one."""
    yield ("changes", "What changed"), changes(report)
    yield ("first", "What to do first"), first_steps(report)
    yield ("interview", "If somebody asked"), interview(report)
    yield ("members", "Projects inside"), members(report)
    yield ("map", "Map"), repository_map(report)
    yield ("questions", "All questions"), questions(report)
    yield ("test-score", ""), test_score(report)
    yield ("notes", ""), problems(report)
