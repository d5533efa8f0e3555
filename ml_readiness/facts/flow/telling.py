"""Findings of the data-flow analysis in words, with the way that the value took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow.events import Place
from ml_readiness.facts.flow.rows import copied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.facts.flow.events import Evaluation, Fit
    from ml_readiness.facts.flow.project import Flow
    from ml_readiness.facts.flow.rows import Rows
    from ml_readiness.facts.flow.verdicts import Leak, Pair
    from ml_readiness.report import Step

MOST_DOTS = 3
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
    others = [each for each in leak.fits[1:] if each.place != fit.place]
    more = f" (and on {_lines(flow, others)})" if others else ""
    where = f"{told(fit)} on {source(fit.rows)} on line {flow.at(fit.place).line}{more}"
    if leak.split is not None and not leak.pairs:
        return f"{where}, before `{leak.split.name}` divides them on {line_of(flow, leak.split.place, fit.place)}"
    split = leak.divided
    pair = leak.pairs[0]
    asked = line_of(flow, pair.evaluation.place, fit.place)
    evaluated = f"and the model is evaluated on those rows on {asked}"
    if pair.evaluation.phase == "folds":
        evaluated = f"and the folds of {asked} are taken from them"
    before = "with the evaluation rows among them"
    if split is not None and split.line:
        before = f"before {_how(split)} on {line_of(flow, _placed(split, pair.evaluation.place.path), fit.place)}"
    return f"{where}, {before}, {evaluated}"


def told(fit: Fit) -> str:
    """`StandardScaler` is fitted."""
    name = fit.name.rpartition(".")[2]
    return f"`{name}` {VERBS.get(fit.kind, 'is fitted')}"


def source(rows: Rows) -> str:
    """What a set of rows is, for a reader."""
    if rows.kind == "union":
        names = [member.root.name for member in rows.members if is_readable(member.root.name)]
        return "all rows of " + " and ".join(f"`{shortened(name)}`" for name in names[:3]) if names else "all rows"
    name = rows.root.name.removeprefix("?")
    return f"all rows of `{shortened(name)}`" if is_readable(name) else "all rows"


def is_readable(name: str) -> bool:
    """Whether a name says more than that rows were read somehow: neither holes alone, nor a chain of calls."""
    return any(each.isalnum() for each in name) and (name.count(".") <= MOST_DOTS or "/" in name)


def shortened(name: str) -> str:
    """A path by its end."""
    return name if len(name) <= 60 else "…" + name[-59:]


def leak_steps(flow: Flow, leak: Leak) -> tuple[Step, ...]:
    """Where the rows come from, what learned from them, where they are split, trained on and asked about."""
    return tuple(_leak_steps(flow, leak))


def _leak_steps(flow: Flow, leak: Leak) -> Iterator[Step]:
    fit = leak.first
    yield from origin(flow, fit.rows, fit.place.path)
    for each in leak.fits[:6]:
        yield flow.step(f"{told(each)} on these rows", each.place)
    if leak.split is not None:
        yield flow.step("the rows are divided", leak.split.place)
    split = leak.divided
    if split is not None and split.line:
        yield flow.step("the rows are divided", _placed(split, leak.pairs[0].evaluation.place.path))
    for pair in leak.pairs[:1]:
        yield from _asked(flow, pair)


def _asked(flow: Flow, pair: Pair) -> Iterator[Step]:
    yield flow.step("the model is trained", pair.training.place)
    yield flow.step(f"it is evaluated with `{pair.evaluation.method}`", pair.evaluation.place)


def origin(flow: Flow, rows: Rows, beside: str) -> Iterator[Step]:
    """Where rows were read."""
    for root in dict.fromkeys(member.root for member in (rows.members or (rows,))):
        if root.line and root.path:
            name = root.name.removeprefix("?")
            yield flow.step(f"`{shortened(name)}` comes in" if name else "the rows come in", _placed(root, beside))


def _placed(rows: Rows, beside: str) -> Place:
    """Where rows are read or divided, in this file if it is done there too."""
    return Place(*rows.place_in(beside))


def _how(rows: Rows) -> str:
    return f"`{rows.name}`" if rows.name else "the rows are divided"


def line_of(flow: Flow, place: Place, beside: Place) -> str:
    """A line, with its file where that is another."""
    at = flow.at(place)
    cell = f" of cell {at.cell}" if at.cell else ""
    return f"line {at.line}{cell}" if place.path == beside.path else f"line {at.line} of `{place.path}`"


def _lines(flow: Flow, fits: Iterable[Fit]) -> str:
    lines = [str(flow.at(fit.place).line) for fit in fits]
    told_lines = list(dict.fromkeys(lines))
    if len(told_lines) > 6:
        return f"{len(told_lines)} more lines"
    return ("line " if len(told_lines) == 1 else "lines ") + ", ".join(told_lines)


def apart(flow: Flow, pair: Pair) -> str:
    """How the evaluation rows of a pair are told apart from its training rows, or not."""
    rows = pair.evaluation.rows
    beside = pair.evaluation.place.path
    assert rows is not None  # noqa: S101
    if pair.overlap == "copies":
        made = copied(rows)
        assert made is not None  # noqa: S101
        name, line = made.name.rpartition(".")[2], flow.at(_placed(made, beside)).line
        subject = f"`{name}` copies rows" if name else "rows are put together with themselves"
        return f"{subject} on line {line}, and the split puts copies on both sides"
    if pair.overlap == "partly":
        return "evaluated on a slice that has rows in common with the slice it was trained on"
    if pair.overlap == "resplit":
        return "evaluated on one random split of the rows, trained on another: most rows are on both sides"
    cut = next((above for above in _upwards(rows) if above.kind in {"part", "subset"} and above.line), None)
    if pair.evaluation.phase == "folds":
        return "evaluated on folds of the rows"
    if cut is None:
        rows_of = source(rows).removeprefix("all ")
        return f"evaluated on {rows_of} that training did not see"
    return f"evaluated on rows that are set apart on {line_of(flow, _placed(cut, beside), pair.evaluation.place)}"


def _upwards(rows: Rows) -> Iterator[Rows]:
    current: Rows | None = rows
    while current is not None:
        yield current
        current = current.parent


def pair_steps(flow: Flow, pair: Pair, again: Fit | None = None) -> tuple[Step, ...]:
    """Where the rows come from, are divided, fitted to once more, trained on and asked about."""
    rows, beside = pair.evaluation.rows, pair.evaluation.place.path
    assert rows is not None  # noqa: S101
    cuts = [above for above in _upwards(rows) if above.kind in {"part", "subset", "copies"} and above.line]
    divided = [flow.step("the rows are divided or copied", _placed(cut, beside)) for cut in reversed(cuts)]
    fitted = () if again is None else (flow.step(f"{told(again)} on these rows", again.place),)
    return (*origin(flow, rows, beside), *divided, *fitted, *_asked(flow, pair))


def asked_steps(flow: Flow, *evaluations: Evaluation) -> tuple[Step, ...]:
    """Several questions to models, in order."""
    places = {(each.method, each.place): each for each in evaluations}
    steps = [flow.step(f"`{each.method}` on these rows", each.place) for each in places.values()]
    return tuple({(step.message, step.path, step.cell, step.line): step for step in steps}.values())
