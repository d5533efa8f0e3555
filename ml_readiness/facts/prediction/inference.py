"""Where predictions on new input are made, and by which way in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.lifecycle import ASKS_MODEL, HOLDERS, Lifecycle
from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.prediction.answering import Answering
from ml_readiness.facts.prediction.steps import Steps
from ml_readiness.facts.project.introduction import Introduction
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.saying import said
from ml_readiness.facts.source.units import Definition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.serving.serving import Route
    from ml_readiness.facts.source.code import Site
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Function
    from ml_readiness.report import Location

NEW_INPUT = re.compile(
    r"(?:^|[_\W])(?:predict\w*|infer\w*|scored?(?!_?(?:card|board|sheet))|scoring|forecast\w*|recommend\w*|classify|detect\w*|generate|sample"
    r"|translate|demo|submission|submit|serve|query|ask|chat|answer|run_model|deploy\w*)(?:$|[_\W])",
    re.IGNORECASE,
)
JUDGES = re.compile(
    r"(?:^|[_\W])(?:eval\w*|test|valid\w*|metric\w*|benchmark\w*|bench|train\w*|fit|analy[sz]\w*)(?:$|[_\W])",
    re.IGNORECASE,
)

ONE_INPUT = re.compile(
    r"(?:^|_)(?:path|file|filename|url|img|image|photo|audio|wav|text|sentence|review|tweet|comment|message|title|query"
    r"|question|sample|row|record|item|input|inputs|features?|values)(?:$|_|\d)",
    re.IGNORECASE,
)
"""Parameters that stand for one thing to predict on; loaders and data frames stand for many."""
TIMES = re.compile(r"(?:^|[_.])(?:time[dr]?|timing|latency|profil\w*|benchmark\w*)(?:$|[_.])", re.IGNORECASE)
"""Functions that only see how long an answer takes."""
FUTURE = re.compile(r"(?:^|_)(?:new|future|next|submission|unseen)(?:_|$)", re.IGNORECASE)
STEPPED = re.compile(
    r"(?:^|_)(?:states?|obs\w*|actions?|q|values?|targets?|rewards?|tokens?|logits?|batch|inputs?)(?:_|$)",
    re.IGNORECASE,
)
"""What comes next for an agent, a language model or a loop over batches while it learns."""
TRUTH = re.compile(
    r"^y(?:_(?!pred)\w+)?$|^(?:true|actual|gold)_|_(?:true|actuals?)$|^(?:labels?|targets?)$", re.IGNORECASE
)
"""Parameters that hold what a model should have answered."""
PLAIN = ("torch.", "tensorflow.", "jax.", "staticmethod", "classmethod", "functools.")
"""Beginnings of decorators that hand a function to nobody else."""
STANDS_IN = re.compile(r"(?:^|\.)keras\.(?:\w+\.)*Input$|^keras\.Input$|(?:^|\.)tf\.placeholder$")
"""What makes a stand-in for the input of a network that is being built."""
LEARNS = re.compile(r"train|evaluat|refit|\bfit\b|monitor|drift|tune|tuning", re.IGNORECASE)


class Inference(Struct, frozen=True, dict=True):
    """Predictions outside tests, sorted by what they are for."""

    code: Code
    lifecycle: Lifecycle
    serving: Serving
    interface: Answering
    graph: CallGraph
    model: ModelCode
    steps: Steps
    readme: str

    @classmethod
    def gather(
        cls, answering: Answering, graph: CallGraph, model: ModelCode, steps: Steps, introduction: Introduction
    ) -> Self:
        """From the calls that ask a model, and what surrounds them."""
        serving = answering.serving
        return cls(serving.code, serving.lifecycle, serving, answering, graph, model, steps, introduction.readme)

    @cached_property
    def asking(self) -> tuple[Site, ...]:
        """Calls of a model or language model in production code."""
        stages = (*self.lifecycle.predicting, *self.lifecycle.prompting, *self.model.applied)
        return tuple(site for site in stages if site.unit.is_production)

    @cached_property
    def _stages(self) -> dict[str, frozenset[str]]:
        found = {name: self.lifecycle.units(name) for name in ("loading", "measuring")}
        learning = self.graph.leading_to(self.model.training)
        return {**found, "training": frozenset(name[1:].partition(":")[0] for name in learning)}

    @cached_property
    def entries(self) -> tuple[tuple[Location, str], ...]:
        """Ways in outside notebooks, with what was seen at each."""
        routes = self.interface.routes or tuple(r for r in self.serving.model_routes if not r.is_health)
        reaching = sorted(routes, key=_learns) if self.serving.model_routes else ()
        found = [(r.location, f"a request to `{r.path or r.framework}` reaches the model") for r in reaching]
        found += [(unit.location(0), "a page asks the model") for unit in self.interface.pages]
        found += [(location, "a model server answers requests") for location in self.serving.servers]
        asked = [site for site in self.asking if not self._in_network(site) and self._is_for_new_input(site)]
        asked.sort(key=lambda site: site in self._prompting and ASKS_MODEL.search(site.call.method) is None)
        found += [(site.location, _message(site)) for site in asked]
        found += [
            (unit.location(function.line), f"`{function.name}` uses the loaded model")
            for unit, function in self._predicting_functions()
        ]
        found += [(_at(each), f"the README shows how to call `{each.name}`") for each in self.documented]
        found += [(_at(each), f"torch.hub loads the model by `{each.name}`") for each in self.published]
        return tuple(found)

    @cached_property
    def published(self) -> tuple[Definition, ...]:
        """Functions by which torch.hub hands out the trained model to everybody."""
        unit = self.code.by_path.get("hubconf.py")
        leading = self.graph.leading_to(self.lifecycle.loading)
        functions = unit.python.functions if unit is not None else ()
        return tuple(
            Definition(unit, function.name)
            for function in functions
            if unit is not None and not function.name.startswith("_") and key(unit, function.name) in leading
        )

    def _is_for_new_input(self, site: Site) -> bool:
        """Whether a call asks a loaded model, or a language model, for something that is not its own evaluation."""
        if site in self._prompting:
            return True
        path, scope = site.unit.path, site.call.scope
        if path in self._stages["training"]:
            return bool(NEW_INPUT.search(scope)) and (path, scope) in self._loading_scopes
        handed = site.name.startswith(HOLDERS) and bool(self._stages["loading"])
        handed = handed or (key(site.unit, scope) in self.steps.keys and NEW_INPUT.search(scope) is not None)
        loaded = handed or path in self.code.reaching(self._stages["loading"])
        named = NEW_INPUT.search(scope) or NEW_INPUT.search(path.rpartition("/")[2])
        judging = JUDGES.search(scope) or (path in self._stages["measuring"] and not named)
        return loaded and bool(named or not judging) and not (JUDGES.search(path.rpartition("/")[2]) and not named)

    @cached_property
    def answering(self) -> tuple[Definition, ...]:
        """Functions that ask an own model about new input; module code of scripts and pages has no name."""
        found = [
            Definition(route.unit, route.function.name if route.function is not None else "")
            for route in self.serving.model_routes
            if not route.is_health
        ]
        found += [Definition(unit, "") for unit in self.interface.pages]
        found += [
            Definition(site.unit, site.call.scope)
            for site in self.asking
            if site not in self._prompting and not self._in_network(site) and self._is_for_new_input(site)
        ]
        found += [Definition(unit, function.name) for unit, function in self._predicting_functions()]
        found += [Definition(unit, "") for at in self.serving.servers if (unit := self.code.by_path.get(at.path))]
        return tuple(dict.fromkeys(found))

    def _in_network(self, site: Site) -> bool:
        """Whether a call is a step inside a network or builds one, and not a question to the whole of it."""
        scope = site.call.scope
        if (site.unit.path, scope) in self._building:
            return True
        return key(site.unit, scope) in self.model.networks and not NEW_INPUT.search(scope.rpartition(".")[2])

    @cached_property
    def _building(self) -> frozenset[tuple[str, str]]:
        """Functions that join layers: what they call takes stand-ins for what will come."""
        joining = (site for site in self.code.calls_where(STANDS_IN.search) if site.call.scope)
        return frozenset((site.unit.path, site.call.scope) for site in joining)

    @cached_property
    def _prompting(self) -> frozenset[Site]:
        return frozenset(self.lifecycle.prompting)

    @cached_property
    def _loading_functions(self) -> frozenset[str]:
        return self.graph.leading_to(s for s in self.lifecycle.loading if s.unit.is_production)

    def _predicting_functions(self) -> list[tuple[Unit, Function]]:
        return [
            (unit, function)
            for unit in self.code.production
            for function in unit.python.functions
            if (key(unit, function.name) in self._loading_functions or self._infers(unit, function))
            and (unit.path not in self._stages["training"] or self._reloads(unit, function))
            and NEW_INPUT.search(function.name.rpartition(".")[2])
            and not JUDGES.search(unit.path.rpartition("/")[2])
            and "load" not in function.name
        ]

    def _infers(self, unit: Unit, function: Function) -> bool:
        """Whether a function runs a network it was given, without learning, and not only where that was trained."""
        names = {site.call.method for site in self.code.calls_in(unit, function.name)}
        names |= {name.rpartition(".")[2] for name in function.decorators}
        runs = bool(names & {"no_grad", "inference_mode"}) and "backward" not in names
        return runs and (not self.only_for_training(unit, function) or self._reloads(unit, function))

    def trains(self, unit: Unit) -> bool:
        """Whether a file trains, itself or through what its functions call."""
        return unit.path in self._stages["training"]

    def only_for_training(self, unit: Unit, function: Function) -> bool:
        """Whether something calls a function, and only scripts that train do; decorators may hand it to anybody."""
        if any(not name.startswith(PLAIN) for name in function.decorators):
            return False
        callers = {name[1:].partition(":")[0] for name in self.graph.callers.get(key(unit, function.name), ())}
        production = {path for path in callers if self.code.by_path[path].is_production}
        return bool(production) and production <= self._stages["training"]

    def _reloads(self, unit: Unit, function: Function) -> bool:
        """Whether a function in a script that trains loads a saved model, or runs one that was loaded before it."""
        if (unit.path, function.name) in self._loading_scopes:
            return True
        runs = any(name.endswith(("no_grad", "inference_mode")) for name in function.decorators)
        return runs and key(unit, function.name) in self._after_loading

    @cached_property
    def _after_loading(self) -> frozenset[str]:
        """What is called, at any distance, by code that loads a model."""
        return self.graph.reached_from(f":{path}:{scope}" for path, scope in self._loading_scopes)

    @cached_property
    def _loading_scopes(self) -> frozenset[tuple[str, str]]:
        return frozenset((site.unit.path, site.call.scope) for site in self.lifecycle.loading)

    @cached_property
    def documented(self) -> tuple[Definition, ...]:
        """Functions that load or ask a model and that a code block of the README calls through their package."""
        leading = self.model.leading_to_load | self.model.leading_to_model
        return tuple(
            Definition(unit, function.name)
            for unit in self.code.production
            for function in unit.python.functions
            if "." not in function.name
            and key(unit, function.name) in leading
            and re.search_once(rf"\b(?:{_packages(unit.path)})\.{function.name}\(", self.readme)
        )

    @cached_property
    def beyond_training(self) -> tuple[Site, ...]:
        """Predictions in scripts that train, made in something that says it is for more than evaluation."""
        return tuple(
            site
            for site in self.lifecycle.predicting
            if site.unit.is_production
            and site.unit.path in self._stages["training"]
            and (
                (NEW_INPUT.search(site.call.scope) and not TIMES.search(site.call.scope) and not _knows_truth(site))
                or any(_future(name) for name in (*site.call.targets, _inputs(site)))
                or self._is_written_out(site)
            )
        )

    @cached_property
    def in_notebooks(self) -> tuple[Location, ...]:
        """Predictions of a loaded model in notebooks, for a submission, about rows that are written out, or by a
        function that takes one input.
        """
        stages = (*self.lifecycle.predicting, *self.lifecycle.prompting, *self._shown)
        sites = [s for s in stages if s.unit.is_notebook]
        asked = (
            s.location
            for s in sites
            if s in self._prompting
            or s.unit.path in self._stages["loading"]
            or any(_future(name) for name in (*s.call.targets, _inputs(s)))
            or "submission" in " ".join(s.unit.python.names).lower()
            or self._is_written_out(s)
        )
        return (*asked, *self._notebook_functions())

    @property
    def _shown(self) -> tuple[Site, ...]:
        """Networks that are called in notebooks which only load them."""
        aside = self._stages["training"] | self._stages["measuring"]
        return tuple(site for site in self.model.applied if site.unit.path not in aside)

    def _is_written_out(self, site: Site) -> bool:
        """Whether a model is asked about values that stand in the code, and not to measure it."""
        measured = any(
            each.unit is site.unit and each.call.line <= site.call.line <= each.call.end_line
            for each in self.lifecycle.measuring
        )
        return not measured and any(_holds_values(argument) for argument in site.call.args[:1])

    def _notebook_functions(self) -> Iterator[Location]:
        working = self._stages["training"] | self._stages["loading"]
        for unit in self.code.notebooks:
            for function in unit.python.functions if unit.path in working else ():
                takes = any(ONE_INPUT.search(parameter.name) for parameter in function.parameters)
                if takes and NEW_INPUT.search(function.name) and not JUDGES.search(function.name):
                    yield unit.location(function.line)


def _knows_truth(site: Site) -> bool:
    """Whether the function around a call is given what is true, so that it measures."""
    function = site.unit.functions.get(site.call.scope)
    return function is not None and any(TRUTH.search(parameter.name) for parameter in function.parameters)


def _learns(route: Route) -> bool:
    """Whether a request starts a training or an evaluation: the last to be shown as a way to a prediction."""
    return bool(LEARNS.search(route.path))


def _at(definition: Definition) -> Location:
    return definition.unit.location(definition.function.line if definition.function is not None else 0)


def _packages(path: str) -> str:
    """The names under which a file's functions are called: its module, or the package that holds it."""
    parts = path.removesuffix(".py").split("/")
    return "|".join(re.escape(part) for part in parts[-2:] if part != "__init__")


def _inputs(site: Site) -> str:
    return " ".join(argument.text.lstrip("?") for argument in site.call.args)


def _future(name: str) -> bool:
    """Whether a name says that its rows are not here yet."""
    found = FUTURE.search(name)
    return found is not None and not ("next" in found[0].lower() and STEPPED.search(name))


def _holds_values(value: Expr, depth: int = 3) -> bool:
    if value.kind == "list":
        inner = value.items
        return bool(inner) and all(each.kind in {"int", "float", "str"} or _holds_values(each, depth) for each in inner)
    made = (
        value.kind == "call"
        and depth > 0
        and value.text.rpartition(".")[2] in {"array", "transform", "DataFrame", "asarray"}
    )
    return made and any(_holds_values(each, depth - 1) for each in value.items)


def _message(site: Site) -> str:
    return f"`{said(site)}` asks the model about new input"
