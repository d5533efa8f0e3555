"""Methods of frames that change their shape: rows and columns dropped, grouped, windowed, turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow.joining import as_list, constant, data_of, names_in
from ml_readiness.facts.flow.operators import combined
from ml_readiness.facts.flow.selecting import aligned, column, turned
from ml_readiness.facts.flow.values import NOTHING, Data, Map, Seq, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ml_readiness.facts.flow.calls import Call


BINS = frozenset({"binning", "ranking"})
"""What may be learned only to draw from each bin alike."""


def repeated(c: Call, data: Data, name: str) -> Value:
    """Every row several times."""
    made = data.derived(form=data.form)
    if data.rows is not None and data.form in {"", "index"}:
        made.rows = c.m.universe.copies(data.rows, name, (c.frame.unit.path, c.line))
    return made


def _drop(c: Call, data: Data, name: str) -> Value:
    """`drop` of columns, or of the rows that another frame holds."""
    labels = c.arg(0, "labels", "columns", "index")
    other = data_of(labels, c.m.universe) if labels is not None else NOTHING
    if other.form == "index" and other.rows is not None and data.rows is not None and "columns" not in c.kw:
        made = data.derived()
        place = (c.frame.unit.path, c.line)
        made.rows = c.m.universe.subset(data.rows, ("without", other.rows), place)
        return made
    made = data.derived(form=data.form)
    dropped = names_in(labels)
    if dropped and made.columns:
        for each in dropped:
            made.columns.pop(each, None)
    return made


def _pop(c: Call, data: Data, name: str) -> Value:
    label = constant(c.args[0]) if c.args else None
    if not isinstance(label, str):
        return data.derived()
    taken = column(data, label)
    taken.base = None
    data.names = tuple(name for name in data.names if name != label)
    if data.columns and not c.frame.branches:
        data.columns.pop(label, None)
    return taken


def _group(c: Call, data: Data, name: str) -> Value:
    made = data.derived(form="group")
    keys = c.arg(0, "by")
    names = names_in(keys)
    grouping = [column(data, key) for key in names] if names else [data_of(keys, c.m.universe)] if keys else []
    for key in grouping:
        made.fits |= {fit for fit in key.fits if fit.kind not in BINS}
    return made


def _window(c: Call, data: Data, name: str) -> Value:
    """Each row with those around it: what is computed from it is computed row by row."""
    _know_neighbours(c, data, name)
    return data.derived(form="row")


def _lag(c: Call, data: Data, name: str) -> Value:
    """Each row with what an earlier one holds."""
    _know_neighbours(c, data, name)
    return data.derived(form="" if data.form in {"group", "flag"} else data.form)


def _know_neighbours(c: Call, data: Data, name: str) -> None:
    if data.rows is not None and data.form in {"", "group"}:
        c.m.events.lagged.setdefault(data.rows, (name, c.place))


def _copy(c: Call, data: Data, name: str) -> Value:
    made = data.alike(form=data.form)
    made.sig = data.sig
    return made


def _rename(c: Call, data: Data, name: str) -> Value:
    made = data.derived(form=data.form)
    names = c.arg(0, "columns")
    if isinstance(names, Map) and made.columns:
        renamed = {old: constant(new) for old, new in names.items.items()}
        made.columns = {str(renamed.get(key) or key): fits for key, fits in made.columns.items()}
    return made


def _list_of_columns(c: Call, data: Data, name: str) -> Value:
    if data.form == "columns":
        return data
    return as_list(data.derived(form=data.form if data.form in {"row", "index"} else ""))


def _filter(c: Call, data: Data, name: str) -> Value:
    names = names_in(c.arg(0, "items"))
    made = data.derived(form="" if data.form == "group" else data.form)
    if names and made.columns:
        made.columns = {key: fits for key, fits in made.columns.items() if key in names}
    return made


def _align(c: Call, data: Data, name: str) -> Value:
    sides = [data.derived(), c.data(0, "other").derived()]
    for side in sides:
        side.fits = aligned(side.fits)
    return Seq([*sides])


def _turn(c: Call, data: Data, name: str) -> Value:
    return turned(data)


def _without(c: Call, data: Data, name: str) -> Value:
    other = c.data(0, "other")
    return combined(c.m, data, other, "Sub") if other.form == "index" else data.derived(form=data.form)


def _dropna(c: Call, data: Data, name: str) -> Value:
    made = data.alike(form=data.form)
    if data.rows is not None and data.form not in {"row", "index", "group"} and c.option("axis") not in {1, "columns"}:
        made.rows = c.m.universe.subset(data.rows, (name,), (c.frame.unit.path, c.line))
    return made


SPECIAL: Mapping[str, Callable[[Call, Data, str], Value]] = {
    "repeat": repeated,
    "drop": _drop,
    "pop": _pop,
    "groupby": _group,
    "groupBy": _group,
    "group_by": _group,
    "resample": _group,
    "shift": _lag,
    "diff": _lag,
    "pct_change": _lag,
    "rolling": _window,
    "expanding": _window,
    "ewm": _window,
    "copy": _copy,
    "rename": _rename,
    "tolist": _list_of_columns,
    "to_list": _list_of_columns,
    "filter": _filter,
    "align": _align,
    "transpose": _turn,
    "difference": _without,
    "dropna": _dropna,
    "drop_duplicates": _dropna,
}
