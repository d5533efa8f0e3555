"""Rows and columns chosen out of data, and put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow.events import Fit, Place, Splitting
from ml_readiness.facts.flow.joining import constant, data_of, gathered, names_in, parts, signature
from ml_readiness.facts.flow.rows import Rows
from ml_readiness.facts.flow.values import NO_FITS, NOTHING, Const, Data, Frame, Seq, Slice, Thing, Value

if TYPE_CHECKING:
    from ml_readiness.facts.flow.machine import Machine

LONGEST_TUPLE = 8
"""Functions return fewer values than this: what has a later number is a row."""
DATES = ("date_range", "bdate_range", "period_range")
"""What makes the dates of a window, which differs from call to call."""
FEWEST_APART = 3
"""Fewer rows than this at one end are a heading, a first or a last row."""


def select(m: Machine, rows: Rows, selector: Value, place: tuple[str, int]) -> Rows:
    """The rows that a slice, mask, list of positions or the like chooses."""
    if isinstance(selector, Slice):
        lower, upper = signature(selector.lower), signature(selector.upper)
        if lower in {("const", None), ("const", 0)} and upper == ("const", None):
            return rows
        if rows.kind == "union" and len(rows.members) == 2:
            return _taken_apart(m, rows, lower, upper, place)
        return m.universe.subset(rows, ("slice", lower, upper), place)
    if isinstance(selector, Data):
        return _by_data(m, rows, selector, place)
    if isinstance(selector, Const):
        return rows
    if isinstance(selector, Seq):
        inner = data_of(selector, m.universe)
        if inner.rows is not None:
            return _by_data(m, rows, inner, place)
    return m.universe.subset(rows, ("chosen", signature(selector) or place), place)


def _taken_apart(m: Machine, rows: Rows, lower: object, upper: object, place: tuple[str, int]) -> Rows:
    """`both[:n]` and `both[n:]` of two data sets that were put together: usually the two again."""
    if lower in {("const", None), ("const", 0)}:
        return rows.members[0]
    if upper == ("const", None):
        return rows.members[1]
    return m.universe.subset(rows, ("slice", lower, upper), place)


def _by_data(m: Machine, rows: Rows, selector: Data, place: tuple[str, int]) -> Rows:
    chosen = selector.rows
    if selector.form == "flag" or (chosen is not None and chosen is rows and selector.form != "index"):
        sig = parts(selector.sig)
        if sig[:1] == ("isin",) and isinstance(sig[1], type(rows)):
            return sig[1] if rows in sig[1].above else m.universe.subset(rows, ("isin", sig[1]), place)
        if sig[:1] == ("not",) and parts(sig[1])[:1] == ("isin",):
            return m.universe.subset(rows, ("without", parts(sig[1])[1]), place)
        return m.universe.subset(rows, ("mask", id(selector) if selector.sig is None else selector.sig), place)
    if chosen is None:
        if selector.form in {"number", "columns"} or selector is NOTHING:
            return rows if selector.form == "columns" else m.universe.subset(rows, ("chosen", place), place)
        return m.universe.subset(rows, ("chosen", id(selector) if selector.sig is None else selector.sig), place)
    return _alike(m, rows, chosen, place)


def _alike(m: Machine, rows: Rows, chosen: Rows, place: tuple[str, int]) -> Rows:
    """The part of `rows` at the positions where `chosen` is in its own set."""
    if rows in chosen.above:
        return chosen
    if chosen in rows.above or chosen.kind in {"source", "union"}:
        return rows
    if chosen.kind == "part":
        split, index = chosen.selector
        return m.universe.part(rows, split, int(str(index)), chosen.name, (chosen.path, chosen.line))
    if chosen.kind == "subset":
        return m.universe.subset(rows, chosen.selector, place)
    return rows


def pick(m: Machine, frame: Frame, data: Data, index: Value, line: int) -> Value:
    """`data[index]`."""
    place = (frame.unit.path, line)
    if data.form == "columns":
        return Data(data.rows, data.fits, data.pending | _chosen(m, index), "columns", data.sig)
    if data.rows is None and not data.flowing:
        return NOTHING
    if data.form == "at":
        return _located(m, data, index, place)
    if data.form == "group":
        return data.derived(form="group") if not isinstance(index, Const) else _group_item(data, index)
    if isinstance(index, Const):
        return _by_constant(m, data, index)
    if isinstance(index, Seq):
        names = names_in(index)
        if names is not None:
            return columns_of(data, names)
        if index.items and _selects_rows(index):
            return _rows_and_columns(m, data, index.items, place)
        made = data.derived(form=data.form)
        made.fits = aligned(made.fits) | _chosen(m, index)
        return made
    return _by_selector(m, data, index, place)


def _chosen(m: Machine, index: Value) -> frozenset[Fit]:
    """What a choice of columns says about the rows that it was learned from."""
    return frozenset(fit for fit in data_of(index, m.universe).pending if fit.kind == "selection")


def _group_item(data: Data, index: Const) -> Value:
    if isinstance(index.value, int):
        return data.derived(form="") if index.value else NOTHING
    return data.derived(form="group")


def _by_constant(m: Machine, data: Data, index: Const) -> Value:
    if isinstance(index.value, str):
        return column(data, index.value)
    is_row = not data.form and isinstance(index.value, int) and abs(index.value) > LONGEST_TUPLE
    made = data.derived(form="row" if is_row else data.form)
    made.sig = m.universe.same("item", data.sig, index.value) if data.sig is not None else None
    return made


def _selects_rows(index: Seq) -> bool:
    return any(
        isinstance(each, Slice)
        or (isinstance(each, Const) and isinstance(each.value, int))
        or (isinstance(each, Data) and (each.rows is not None or each.form == "number"))
        for each in index.items[:2]
    )


def _by_selector(m: Machine, data: Data, index: Value, place: tuple[str, int]) -> Value:
    if isinstance(index, Data) and index.form == "number" and data.rows is not None:
        made = data.derived(form="row" if data.form != "index" else "index")
        made.rows = m.universe.subset(data.rows, ("chosen", place if index.sig is None else index.sig), place)
        return made
    if isinstance(index, Thing) and index.name.endswith(DATES) and data.rows is not None:
        made = data.derived(form=data.form)
        made.rows = m.universe.subset(data.rows, ("chosen", place, m.events.tick()), place)
        return made
    if isinstance(index, Slice):
        chooses = True
    else:
        chooses = isinstance(index, Data) and (index.rows is not None or index.form == "flag")
    if isinstance(index, Data) and index.form in {"columns", "row"}:
        chooses = False
    if not chooses or data.rows is None:
        made = data.derived(form=data.form)
        made.fits = aligned(made.fits) | _chosen(m, index)
        made.base = (data, None) if index is NOTHING or (isinstance(index, Data) and index.form == "number") else None
        return made
    made = data.alike(form=data.form)
    made.rows = select(m, data.rows, index, place)
    if isinstance(index, Slice):
        _note_slices(m, data, made.rows, place)
    made.base = data.base if data.base is not None else None
    return made


def _note_slices(m: Machine, data: Data, rows: Rows, place: tuple[str, int]) -> None:
    """`data[n:]` after `data[:n]`: the rows are divided."""
    if data.rows is None or data.form not in {"", "index"} or rows.selector[:1] != ("slice",):
        return
    if data.rows.kind == "union":
        return  # two sets that were put together are taken apart again
    bound = rows.selector[1]
    told = parts(bound)
    few = told[:1] == ("const",) and (not isinstance(told[1], int | float) or abs(told[1]) < FEWEST_APART)
    others = (("slice", start, bound) for start in (("const", None), ("const", 0)))
    if bound is not None and not few and any(m.universe.knows(data.rows, other) for other in others):
        m.events.splittings.append(Splitting("[n:]", Place(*place), data.rows, (), data.learned))


def _rows_and_columns(m: Machine, data: Data, items: list[Value], place: tuple[str, int]) -> Value:
    """`data[rows, columns]` of an array, `data.loc[rows, columns]` of a frame."""
    made = data.derived(form="" if data.form == "at" else data.form)
    if data.form == "turned":
        items = items[::-1]
    if data.rows is not None:
        made.rows = select(m, data.rows, items[0], place)
        if isinstance(items[0], Slice):
            _note_slices(m, data.derived(form=made.form), made.rows, place)
    if len(items) > 1:
        names = names_in(items[1])
        if names is not None:
            return columns_of(made, names)
        made.fits |= _chosen(m, items[1])
    if len(items) == 2 and isinstance(items[0], Const) and data.form == "at":
        made.form = "row"
    return made


def _located(m: Machine, data: Data, index: Value, place: tuple[str, int]) -> Value:
    if isinstance(index, Seq) and not (index.items and names_in(index)) and len(index.items) > 1:
        return _rows_and_columns(m, data, index.items, place)
    if isinstance(index, Const) and not isinstance(index.value, str):
        return data.derived(form="row")
    made = data.derived(form="")
    if isinstance(index, Const) and data.rows is not None:
        made.rows = m.universe.subset(data.rows, ("label", index.value), place)
    elif data.rows is not None:
        made.rows = select(m, data.rows, index, place)
        if isinstance(index, Slice):
            _note_slices(m, data.derived(form=""), made.rows, place)
    return made


def aligned(fits: frozenset[Fit]) -> frozenset[Fit]:
    """What is still contained once the columns are those of a list, whichever words the rows hold."""
    return frozenset(fit for fit in fits if fit.kind != "dummies")


def columns_of(data: Data, names: list[str]) -> Data:
    """Some columns of a frame."""
    made = Data(data.rows, aligned(data.fits), data.pending, "" if data.form == "at" else data.form)
    made.made = data.made
    if data.columns:
        made.columns = {name: fits for name, fits in data.columns.items() if name in names}
    if len(names) > 1:
        made.names = tuple(names)
    if len(names) == 1:
        made.base = (data, names[0])
        made.sig = ("column", data.rows, names[0])
    return made


def put(m: Machine, frame: Frame, target: Data, index: Value, value: Value) -> None:
    """`target[index] = value`: what the value contains is then in those columns."""
    given = data_of(value, m.universe)
    base = target.base
    if target.form == "at" and base is not None:
        _put_at(m, frame, base[0], index, given)
        return
    fits = _flowing_into(target, given)
    names = names_in(index)
    if names is not None:
        for name in names:
            _put_column(frame, target, name, fits)
            if target.names and name not in target.names:
                target.names = (*target.names, name)
        if target.rows is None and given.rows is not None and target is not NOTHING:
            target.rows = given.rows
        return
    chooser = data_of(index, m.universe)
    if given.rows is None and chooser.rows is None and target is not NOTHING:
        target.fits = aligned(target.fits)
    if base is not None and base[1] is not None:
        _put_column(frame, base[0], base[1], fits | chooser.pending, weak=True)
    elif target is not NOTHING:
        target.fits |= fits | (chooser.pending if chooser.form != "columns" else NO_FITS)
        if target.rows is None and given.rows is not None:
            target.rows = given.rows


def _put_at(m: Machine, frame: Frame, target: Data, index: Value, given: Data) -> None:
    fits = _flowing_into(target, given)
    if target.rows is None and given.rows is not None and target is not NOTHING:
        target.rows = given.rows
    items = index.items if isinstance(index, Seq) else [index]
    chooser = data_of(items[0], m.universe)
    if chooser.form == "flag":
        fits |= chooser.pending
    names = names_in(items[1]) if len(items) > 1 else None
    _number(m, target, chooser)
    whole = isinstance(items[0], Slice) and constant(items[0].lower) is None and constant(items[0].upper) is None
    if names is None:
        target.fits |= fits
        return
    for name in names:
        _put_column(frame, target, name, fits, weak=not whole)


def _number(m: Machine, target: Data, chooser: Data) -> None:
    """`frame.loc[fold, "fold"] = number`: the frame knows its folds, and whole they stay together."""
    side = chooser.rows
    if chooser.form != "index" or side is None or side.kind != "part" or side.parent is not target.rows:
        return
    splitting = next((each for each in reversed(m.events.splittings) if each.rows is side.parent), None)
    if splitting is not None and target.rows is not None:
        m.events.numbered[target.rows] = splitting


def _put_column(frame: Frame, target: Data, name: str, fits: frozenset[Fit], *, weak: bool = False) -> None:
    if target is NOTHING:
        return
    columns = target.columns
    if columns is None:
        if not fits:
            return
        columns = target.columns = {}
    if weak or frame.branches:
        fits |= columns.get(name, NO_FITS)
    columns[name] = fits


def _flowing_into(target: Data, given: Data) -> frozenset[Fit]:
    if given.rows is None or given.rows is not target.rows:
        return given.flowing
    return given.learned


def side_by_side(parts: list[Data]) -> Data:
    """Columns of several frames in one."""
    made = gathered(parts)
    if made is NOTHING or not any(part.columns for part in parts):
        return made
    made.fits = frozenset().union(
        *(part.fits if part.rows is made.rows else part.fits | part.pending for part in parts)
    )
    made.columns = {}
    for part in parts:
        for name, fits in (part.columns or {}).items():
            made.columns[name] = made.columns.get(name, NO_FITS) | fits
    return made


def turned(data: Data) -> Data:
    """Rows as columns, and back."""
    forms = {"": "turned", "turned": ""}
    return data.derived(form=forms.get(data.form, data.form))


def column(data: Data, name: str) -> Data:
    """One column of a frame, as a view."""
    fits = data.fits
    if data.columns:
        fits |= data.columns.get(name, NO_FITS)
    made = Data(data.rows, fits, data.pending, data.form)
    made.base = (data, name)
    made.made = data.made
    made.sig = ("column", data.rows, name) if data.rows is not None else None
    return made
