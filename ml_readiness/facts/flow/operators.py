"""Values combined: element by element, side by side, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow.events import Comparison, Place
from ml_readiness.facts.flow.joining import constant, data_of, gathered, parts, signature
from ml_readiness.facts.flow.rows import covers
from ml_readiness.facts.flow.values import NO_FITS, NOTHING, Const, Data, Seq, Text, Value

if TYPE_CHECKING:
    from ml_readiness.facts.flow.calls import Call
    from ml_readiness.facts.flow.machine import Machine
    from ml_readiness.facts.flow.values import Frame

MOST_COMPARED = 6
"""Values put together of which it is asked whether they hold the same rows."""
EXTREMES = frozenset({"min", "max", "amin", "amax", "nanmin", "nanmax"})
ORDERS = frozenset({"Lt", "LtE", "Gt", "GtE", "Eq"})


def combined(m: Machine, one: Value, other: Value, operator: str) -> Value:
    """`one + other` and its kind."""
    if isinstance(one, Const | Text) and isinstance(other, Const | Text):
        return _texts(one, other, operator)
    if isinstance(one, Seq) and isinstance(other, Seq) and operator == "Add":
        return Seq([*one.items, *other.items], one.exact and other.exact)
    left, right = data_of(one, m.universe), data_of(other, m.universe)
    if left is NOTHING and right is NOTHING:
        known = next((each for each in (one, other) if isinstance(each, Text | Const) and _is_text(each)), None)
        return Text(_shown(one) + ("/" if operator == "Div" else "") + _shown(other)) if known is not None else NOTHING
    if operator == "Add" and parts(left.sig)[:1] == parts(right.sig)[:1] == ("list",):
        return stacked(m, [left, right], ("", 0))
    if operator == "Sub" and _is_origin(left, right):
        return left.derived(form=left.form)
    made = merged([left, right])
    if operator == "Sub" and left.form == right.form == "index" and left.rows and right.rows:
        made.rows = m.universe.subset(left.rows, ("without", right.rows), ("", 0))
    made.sig = m.universe.same("bin", operator, signature(one), signature(other))
    return made


def _is_origin(left: Data, right: Data) -> bool:
    """`dates - dates.min()`: values counted from the first of them, which says nothing of the others."""
    if left.rows is None or right.rows is not None or right.fits or not right.pending:
        return False
    return all(fit.name in EXTREMES and covers(fit.rows, left.rows) for fit in right.pending)


def _is_text(value: Value) -> bool:
    return isinstance(value, Text) or (isinstance(value, Const) and isinstance(value.value, str))


def _shown(value: Value) -> str:
    if isinstance(value, Const) and value.value is not None:
        return str(value.value)
    return value.text if isinstance(value, Text) else "*"


def _texts(one: Value, other: Value, operator: str) -> Value:
    if operator == "Add" and _is_text(one) and _is_text(other):
        text = _shown(one) + _shown(other)
    elif operator == "Div" and _is_text(one):
        text = f"{_shown(one).rstrip('/')}/{_shown(other)}"
    elif operator == "Mod" and _is_text(one):
        text = _shown(one).replace("%s", _shown(other), 1).replace("%d", _shown(other), 1)
    else:
        a, b = constant(one), constant(other)
        if isinstance(a, int | float) and isinstance(b, int | float):
            return _numbers(a, b, operator)
        return NOTHING
    return Text(text) if "*" in text else Const(text)


def _numbers(one: float, other: float, operator: str) -> Value:
    if operator == "Add":
        return Const(one + other)
    if operator == "Sub":
        return Const(one - other)
    return Const(one * other) if operator == "Mult" and abs(one) < 1e9 and abs(other) < 1e9 else NOTHING


def merged(values: list[Data]) -> Data:
    """Values combined element by element."""
    told = [part for part in values if part is not NOTHING]
    if not told:
        return NOTHING
    made = gathered(told)
    forms = {part.form for part in told if part.rows is not None}
    if len(forms) == 1 and (form := forms.pop()) in {"row", "index", "group", "flag", "turned"}:
        made.form = form
    if len(told) == 1 and told[0].columns:
        made.columns = dict(told[0].columns)
    if all(part.form == "number" for part in told):
        made.form = "number"
    return made


def compared(m: Machine, frame: Frame, one: Value, other: Value, operator: str, line: int) -> Value:
    """`one < other` and its kind."""
    left, right = data_of(one, m.universe), data_of(other, m.universe)
    if left is NOTHING and right is NOTHING:
        return NOTHING
    if left.made and right.made and not (left.several or right.several) and operator in ORDERS:
        m.events.comparisons.append(Comparison(left.made, right.made, Place(frame.unit.path, line)))
    made = merged([left, right])
    if made.form not in {"row", "group"}:
        made.form = "flag"
    made.sig = m.universe.same("compare", operator, signature(one), signature(other))
    return made


def stacked(m: Machine, parts: list[Data], place: tuple[str, int]) -> Data:
    """Values one below the other."""
    told = [part for part in parts if part.rows is not None]
    if not told:
        return gathered(parts)
    made = gathered(parts)
    made.rows = m.universe.union([part.rows for part in told if part.rows is not None], place)
    if _twice(told):
        made.rows = m.universe.copies(made.rows, "", place)
    made.pending = NO_FITS
    if all(part.columns is None for part in told):
        return made
    made.fits = frozenset().union(*(part.fits for part in told))
    made.columns = {}
    for part in told:
        for name, fits in (part.columns or {}).items():
            made.columns[name] = made.columns.get(name, NO_FITS) | fits
    return made


def moved_on(m: Machine, parts: list[Data]) -> None:
    """Remembers questions whose answers are put, time after time, behind the rows that were asked about."""
    for part in parts if m.loop else ():
        asked = part.made
        if asked is not None and any(other.made is not asked and other.rows is asked.rows for other in parts):
            asked.moved_on = True


def _twice(parts: list[Data]) -> bool:
    """Whether some of the rows that are put together are the same ones, and not only other columns of them."""
    if len(parts) > MOST_COMPARED or any(part.form or (part.base and part.base[1]) for part in parts):
        return False
    rows = [part.rows for part in parts if part.rows is not None]
    if any(each.kind in {"either", "group"} or each.loop for each in rows):
        return False
    return any(covers(one, other) or covers(other, one) for i, one in enumerate(rows) for other in rows[:i])


def matched(c: Call, left: Data, right: Data) -> Data:
    """The rows of one table with the columns of another, by a key; tables of groups keep every row of the other."""
    how = constant(c.kw.get("how"))
    first, second = (right, left) if left.rows is None or how == "right" else (left, right)
    if first.rows is None:
        first, second = second, first
    made = first.derived()
    made.fits |= second.flowing if second.rows is not made.rows else second.learned
    if first.rows is None or second.rows is None or how in {"left", "right"} or second.rows.kind == "group":
        return made
    if first.rows.kind != "union" and second.rows.root is not first.rows.root:
        made.rows = c.m.universe.subset(first.rows, ("matched", second.rows), (c.frame.unit.path, c.line))
    return made
