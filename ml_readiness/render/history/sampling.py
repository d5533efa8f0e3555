"""What the scores were at evenly spaced times: between two commits, what the earlier one left."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ml_readiness.timeline import Moment, Timeline

BARS = "▁▂▃▄▅▆▇█"
PLAIN = "_.-:=+*#"


def sampled(moments: Sequence[Moment], width: int, value: Callable[[Moment], float | None]) -> list[float | None]:
    """So many values from the first moment to the last."""
    start, end = moments[0].when.timestamp(), max(moment.when.timestamp() for moment in moments)
    span = max(end - start, 1.0)
    found: list[float | None] = []
    at, steps = 0, max(width - 1, 1)
    for column in range(width):
        until = start + span * column / steps
        while at + 1 < len(moments) and moments[at + 1].when.timestamp() <= until + 0.5:
            at += 1
        found.append(value(moments[at]))
    return found


def total(moment: Moment) -> float | None:
    """The score."""
    return moment.score


def of(category: str) -> Callable[[Moment], float | None]:
    """The score of one category."""
    return lambda moment: moment.categories.get(category)


def categories(timeline: Timeline) -> list[str]:
    """The categories that apply anywhere."""
    return list(dict.fromkeys(name for moment in timeline.moments for name in moment.categories))


def sparkline(values: Sequence[float | None], bars: str = BARS) -> str:
    """Values from 0 to 100 as a row of bars; a blank where there is none."""
    return "".join(" " if value is None else bars[min(int(value / 100 * len(bars)), len(bars) - 1)] for value in values)


def area(values: Sequence[float | None], height: int, bars: str = BARS) -> list[str]:
    """The same in several rows, the highest first."""
    rows: list[str] = []
    for row in range(height - 1, -1, -1):
        parts = [None if value is None else value / 100 * height - row for value in values]
        rows.append("".join(_part(part, bars, is_lowest=row == 0) for part in parts))
    return rows


def _part(part: float | None, bars: str, *, is_lowest: bool) -> str:
    if part is None or (part <= 0 and not is_lowest):
        return " "
    return bars[max(0, min(round(part * len(bars)) - 1, len(bars) - 1))]
