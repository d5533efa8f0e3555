"""`value.name` and `value[index]`, by what the value is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow import things
from ml_readiness.facts.flow.joining import adopted, constant, data_of, element, gathered, join, rows_in
from ml_readiness.facts.flow.operators import stacked
from ml_readiness.facts.flow.selecting import column, pick, put, turned
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
    Method,
    Module,
    Obj,
    Seq,
    Slice,
    Text,
    Thing,
    Value,
)

if TYPE_CHECKING:
    from ml_readiness.facts.flow.machine import Machine


LOCATORS = frozenset({"loc", "iloc", "at", "iat", "ix"})


VIEWS = frozenset(
    {
        "values",
        "str",
        "dt",
        "cat",
        "codes",
        "array",
        "real",
        "data",
        "sparse",
        "A",
        "A1",
        "flat",
        "na",
        "list",
        "struct",
    }
)


MAP_METHODS = frozenset({"items", "keys", "values", "get", "pop", "update", "copy", "setdefault"})
LABELS = frozenset({"columns", "feature_names"})


SHAPES = frozenset(
    {"dtypes", "dtype", "ndim", "size", "empty", "name", "names", "axes", "categories", "DESCR", "plot", "style"}
)


def attribute(m: Machine, frame: Frame, receiver: Value, name: str) -> Value:
    """`receiver.name`."""
    if isinstance(receiver, Ext):
        return m.external(f"{receiver.name}.{name}")
    if isinstance(receiver, Data):
        return _data_attribute(m, receiver, name)
    if isinstance(receiver, Obj):
        return _object_attribute(m, frame, receiver, name)
    if isinstance(receiver, Thing):
        found = things.attribute(receiver, name)
        if isinstance(found, Data):
            m.events.opened |= found.pending
        return found if found is not None else _data_attribute(m, adopted(receiver, m.universe), name)
    if isinstance(receiver, Module):
        module = receiver.unit.frame
        found = module.variables.get(name) if module is not None else None
        return found if found is not None else NOTHING
    if isinstance(receiver, Class):
        found = inherited(receiver, name)
        return found if found is not None else NOTHING
    if isinstance(receiver, Map):
        found = receiver.items.get(name)
        return found if found is not None else Method(receiver, name) if name in MAP_METHODS else NOTHING
    if isinstance(receiver, Choice):
        found = NOTHING
        for option in receiver.options:
            found = join(found, attribute(m, frame, option, name), m.universe)
        return found
    if isinstance(receiver, Seq | Const | Text):
        return Method(receiver, name)
    return receiver if isinstance(receiver, Function) else NOTHING


def _data_attribute(m: Machine, data: Data, name: str) -> Value:
    if name in LOCATORS:
        made = data.derived(form="at")
        made.base = (data, None)
        return made
    if data.rows is None and not data.pending and not data.fits:
        return NOTHING
    if name == "T":
        return turned(data)
    if name in VIEWS:
        made = data.alike(form=data.form) if name == "values" else data.derived(form=data.form)
        made.base = data.base or (data, None)
        made.sig = data.sig
        return made
    if name == "index":
        return Data(data.rows, form="index", sig=("index", data.rows))
    if name == "shape":
        return Seq([Data(sig=("length", data.rows), form="number"), Data(sig=("width", id(data)), form="number")])
    if name in LABELS:
        return Data(form="columns", sig=("columns", data.rows))
    if name in SHAPES:
        return NOTHING
    if name in m.knowledge.frame or name in m.knowledge.fits or name in m.knowledge.asks:
        return Method(data, name)
    return column(data, name)


def _object_attribute(m: Machine, frame: Frame, receiver: Obj, name: str) -> Value:
    found = receiver.attributes.get(name)
    if found is not None:
        return found
    found = member(m, receiver, name)
    if isinstance(found, Function) and any(isinstance(d, Ext) and d.name == "property" for d in found.decorators):
        return m.enter(found, [], {})
    if found is not None:
        return found
    return NOTHING


def member(m: Machine, receiver: Obj, name: str) -> Value | None:
    """What an object's class gives it under a name, methods bound."""
    own = receiver.attributes.get(name)
    if own is not None:
        return own
    found = inherited(receiver.made_of, name)
    return bind(found, receiver) if isinstance(found, Function) else found


