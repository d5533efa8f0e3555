"""What each prediction request is checked against before it reaches the model."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct, structs

from ml_readiness import regex as re
from ml_readiness.facts.prediction.answering import PREDICTS, Answering
from ml_readiness.facts.serving.request_types import Contract, RequestTypes
from ml_readiness.facts.serving.server_contracts import ServerContracts
from ml_readiness.facts.serving.serving import Route
from ml_readiness.facts.serving.uploads import looks_at_kind
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code
from ml_readiness.wording import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.code import Site
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Condition, Parameter
    from ml_readiness.report import Location

CONTEXT = re.compile(
    r"(?:^|\.)(?:Request|Response|BackgroundTasks|WebSocket|HTTPConnection|Session|AsyncSession|Depends|Security"
    r"|HTTPAuthorizationCredentials|RequestContext|Header|Cookie|HTTPBearer)$"
)
VALIDATES = re.compile(
    r"(?:\.(?:model_validate\w*|parse_obj|parse_raw|validate\w*|validate_python|is_valid|load|loads|from_dict)"
    r"|jsonschema\.validate|_validate\w*|validate_\w+)$"
)
READS = re.compile(
    r"(?:[Rr]equest|req)\.(?:get_json|json|form|args|files|data|values|body|POST|GET|query_params|get_data"
    r"|json_body|raw_body|get_body|get_argument|match_info|post|read)(?:\.|$)|json\.loads$"
)
INPUT = re.compile(
    r"(?:\b|current_)(?:request|req)\.(?!headers|client|url|state|app\b|scope|cookies|method|session|base_url|user\b|auth)"
)
"""What of a request is input for the model; where it came from is not."""
DECORATED = re.compile(
    r"(?:^|\.)(?:flask_pydantic\.validate|use_args|use_kwargs|spectree\.\w*\.?validate|flask_parameter_validation\.\w+"
    r"|apiflask\..*\.input|flask_smorest\..*\.arguments|flask_restx\..*\.expect|flask_expects_json\.expects_json"
    r"|flask_openapi3\..*|inference_schema\..*input_schema|validate_json|validate_request)$"
)
"""Decorators that check a request before the function sees it."""
CASTS = re.compile(r"^(?:int|float|bool|(?:uuid\.)?UUID|decimal\.Decimal|(?:\w+\.)*(?:strptime|fromisoformat))$")
INGESTS = re.compile(
    r"ingest|upload|(?:^|[/_ ])index|add_(?:doc|file|text)|delete|remove|(?:^|[/_ ])(?:train|retrain)", re.IGNORECASE
)
"""Paths and functions by which something is stored or learned."""
SETS_UP = re.compile(
    r"(?:^|[\W_])(?:models?|llm|provider|backend|temperature|top[_ -]?[kpn]|max[_ ](?:new[_ ])?tokens|theme|page|menu"
    r"|navigation|nav|log[_ ]?level|debug)(?:$|[\W_])",
    re.IGNORECASE,
)
"""Labels and names of widgets that set up how an answer is made."""
PARTS = re.compile(
    r"(?:^|[._])(?:models?|pipeline|classifier|regressor|predictor|scaler|vectorizer|encoder|tokenizer|artifacts?|loaded|ready"
    r"|initialized)$",
    re.IGNORECASE,
)
"""What a service needs to answer at all."""
LOADING = frozenset({"model_fn", "init"})
"""Functions of model servers that are given no request."""
BOUNDED = frozenset({
    "selectbox", "select_slider", "slider", "radio", "number_input", "checkbox", "toggle", "date_input",
    "time_input", "multiselect", "color_picker", "RangeSlider", "RadioItems", "Checklist", "DatePickerSingle",
    "DatePickerRange", "Dropdown", "Slider", "Radio", "Checkbox", "CheckboxGroup", "Number",
})  # fmt: skip
"""Widgets of demo pages that take only what they offer."""
FREE = frozenset({
    "text_input", "text_area", "chat_input", "file_uploader", "camera_input", "audio_input", "data_editor",
    "Textbox", "TextArea", "Textarea", "Input", "Upload", "Image", "Audio", "File", "Video", "Dataframe",
    "ChatInterface", "MultimodalTextbox",
})  # fmt: skip
"""Widgets that take anything."""


class Contracts(Struct, frozen=True, dict=True):
    """The input contracts of every prediction route, and of demo pages that stand in folders without one."""

    code: Code
    answering: Answering
    graph: CallGraph
    types: RequestTypes
    servers: ServerContracts

    @classmethod
    def gather(
        cls, code: Code, answering: Answering, graph: CallGraph, types: RequestTypes, servers: ServerContracts
    ) -> Self:
        """From the parameters and bodies of the functions that answer."""
        return cls(code, answering, graph, types, servers)

    @cached_property
    def all(self) -> tuple[Contract, ...]:
        """One for each way in that takes input."""
        asked = [route for route in self.answering.routes if route.framework not in LOADING]
        asked = [route for route in asked if not _brings_in(route)] or asked
        ways = tuple(self._taking(route) for route in asked)
        routes = tuple(contract for route in dict.fromkeys(ways) if (contract := self._of_route(route)) is not None)
        answered = {route.unit.path.partition("/")[0] for route in self.answering.routes} if routes else set[str]()
        pages = [unit for unit in self.answering.pages if unit.path.partition("/")[0] not in answered]
        own = pages if not routes else [unit for unit in pages if "/" in unit.path]
        parts = dict.fromkeys(part for page in own for part in (page, *self._parts(page)))
        return (*routes, *self.servers.all, *(contract for unit in parts for contract in self._of_page(unit)))

    def _parts(self, page: Unit) -> Iterator[Unit]:
        """What a page imports that asks a model itself: it may hold the widgets for the question."""
        inferring = self.answering.serving.inferring
        return (part for part in self.code.closure(page) if part.is_production and part.path in inferring)

    def _taking(self, route: Route) -> Route:
        """The function that a model server gives the request to, where another one is given what that made of it."""
        takes = route.unit.functions.get("input_fn") if route.is_managed else None
        return structs.replace(route, function=takes) if takes is not None else route

    def _of_route(self, route: Route) -> Contract | None:
        assert route.function is not None  # noqa: S101
        at = route.unit.location(route.function.line)
        own = [p for p in route.function.parameters if p.name not in {"self", "cls"} and not _is_context(p)]
        typed = [p for p in own if self.types.is_typed(route.unit, p.annotation)]
        name = f"`{route.function.name}`"
        if own and len(typed) == len(own) and "Flask" not in route.framework:
            shown = joined([f"`{p.name}: {p.annotation.rpartition('.')[2].lstrip(':')}`" for p in typed[:3]])
            return Contract("checked", f"{name} takes {shown}, which the framework checks", at)
        if route.checked:
            return Contract("checked", f"{name} is called with what the API's description allows", route.location)
        if wrapper := next((each for each in route.function.decorators if DECORATED.search(each)), None):
            return Contract("checked", f"{name} is called after `{wrapper.rpartition('.')[2]}`", at)
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
            if c.scope == route.function.name
            and c.effect in {"raise", "return"}
            and not (_is_aside(c) or _is_of_module(route.unit, c))
        ]
        kinds = [c for c in guards if looks_at_kind(c)]
        typed = [c for c in guards if "isinstance" in c.calls or {"<", ">", "<=", ">="} & set(c.operators)]
        typed += [c for c in kinds[:1] if c not in typed]
        if len(typed) > 1:
            return Contract("checked", f"{name} checks types and ranges itself", route.unit.location(typed[0].line))
        if guards or partly:
            return Contract("partly", f"{name} checks only part of what it takes", at)
        if cast := next((site for site in self._body(route) if _casts(site)), None):
            return Contract("partly", f"{name} only casts what it takes by `{cast.call.method}`", cast.location)
        return Contract("raw", f"{name} takes the request as it comes, unchecked", at)

    def _touches_request(self, route: Route) -> bool:
        assert route.function is not None  # noqa: S101
        span = range(route.function.line, route.function.end_line + 1)
        values = [assign.value for assign in route.unit.python.assigns if assign.line in span]
        for site in self.code.calls_in(route.unit, route.function.name):
            values += [*site.call.args, *site.call.keywords.values()]
        return any(INPUT.search(text) for value in values for text in _texts(value))

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
        if site.name.startswith(("json.", "pickle.", "joblib.", "yaml.", "torch.", "numpy.", "pandas.", "polars.")):
            return False
        definition = self.code.define(site.unit, site.call.name)
        if definition is not None and definition.as_class is not None:
            return self.types.is_schema(definition.unit, definition.name)
        return (bool(VALIDATES.search(site.name)) and not re.search(r"\.(?:load|loads)$", site.name)) or (
            site.call.method == "load" and "chema" in site.call.receiver
        )

    def _of_page(self, unit: Unit) -> Iterator[Contract]:
        """The input widgets of a demo page."""
        for site in self.code.calls_in(unit):
            widget = site.call.method
            if not site.name.startswith(("streamlit.", "gradio.", "chainlit.", "dash.dcc.", "dash_core_components.")):
                continue
            if widget in BOUNDED and not _sets_up(site):
                yield Contract("checked", f"`{widget}` bounds the input", site.location)
            elif widget in FREE:
                yield Contract("raw", f"`{widget}` takes anything", site.location)
            elif widget == "Interface":
                yield from _of_interface(site)
        if unit in self.answering.serving.chats:
            yield Contract("raw", "a message of any kind", unit.location(0))
        for function in unit.python.functions:
            if "chainlit.on_message" in function.decorators:
                yield Contract("raw", "a chat message of any kind", unit.location(function.line))


def _sets_up(site: Site) -> bool:
    """Whether a widget asks how to answer, and not what about: which model, how long, in which colours."""
    label = site.call.argument(0, "label")
    words = [*site.call.targets, label.text if label is not None and label.kind == "str" else ""]
    return any(SETS_UP.search(word) for word in words)


def _brings_in(route: Route) -> bool:
    """Whether documents are sent to be found later, and nothing is asked of a model."""
    named = f"{route.path} {route.function.name.rpartition('.')[2] if route.function is not None else ''}"
    return INGESTS.search(named) is not None and PREDICTS.search(named) is None


def _of_interface(site: Site) -> Iterator[Contract]:
    given = site.call.argument(1, "inputs")
    words = [given, *given.items] if given is not None else []
    if any(word.kind == "str" and word.text.lower() in {"text", "textbox", "image", "audio", "file"} for word in words):
        yield Contract("raw", "`Interface` takes anything of its kind", site.location)


def _casts(site: Site) -> bool:
    """Whether a call turns something of the request into a number or date, which fails for anything else."""
    if "type" in site.call.keywords and READS.search(site.name):
        return True
    if not CASTS.match(site.name) or not site.call.args:
        return False
    return _is_read(site.call.args[0]) or _is_part(site, site.call.args[0])


def _is_part(site: Site, value: Expr) -> bool:
    """Whether an expression is a field of what the function around it was given."""
    function = site.unit.functions.get(site.call.scope)
    whole = value.items[0].text.lstrip("?") if value.kind == "item" and value.items else ""
    return bool(whole) and function is not None and any(whole in {p.name, p.annotation} for p in function.parameters)


def _is_read(value: Expr) -> bool:
    """Whether an expression is a part of the request itself."""
    if value.kind == "item" and value.items:
        return _is_read(value.items[0])
    return value.kind in {"name", "call"} and bool(READS.search(value.text))


def _texts(value: Expr) -> Iterator[str]:
    """The names in an expression, at any depth that was kept."""
    yield value.text
    for item in value.items:
        yield from _texts(item)


def _is_context(parameter: Parameter) -> bool:
    if parameter.name in {"request", "req"} and not parameter.annotation:
        return True
    if parameter.default is not None and re.search(r"Depends|Security|Header|Cookie", parameter.default.text):
        return True
    return bool(CONTEXT.search(parameter.annotation))


def _is_of_module(unit: Unit, condition: Condition) -> bool:
    """Whether a test asks only for what the module holds, such as a model, and compares nothing."""
    held = {assign.target for assign in unit.python.assigns if not assign.scope}
    return not (condition.operators or condition.calls) and held.issuperset(condition.names)


def _is_aside(condition: Condition) -> bool:
    """Whether a test asks nothing of the input: how it came, in which form to answer, whether a model is there."""
    if any(name.endswith(("request.method", "request.headers")) for name in condition.names):
        return True
    asks_form = condition.names == ("request.is_json",) and condition.test.kind == "name"
    return asks_form or (bool(condition.names) and all(PARTS.search(name) for name in condition.names))
