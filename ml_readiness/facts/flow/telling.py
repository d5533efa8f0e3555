"""Findings of the data-flow analysis in words, with the way that the value took."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.facts.flow.events import Fit, Place
    from ml_readiness.facts.flow.project import Flow
    from ml_readiness.facts.flow.rows import Rows
    from ml_readiness.facts.flow.verdicts import Leak
    from ml_readiness.report import Step

VERBS = {
    "statistic": "is computed",
    "frequency": "is counted",
    "ranking": "is computed",
    "binning": "learns its edges",
    "resampling": "imitates rows",
}


def leak_message(flow: Flow, leak: Leak) -> str:
    """What was learned where, and which evaluation it reaches."""
    fit = leak.first
    more = f" (and on {_lines(flow, leak.fits[1:])})" if len(leak.fits) > 1 else ""
    split = leak.divided
    pair = leak.pairs[0]
    asked = _line(flow, pair.evaluation.place, fit.place)
    evaluated = f"and the model is evaluated on those rows on {asked}"
    if pair.evaluation.phase == "folds":
        evaluated = f"and the folds of {asked} are taken from them"
    before = "with the evaluation rows among them"
    if split is not None and split.line:
        before = f"before {_how(split)} on {_line(flow, _placed(split), fit.place)}"
    return f"{told(fit)} on {source(fit.rows)} on line {flow.at(fit.place).line}{more}, {before}, {evaluated}"


def told(fit: Fit) -> str:
    """`StandardScaler` is fitted."""
    name = fit.name.rpartition(".")[2]
    return f"`{name}` {VERBS.get(fit.kind, 'is fitted')}"


def source(rows: Rows) -> str:
    """What a set of rows is, for a reader."""
    if rows.kind == "union":
        names = [member.root.name for member in rows.members if member.root.name]
        return "all rows of " + " and ".join(f"`{shortened(name)}`" for name in names[:3]) if names else "all rows"
    name = rows.root.name.removeprefix("?")
    return f"all rows of `{shortened(name)}`" if name else "all rows"


def shortened(name: str) -> str:
    """A path by its end."""
    return name if len(name) <= 60 else "…" + name[-59:]


def leak_steps(flow: Flow, leak: Leak) -> tuple[Step, ...]:
    """Where the rows come from, what learned from them, where they are split, trained on and asked about."""
    return tuple(_leak_steps(flow, leak))


def _leak_steps(flow: Flow, leak: Leak) -> Iterator[Step]:
    fit, pair = leak.first, leak.pairs[0]
    yield from origin(flow, fit.rows)
    for each in leak.fits[:6]:
        yield flow.step(f"{told(each)} on these rows", each.place)
    split = leak.divided
    if split is not None and split.line:
        yield flow.step("the rows are divided", _placed(split))
    yield flow.step("the model is trained", pair.training.place)
    yield flow.step(f"it is evaluated with `{pair.evaluation.method}`", pair.evaluation.place)


def origin(flow: Flow, rows: Rows) -> Iterator[Step]:
    """Where rows were read."""
    for root in dict.fromkeys(member.root for member in (rows.members or (rows,))):
        if root.line and root.path:
            name = root.name.removeprefix("?")
            yield flow.step(f"`{shortened(name)}` comes in" if name else "the rows come in", _placed(root))


def _placed(rows: Rows) -> Place:
    from ml_readiness.facts.flow.events import Place  # noqa: PLC0415

    return Place(rows.path, rows.line)


def _how(rows: Rows) -> str:
    return f"`{rows.name}`" if rows.name else "the rows are divided"


def _line(flow: Flow, place: Place, beside: Place) -> str:
    at = flow.at(place)
    cell = f" of cell {at.cell}" if at.cell else ""
    return f"line {at.line}{cell}" if place.path == beside.path else f"line {at.line} of `{place.path}`"


def _lines(flow: Flow, fits: Iterable[Fit]) -> str:
    lines = [str(flow.at(fit.place).line) for fit in fits]
    told_lines = list(dict.fromkeys(lines))
    if len(told_lines) > 6:
        return f"{len(told_lines)} more lines"
    return ("line " if len(told_lines) == 1 else "lines ") + ", ".join(told_lines)
