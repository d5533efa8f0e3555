"""Several values seen as one: after a branch, as rows of data, as the elements of a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ml_readiness.facts.flow.values import (
    NOTHING,
    Choice,
    Const,
    Data,
    Ext,
    Map,
    Obj,
    Seq,
    Text,
    Thing,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ml_readiness.facts.flow.events import Fit
    from ml_readiness.facts.flow.rows import Rows, Universe

MAX_OPTIONS = 4
MAX_UNROLLED = 12
"""Elements of a list that a loop goes through one by one."""


def join(one: Value, other: Value, universe: Universe) -> Value:
    """A value that is one of two."""
    if one is other or _says_nothing(other):
        return one
    if _says_nothing(one):
        return other
    if isinstance(one, Data) and isinstance(other, Data):
        return _either(one, other, universe)
    if isinstance(one, Const) and isinstance(other, Const) and one.value == other.value:
        return one
    if isinstance(one, Seq) and isinstance(other, Seq):
        return _joined_lists(one, other, universe)
    if isinstance(one, Map) and isinstance(other, Map):
        keys = dict.fromkeys([*one.items, *other.items])
        return Map({k: join(one.items.get(k, NOTHING), other.items.get(k, NOTHING), universe) for k in keys})
    options = dict.fromkeys((*_options(one), *_options(other)))
    return Choice(tuple(options)[:MAX_OPTIONS])


def _says_nothing(value: Value) -> bool:
    if isinstance(value, Data):
        return value.rows is None and not value.fits and not value.pending and value.form not in {"columns", "number"}
    return isinstance(value, Const) and value.value is None


def _options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, Choice) else (value,)


def _either(one: Data, other: Data, universe: Universe) -> Data:
    rows = one.rows if one.rows is not None else other.rows
    if one.rows is not None and other.rows is not None and one.rows is not other.rows:
        rows = universe.either((one.rows, other.rows))
    form = one.form if one.form == other.form else ""
    made = Data(rows, one.fits | other.fits, one.pending | other.pending, form)
    if one.columns or other.columns:
        mine, theirs = one.columns or {}, other.columns or {}
        made.columns = {k: mine.get(k, frozenset()) | theirs.get(k, frozenset()) for k in (*mine, *theirs)}
    made.made = one.made or other.made
    made.several = one.several or other.several or (one.made is not None and other.made not in {None, one.made})
    return made


def _joined_lists(one: Seq, other: Seq, universe: Universe) -> Seq:
    if len(one.items) == len(other.items) and one.exact and other.exact:
        return Seq([join(a, b, universe) for a, b in zip(one.items, other.items, strict=True)])
    return Seq([*one.items, *other.items][: MAX_OPTIONS * 2], exact=False)


def element(value: Value, universe: Universe) -> Value:
    """What a loop over the value sees, whichever time round."""
    if isinstance(value, Seq):
        found: Value = NOTHING
        for item in value.items[:MAX_UNROLLED]:
            found = join(found, item, universe)
        return found
    if isinstance(value, Data):
        if value.form == "group":
            rows = value.derived()
            return Seq([NOTHING, rows])
        if value.form == "number":
            return value
        if value.rows is None and not value.flowing:
            return NOTHING
        return value.derived(form="row" if value.form != "index" else "index")
    if isinstance(value, Choice):
        found = NOTHING
        for option in value.options:
            found = join(found, element(option, universe), universe)
        return found
    if isinstance(value, Thing) and value.source is not None:
        return value.source.derived(form="row")
    return NOTHING


def elements(value: Value, universe: Universe) -> list[Value]:
    """What a loop over the value sees, time by time where it is known."""
    if isinstance(value, Seq) and value.exact and 0 < len(value.items) <= MAX_UNROLLED:
        return value.items
    if isinstance(value, Map):
        keys: list[Value] = [Const(key) for key in value.items if key is not None]
        return keys if 0 < len(keys) <= MAX_UNROLLED else [NOTHING]
    return [element(value, universe)]


def rows_in(value: Value, depth: int = 3) -> Data | None:
    """The first rows of data found in a value."""
    if isinstance(value, Data):
        return value if value.rows is not None else None
    if depth == 0:
        return None
    inner: Iterable[Value] = ()
    if isinstance(value, Seq):
        inner = value.items
    elif isinstance(value, Map):
        inner = value.items.values()
    elif isinstance(value, Choice):
        inner = value.options
    elif isinstance(value, Obj):
        inner = value.attributes.values()
    elif isinstance(value, Thing):
        return value.source
    return next((found for each in inner if (found := rows_in(each, depth - 1)) is not None), None)


def rows_of(value: Value, depth: int = 2) -> frozenset[Rows]:
    """The rows that a value, or what is in a tuple, holds."""
    if isinstance(value, Data):
        return frozenset((value.rows,)) if value.rows is not None else frozenset()
    if not isinstance(value, Seq) or depth == 0:
        return frozenset()
    return frozenset(rows for each in value.items for rows in rows_of(each, depth - 1))


def data_of(value: Value, universe: Universe, depth: int = 3) -> Data:
    """A value taken as data: the rows it holds and what is contained in them."""
    if isinstance(value, Data):
        return value
    if depth == 0:
        return NOTHING
    if isinstance(value, Seq):
        made = gathered([data_of(item, universe, depth - 1) for item in value.items[:64]])
        return made.derived(form="row") if value.exact and _is_one_row(value) else made
    if isinstance(value, Map):
        return gathered([data_of(item, universe, depth - 1) for item in value.items.values()])
    if isinstance(value, Choice):
        found: Value = NOTHING
        for option in value.options:
            found = join(found, data_of(option, universe, depth - 1), universe)
        return found if isinstance(found, Data) else NOTHING
    if isinstance(value, Thing) and value.source is not None:
        return value.source
    if isinstance(value, Obj):
        held = rows_in(value, 2)
        return held if held is not None else NOTHING
    return NOTHING


def _is_one_row(value: Seq) -> bool:
    """`[row]`: one row, as models want to be asked about it."""
    return len(value.items) == 1 and isinstance(value.items[0], Data) and value.items[0].form == "row"


def gathered(parts: list[Data]) -> Data:
    """Values side by side, as the columns of one table."""
    told = [part for part in parts if part is not NOTHING]
    if not told:
        return NOTHING
    if len(told) == 1:
        return told[0].derived(form="" if told[0].form == "row" else told[0].form)
    rows: Rows | None = next((part.rows for part in told if part.rows is not None), None)
    fits: frozenset[Fit] = frozenset()
    pending: frozenset[Fit] = frozenset()
    for part in told:
        fits |= part.learned
        if part.rows is rows:
            pending |= part.pending
        else:
            fits |= part.pending
    made = Data(rows, fits, pending)
    answers = {part.made: None for part in told if part.made is not None}
    made.made = next(iter(answers), None)
    made.several = len(answers) > 1 or any(part.several for part in told)
    return made


def constant(value: Value | None) -> object:
    """The constant a value is; None where it is none."""
    if isinstance(value, Const):
        return value.value
    return value.text if isinstance(value, Text) and "*" not in value.text else None


def names_in(value: Value | None) -> list[str] | None:
    """Column names that are written down: one, or a list of them; None where they are not known."""
    if isinstance(value, Const):
        return [value.value] if isinstance(value.value, str) else None
    if isinstance(value, Seq) and value.exact and value.items:
        names = [item.value for item in value.items if isinstance(item, Const) and isinstance(item.value, str)]
        return names if len(names) == len(value.items) else None
    return None


def parts(sig: object) -> tuple[Any, ...]:
    """The parts of a composed signature, its word first; empty for any other."""
    return tuple(sig) if isinstance(sig, tuple) else ()  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def signature(value: Value | None, depth: int = 4) -> object:
    """Equal for values that are known to be equal."""
    if isinstance(value, Const):
        return ("const", value.value)
    if isinstance(value, Data) and value.sig is not None:
        return value.sig
    if isinstance(value, Ext):
        return value.name
    if isinstance(value, Seq) and value.exact and depth and len(value.items) < MAX_UNROLLED:
        return tuple(signature(item, depth - 1) for item in value.items)
    return ("same", id(value)) if value is not None and value is not NOTHING else None


def adopted(value: Value | None, universe: Universe) -> Data:
    """A value that is used as data: an object of unknown origin is a data set of its own."""
    if isinstance(value, Thing) and value.role == "" and value.source is None and not value.trainings:
        value.source = Data(universe.source(value.name, (value.path, value.line), ("made", value)))
        value.holds_rows = True
    elif isinstance(value, Ext) and "." not in value.name:
        return Data(universe.source(value.name, ("", 0), ("unbound", value.name)))
    return data_of(value, universe) if value is not None else NOTHING


def as_list(data: Data) -> Data:
    """The same rows in a list, which other lists are appended to by `+`."""
    if data.rows is None or data.form:
        return data
    made = data.derived()
    made.sig = ("list", data.rows, data.sig)
    return made
