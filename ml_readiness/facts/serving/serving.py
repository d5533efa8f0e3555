"""How the project answers requests: its routes, demo pages, platform handlers and model servers."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts import knowledge
from ml_readiness.facts.deployment.model_servers import ModelServers
from ml_readiness.facts.modelling.lifecycle import HOLDERS, Lifecycle
from ml_readiness.facts.serving.operations import Operations
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.source.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.python import Function
    from ml_readiness.report import Location

HEALTH = re.compile(
    r"(?:^|[/_-])(?:health|healthz|healthcheck|health[_-]?check|live|livez|liveness|ready|readyz|readiness|ping|status"
    r"|heartbeat|alive)(?:$|[/_-])",
    re.IGNORECASE,
)

ANSWERS = re.compile(
    r"predict|infer|scor|classif|generat|chat|ask|query|invoke|recommend|answer|translat|detect", re.IGNORECASE
)
LOOKS_AFTER = re.compile(
    r"monitor|drift|train|evaluat|metric|feedback|histor|health|status|static|login|admin", re.IGNORECASE
)


class Servers(Struct, frozen=True, forbid_unknown_fields=True):
    """Model servers, by what is called and by base classes."""

    functions: frozenset[str]
    bases: frozenset[str]


class Vocabulary(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The knowledge file."""

    routes: dict[str, frozenset[str]]
    functions: frozenset[str]
    servers: Servers
    bases: frozenset[str]
    handlers: dict[str, tuple[tuple[str, ...], ...]]
    managed: dict[str, tuple[tuple[str, ...], ...]]
    serverless: frozenset[str]
    demos: frozenset[str]
    chats: frozenset[str]

    @cached_property
    def demo_packages(self) -> tuple[str, ...]:
        """The beginnings that entries ending in `.*` stand for."""
        return tuple(name[:-1] for name in self.demos if name.endswith(".*"))


@cache
def vocabulary() -> Vocabulary:
    """How Python code answers requests."""
    return knowledge.read("serving.yml", Vocabulary)


class Route(Struct, frozen=True):
    """One way in: a path that requests go to, and the function that answers."""

    unit: Unit
    """Where the function is, or the route is declared if there is none."""
    path: str
    """As written; `*` for what is not known; empty where the platform decides."""
    methods: tuple[str, ...]
    """In capitals; empty where not said."""
    function: Function | None
    location: Location
    """Where it is declared."""
    framework: str
    """What it is declared by, or the name of the function where a platform looks for it."""
    checked: bool = False
    """Whether a schema beside the code says what may come in, and the framework holds requests against it."""

    @property
    def is_health(self) -> bool:
        """Whether its path, or the function's name, says that it reports on the service's state."""
        name = self.function.name.rpartition(".")[2] if self.function is not None else ""
        return bool(HEALTH.search(self.path) or HEALTH.search(name))

    @property
    def is_managed(self) -> bool:
        """Whether a model server of a platform calls it, which answers for its health itself."""
        return self.framework in vocabulary().managed

    @property
    def is_serverless(self) -> bool:
        """Whether a platform starts it for each request, so that nothing keeps running."""
        return self.framework in vocabulary().handlers or self.framework.startswith(tuple(vocabulary().serverless))


def _platform(unit: Unit, function: Function) -> str:
    """The name under which a platform calls a function; empty where none does."""
    words = vocabulary()
    if decorator := next((name for name in function.decorators if name in words.serverless), None):
        return decorator
    parameters = tuple(p.name for p in function.parameters if p.name != "self")
    for name, wanted in (words.handlers | words.managed).items():
        if function.name == name and any(parameters[: len(each)] == each for each in wanted):
            beside = BESIDE.get(name)
            return name if beside is None or beside in unit.functions else ""
    return ""


BESIDE = {"run": "init", "predict_fn": "model_fn", "input_fn": "model_fn", "transform_fn": "model_fn"}
"""Functions that mean a platform's server only beside another that it calls first."""


