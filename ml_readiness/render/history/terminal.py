"""The history for a terminal: the score as an area, a line for each subject, and the commits that mattered."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from ml_readiness.changes import Movement
from ml_readiness.library import CATEGORIES
from ml_readiness.render import words
from ml_readiness.render.history.sampling import BARS, PLAIN, area, categories, of, sampled, sparkline, total
from ml_readiness.render.text import printable
from ml_readiness.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.changes import Change
    from ml_readiness.timeline import Moment, Timeline

WIDEST = 100
HEIGHT = 8
TELLING = 6
CHANGES = 4
SIGNS: Mapping[Movement, tuple[str, str]] = {
    Movement.WORSE: ("-", "red"),
    Movement.GROWN: ("-", "red"),
    Movement.ARISING: ("?", "cyan"),
    Movement.GONE: ("?", "cyan"),
    Movement.SHRUNK: ("+", "green"),
    Movement.BETTER: ("+", "green"),
    Movement.FIXED: ("+", "green"),
}


def render(timeline: Timeline) -> str:
    """The history as plain text, 80 columns wide."""
    console = Console(file=io.StringIO(), width=80, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as capture:
        show(timeline, console)
    return capture.get()


def show(timeline: Timeline, console: Console) -> None:
    """Prints the history; the console decides about width, colour and characters."""
    width = min(console.width, WIDEST)
    bars = PLAIN if console.options.ascii_only else BARS
    for line in _lines(timeline, width, bars):
        line.truncate(width, overflow="crop" if bars is PLAIN else "ellipsis")
        line.rstrip()
        console.print(line, soft_wrap=True)


def _lines(timeline: Timeline, width: int, bars: str) -> Iterator[Text]:
    first, last = timeline.moments[0], timeline.moments[-1]
    yield Text(f"{printable(timeline.repository)}  {plural(len(timeline.moments), 'commit')}", style="bold")
    yield Text()
    yield from _chart(timeline, width - 6, bars)
    yield Text()
    yield Text.assemble(("Now ", ""), (_verdict(last), "bold"), f", was {_verdict(first)} on {first.when:%Y-%m-%d}")
    yield Text()
    yield from _subjects(timeline, width, bars)
    yield from _telling(timeline, width)
    yield from (Text(f"Note: {printable(note)}", style="dim") for note in timeline.notes)


def _verdict(moment: Moment) -> str:
    return "no score" if moment.score is None else f"{moment.score}/100 {moment.grade}"


def _chart(timeline: Timeline, width: int, bars: str) -> Iterator[Text]:
    for number, row in enumerate(area(sampled(timeline.moments, width, total), HEIGHT, bars)):
        label = {0: "100", HEIGHT // 2: "50"}.get(number, "")
        yield Text.assemble((f"{label:>4} ", "dim"), (row, "cyan"))
    first, last = timeline.moments[0].when, timeline.moments[-1].when
    ends = f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"
    yield Text(f"     {ends[0]}{ends[1]:>{max(width - len(ends[0]), len(ends[1]) + 1)}}", style="dim")


def _subjects(timeline: Timeline, width: int, bars: str) -> Iterator[Text]:
    names = [name for name in CATEGORIES if name in categories(timeline)]
    room = max((len(name) for name in names), default=0)
    for name in names:
        values = sampled(timeline.moments, max(width - room - 16, 8), of(name))
        known = [value for value in values if value is not None]
        ends = f"{known[0]:4.0f} > {known[-1]:3.0f}" if known else ""
        yield Text.assemble(f"{name:{room}}  ", (sparkline(values, bars), "cyan"), f" {ends}")


def _telling(timeline: Timeline, width: int) -> Iterator[Text]:
    telling = timeline.most_telling(TELLING)
    if telling:
        yield Text()
        yield Text("What changed the score most", style="bold")
    for moment in telling:
        change = moment.score_change or 0
        named = printable(moment.tag) or moment.commit[:7]
        yield Text.assemble(
            (f"{change:+4d} ", "green" if change > 0 else "red"),
            f"{moment.when:%Y-%m-%d} {named} ",
            printable(moment.subject, max(width - 26, 20)),
        )
        yield from (_change(each) for each in moment.reasons[:CHANGES])
        if len(moment.reasons) > CHANGES:
            yield Text(f"       and {len(moment.reasons) - CHANGES} more", style="dim")
    yield Text()


def _change(change: Change) -> Text:
    sign, colour = SIGNS[change.movement]
    return Text.assemble((f"     {sign} ", colour), f"{words.MOVEMENTS[change.movement]}: {printable(change.question)}")
