"""One output format per module: a report in, text out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from ml_readiness.report import Report


class Render(Protocol):
    """What every format's module offers."""

    def __call__(self, report: Report) -> str:
        """The report as text."""
        ...


FORMATS = {
    "terminal": "for people at a prompt",
    "json": "everything, for programs; `ml-readiness schema` describes it",
    "markdown": "for pull requests and job summaries",
    "html": "one file for a browser, with filters",
    "sarif": "SARIF 2.1.0, for code scanning",
    "gitlab": "GitLab code quality",
    "junit": "JUnit XML, for CI servers",
    "csv": "a row for each finding, for spreadsheets",
    "badge": "the score as an SVG picture",
    "shields": "the score as a badge endpoint",
}
"""The formats by name, each with whom it is for; the module has the same name."""


def renderer(name: str) -> Render:
    """The function that renders this format; only its own module is imported."""
    return cast("Render", import_module(f"ml_readiness.render.{name.replace('-', '_')}").render)