VERBS = ("post", "get", "put", "patch", "do_POST", "do_GET", "predict", "create", "list")
"""Methods of classes that answer requests, the ones that take a body first."""


class Serving(Struct, frozen=True, dict=True):
    """Every way in that the project's own production code offers."""

    code: Code
    lifecycle: Lifecycle
    values: Values
    named: ModelServers
    operations: Operations

    @classmethod
    def gather(
        cls, code: Code, lifecycle: Lifecycle, values: Values, named: ModelServers, operations: Operations
    ) -> Self:
        """From decorators, registrations, base classes, handler names and descriptions of an API."""
        return cls(code, lifecycle, values, named, operations)

    @cached_property
    def _served(self) -> tuple[Site, ...]:
        return tuple(site for site in self.code.sites if not site.unit.is_test and not site.unit.is_notebook)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Routes of web frameworks, in production code and examples."""
        words = vocabulary()
        found: list[Route] = []
        for site in self._served:
            maker, _, method = site.name.rpartition(".")
            if method in words.routes.get(maker, ()) or site.name in words.functions:
                found.append(self._route(site, maker))
        return tuple(found + list(self._class_routes()) + list(self._described_routes()))

    def _described_routes(self) -> Iterator[Route]:
        for each in self.operations.all:
            at = each.definition
            yield Route(at.unit, each.path, (each.method,), at.function, each.location, "connexion", each.checked)

    def _route(self, site: Site, maker: str) -> Route:
        path = site.call.argument(0, "path", "rule", "url", "uri_template")
        text = self.values.text(site.unit, path, site.call.scope) if path is not None else ""
        listed = site.call.argument(None, "methods")
        verb = site.name.rpartition(".")[2].upper().removeprefix("ADD_")
        methods = tuple(item.text.upper() for item in listed.items) if listed is not None else ()
        if not methods and verb in {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            methods = (verb,)
        unit, function = self._answering(site)
        at = site.unit.location(site.call.line)
        return Route(unit, text, methods, function, at, maker if maker in vocabulary().routes else site.name)

    def _answering(self, site: Site) -> tuple[Unit, Function | None]:
        """The function that answers, and the unit that it is in."""
        if site.call.role == "decorator":
            after = (f for f in site.unit.python.functions if f.line > site.call.line)
            return site.unit, min(after, key=lambda function: function.line, default=None)
        given = (*site.call.args, *site.call.keywords.values())
        for argument in (*given, *(item for value in given if value.kind in {"dict", "list"} for item in value.items)):
            name = argument.text.removesuffix(".as_view")
            definition = self.code.define(site.unit, name) if argument.kind in {"name", "call"} else None
            if definition is not None and definition.as_class is not None:
                own = (definition.unit.functions.get(f"{definition.name}.{verb}") for verb in VERBS)
                return definition.unit, next((function for function in own if function is not None), None)
            if definition is not None and definition.function is not None:
                return definition.unit, definition.function
        return site.unit, None

    def _class_routes(self) -> Iterator[Route]:
        words = vocabulary()
        for unit in self.code.units:
            if unit.is_test or unit.is_notebook:
                continue
            for each in unit.python.classes:
                base = next((base for base in each.bases if base in words.bases), None)
                for verb in VERBS if base is not None else ():
                    function = unit.functions.get(f"{each.name}.{verb}")
                    if function is not None:
                        at = unit.location(function.line)
                        yield Route(unit, "", (verb.removeprefix("do_").upper(),), function, at, base or "")

    @cached_property
    def handlers(self) -> tuple[Route, ...]:
        """Functions that a cloud platform or model server calls, by their names and parameters or by a decorator.

        A model server's functions in a file that own routes import are called by those, not by a server.
        """
        fronted = {path for route in self.routes for path in self.code.imported[route.unit.path]}
        found = (
            Route(unit, "", (), function, unit.location(function.line), framework)
            for unit in self.code.production
            for function in unit.python.functions
            if (framework := _platform(unit, function))
        )
        return tuple(each for each in found if not (each.is_managed and each.unit.path in fronted))

    @cached_property
    def servers(self) -> tuple[Location, ...]:
        """Where a model server, which brings health routes of its own, answers; one that is only named elsewhere in the
        repository counts where no route of the project's own stands before the model.
        """
        words = vocabulary()
        called = [site.location for site in self._served if site.name in words.servers.functions]
        made = [
            unit.location(each.line)
            for unit in self.code.production
            for each in unit.python.classes
            if words.servers.bases.intersection(each.bases) or words.servers.functions.intersection(each.decorators)
        ]
        made += [each.location for each in self.handlers if each.is_managed and self.reaches_model(each.unit)]
        fronted = any(not route.unit.is_example and self.reaches_model(route.unit) for route in self.routes)
        named = () if fronted else tuple(each.location for each in self.named.all)
        return (*called, *made, *named)

    @cached_property
    def demos(self) -> tuple[Unit, ...]:
        """Units that are pages for people: Streamlit, Gradio and the like."""
        words = vocabulary()
        units = {
            site.unit.path: site.unit
            for site in self._served
            if site.name in words.demos or site.name.startswith(words.demo_packages)
        }
        decorated = {
            unit.path: unit
            for unit in self.code.production
            for function in unit.python.functions
            if words.demos.intersection(function.decorators)
        }
        return tuple((units | decorated).values())

    @cached_property
    def chats(self) -> tuple[Unit, ...]:
        """Units that answer people in a messenger."""
        return tuple({s.unit.path: s.unit for s in self._served if s.name in vocabulary().chats}.values())

    @cached_property
    def inferring(self) -> frozenset[str]:
        """Paths of production units that load or ask a model, a language model included."""
        return frozenset(
            site.unit.path
            for stage in (self.lifecycle.loading, self.lifecycle.predicting, self.lifecycle.prompting)
            for site in stage
            if not site.unit.is_test and not site.unit.is_notebook
        )

    def reaches_model(self, unit: Unit) -> bool:
        """Whether a unit, or what it imports, loads or asks a model."""
        return unit.path in self.code.reaching(self.inferring)

    @cached_property
    def model_routes(self) -> tuple[Route, ...]:
        """Routes and handlers in units from which a model is reached, examples left out; those that answer first."""
        every = sorted([*self.routes, *self.handlers], key=_aside)
        known = (route for route in every if not route.unit.is_example)
        return tuple(r for r in known if self.reaches_model(r.unit) or self._asks_application(r))

    def _asks_application(self, route: Route) -> bool:
        """Whether a route that is named after answers asks what its application holds, and that reaches a model."""
        if route.function is None or not ANSWERS.search(route.path):
            return False
        asked = (
            text
            for site in self.code.calls_in(route.unit, route.function.name)
            for text in (site.name, *(part.text for value in site.call.args for part in value.walk()))
        )
        if not any(text.startswith(HOLDERS) for text in asked):
            return False
        users = self.code.reaching(frozenset({route.unit.path})) & self.code.reaching(self.inferring)
        return any(not self.code.by_path[path].is_test for path in users)

    @cached_property
    def model_demos(self) -> tuple[Unit, ...]:
        """Demo pages and chat programs from which a model is reached."""
        return tuple(u for u in (*self.demos, *self.chats) if not u.is_example and self.reaches_model(u))

    @property
    def serves(self) -> bool:
        """Whether the project answers requests with a model."""
        return bool(self.model_routes or self.model_demos or self.servers)


def _aside(route: Route) -> int:
    """How far a path is from where people ask: 0 for an answer, 2 for what looks after the service."""
    return 0 if ANSWERS.search(route.path) else 2 if LOOKS_AFTER.search(route.path) else 1
