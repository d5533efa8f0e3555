"""The history as one HTML file: the score over time, the subjects, and the commits that changed it most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.library import CATEGORIES
from ml_readiness.render import words
from ml_readiness.render.history.chart import chart, small
from ml_readiness.render.history.sampling import categories
from ml_readiness.render.html.evidence import place
from ml_readiness.render.html.glance import dial, switch
from ml_readiness.render.html.markup import Markup, join, prose, tag, text
from ml_readiness.render.html.page import footer, page
from ml_readiness.timeline import BETTER, WORSE
from ml_readiness.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ml_readiness.changes import Change
    from ml_readiness.report import Finding
    from ml_readiness.timeline import Moment, Timeline

TELLING = 15
SHOWN = 6
STYLES = ("base.css", "glance.css", "evidence.css", "map.css", "history.css", "print.css")
SCRIPTS = ("theme.js",)


def render(timeline: Timeline) -> str:
    """The page."""
    telling = timeline.most_telling(TELLING)
    content = (
        _header(timeline),
        tag("main", _over_time(timeline, telling), _subjects(timeline), _telling(telling), _all(timeline)),
        footer(),
    )
    return page(f"History of {timeline.repository}", content, styles=STYLES, scripts=SCRIPTS)


def _header(timeline: Timeline) -> Markup:
    first, last = timeline.moments[0], timeline.moments[-1]
    title = tag("div", tag("h1", "History of ", text(timeline.repository, 200)), switch(), class_="title")
    count = plural(len(timeline.moments), "commit")
    told = tag(
        "p", f"{count} from {first.when:%Y-%m-%d} to {last.when:%Y-%m-%d}, judged by the settings of the last one."
    )
    notes = (tag("p", prose(note[:1].upper() + note[1:]), ".", class_="quiet") for note in timeline.notes)
    sides = [_side("first", first), tag("span", "→", class_="arrow", aria_hidden="true"), _side("last", last)]
    return tag("header", title, told, notes, tag("div", sides, class_="sides"))


def _side(name: str, moment: Moment) -> Markup:
    shown = dial(moment.score, moment.grade) if moment.score is not None else tag("p", "no score")
    return tag("figure", shown, tag("figcaption", f"{name}, {moment.when:%Y-%m-%d}"))


def _over_time(timeline: Timeline, telling: Sequence[Moment]) -> Markup:
    legend = tag(
        "ul",
        tag("li", tag("span", class_="key up"), "raised the score most"),
        tag("li", tag("span", class_="key down"), "lowered it most"),
        class_="legend",
    )
    drawn = tag("div", chart(timeline.moments, telling), class_="mapbox", tabindex=0, role="region", aria_label="Chart")
    return tag("section", tag("h2", "The score over time"), drawn, legend)


def _subjects(timeline: Timeline) -> Markup:
    names = [name for name in CATEGORIES if name in categories(timeline)]
    return tag(
        "section", tag("h2", "The subjects"), tag("div", (_subject(timeline, name) for name in names), class_="smalls")
    )


def _subject(timeline: Timeline, name: str) -> Markup:
    known = [value for moment in timeline.moments if (value := moment.categories.get(name)) is not None]
    ends = f"{known[0]:.0f} → {known[-1]:.0f}" if known[0] != known[-1] else f"{known[-1]:.0f}"
    return tag("figure", tag("figcaption", CATEGORIES[name], " ", tag("b", ends)), small(timeline.moments, name))


def _telling(telling: Sequence[Moment]) -> Markup | None:
    if not telling:
        return None
    return tag(
        "section", tag("h2", "The commits that changed it most"), tag("ol", map(_moment, telling), class_="moments")
    )


def _moment(moment: Moment) -> Markup:
    change = moment.score_change or 0
    name = tag("code", moment.tag or moment.commit[:7])
    points = tag("b", words.change(change), class_="high" if change > 0 else "poor")
    return tag(
        "li",
        tag("h3", text(moment.subject, 160) or "no message"),
        tag("p", points, f" to {moment.score} {moment.grade}, ", f"{moment.when:%Y-%m-%d} ", name, class_="when"),
        (tag("p", prose(note[:1].upper() + note[1:]), ".", class_="quiet") for note in moment.notes),
        _changes(moment.reasons),
        id=f"c-{moment.commit[:12]}",
    )


def _changes(changes: Sequence[Change]) -> Iterator[Markup]:
    first, more = changes[:SHOWN], changes[SHOWN:]
    if first:
        yield tag("ul", map(_change, first))
    if more:
        summary = tag("summary", f"{len(more)} more")
        yield tag("details", summary, tag("ul", map(_change, more)), class_="more")


def _change(change: Change) -> Markup:
    kind = "worse" if change.movement in WORSE else "fixed" if change.movement in BETTER else "arising"
    badge = tag("span", words.MOVEMENTS[change.movement], class_=f"badge {kind}")
    return tag("li", badge, " ", change.question, _why(change))


def _why(change: Change) -> Markup | None:
    """The first thing that is new, or gone."""
    if change.new:
        return tag("p", _said(change.new[0]), _more(len(change.new)), class_="quiet")
    if change.absent:
        return tag("p", "Gone: ", _said(change.absent[0]), _more(len(change.absent)), class_="quiet")
    return None


def _said(finding: Finding) -> Iterator[Markup]:
    if finding.location is not None:
        yield join([place(finding.location), " "])
    yield prose(finding.message, 240)


def _more(count: int) -> str | None:
    return f" and {count - 1} more" if count > 1 else None


def _all(timeline: Timeline) -> Markup:
    head = tag("tr", (tag("th", name, scope="col") for name in ("Date", "Commit", "Score", "Change", "What it says")))
    rows = tag("tbody", map(_row, reversed(timeline.moments)))
    table = tag("table", tag("thead", head), rows, class_="figures")
    folded = tag("details", tag("summary", tag("strong", "All commits")), tag("div", table, class_="body"))
    return tag("section", tag("h2", "In figures"), folded)


def _row(moment: Moment) -> Markup:
    change = f"{moment.score_change:+d}" if moment.score_change else ""
    score = "no score" if moment.score is None else f"{moment.score} {moment.grade}"
    cells = (moment.tag or moment.commit[:7], score, change, tag("span", text(moment.subject, 120), class_="subject"))
    date = tag("th", f"{moment.when:%Y-%m-%d}", scope="row")
    return tag("tr", date, (tag("td", cell) for cell in cells))
