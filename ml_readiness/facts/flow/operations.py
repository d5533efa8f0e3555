"""What each instruction does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow.attributes import attribute, item, set_item
from ml_readiness.facts.flow.calls import Call, ask, invoke, make
from ml_readiness.facts.flow.events import Place
from ml_readiness.facts.flow.externals import NAMES_OF_MODULES
from ml_readiness.facts.flow.joining import elements, join, parts
from ml_readiness.facts.flow.operators import combined, compared
from ml_readiness.facts.flow.values import (
    NOTHING,
    Choice,
    Class,
    Const,
    Data,
    Ext,
    Frame,
    Function,
    Map,
    Module,
    Obj,
    Seq,
    Slice,
    Spread,
    Text,
    Thing,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ml_readiness.facts.flow.machine import Machine, Unit
    from ml_readiness.parsers.flow import Body, Op


MAX_DEPTH = 14
"""Calls within calls that are followed."""


def _store(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    target = frame.unit.frame if op.name in frame.shared else frame
    target.variables[op.name] = values[0]
    return values[0]


def _global(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    frame.shared |= frozenset(op.keys)
    return NOTHING


def _call(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    return invoke(make(m, frame, op, values), values[0])


def _method(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    receiver = values[0]
    if type(receiver) is Ext and receiver.inert:
        return NOTHING
    return ask(make(m, frame, op, values), receiver, op.name)


def _attr(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    found = attribute(m, frame, values[0], op.name)
    if op.name == "codes" and isinstance(found, Data) and found.rows is not None:
        _learn_codes(m, frame, op, found)
    return found


def _learn_codes(m: Machine, frame: Frame, op: Op, data: Data) -> None:
    """`astype("category").cat.codes`: numbers of the words that these rows happen to hold."""
    if data.rows is not None and data.form != "row" and parts(data.sig)[:1] == ("categories",):
        data.fits |= {m.events.fit("codes", "cat.codes", data.rows, Place(frame.unit.path, op.line))}


def _item(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    return item(m, frame, values[0], values[1], op.line)


def _set_item(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    set_item(m, frame, values[0], values[1], values[2])
    return NOTHING


def _delete_item(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    return ask(Call(m, frame, op.line, [values[1]], {}), values[0], "pop")


def _set_attr(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    receiver, value = values
    if isinstance(receiver, Obj):
        if frame.sides:
            frame.sides[-1].now.write(receiver, op.name, value)
        else:
            receiver.attributes[op.name] = value
    elif isinstance(receiver, Data) and op.name not in {"index", "columns"}:
        set_item(m, frame, receiver, Const(op.name), value)
    elif isinstance(receiver, Class):
        receiver.members[op.name] = value
    return NOTHING


def _slice(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    return Slice(values[0], values[1], values[2])


def _list(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    items: list[Value] = []
    exact = True
    for value in values:
        if isinstance(value, Spread):
            inner = value.value
            exact = exact and isinstance(inner, Seq) and inner.exact
            items.extend(inner.items if isinstance(inner, Seq) else elements(inner, m.universe))
        else:
            items.append(value)
    return Seq(items, exact)


def _dict(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    items: dict[object, Value] = {}
    for key, value in zip(values[::2], values[1::2], strict=True):
        if isinstance(key, Const):
            items[key.value] = value
        elif isinstance(value, Map):
            items.update(value.items)
        else:
            items[None] = join(items.get(None, NOTHING), value, m.universe)
    return Map(items)


def _binary(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    return combined(m, values[0], values[1], op.name)


def _unary(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    value = values[0]
    if isinstance(value, Data) and op.name == "Invert" and value.sig is not None:
        made = value.derived(form=value.form)
        made.sig = ("not", value.sig)
        return made
    return value if isinstance(value, Data) else NOTHING


def _compare(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    return compared(m, frame, values[0], values[1], op.name, op.line)


def _either(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    found = values[0]
    for value in values[1:2] if op.name == "if" else values[1:]:
        found = join(found, value, m.universe)
    return found


def _format(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    parts = [value.text if isinstance(value, Text) else _text(value) for value in values]
    text = "".join(parts)
    return Text(text) if "*" in parts else Const(text)


def _text(value: Value) -> str:
    if isinstance(value, Const) and value.value is not None:
        return str(value.value)
    return "*"


def _star(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    return Spread(values[0])


def _part(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    value, index, count = values[0], int(op.keys[0]), int(op.keys[1])
    if isinstance(value, Choice):
        found: Value = NOTHING
        for option in value.options:
            found = join(found, _part(m, frame, op, [option]), m.universe)
        return found
    if isinstance(value, Seq):
        if op.name == "*":
            return Seq(value.items[index : len(value.items) - (count - index - 1)], value.exact)
        if value.exact and index < len(value.items):
            return value.items[index]
    if isinstance(value, Data):
        return item(m, frame, value, Const(index), op.line) if value.form == "group" else value
    if isinstance(value, Thing) and not value.role and op.name != "*":
        return item(m, frame, value, Const(index), op.line)
    return elements(value, m.universe)[0] if not isinstance(value, Map) else NOTHING


def _collection(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    return Map({}) if op.name == "dict" else Seq([])


def _collect(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    collected = values[0]
    if isinstance(collected, Map):
        key = values[1].value if isinstance(values[1], Const) else None
        collected.items[key] = join(collected.items.get(key, NOTHING), values[2], m.universe)
    elif isinstance(collected, Seq):
        collected.items.append(values[1])
        if not isinstance(values[1], Const):
            collected.exact = collected.exact and isinstance(values[1], Data) and values[1].form != "row"
    return NOTHING


def _yield(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    frame.yielded.extend(elements(values[0], m.universe) if op.name == "from" else values)
    return NOTHING


def _enter(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    return values[0]


def _function(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    body: Body = frame.unit.file.bodies[int(op.name)]
    defaults = dict(zip(op.keys, values, strict=False))
    return Function(body, frame, defaults, values[len(op.keys) :])


def _class(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    body: Body = frame.unit.file.bodies[int(op.name)]
    inner = Frame(frame.unit, body, frame)
    m.run(inner)
    made = Class(body.name, frame.unit, values, inner.variables)
    for member in made.members.values():
        if isinstance(member, Function) and member.owner is None:
            member.owner = made
    return made


def _import(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    alias = op.keys[0]
    unit = m.find(op.name, frame.unit.path)
    if unit is not None and not unit.running:
        _follow(m, unit)
    if alias:
        frame.variables[alias] = Module(unit) if unit is not None else m.external(op.name)
    else:
        top = op.name.partition(".")[0]
        above = m.find(top, frame.unit.path) if unit is not None and top != op.name else unit
        frame.variables[top] = Module(above) if above is not None else m.external(top)
    return NOTHING


def _from(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Value:
    name, alias = op.keys
    unit = m.find(op.name, frame.unit.path)
    dots = "" if op.name.endswith(".") or not op.name else "."
    inner = m.find(f"{op.name}{dots}{name}", frame.unit.path) if name != "*" else None
    if unit is None:
        if inner is not None:
            _follow(m, inner)
            frame.variables[alias] = Module(inner)
        elif name != "*":
            frame.variables[alias] = m.external(f"{op.name}.{name}")
        else:
            frame.variables.update(
                {last: m.external(f"{op.name}.{last}") for last in NAMES_OF_MODULES.get(op.name, ())}
            )
        return NOTHING
    variables = _follow(m, unit)
    if name == "*":
        frame.variables.update({key: value for key, value in variables.items() if not key.startswith("_")})
    elif name in variables:
        frame.variables[alias] = variables[name]
    elif inner is not None:
        _follow(m, inner)
        frame.variables[alias] = Module(inner)
    else:
        frame.variables[alias] = NOTHING
    return NOTHING


def _follow(m: Machine, unit: Unit) -> dict[str, Value]:
    if unit.frame is None and m.depth >= MAX_DEPTH * 2:
        return {}
    m.depth += 1
    try:
        return m.module(unit).variables
    finally:
        m.depth -= 1


HANDLERS: Mapping[str, Callable[[Machine, Frame, Op, list[Value]], Value]] = {
    "store": _store,
    "call": _call,
    "method": _method,
    "attr": _attr,
    "item": _item,
    "setitem": _set_item,
    "delitem": _delete_item,
    "setattr": _set_attr,
    "slice": _slice,
    "tuple": _list,
    "list": _list,
    "dict": _dict,
    "bin": _binary,
    "unary": _unary,
    "compare": _compare,
    "either": _either,
    "format": _format,
    "star": _star,
    "part": _part,
    "collection": _collection,
    "collect": _collect,
    "yield": _yield,
    "enter": _enter,
    "func": _function,
    "class": _class,
    "import": _import,
    "from": _from,
    "global": _global,
}
