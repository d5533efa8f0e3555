"""What is written to files and registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow.joining import constant
from ml_readiness.facts.flow.values import Data, Text, Thing, Value

if TYPE_CHECKING:
    from ml_readiness.facts.flow.calls import Call


def stored(c: Call, value: Value, target: Value, how: str) -> None:
    """Remembers that a value was written to a place."""
    path = path_of(target)
    c.m.events.save(value, path, c.place, how)
    if isinstance(value, Thing):
        value.saved = True
    c.m.shelf.put(path, value.derived() if isinstance(value, Data) else value)


def stored_data(c: Call, data: Data, name: str) -> None:
    """`frame.to_csv(path)` and its kind."""
    if name.startswith(("to_", "save")) and c.args and name != "to_string":
        stored(c, data, c.args[0], name)


def path_of(target: Value) -> str:
    """The path a value stands for, with `*` for what is not known."""
    if isinstance(target, Thing) and target.name == "open":
        return path_of(target.arguments[0]) if target.arguments else ""
    if isinstance(target, Text):
        return target.text
    known = constant(target)
    return known.removeprefix("./") if isinstance(known, str) else ""
