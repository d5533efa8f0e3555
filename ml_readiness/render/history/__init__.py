"""One format of a repository's history per module: a timeline in, text out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from ml_readiness.timeline import Timeline


class Render(Protocol):
    """What every format's module offers."""

    def __call__(self, timeline: Timeline) -> str:
        """The timeline as text."""
        ...


FORMATS = {
    "terminal": "a chart and the commits that mattered",
    "json": "everything, for programs",
    "html": "one file for a browser",
}


def renderer(name: str) -> Render:
    """The function that renders this format."""
    return cast("Render", import_module(f"ml_readiness.render.history.{name}").render)
