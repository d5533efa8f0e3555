"""What the path of a prediction leaves behind: lines in a log, or text on a terminal."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.prediction.inference import JUDGES, Inference
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.javascript import SOURCES, JavaScript
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Use
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ml_readiness.parsers.python import Function

PREDICTS = frozenset(["predict", "predict_proba", "decision_function", "recommend", "generate", "transcribe", "detect"])
PRINTS = ("print", "click.echo", "click.secho", "typer.echo", "typer.secho", "rich.print", "rich.console.Console.print",
          "sys.stdout.write", "sys.stderr.write", "pprint.pprint", "absl.app.print")  # fmt: skip
ALWAYS = frozenset(["predict", "predict_proba", "decision_function"])
"""Methods that are a model's, whoever has them."""
PREDICTING = re.compile(
    r"(?:^|_)(?:predict\w*|infer\w*|generate|forecast|recommend\w*|classify|serve)(?:_|\.)|(?:^|_)sample\."
)
OWN_LOGGER = re.compile(r"^(?:\w*_)?log(?:ger|ging|s)?(?:_\w+)?(?:\.|$)|Logger\b|^log_", re.IGNORECASE)
LOGGER = re.compile(r"(?:^|[._])log(?:ger|ging)?$", re.IGNORECASE)
ASKS = frozenset(["predict", "predict_proba", "eval", "generate", "transcribe"])
SHORT = 2
AROUND = re.compile(r"\.middleware$|\.(?:before|after)_request$")
"""Decorators of functions through which an application sends each request: of aiohttp, FastAPI, Flask and others."""
MIDDLEWARE = re.compile(r"(?:^|\.)\w*Middleware(?:Mixin)?$")
LEVELS = frozenset(
    ["debug", "info", "warning", "warn", "error", "exception", "critical", "log", "success", "trace", "msg"]
)


