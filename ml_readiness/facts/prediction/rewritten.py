"""Steps of preparation that serving has in code of its own, though training has them too."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.prediction.inference import NEW_INPUT
from ml_readiness.facts.prediction.parity import NO_STEP, PREPARES, Parity
from ml_readiness.facts.source.callgraph import key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.facts.modelling.preparation import Prepares
    from ml_readiness.facts.source.code import Site
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Assign
    from ml_readiness.report import Location

COLUMN = re.compile(r"^[\w.]+\['(?P<name>[^'\]]+)'\]$")
CASTS = re.compile(
    r"(?:^|\.)(?:astype|to_datetime|to_numeric|float|int|str|bool|round|strip|lower|get|pop|copy|to_list|tolist|len|json|loads?|dumps?"
    r"|predict\w*|isoformat|strftime|now|uuid4|time|format|(?:float|int|uint)\d+|array|asarray|to_float\w*)$"
)
"""What keeps a value, or says something about the answer, and computes no feature."""
IMAGE_STEPS = re.compile(r"^(?:torchvision\.transforms|albumentations)\b.*\.(?:Compose|Sequential)$")
"""Chains of steps that turn an image into model input."""
OF_ANSWERS = re.compile(
    r"^(?:rank|score|result|error|label|status|confidence|message|response|output|latency|duration|timestamp|created|updated|time)"
    r"|pred|prob|forecast|_at$|(?:^|_)id$|accuracy|precision|recall|metric|(?:^|_)r?m[as]p?e(?:_|$)|actual|residual|^n_|count$",
    re.IGNORECASE,
)
"""Names of what is said about an answer, and of when it was given."""
BESIDES = re.compile(
    r"(?:re)?train|monitor|drift|evaluat|report|plot|dashboard|metric|(?:^|_)eda(?:_|$)", re.IGNORECASE
)
"""Files and functions that look at data for something else than an answer."""
APPLIES = re.compile(
    r"(?:^|[.:])(?:transform|load\w*|from_pretrained|tokeni[sz]er?|encode|get_\w+|fetch\w*)$", re.IGNORECASE
)
"""Calls by which a function may bring what training left behind."""
SHORTEST_NAME = 3


class Computed(Struct, frozen=True):
    """Columns that a function of serving computes as training does, in other code."""

    names: tuple[str, ...]
    here: Location
    there: Location


class Rewritten(Struct, frozen=True, dict=True):
    """What only serving's own code does to its data, told apart by whether training does the same elsewhere."""

    parity: Parity

    @classmethod
    def gather(cls, parity: Parity) -> Self:
        """From columns that are computed, and calls that transform, on both sides."""
        return cls(parity)

    @cached_property
    def steps(self) -> tuple[Site, ...]:
        """Transformations of data that only the serving side has."""
        parity = self.parity
        only = parity.reached_by_serving - parity.reached_by_training
        return tuple(
            site
            for site in parity.transforming
            if site.unit.path in only
            and self._is_served(site.unit, site.call.scope)
            and not NO_STEP.search(site.name)
            and not _is_told_how(site)
        )

    @cached_property
    def functions(self) -> tuple[Prepares, ...]:
        """Functions that prepare what is predicted by themselves, and that nothing but what answers leads to."""
        inference = self.parity.inference
        return tuple(
            each
            for each in self.parity.preparation.functions
            if each.transforms
            and PREPARES.search(each.name.rpartition(".")[2])
            and each.key in self._answering
            and any(each.unit is unit for unit in self.parity.serving)
            and self._answering.issuperset(inference.graph.callers.get(each.key, ()))
            and not any(APPLIES.search(site.name) for site in inference.code.calls_in(each.unit, each.name))
        )

    @cached_property
    def image_steps(self) -> tuple[Site, ...]:
        """Chains of image steps that serving makes itself, where training makes its own."""
        chains = [site for site in self.parity.transforming if IMAGE_STEPS.match(site.name)]
        own = [site for site in chains if site.unit in self._serving and self._is_served(site.unit, site.call.scope)]
        return tuple(own) if any(site.unit in self._others for site in chains) else ()

    @cached_property
    def columns(self) -> tuple[Computed, ...]:
        """Columns that both sides compute, each in code that the other does not use; most of one function first."""
        there: dict[str, Location] = {}
        for unit in self._others:
            for name, assign in _computed(unit):
                there.setdefault(name, unit.location(assign.line))
        found: dict[tuple[str, str], dict[str, Location]] = defaultdict(dict)
        for unit in self._serving:
            for name, assign in _computed(unit):
                if name in there and self._is_served(unit, assign.scope) and not self._is_of_answer(unit, assign):
                    found[unit.path, assign.scope].setdefault(name, unit.location(assign.line))
        made = [Computed(tuple(each), next(iter(each.values())), there[next(iter(each))]) for each in found.values()]
        return tuple(sorted(made, key=lambda each: -len(each.names)))

    def _is_of_answer(self, unit: Unit, assign: Assign) -> bool:
        """Whether the model has been asked before, so that it may be a column of the answer."""
        return assign.line > self._asked.get((unit.path, assign.scope), assign.line)

    @cached_property
    def _asked(self) -> dict[tuple[str, str], int]:
        """The first line of each function on which a model is asked."""
        inference = self.parity.inference
        found: dict[tuple[str, str], int] = {}
        for site in (*inference.lifecycle.predicting, *inference.model.applied):
            place = site.unit.path, site.call.scope
            found[place] = min(site.call.line, found.get(place, site.call.line))
        return found

    @cached_property
    def _serving(self) -> tuple[Unit, ...]:
        units = self.parity.inference.code.by_path
        return tuple(units[path] for path in sorted(self.parity.reached_by_serving - self.parity.reached_by_training))

    @cached_property
    def _others(self) -> tuple[Unit, ...]:
        """Units that serving does not reach, and that train or prepare data; notebooks where only these train."""
        parity = self.parity
        scripted = any(not unit.is_notebook for unit in parity.training)
        homes = {parity.flow.homes.of(unit.path) for unit in parity.training}
        return tuple(
            unit
            for unit in parity.inference.code.units
            if unit.path not in parity.reached_by_serving
            and not (unit.is_test or unit.is_example or (scripted and unit.is_notebook))
            and not _is_besides(unit)
            and parity.flow.homes.of(unit.path) in homes
        )

    def _is_served(self, unit: Unit, scope: str) -> bool:
        """Whether something leads from what answers to a function, or whether it is a page or script that answers."""
        if BESIDES.search(unit.path.rpartition("/")[2]) or BESIDES.search(scope):
            return False
        if not scope:
            return any(unit is each for each in self.parity.serving)
        owner = scope.removesuffix("__init__")
        if owner != scope:
            return any(name.startswith(key(unit, owner)) for name in self._answering)
        return key(unit, scope) in self._answering

    @cached_property
    def _answering(self) -> frozenset[str]:
        """Functions that answer, and those that they lead to."""
        ways = (key(each.unit, each.name) for each in self.parity.answering if not BESIDES.search(each.name))
        return self.parity.inference.graph.reached_from(ways)