def inherited(made_of: Value, name: str, depth: int = 6) -> Value | None:
    """What a class has under a name, its bases included."""
    if not isinstance(made_of, Class) or depth == 0:
        return None
    found = made_of.members.get(name)
    if found is not None:
        return found
    for base in made_of.bases:
        found = inherited(base, name, depth - 1)
        if found is not None:
            return found
    return None


def bind(function: Function, receiver: Value) -> Function:
    """A function as a method of an object."""
    names = {decorator.name for decorator in function.decorators if isinstance(decorator, Ext)}
    if "staticmethod" in names:
        return function
    if "classmethod" in names and isinstance(receiver, Obj):
        receiver = receiver.made_of
    return Function(function.body, function.frame, function.defaults, function.decorators, receiver, function.owner)


def item(m: Machine, frame: Frame, receiver: Value, index: Value, line: int) -> Value:
    """`receiver[index]`."""
    if isinstance(receiver, Data):
        return pick(m, frame, receiver, index, line)
    if isinstance(receiver, Seq):
        return _list_item(m, receiver, index)
    if isinstance(receiver, Map):
        key = constant(index)
        found = receiver.items.get(key) if key is not None else None
        if found is None:
            found = receiver.items.get(None) or (
                element(Seq(list(receiver.items.values())), m.universe) if key is None else None
            )
        return found if found is not None else NOTHING
    if isinstance(receiver, Thing):
        found = things.item(receiver, index)
        return found if found is not None else pick(m, frame, adopted(receiver, m.universe), index, line)
    if isinstance(receiver, Choice):
        found = NOTHING
        for option in receiver.options:
            found = join(found, item(m, frame, option, index, line), m.universe)
        return found
    if isinstance(receiver, Ext) and receiver.name == "sys.argv":
        words = m.words(m.script)
        return _list_item(m, Seq([Const(m.script), *map(Const, words)]), index) if words is not None else NOTHING
    if isinstance(receiver, Ext) and "." not in receiver.name:
        return pick(m, frame, adopted(receiver, m.universe), index, line)
    if isinstance(receiver, Ext) and receiver.name.endswith((".c_", ".r_")):
        parts = index.items if isinstance(index, Seq) else [index]
        data = [data_of(part, m.universe) for part in parts]
        return gathered(data) if receiver.name.endswith("c_") else stacked(m, data, (frame.unit.path, line))
    if isinstance(receiver, Obj):
        held = rows_in(receiver)
        return held.derived() if held is not None else NOTHING
    return NOTHING


def _list_item(m: Machine, receiver: Seq, index: Value) -> Value:
    position = constant(index)
    if receiver.exact and isinstance(position, int) and -len(receiver.items) <= position < len(receiver.items):
        return receiver.items[position]
    if isinstance(index, Slice):
        lower, upper = constant(index.lower), constant(index.upper)
        if receiver.exact and isinstance(lower, int | None) and isinstance(upper, int | None):
            return Seq(receiver.items[lower:upper])
        return Seq(list(receiver.items), exact=False)
    return element(receiver, m.universe)


def set_item(m: Machine, frame: Frame, target: Value, index: Value, value: Value) -> None:
    """`target[index] = value`."""
    if isinstance(target, Data):
        put(m, frame, target, index, value)
    elif isinstance(target, Map):
        key = constant(index)
        known = target.items.get(key)
        target.items[key] = (
            join(known, value, m.universe) if known is not None and (key is None or frame.branches) else value
        )
    elif isinstance(target, Seq):
        position = constant(index)
        if isinstance(position, int) and target.exact and -len(target.items) <= position < len(target.items):
            target.items[position] = value
        elif len(target.items) < 64:
            target.items.append(value)
            target.exact = False
    elif isinstance(target, Thing) and not target.role and not target.trainings:
        given = data_of(value, m.universe)
        if target.source is None and given.rows is not None:
            target.source = Data(given.rows)
            target.holds_rows = True
        if target.source is not None:
            put(m, frame, target.source, index, value)
    elif isinstance(target, Choice):
        for option in target.options:
            set_item(m, frame, option, index, value)
