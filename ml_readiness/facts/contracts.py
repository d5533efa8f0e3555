"""What each prediction request is checked against before it reaches the model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ml_readiness.facts.callgraph import CallGraph, key
from ml_readiness.facts.code import Code
from ml_readiness.facts.modelcode import ModelCode
from ml_readiness.facts.serving import Route, Serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.code import Site, Unit
    from ml_readiness.parsers.python import Parameter
    from ml_readiness.report import Location

SCHEMAS = re.compile(
    r"^(?:pydantic\.(?:main\.)?BaseModel|pydantic\.RootModel|pydantic\.generics\.GenericModel|sqlmodel\.SQLModel"
    r"|typing(?:_extensions)?\.TypedDict|msgspec\.Struct|marshmallow\.Schema|enum\.(?:Str|Int)?Enum|ninja\.Schema"
    r"|rest_framework\.serializers\.\w+|fastapi_camelcase\.CamelModel|typing\.NamedTuple)$"
)
SCALARS = re.compile(
    r"^(?:int|float|bool|str|bytes|uuid\.UUID|datetime\.\w+|decimal\.Decimal|typing\.Literal|pydantic\.\w+|enum\.Enum)$"
)
CONTEXT = re.compile(
    r"(?:^|\.)(?:Request|Response|BackgroundTasks|WebSocket|HTTPConnection|Session|AsyncSession|Depends|Security"
    r"|HTTPAuthorizationCredentials|RequestContext|Header|Cookie|HTTPBearer)$"
)
VALIDATES = re.compile(
    r"(?:\.(?:model_validate\w*|parse_obj|parse_raw|validate\w*|validate_python|is_valid|load|loads|from_dict)"
    r"|jsonschema\.validate|_validate\w*|validate_\w+)$"
)
READS = re.compile(
    r"(?:request|req|flask\.request)\.(?:get_json|json|form|args|files|data|values|body|POST|GET)(?:\.|$)|json\.loads$"
)
UPLOADS = re.compile(r"UploadFile|bytes$")
BOUNDED = frozenset({
    "selectbox", "select_slider", "slider", "radio", "number_input", "checkbox", "toggle", "date_input", "time_input",
    "multiselect", "color_picker", "Dropdown", "Slider", "Radio", "Checkbox", "CheckboxGroup", "Number",
})  # fmt: skip
"""Widgets of demo pages that take only what they offer."""
FREE = frozenset({
    "text_input", "text_area", "chat_input", "file_uploader", "camera_input", "audio_input", "data_editor", "Textbox",
    "TextArea", "Image", "Audio", "File", "Video", "Dataframe", "ChatInterface", "MultimodalTextbox",
})  # fmt: skip
"""Widgets that take anything."""


@dataclass(frozen=True, slots=True)
class Contract:
    """How one way in checks what it is given: `checked`, `partly` or `raw`, and why."""

    state: str
    reason: str
    location: Location


@dataclass(frozen=True)
class Contracts:
    """The input contracts of every prediction route, and of demo pages that stand in folders without one."""

    code: Code
    serving: Serving
    model: ModelCode
    graph: CallGraph

    @classmethod
    def gather(cls, code: Code, serving: Serving, model: ModelCode, graph: CallGraph) -> Self:
        """From the parameters and bodies of the functions that answer."""
        return cls(code, serving, model, graph)

    @cached_property
    def all(self) -> tuple[Contract, ...]:
        """One for each way in that takes input."""
        routes = tuple(contract for route in self.routes if (contract := self._of_route(route)) is not None)
        answered = {route.unit.path.partition("/")[0] for route in self.routes} if routes else set[str]()
        pages = [unit for unit in self.serving.model_demos if unit.path.partition("/")[0] not in answered]
        own = pages if not routes else [unit for unit in pages if "/" in unit.path]
        return (*routes, *(contract for unit in own for contract in self._of_page(unit)))

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Routes that lead to a model; where none can be followed that far, all that take a body."""
        routes = [r for r in self.serving.model_routes if not r.is_health and r.function is not None]
        leading = self.model.leading_to_model | self.model.leading_to_load
        near = [r for r in routes if r.function is not None and key(r.unit, r.function.name) in leading]
        return tuple(near or [r for r in routes if not r.methods or set(r.methods) & {"POST", "PUT"}])

    def _of_route(self, route: Route) -> Contract | None:
        assert route.function is not None  # noqa: S101
        at = route.unit.location(route.function.line)
        own = [p for p in route.function.parameters if p.name not in {"self", "cls"} and not _is_context(p)]
        typed = [p for p in own if self._is_typed(route.unit, p.annotation)]
        name = f"`{route.function.name}`"
        if own and len(typed) == len(own) and "Flask" not in route.framework:
            shown = ", ".join(f"{p.name}: {p.annotation.rpartition('.')[2].lstrip(':')}" for p in typed[:3])
            return Contract("checked", f"{name} takes {shown}", at)
        body = self._body(route)
        if checked := next((site for site in body if self._validates(site)), None):
            return Contract("checked", f"{name} validates by `{checked.call.method.lstrip(':')}`", checked.location)
        reads = [site for site in body if READS.search(site.call.receiver + "." + site.call.method)]
        raw = [p for p in own if p not in typed and not p.name.startswith("*")]
        in_path = all(f"{p.name}" in route.path for p in raw)
        if not reads and in_path and not self._touches_request(route):
            return None
        return self._unschemed(route, name, at, partly=bool(typed and "Flask" not in route.framework))

    def _unschemed(self, route: Route, name: str, at: Location, *, partly: bool) -> Contract:
        assert route.function is not None  # noqa: S101
        guards = [
            c
            for c in route.unit.python.conditions
            if c.scope == route.function.name and c.effect in {"raise", "return"} and not _is_method_test(c.names)
        ]
        typed = [c for c in guards if "isinstance" in c.calls or {"<", ">", "<=", ">="} & set(c.operators)]
        if len(typed) > 1:
            return Contract("checked", f"{name} checks types and ranges itself", route.unit.location(typed[0].line))
        if guards or partly:
            return Contract("partly", f"{name} checks only part of what it takes", at)
        return Contract("raw", f"{name} takes the request as it comes", at)

    def _touches_request(self, route: Route) -> bool:
        assert route.function is not None  # noqa: S101
        span = range(route.function.line, route.function.end_line + 1)
        near = (a for a in route.unit.python.assigns if a.line in span)
        return any(re.search(r"\brequest\b", a.value.text + "".join(i.text for i in a.value.items)) for a in near)

    def _body(self, route: Route) -> list[Site]:
        """The calls of the function that answers, and of the functions it calls directly."""
        assert route.function is not None  # noqa: S101
        start = key(route.unit, route.function.name)
        scopes = (start, *self.graph.callees.get(start, ()))
        return [
            site
            for scope in scopes
            if (unit := self.code.by_path.get(scope[1:].partition(":")[0])) is not None
            for site in self.code.calls_in(unit, scope[1:].partition(":")[2])
        ]

    def _validates(self, site: Site) -> bool:
        if site.name.startswith(("json.", "pickle.", "joblib.", "yaml.", "torch.", "numpy.")):
            return False
        definition = self.code.define(site.unit, site.call.name)
        if definition is not None and definition.as_class is not None:
            return self._is_schema(definition.unit, definition.name)
        return (bool(VALIDATES.search(site.name)) and not re.search(r"\.(?:load|loads)$", site.name)) or (
            site.call.method == "load" and "chema" in site.call.receiver
        )

    def _is_typed(self, unit: Unit, annotation: str) -> bool:
        parts = [part for part in re.split(r"[\[\], |]+", annotation) if part]
        inner = [p for p in parts if p not in {"None", "list", "typing.List", "typing.Optional", "typing.Annotated",
                                               "typing.Union", "tuple", "set", "typing.Sequence"}]  # fmt: skip
        known = [p for p in inner if SCALARS.match(p) or self._is_schema(unit, p)]
        if any(UPLOADS.search(p) for p in inner):
            return False
        return bool(known) and (len(known) == len(inner) or "typing.Annotated" in parts)

    def _is_schema(self, unit: Unit, name: str, depth: int = 4) -> bool:
        if SCHEMAS.match(name):
            return True
        definition = self.code.define(unit, name) if depth else None
        if definition is None or definition.as_class is None:
            return False
        if any("dataclass" in decorator for decorator in definition.as_class.decorators):
            return True
        return any(self._is_schema(definition.unit, base, depth - 1) for base in definition.as_class.bases)

    def _of_page(self, unit: Unit) -> Iterator[Contract]:
        """The input widgets of a demo page."""
        for site in self.code.calls_in(unit):
            widget = site.call.method
            if not site.name.startswith(("streamlit", "gradio", "chainlit")):
                continue
            if widget in BOUNDED:
                yield Contract("checked", f"`{widget}` bounds the input", site.location)
            elif widget in FREE:
                yield Contract("raw", f"`{widget}` takes anything", site.location)
            elif widget == "Interface":
                yield from _of_interface(site)
        for function in unit.python.functions:
            if "chainlit.on_message" in function.decorators:
                yield Contract("raw", "a chat message of any kind", unit.location(function.line))


def _of_interface(site: Site) -> Iterator[Contract]:
    given = site.call.argument(1, "inputs")
    words = [given, *given.items] if given is not None else []
    if any(word.kind == "str" and word.text.lower() in {"text", "textbox", "image", "audio", "file"} for word in words):
        yield Contract("raw", "`Interface` takes anything of its kind", site.location)


def _is_context(parameter: Parameter) -> bool:
    if parameter.default is not None and re.search(r"Depends|Security|Header|Cookie", parameter.default.text):
        return True
    return bool(CONTEXT.search(parameter.annotation))


def _is_method_test(names: tuple[str, ...]) -> bool:
    return any(name.endswith("request.method") for name in names)
