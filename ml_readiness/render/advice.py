"""The next step, as text for a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ml_readiness.render.text import printable
from ml_readiness.render.words import EFFORTS, fix
from ml_readiness.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.drafts.draft import Draft
    from ml_readiness.report import Report, Result

WIDTH = 88
MOST = 3
"""Findings that are shown."""


def render(report: Report, result: Result | None, draft: Draft | None, *, written: bool) -> str:
    """What to do, why, what was seen, and the draft of a file or where it now is."""
    return "\n".join(_lines(report, result, draft, written=written)) + "\n"


def _lines(report: Report, result: Result | None, draft: Draft | None, *, written: bool) -> Iterator[str]:
    if result is None:
        yield f"{printable(report.repository)}: nothing is left to do that would earn points."
        return
    yield from textwrap.wrap(f"{result.question}  {result.check}{_gain(report, result)}", WIDTH)
    for finding in [f for f in result.findings if f.kind.value != "pass"][:MOST]:
        place = f"{finding.location}  " if finding.location is not None else ""
        yield from _indented("", printable(f"{place}{finding.message}"))
    if result.outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE}:
        yield from _indented(
            "", "Nothing to do: " + ("this holds." if result.outcome is Outcome.PASS else "it does not arise.")
        )
        return
    yield ""
    yield from _indented("Why ", result.why)
    yield from _indented("Fix ", fix(result))
    if draft is not None:
        yield from _draft(draft, written=written)
    elif written:
        yield from ("", "Nothing was written: no file can be drafted for this step.")


def _gain(report: Report, result: Result) -> str:
    if report.score is None or not result.points:
        return ""
    return f": {result.points:+.1f} points on {report.score}, for {EFFORTS[result.effort]}"


def _draft(draft: Draft, *, written: bool) -> Iterator[str]:
    yield ""
    if written:
        yield f"Written: {printable(draft.path)}"
    else:
        yield f"A draft of {printable(draft.path)} (--write writes it):"
        yield ""
        yield from (f"    {_as_is(line)}".rstrip() for line in draft.text.splitlines())
        yield ""
    if draft.left:
        yield from _indented("Then ", draft.left)


def _as_is(line: str) -> str:
    """A line of a draft with its spaces, without what could steer a terminal."""
    return " ".join(printable(part) for part in line.split(" "))


def _indented(label: str, text: str) -> list[str]:
    return textwrap.wrap(label + text, WIDTH, initial_indent="  ", subsequent_indent="  " + " " * len(label))
