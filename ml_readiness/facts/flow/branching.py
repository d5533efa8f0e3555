"""Which side of an `if` is taken, where what the caller passes decides it, `prepare(frame, scaler=None)`, or nothing
at all, `if False:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow.values import Class, Const, Data, Frame, Function, Map, Obj, Seq, Text, Thing, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ml_readiness.parsers.flow import Body, Op

Ends = dict[int, tuple[int, int]]
"""The positions of `else` and `endif` for that of each `if`."""
MAX_NOTS = 4


def ends(body: Body) -> Ends:
    """Where the sides of each branch of a body end."""
    found: Ends = {}
    opened: list[list[int]] = []
    for position, op in enumerate(body.ops):
        if op.code == "if":
            opened.append([position, position])
        elif op.code == "else" and opened:
            opened[-1][1] = position
        elif op.code == "endif" and opened:
            start, middle = opened.pop()
            found[start] = (middle, position)
    return found


def decided(frame: Frame, test: int) -> bool | None:
    """Whether a condition holds in this call; None where that is not known."""
    ops = frame.body.ops
    turned = False
    for _ in range(MAX_NOTS):
        if test < 0 or ops[test].code != "unary" or ops[test].name != "Not":
            break
        test, turned = ops[test].args[0], not turned
    found = _truth(frame, test) if test < 0 else _compared(frame, ops[test]) if frame.passed else None
    return found if found is None or not turned else not found


def _passed(frame: Frame, operand: int) -> Value | None:
    """The value of a parameter that the caller passed, or left out where that means `None`."""
    name = frame.unit.pool[~operand] if operand < 0 else None
    if not isinstance(name, str) or not frame.line or name in frame.shared:
        return None
    value = frame.variables.get(name)
    if name in frame.passed:
        return value
    return value if name in frame.body.parameters and _is_none(value) else None


def _is_none(value: Value | None) -> bool:
    return isinstance(value, Const) and value.value is None


def _truth(frame: Frame, operand: int) -> bool | None:
    written = frame.unit.pool[~operand]
    value = written if isinstance(written, Const) else _passed(frame, operand) if frame.passed else None
    if isinstance(value, Const):
        return bool(value.value)
    return True if isinstance(value, Thing | Obj | Function | Class) else None


def _compared(frame: Frame, op: Op) -> bool | None:
    if op.code != "compare" or len(op.args) != 2:
        return None
    value, other = _passed(frame, op.args[0]), _written(frame, op.args[1:])
    if value is None or other is None:
        return None
    if op.name in {"Is", "IsNot"} and other.value is None:
        known = _is_none(value) if isinstance(value, Const) or _is_something(value) else None
    elif op.name in {"Eq", "NotEq", "Is", "IsNot"} and isinstance(value, Const):
        known = value.value == other.value
    else:
        return None
    return known if known is None or op.name in {"Is", "Eq"} else not known


def _is_something(value: Value) -> bool:
    if isinstance(value, Data):
        return value.rows is not None
    return isinstance(value, Thing | Obj | Function | Class | Seq | Map | Text)


def _written(frame: Frame, operands: Sequence[int]) -> Const | None:
    value = frame.unit.pool[~operands[0]] if operands[0] < 0 else None
    return value if isinstance(value, Const) else None