def _computed(unit: Unit) -> Iterator[tuple[str, Assign]]:
    """Columns that a file computes from others, with where."""
    for assign in unit.python.assigns:
        found = COLUMN.match(assign.target)
        if found is not None and not assign.augmented and _computes(assign.value):
            named: Iterable[str] = (found["name"],)
        elif assign.value.kind == "dict":
            named = (name for name, value in _pairs(assign.value) if value.kind == "operation" and _computes(value))
        else:
            continue
        yield from ((name, assign) for name in named if _is_feature(name))


def _is_feature(name: str) -> bool:
    return len(name) >= SHORTEST_NAME and not OF_ANSWERS.search(name)


def _is_besides(unit: Unit) -> bool:
    """Whether a file is not there to train or to prepare, by its name."""
    name = unit.path.rpartition("/")[2]
    return bool(NEW_INPUT.search(name) or (BESIDES.search(name) and "train" not in name))


def _pairs(value: Expr) -> Iterator[tuple[str, Expr]]:
    return zip(value.keys, value.items[len(value.items) - len(value.keys) :], strict=False)


def _computes(value: Expr) -> bool:
    """Whether an expression makes something new of other values."""
    if value.kind == "call":
        return bool(value.text) and not CASTS.search(value.text)
    if value.kind == "format":
        return "*" in value.text
    return value.kind in {"operation", "compare"} and any(each.kind in {"name", "item", "call"} for each in value.items)


def _is_told_how(site: Site) -> bool:
    """`column.astype(types[name])`: what it does was looked up; `astype(float)`: it does next to nothing."""
    if site.call.method != "astype":
        return False
    return any(argument.kind == "item" or "float" in argument.text for argument in site.call.args)
