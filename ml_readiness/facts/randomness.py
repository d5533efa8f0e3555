"""Which random draws training makes, and which of them are fixed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts import knowledge
from ml_readiness.facts.callgraph import CallGraph, key
from ml_readiness.facts.code import Code
from ml_readiness.facts.modelcode import ModelCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ml_readiness.facts.code import Site, Unit
    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.report import Location


class Framework(Struct, frozen=True, forbid_unknown_fields=True):
    """A library that draws from generators of its own."""

    used_by: tuple[str, ...]
    seeded_by: tuple[str, ...]
    default: tuple[str, ...]
    """Calls after which a fixed seed is in force although none is named."""


class Arguments(Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that draw unless an argument gives the seed."""

    keywords: tuple[str, ...]
    calls: frozenset[str]
    when: dict[str, tuple[str, ...]]
    methods: frozenset[str]


class Sources(Struct, frozen=True, forbid_unknown_fields=True):
    """The knowledge file."""

    seeded_by_argument: Arguments
    frameworks: dict[str, Framework]


@cache
def sources() -> Sources:
    """What is random in training, and what fixes it."""
    return knowledge.read("randomness.yml", Sources)


@dataclass(frozen=True, slots=True)
class Draw:
    """Something random on the way of training."""

    what: str
    location: Location
    seeded_by: str
    """What fixes it; empty if nothing does."""
    certain: bool = True
    """Whether the seed is always in force; False where a setting can leave it out."""


@dataclass(frozen=True)
class Randomness:
    """The random draws in units that train, and in what they import."""

    code: Code
    model: ModelCode
    graph: CallGraph

    @classmethod
    def gather(cls, code: Code, model: ModelCode, graph: CallGraph) -> Self:
        """From the calls of training units and of the units around them."""
        return cls(code, model, graph)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Production code where it trains, else the notebooks that do with what they import."""
        sites = [site for site in self.model.training if not site.unit.is_example]
        if any(site.unit.is_production for site in sites):
            return self.code.production
        reached = {each.path: each for site in sites for each in self.code.closure(site.unit)}
        return tuple(reached.values())

    @cached_property
    def _sites(self) -> tuple[Site, ...]:
        return tuple(site for unit in self.units for site in self.code.calls_in(unit))

    @cached_property
    def draws(self) -> tuple[Draw, ...]:
        """Every random draw that was recognised, one for each framework and one for each call with an argument."""
        return (*self._frameworks(), *self._arguments())

    def _frameworks(self) -> Iterator[Draw]:
        for name, known in sources().frameworks.items():
            used = [s for s in self._sites if _begins(s.name, known.used_by) and s.name not in known.seeded_by]
            places = [site.location for site in used] or self._based(known.used_by)
            seed = self._seed(known.seeded_by) or self._seed(known.default)
            if seed is not None and (places or not known.default) and self.model.training:
                certain = _in_force(seed) and not (seed.name in known.default and self._head_first)
                yield Draw(name, seed.location, seed.call.method, certain=certain)
            elif places and name not in {"numpy", "random"}:
                yield Draw(name, places[0], "")

    @cached_property
    def _head_first(self) -> bool:
        """Whether a new head is drawn before the trainer sets its default seed."""
        late = any("model_init" in site.call.keywords for site in self._sites)
        return not late and any(re.search(r"For\w*(?:Classification|Answering)\.", site.name) for site in self._sites)

    def _based(self, tops: tuple[str, ...]) -> list[Location]:
        return [
            unit.location(each.line)
            for unit in self.units
            for each in unit.python.classes
            if any(_begins(base, tops) for base in each.bases)
        ]

    def _seed(self, names: Iterable[str]) -> Site | None:
        """A call that seeds and is itself reached: at module level, or in a function that something calls."""
        wanted = set(names)
        found = [site for site in self._sites if site.name in wanted and _says_seed(site)]
        return next((site for site in found if self._is_reached(site)), None)

    def _is_reached(self, site: Site) -> bool:
        scope = site.call.scope
        if not scope or site.unit.functions.get(scope) is None:
            return True
        function = site.unit.functions[scope]
        seeds_only = "seed" in scope.lower() or "determin" in scope.lower() or "reproduc" in scope.lower()
        return not seeds_only or bool(self.graph.callers.get(key(site.unit, function.name)))

    @cached_property
    def _seeded_numpy(self) -> bool:
        return self._seed(sources().frameworks["numpy"].seeded_by) is not None

    def _arguments(self) -> Iterator[Draw]:
        known = sources().seeded_by_argument
        always, sometimes = known.calls, known.when
        for site in self._sites:
            keywords = site.call.keywords
            conditional = sometimes.get(site.name, ())
            drawing = site.name in always or any(_is_on(keywords, word) for word in conditional)
            if not drawing and site.call.method in known.methods:
                drawing = site.name.startswith(("pandas.", "polars.", "pyspark.")) or site.call.method == "randomSplit"
            if not drawing or _is_off(keywords, "shuffle"):
                continue
            given = next((w for w in known.keywords if w in keywords and keywords[w].kind != "none"), "")
            if not given and "**" in keywords:
                continue
            fallback = "numpy.random.seed" if not given and self._seeded_numpy and not _own_generator(site) else ""
            yield Draw(site.call.method, site.location, given or fallback)


def _begins(name: str, tops: tuple[str, ...]) -> bool:
    return f"{name}.".startswith(_dotted(tops))


@cache
def _dotted(tops: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{top}." for top in tops)


def _says_seed(site: Site) -> bool:
    """Generators without a seed do not fix anything."""
    if site.call.method in {"default_rng", "RandomState"}:
        return bool(site.call.args or site.call.keywords)
    return True


def _in_force(site: Site) -> bool:
    """Whether nothing decides at run time that the seed is left out."""
    return not any(guard.startswith("if ") and "seed" in guard.lower() for guard in site.call.guards)


def _own_generator(site: Site) -> bool:
    return site.name.startswith(("torch.", "xgboost.", "lightgbm.", "lightfm."))


def _is_on(keywords: Mapping[str, Expr], word: str) -> bool:
    value = keywords.get(word)
    return value is not None and value.text not in {"False", "None", "1", "1.0"}


def _is_off(keywords: Mapping[str, Expr], word: str) -> bool:
    value = keywords.get(word)
    return value is not None and value.text == "False"
