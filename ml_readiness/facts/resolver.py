"""How a fact reaches whoever asks for it: by the type of the parameter."""

from __future__ import annotations

import typing
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable


class Fact(Protocol):
    """An answer about the snapshot; `gather` names the facts it is made from by its parameter types."""

    gather: Callable[..., Self]


F = TypeVar("F")


@cache
def needs(function: Callable[..., object]) -> tuple[type[Any], ...]:
    """The parameter types of a function, in order; TypeError where one is missing or not a class."""
    hints = _types(function)
    code = function.__code__ if hasattr(function, "__code__") else None
    names = code.co_varnames[: code.co_argcount] if code is not None else tuple(hints)
    names = tuple(name for name in names if name not in {"cls", "self"})
    for name in names:
        if not isinstance(hints.get(name), type):
            message = f"{function.__module__}.{function.__qualname__}: parameter {name!r} needs a class as type"
            raise TypeError(message)
    return tuple(hints[name] for name in names)


def _types(function: Callable[..., object]) -> dict[str, Any]:
    """The types of a function's parameters by name: looked up where they are names, since evaluating text is slow."""
    try:
        known = function.__globals__
        return {name: known[said] for name, said in function.__annotations__.items() if name != "return"}
    except (AttributeError, KeyError, TypeError):
        hints = typing.get_type_hints(function)
        hints.pop("return", None)
        return hints


class Facts:
    """Gathers facts on demand, each once; the given ones (snapshot, documents) are there from the start."""

    def __init__(self, *given: object) -> None:
        self._known: dict[type[object], object] = {type(fact): fact for fact in given}
        self._gathering: list[type[object]] = []

    def get(self, kind: type[F]) -> F:
        """The fact of this type; RuntimeError names the chain where facts need each other in a circle."""
        if kind in self._known:
            return cast("F", self._known[kind])
        if kind in self._gathering:
            chain = " > ".join(k.__name__ for k in [*self._gathering, kind])
            raise RuntimeError(f"facts need each other in a circle: {chain}")
        self._gathering.append(kind)
        try:
            fact = self.call(cast("type[Fact]", kind).gather)
        finally:
            self._gathering.pop()
        self._known[kind] = fact
        return cast("F", fact)

    def call(self, function: Callable[..., F]) -> F:
        """The function's answer, its parameters filled by type."""
        wanted = needs(getattr(function, "__func__", function))
        return function(*(self.get(kind) for kind in wanted))
