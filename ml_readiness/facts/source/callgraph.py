"""Which of the project's functions call which, so that a check can ask what a function leads to."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts.source.code import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ml_readiness.facts.source.code import Site
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.expressions import Expr


HOLD_NAMES = frozenset({"list", "dict", "call"})
"""Kinds of expressions in which functions may be handed over."""


class CallGraph(Struct, frozen=True, dict=True):
    """Calls between the project's own functions, each known as `:path:qualified.name`; module code has no name."""

    code: Code

    @classmethod
    def gather(cls, code: Code) -> Self:
        """From every resolved call, and from functions that are passed on as values."""
        return cls(code)

    @cached_property
    def callees(self) -> Mapping[str, tuple[str, ...]]:
        """What each function calls directly, the project's own functions only, sorted."""
        found = {key(unit, scope): self._called(unit, sites) for unit, scope, sites in self.code.scopes}
        for unit in self.code.units:
            for function in unit.python.functions:
                if function.in_class and function.name.endswith("__init__"):
                    made = key(unit, function.in_class)
                    found[made] = tuple(sorted({*found.get(made, ()), key(unit, function.name)}))
        return found

    def _called(self, unit: Unit, sites: Sequence[Site]) -> tuple[str, ...]:
        """The functions behind the project's own things that some calls of a unit are made to, or are given."""
        given: set[str] = set()
        for site in sites:
            call = site.call
            for argument in (*call.args, *call.keywords.values()) if call.keywords else call.args:
                if argument.kind == "name":
                    given.add(argument.text)
                elif argument.items:
                    _add_names(argument, given)
        names = {site.name for site in sites}.union([self.code.canonical(unit, n) for n in given if n[:1] != "?"])
        return tuple(sorted({each for name in names if name[:1] == ":" for each in self._as_functions(name)}))

    def _as_functions(self, name: str) -> tuple[str, ...]:
        known = self._functions.get(name)
        if known is None:
            known = self._functions[name] = tuple(self._functions_of(name))
        return known

    @cached_property
    def _functions(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _functions_of(self, name: str) -> Iterator[str]:
        path, _, inner = name[1:].partition(":")
        unit = self.code.by_path.get(path)
        if unit is None:
            return
        if inner in unit.classes:
            yield key(unit, f"{inner}.__init__")
            yield key(unit, f"{inner}.__call__")
            yield key(unit, f"{inner}.forward")
        yield name

    @cached_property
    def callers(self) -> Mapping[str, Sequence[str]]:
        """The same the other way round."""
        found: dict[str, list[str]] = defaultdict(list)
        for caller, called in self.callees.items():
            for name in called:
                found[name].append(caller)
        return found

    def leading_to(self, sites: Iterable[Site]) -> frozenset[str]:
        """Every function in which one of these calls happens, or that calls such a function, at any distance."""
        reached = {key(site.unit, site.call.scope) for site in sites}
        stack = list(reached)
        while stack:
            for caller in self.callers.get(stack.pop(), ()):
                if caller not in reached:
                    reached.add(caller)
                    stack.append(caller)
        return frozenset(reached)

    def reached_from(self, start: Iterable[str]) -> frozenset[str]:
        """The functions and every own function they call, at any distance."""
        reached = set(start)
        stack = list(reached)
        while stack:
            for called in self.callees.get(stack.pop(), ()):
                if called not in reached:
                    reached.add(called)
                    stack.append(called)
        return frozenset(reached)


def key(unit: Unit, scope: str) -> str:
    """How a function is known in the graph."""
    return f":{unit.path}:{scope}"


def _add_names(expr: Expr, names: set[str], depth: int = 2) -> None:
    if expr.kind == "name":
        names.add(expr.text)
    elif depth and expr.items and expr.kind in HOLD_NAMES:
        for item in expr.items:
            _add_names(item, names, depth - 1)
