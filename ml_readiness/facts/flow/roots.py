"""Functions and methods that nothing in the project calls, followed with unknown arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow.attributes import bind
from ml_readiness.facts.flow.calls import Call, construct
from ml_readiness.facts.flow.values import Class, Function, Obj

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ml_readiness.facts.flow.machine import Machine, Unit


class Roots:
    """The functions of one file that were not reached."""

    def __init__(self, machine: Machine, unit: Unit, telling: frozenset[str]) -> None:
        self.machine = machine
        self.unit = unit
        self.telling = telling
        self.called: frozenset[str] = frozenset()

    def follow(self, called: frozenset[str] = frozenset()) -> None:
        """Follows each function once, unless its name is called somewhere; methods on one object of their class."""
        self.called = called
        frame = self.unit.frame
        if frame is None:
            return
        for value in list(frame.variables.values()):
            if isinstance(value, Function) and value.frame.unit is self.unit:
                self._function(value)
            elif isinstance(value, Class) and value.unit is self.unit:
                self._class(value)

    def _function(self, function: Function) -> None:
        if self._is_due(function):
            self.machine.enter(function, [], {})

    def _class(self, made_of: Class) -> None:
        methods = [value for value in made_of.members.values() if isinstance(value, Function)]
        if not any(self._is_due(method) for method in methods):
            return
        made = self._object(made_of)
        for method in methods:
            if self._is_due(method):
                bound = bind(method, made)
                self.machine.enter(bound, [], {})

    def _object(self, made_of: Class) -> Obj:
        assert self.unit.frame is not None  # noqa: S101
        made = construct(Call(self.machine, self.unit.frame, 0, [], {}), made_of)
        assert isinstance(made, Obj)  # noqa: S101
        return made

    def _is_due(self, function: Function) -> bool:
        if id(function.body) in self.machine.visits or self.machine.exhausted:
            return False
        if function.body.name.rpartition(".")[2] in self.called:
            return False
        return not self.telling.isdisjoint(function.body.calls)


def leading_to(telling: frozenset[str], units: Iterable[Unit]) -> frozenset[str]:
    """These calls, and the functions of the project that come to one of them, by their names."""
    waiting = [(body.name.rpartition(".")[2], body.calls) for unit in units for body in unit.file.bodies]
    found = telling
    while True:
        new = frozenset(name for name, calls in waiting if not found.isdisjoint(calls)) - found
        if not new:
            return found
        found |= new