class Footprints(Struct, frozen=True, dict=True):
    """Logging and printing where predictions are made."""

    code: Code
    tools: Tools
    inference: Inference
    lifecycle: Lifecycle
    graph: CallGraph
    javascript: JavaScript

    @classmethod
    def gather(
        cls,
        code: Code,
        tools: Tools,
        inference: Inference,
        lifecycle: Lifecycle,
        graph: CallGraph,
        javascript: JavaScript,
    ) -> Self:
        """From the ways in, and what they lead to."""
        return cls(code, tools, inference, lifecycle, graph, javascript)

    @cached_property
    def paths(self) -> frozenset[str]:
        """Files in which predictions on new input are made."""
        entries = {location.path for location, _ in self.inference.entries}
        entries |= {site.unit.path for site in self.inference.beyond_training}
        entries |= {unit.path for unit in self.code.production if self._says_so(unit)}
        return frozenset(path for path in entries if path in self.code.by_path)

    @cached_property
    def answering_paths(self) -> frozenset[str]:
        """Files with routes or pages, for applications whose model is asked in a way we do not see."""
        serving = self.inference.serving
        if not serving.inferring and not self.tools.called("llm", "embedding", "retrieval"):
            return frozenset()
        return frozenset([route.unit.path for route in serving.routes] + [unit.path for unit in serving.demos])

    def _with_users(self, paths: Iterable[str]) -> frozenset[str]:
        """The files and those that use them, training and evaluation left out."""
        wanted = frozenset(paths)
        users = {
            unit.path
            for unit in self.code.production
            if wanted.intersection(self.code.imported[unit.path]) and unit.path not in self._learning
        }
        return wanted | users

    @cached_property
    def _learning(self) -> frozenset[str]:
        return self.lifecycle.units("training", "measuring")

    def _says_so(self, unit: Unit) -> bool:
        """Whether a file runs a model and is named after prediction, unless it trains, or has a function that is."""
        if PREDICTING.search(unit.path.rpartition("/")[2]) and not self.inference.trains(unit):
            return unit.path in self._running or any(call.method in ASKS for call in unit.python.calls)
        return any(
            f.name.rpartition(".")[2] in PREDICTS and f.statements > SHORT
            for f in unit.python.functions
            if not self.inference.only_for_training(unit, f)
        )

    @cached_property
    def _running(self) -> frozenset[str]:
        return self.lifecycle.units("loading", "predicting", "prompting")

    @cached_property
    def library_paths(self) -> frozenset[str]:
        """Files of a library in which objects predict."""
        return frozenset(
            unit.path
            for unit in self.code.production
            for function in unit.python.functions
            if function.in_class and function.statements and self._answers(unit, function)
        )

    def _answers(self, unit: Unit, function: Function) -> bool:
        """Whether a method is one by which a model answers: by a name that means nothing else, or of a model class."""
        name = function.name.rpartition(".")[2]
        owner = unit.classes.get(function.in_class)
        learns = owner is not None and "fit" in owner.methods
        return name in ALWAYS or (
            name in PREDICTS and (learns or key(unit, function.name) in self.inference.model.networks)
        )

    def logged(self, paths: frozenset[str]) -> tuple[Location, ...]:
        """Where code in these files logs, itself, through what it calls or in what uses them; the nearest first."""
        uses = [use for use in self.tools.called("logging") if _writes(use)]
        users = self._with_users(paths)
        order = {location.path: rank for rank, (location, _) in reversed([*enumerate(self.inference.entries)])}
        here = sorted(
            (use for use in uses if use.path in users),
            key=lambda use: (
                use.path not in paths,
                not self._asks(use.path, use.scope),
                order.get(use.path, len(order)),
            ),
        )
        if here and here[0].path in paths:
            return tuple(use.location for use in here)
        called = self._leading(paths, (site for site in self.code.sites if _is_log(site)))
        return (*called, *(use.location for use in here), *self._logged_around(paths, uses))

    def _logged_around(self, paths: frozenset[str], uses: Iterable[Use]) -> Iterator[Location]:
        """Where what each request passes through logs, if it is requests that are answered by predictions."""
        if any(route.unit.path in paths for route in self.inference.serving.routes):
            yield from (use.location for use in uses if (use.path, use.scope) in self._around)

    @cached_property
    def _around(self) -> frozenset[tuple[str, str]]:
        """Functions and methods that each request passes through."""
        return frozenset(
            (unit.path, function.name)
            for unit in self.code.production
            for function in unit.python.functions
            if any(AROUND.search(name) for name in function.decorators) or _is_middleware(unit, function)
        )

    def printed(self, paths: Iterable[str]) -> tuple[Location, ...]:
        """Where code in these files prints; where requests are answered, what that leads to."""
        serving = self.inference.serving
        routes = [route for route in serving.model_routes if route.unit.is_production]
        if routes:
            functions = [key(route.unit, route.function.name) for route in routes if route.function is not None]
            modules = [key(unit, "") for unit in (*(route.unit for route in routes), *serving.model_demos)]
            reached = self.graph.reached_from([*functions, *modules])
            apart = frozenset(paths) - {unit.path for unit in self.code.production if self._is_reached(unit, reached)}
            found = [s for s in self._prints if key(s.unit, s.call.scope) in reached or s.unit.path in apart]
        else:
            wanted = self._with_users(paths)
            found = [site for site in self._prints if site.unit.path in wanted]
        found.sort(key=lambda site: not self._asks(site.unit.path, site.call.scope))
        return tuple(site.location for site in found)

    @staticmethod
    def _is_reached(unit: Unit, functions: Collection[str]) -> bool:
        """Whether any of these functions stands in a file."""
        return key(unit, "") in functions or any(key(unit, name) in functions for name in unit.functions)

    @cached_property
    def traced(self) -> tuple[Use, ...]:
        """Where sources that are not Python trace what is asked of a model."""
        return tuple(
            use
            for use in self.tools.wired("llm-tracing")
            if use.unit is None and use.path.endswith(tuple(each[1:] for each in SOURCES))
        )

    def _asks(self, path: str, scope: str) -> bool:
        """Whether a function, or the code at the top of a file, asks the model itself."""
        return (path, scope) in self._asking

    @cached_property
    def _asking(self) -> frozenset[tuple[str, str]]:
        sites = (site for site in self.inference.asking if not JUDGES.search(site.call.scope))
        return frozenset((site.unit.path, site.call.scope) for site in sites)

    @cached_property
    def printed_by_library(self) -> tuple[Location, ...]:
        """Where what a library's objects do to predict prints."""
        methods = [
            key(unit, function.name)
            for unit in self.code.production
            for function in unit.python.functions
            if function.in_class and function.name.rpartition(".")[2] in PREDICTS
        ]
        reached = self.graph.reached_from(methods)
        return tuple(site.location for site in self._prints if key(site.unit, site.call.scope) in reached)

    @cached_property
    def _prints(self) -> tuple[Site, ...]:
        return tuple(self.code.calls_to(*PRINTS))

    def _leading(self, paths: Iterable[str], sites: Iterable[Site]) -> tuple[Location, ...]:
        reached = self.graph.leading_to(sites)
        found: list[Location] = []
        for path in sorted(paths):
            unit = self.code.by_path[path]
            if key(unit, "") in reached:
                found.append(Location(path=path))
            found += [unit.location(f.line) for f in unit.python.functions if key(unit, f.name) in reached]
        return tuple(found)


def _is_middleware(unit: Unit, function: Function) -> bool:
    owner = unit.classes.get(function.in_class)
    return owner is not None and any(MIDDLEWARE.search(base) for base in owner.bases)


def _writes(use: Use) -> bool:
    return use.unit is not None and use.unit.is_production and use.name.rpartition(".")[2] in LEVELS


def _is_log(site: Site) -> bool:
    """Whether a call writes a log: through a logging library, or through a logger of the project's own."""
    if site.name.startswith(":"):
        path, _, name = site.name[1:].partition(":")
        own = OWN_LOGGER.search(path.rpartition("/")[2]) or OWN_LOGGER.search(name)
        if own and site.unit.is_production and path != site.unit.path:
            return True
    top = site.name.partition(".")[0]
    known = top in {"logging", "loguru", "structlog"} or LOGGER.search(site.call.receiver)
    return site.call.method in LEVELS and bool(known) and site.unit.is_production
