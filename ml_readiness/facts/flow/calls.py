"""What a call comes to, by what is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.facts.flow import attributes, builtin, externals, frames, learners, passing, splitting, things
from ml_readiness.facts.flow.events import Place
from ml_readiness.facts.flow.joining import adopted, constant, data_of, join, rows_in
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
    Spread,
    Text,
    Thing,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ml_readiness.facts.flow.machine import Machine
    from ml_readiness.parsers.flow import Op

LIKE_A_CALL = frozenset(
    {"submit", "map", "remote", "delay", "apply_async", "fn", "run", "expand", "func", "__call__", "starmap"}
)
LIKE_ITSELF = frozenset({"with_options", "options", "partial", "configure", "override", "bind", "set"})


class Call(Struct, eq=False):
    """One call that is being followed."""

    m: Machine
    frame: Frame
    line: int
    args: list[Value]
    kw: dict[str, Value]

    @property
    def place(self) -> Place:
        """Where the call is written."""
        return Place(self.frame.unit.path, self.line)

    def arg(self, position: int, *names: str) -> Value | None:
        """An argument by keyword, else by position."""
        for name in names:
            if name in self.kw:
                return self.kw[name]
        return self.args[position] if 0 <= position < len(self.args) else None

    def data(self, position: int, *names: str) -> Data:
        """An argument as data."""
        value = self.arg(position, *names)
        return data_of(value, self.m.universe) if value is not None else NOTHING

    def adopted(self, position: int, *names: str) -> Data:
        """An argument that is used as data, whatever it was before."""
        return adopted(self.arg(position, *names), self.m.universe)

    def option(self, name: str, position: int = -1) -> object:
        """A constant argument; None where it is missing or not constant."""
        return constant(self.arg(position, name))

    def values(self) -> list[Value]:
        """All arguments."""
        return [*self.args, *self.kw.values()]


def make(m: Machine, frame: Frame, op: Op, values: list[Value]) -> Call:
    """The call that an instruction makes."""
    keys = op.keys
    if not keys:
        args = values[1:]
        kw: dict[str, Value] = {}
    else:
        args = values[1 : len(values) - len(keys)]
        kw = dict(zip(keys, values[len(values) - len(keys) :], strict=True))
        if isinstance(packed := kw.get("**"), Map):
            kw |= {key: value for key, value in packed.items.items() if isinstance(key, str) and key not in kw}
    for arg in args:
        if type(arg) is Spread:
            args = _spread(args)
            break
    return Call(m, frame, op.line, args, kw)


def _spread(args: list[Value]) -> list[Value]:
    flat: list[Value] = []
    for arg in args:
        if not isinstance(arg, Spread):
            flat.append(arg)
        elif isinstance(arg.value, Seq):
            flat.extend(arg.value.items)
        else:
            flat.append(arg.value)
    return flat


def invoke(c: Call, callee: Value) -> Value:
    """The result of calling a value."""
    if isinstance(callee, Function):
        return splitting.told_apart(c, callee.body, c.m.enter(callee, c.args, c.kw, c.line))
    if isinstance(callee, Ext):
        return externals.call(c, callee.name)
    if isinstance(callee, Class):
        return construct(c, callee)
    if isinstance(callee, Thing):
        return learners.called(c, callee)
    if isinstance(callee, Method):
        return ask(c, callee.receiver, callee.name)
    if isinstance(callee, Obj):
        return _call_object(c, callee)
    if isinstance(callee, Choice):
        return _each(c, callee, invoke)
    return passing.passed_on(c)


def ask(c: Call, receiver: Value, name: str) -> Value:
    """The result of calling a method."""
    if isinstance(receiver, Data):
        return frames.method(c, receiver, name)
    if isinstance(receiver, Ext):
        return externals.call(c, f"{receiver.name}.{name}")
    if isinstance(receiver, Thing):
        return learners.method(c, receiver, name)
    if isinstance(receiver, Obj):
        return _ask_object(c, receiver, name)
    if isinstance(receiver, Module | Class):
        return invoke(c, attributes.attribute(c.m, c.frame, receiver, name))
    if isinstance(receiver, Choice):

        def ask_one(call: Call, option: Value) -> Value:
            return ask(call, option, name)

        return _each(c, receiver, ask_one)
    if isinstance(receiver, Function):
        if name in LIKE_A_CALL:
            return invoke(c, receiver)
        return receiver if name in LIKE_ITSELF else NOTHING
    if isinstance(receiver, Method) and receiver.name == "super":
        return _ask_above(c, receiver.receiver, name)
    if isinstance(receiver, Seq | Map | Const | Text):
        return builtin.method(c, receiver, name)
    return passing.passed_on(c)


def _each(c: Call, choice: Choice, follow: Callable[[Call, Value], Value]) -> Value:
    found: Value = NOTHING
    for option in choice.options:
        found = join(found, follow(c, option), c.m.universe)
    return found


def construct(c: Call, made_of: Class) -> Value:
    """A new object of a class of the project."""
    made = Obj(made_of)
    init = attributes.member(c.m, made, "__init__")
    if isinstance(init, Function):
        c.m.enter(init, c.args, c.kw, c.line)
        return made
    for name, value in made_of.members.items():
        if not isinstance(value, Function):
            made.attributes[name] = value
    fields = [name for name, value in made_of.members.items() if not isinstance(value, Function)]
    made.attributes.update(zip(fields, c.args, strict=False))
    made.attributes.update({name: value for name, value in c.kw.items() if name != "**"})
    return made


def _call_object(c: Call, receiver: Obj) -> Value:
    for name in ("__call__", "forward", "call"):
        method = attributes.member(c.m, receiver, name)
        if isinstance(method, Function):
            result = c.m.enter(method, c.args, c.kw, c.line)
            return learners.answered(c, receiver, result) if name != "__call__" else result
    return learners.called(c, things.thing_of(c, receiver))


def _ask_object(c: Call, receiver: Obj, name: str) -> Value:
    found = attributes.member(c.m, receiver, name)
    if name in {"fit", "fit_transform"}:
        _own_fit(c, receiver)
    if found is not None:
        result = invoke(c, found)
        if (
            name == "fit"
            and attributes.member(c.m, receiver, "predict") is None
            and attributes.member(c.m, receiver, "transform") is None
        ):
            learners.fitted(c, things.thing_of(c, receiver))
        return result
    if name == "fit_transform":
        fit, transform = attributes.member(c.m, receiver, "fit"), attributes.member(c.m, receiver, "transform")
        if isinstance(fit, Function) and isinstance(transform, Function):
            c.m.enter(fit, c.args, c.kw, c.line)
            return c.m.enter(transform, c.args[:1], {}, c.line)
    if any(isinstance(base, Ext) for base in receiver.made_of.bases):
        return learners.method(c, things.thing_of(c, receiver), name)
    held = rows_in(Seq(c.args))
    return held.derived() if held is not None else NOTHING


def _own_fit(c: Call, receiver: Obj) -> None:
    """Remembers that a transformer of the project is fitted; what it learns, its `fit` tells."""
    data = c.data(0)
    if data.rows is not None and all(
        attributes.member(c.m, receiver, name) is not None for name in ("fit", "transform")
    ):
        c.m.events.fit("own", receiver.made_of.name, data.rows, c.place)


def _ask_above(c: Call, receiver: Value, name: str) -> Value:
    """`super().name(...)`."""
    if not isinstance(receiver, Obj):
        return NOTHING
    for base in receiver.made_of.bases:
        found = attributes.inherited(base, name)
        if isinstance(found, Function) and found.body is not c.frame.body:
            return c.m.enter(attributes.bind(found, receiver), c.args, c.kw, c.line)
    return NOTHING if name.startswith("__") else learners.method(c, things.thing_of(c, receiver), name)
