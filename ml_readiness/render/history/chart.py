"""Scores over time as plain SVG: a step line, since a score holds until the next commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.render.html.markup import Markup, tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ml_readiness.timeline import Moment

WIDTH, HEIGHT = 900.0, 260.0
LEFT, BELOW = 34.0, 22.0
DOTS = 400
"""With more commits, only those that changed something have a dot."""


def chart(moments: Sequence[Moment], telling: Sequence[Moment]) -> Markup:
    """The score of every commit, with those that mattered marked."""
    place = _places(moments, WIDTH - LEFT - 8)
    points = [(LEFT + place(each), _y(each.score, HEIGHT), each) for each in moments if each.score is not None]
    return tag(
        "svg",
        _grid(moments),
        tag("path", d=_area([(x, y) for x, y, _ in points]), class_="area"),
        tag("path", d=_steps([(x, y) for x, y, _ in points]), class_="line"),
        (_dot(x, y, each, telling) for x, y, each in points if _is_shown(each, moments)),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT + BELOW:g}",
        role="group",
        aria_label="The score over time; the table below says the same in words",
        class_="chart",
    )


def small(moments: Sequence[Moment], category: str) -> Markup:
    """One category's score, without axes."""
    place = _places(moments, 196)
    known = [(2 + place(each), value) for each in moments if (value := each.categories.get(category)) is not None]
    return tag(
        "svg",
        tag("path", d=_steps([(x, 38 - 36 * value / 100) for x, value in known]), class_="line"),
        viewBox="0 0 200 40",
        preserveAspectRatio="none",
        aria_hidden="true",
        class_="small",
    )


def _places(moments: Sequence[Moment], width: float) -> Callable[[Moment], float]:
    times = [moment.when.timestamp() for moment in moments]
    start, span = min(times), max(max(times) - min(times), 1.0)
    return lambda moment: width * (moment.when.timestamp() - start) / span


def _y(score: float, height: float) -> float:
    return height - (height - 12) * score / 100


def _grid(moments: Sequence[Moment]) -> Iterator[Markup]:
    for score in (0, 25, 50, 75, 100):
        y = _y(score, HEIGHT)
        yield tag("line", x1=LEFT, y1=y, x2=WIDTH, y2=y, class_="rule")
        yield tag("text", str(score), x=LEFT - 6, y=y + 4, class_="end")
    first, last = (f"{each.when:%Y-%m-%d}" for each in (moments[0], moments[-1]))
    yield tag("text", first, x=LEFT, y=HEIGHT + 17)
    yield tag("text", last, x=WIDTH, y=HEIGHT + 17, class_="end")


def _steps(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return "M0 0"
    (x, y), *more = points
    return f"M{x:.1f} {y:.1f}" + "".join(f"H{u:.1f}V{v:.1f}" for u, v in more)


def _area(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return "M0 0"
    floor = _y(0, HEIGHT)
    return f"{_steps(points)}V{floor:.1f}H{points[0][0]:.1f}Z"


def _is_shown(moment: Moment, moments: Sequence[Moment]) -> bool:
    return bool(moment.score_change) or len(moments) <= DOTS


def _dot(x: float, y: float, moment: Moment, telling: Sequence[Moment]) -> Markup:
    name = moment.tag or moment.commit[:7]
    change = f", {moment.score_change:+d}" if moment.score_change else ""
    title = tag("title", f"{moment.when:%Y-%m-%d} {name}: {moment.score} {moment.grade}{change}. {moment.subject}")
    if moment in telling:
        direction = "up" if (moment.score_change or 0) > 0 else "down"
        mark = tag("circle", cx=round(x, 1), cy=round(y, 1), r=6, class_=direction)
        return tag("a", title, mark, href=f"#c-{moment.commit[:12]}")
    return tag("circle", title, cx=round(x, 1), cy=round(y, 1), r=2.5)
