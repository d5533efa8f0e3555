"""Whether a model was good enough, as the code keeps it: values that hold the answer, and what asks them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.figures import ORDER, bars, is_figure, is_rivalry, last, words_of
from ml_readiness.facts.source.callgraph import key
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.units import Unit

if TYPE_CHECKING:
    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Assign, Condition

ANSWERS = re.compile(
    r"regress|no_reg|better|improve[sd]|accept|approv|promot|good_enough|quality|gate|(?:^|_)(?:passed|passes)(?:_|$)|beats?(?:_|$)",
    re.IGNORECASE,
)
"""Names that say whether something was good enough."""
TELLING = re.compile(r"regress|better|accept|promot|good_enough|quality|gate", re.IGNORECASE)
"""The same, so plain that they mean it in other files, too."""

WORD = re.compile(r"[\w.]+")
GATES = re.compile(r"(?:^|[_.])gates?(?:[_.]|$)", re.IGNORECASE)
LIMITS = re.compile(r"threshold|minimum|maximum|required|at_least|at_most", re.IGNORECASE)
"""What a gate holds its figures against, which it is given by name."""


class Kept(Struct, frozen=True):
    """A comparison of figures whose outcome is kept under a name."""

    unit: Unit
    scope: str
    name: str
    line: int


class Acceptance(Struct, frozen=True, dict=True):
    """The answers that are kept, and the conditions that ask for them."""

    code: Code

    @classmethod
    def gather(cls, code: Code) -> Self:
        """From values that production code binds, passes on and returns."""
        return cls(code)

    def figures(self, unit: Unit, scope: str) -> frozenset[str]:
        """The names within a function that were computed from figures."""
        place = unit.path, scope
        if place not in self._figures:
            self._figures[place] = frozenset(_computed(self._assigns[unit.path].get(scope, ())))
        return self._figures[place]

    @cached_property
    def _figures(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}

    @cached_property
    def _assigns(self) -> Mapping[str, Mapping[str, Sequence[Assign]]]:
        """What each function binds, by file and name."""
        found: dict[str, dict[str, list[Assign]]] = defaultdict(lambda: defaultdict(list))
        for unit in self.code.production:
            for assign in unit.python.assigns:
                found[unit.path][assign.scope].append(assign)
        return found

    @cached_property
    def kept(self) -> tuple[Kept, ...]:
        """Outcomes of comparisons, under every name they go by where they are made, and where they are asked for."""
        return (*self._made, *self._answered())

    def _answered(self) -> Iterator[Kept]:
        """Outcomes that a function gives to those who call it: under the names they bind, and under its own."""
        for site in self.code.sites if self._judges else ():
            if site.unit.is_production and site.name in self._judges:
                for name in (*site.call.targets, last(site.call.method)):
                    yield Kept(site.unit, site.call.scope, name, site.call.line)

    @cached_property
    def _judges(self) -> frozenset[str]:
        """Functions that return the outcome of a comparison."""
        made: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in self._made:
            made[each.unit.path, each.scope].add(each.name)
        return frozenset(
            key(unit, function.name)
            for unit in self.code.production
            for function in unit.python.functions
            for value in function.returns
            if not made.get((unit.path, function.name), set()).isdisjoint(map(last, words_of(value)))
            or self._compares(unit, function.name, "", value)
        )

    @cached_property
    def _made(self) -> tuple[Kept, ...]:
        return tuple(
            kept
            for unit in self.code.production
            for scope, bound in self._comparing(unit).items()
            for kept in self._kept_in(unit, scope, bound)
        )

    def _comparing(self, unit: Unit) -> Mapping[str, list[tuple[str, Expr, int]]]:
        """What is bound in the functions that bind a comparison, which few do."""
        found: dict[str, list[tuple[str, Expr, int]]] = defaultdict(list)
        comparing: set[str] = set()
        for name, value, scope, line in _bound(unit):
            found[scope].append((name, value, line))
            if value.items and scope not in comparing and any(part.kind == "compare" for part in value.walk()):
                comparing.add(scope)
        return {scope: bound for scope, bound in found.items() if scope in comparing}

    def _kept_in(self, unit: Unit, scope: str, bound: list[tuple[str, Expr, int]]) -> Iterator[Kept]:
        own: set[str] = set()
        for name, value, line in sorted(bound, key=lambda each: each[2]):
            passed_on = bool(own) and not own.isdisjoint(map(last, words_of(value)))
            if passed_on or self._compares(unit, scope, name, value):
                own.add(name)
                yield Kept(unit, scope, name, line)

    def _compares(self, unit: Unit, scope: str, name: str, value: Expr) -> bool:
        compared = [part for part in value.walk() if part.kind == "compare"]
        if compared and any(True for _ in bars(value, self.figures(unit, scope))):
            return True
        return bool(compared and ANSWERS.search(name)) and any(map(is_rivalry, compared))

    def is_asked(self, site: Site) -> bool:
        """Whether a call happens only where an answer that was kept says so."""
        names = self._kept_by_scope.get((site.unit.path, site.call.scope), set[str]())
        asking = (guard for guard in site.call.guards if guard.startswith(("if ", "else ")))
        return bool(names) and any(names.intersection(map(last, WORD.findall(guard))) for guard in asking)

    @cached_property
    def _kept_by_scope(self) -> Mapping[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in self.kept:
            found[each.unit.path, each.scope].add(each.name)
        return found

    @cached_property
    def told(self) -> tuple[Kept, ...]:
        """Outcomes under a name that says whether something was good enough, and those of gates with named limits."""
        limited = (
            Kept(unit, scope, name, line)
            for unit in self.code.production
            for name, value, scope, line in _bound(unit)
            if GATES.search(scope) and ANSWERS.search(name) and _is_limited(value)
        )
        return (*(each for each in self.kept if ANSWERS.search(each.name)), *limited)

    @cached_property
    def asked(self) -> tuple[tuple[Unit, Condition], ...]:
        """Conditions that stop the run by an answer that was kept."""
        near = {(each.unit.path, each.scope, each.name) for each in self.kept}
        plain = {each.name for each in self.kept if TELLING.search(each.name)}
        return tuple(
            (unit, condition)
            for unit in self.code.production
            for condition in unit.python.conditions
            if condition.effect in {"raise", "exit", "assert"}
            for word in [last(word) for word in _asked_for(condition.test)]
            if word in plain or (unit.path, condition.scope, word) in near
        )


def _computed(assigns: Iterable[Assign]) -> set[str]:
    """The names that hold figures after some assignments, and the calls that gave them."""
    known: set[str] = set()
    for assign in sorted(assigns, key=lambda each: each.line):
        if assign.target.isidentifier() and assign.value.kind != "str" and is_figure(assign.value, known):
            known.update([assign.target, assign.value.text] if assign.value.kind == "call" else [assign.target])
    return known


def _bound(unit: Unit) -> Iterator[tuple[str, Expr, str, int]]:
    """What is bound to names and passed on under names: name, value, scope and line."""
    for assign in unit.python.assigns:
        yield last(assign.target), assign.value, assign.scope, assign.line
        if assign.value.kind == "dict":
            named = zip(assign.value.keys, assign.value.items[-len(assign.value.keys) :], strict=False)
            yield from ((key, value, assign.scope, assign.line) for key, value in named)
    for call in unit.python.calls:
        yield from ((name, value, call.scope, call.line) for name, value in call.keywords.items())


def _is_limited(value: Expr) -> bool:
    """Whether something is compared with a limit that goes by its name."""
    compared = (each for each in value.walk() if each.kind == "compare" and ORDER.intersection(each.text.split()))
    return any(LIMITS.search(word) for each in compared for word in words_of(each))


def _asked_for(test: Expr) -> Iterator[str]:
    """What a test reads, `getattr` and lookups by key included."""
    yield from words_of(test)
    for each in test.walk():
        if each.kind == "call" and each.text == "getattr":
            yield from (item.text for item in each.items if item.kind == "str")
