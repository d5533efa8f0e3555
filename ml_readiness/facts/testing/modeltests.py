"""Which tests look at data preparation, and which look at what the model answers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct, structs

from ml_readiness import regex as re
from ml_readiness.facts.modelling.lifecycle import PREPARES, Lifecycle
from ml_readiness.facts.modelling.modelcode import NETWORKS, ModelCode
from ml_readiness.facts.modelling.preparation import Preparation
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.testing.tests import CLIENTS, Test, Tests, is_request

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ml_readiness.facts.source.code import Site
    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Condition
    from ml_readiness.report import Location

STATUS = re.compile(r"(?:^|\.)(?:status_code|status|ok|exit_code|returncode)$")
REQUEST = re.compile(r"\.(?:post|get|put|patch|delete|request|invoke)$")
ANSWERING = frozenset({
    "classify", "decision_function", "detect", "embed", "encode_image", "encode_text", "forecast", "generate", "infer",
    "inference", "predict", "predict_proba", "rank", "recommend", "sample", "segment", "summarize", "transcribe",
    "translate",
})  # fmt: skip
"""Methods by which a model answers."""
ASKS = re.compile(
    r"predict|infer|score|classif|generat|chat|complet|ask|query|recommend|forecast|detect|transcrib|translat|summar|embed"
    r"|search|answer|analy[sz]|estimat|simil|segment|sentiment",
    re.IGNORECASE,
)
"""Words of paths at which a model answers a GET request."""
LIVE = re.compile(r"(?:requests|httpx)\.(?:Session\.|Client\.)?(?:post|get|put|request)$")
SERVER_CLIENTS = re.compile(
    r"bentoml\.(?:client\.)?(?:Sync|Async)?(?:HTTP|GRPC)?Client\.from_url\.(?!\w*health)\w+$"
    r"|gradio_client\.Client\.(?:predict|submit)$|tritonclient\.\w+\.InferenceServerClient\.(?:async_)?infer$"
    r"|boto3\.client\.invoke_endpoint$"
)
"""Clients of model servers."""
PAGES = re.compile(r"streamlit\.testing\.\w+\.AppTest\.")
"""A page that a test opens and fills in."""
RESULT = re.compile(r"predict|scor|forecast|result", re.IGNORECASE)
SCRIPT = re.compile(r"[\w./-]+\.py\b")
JUDGES = re.compile(r"assert|check|verif|expect|compar|valid|ensure|test|match|equal", re.IGNORECASE)
"""Names of helpers that are there to assert."""
RAISES = re.compile(r"(?:^|\.)(?:raises|warns|assertRaises\w*|assertWarns\w*|assertLogs)$")


class ModelTests(Struct, frozen=True, dict=True):
    """Tests by what they test."""

    tests: Tests
    preparation: Preparation
    model: ModelCode
    lifecycle: Lifecycle
    serving: Serving

    @classmethod
    def gather(
        cls, tests: Tests, preparation: Preparation, model: ModelCode, lifecycle: Lifecycle, serving: Serving
    ) -> Self:
        """From the calls that tests, their fixtures and their helpers make."""
        return cls(tests, preparation, model, lifecycle, serving)

    @cached_property
    def of_preparation(self) -> tuple[tuple[Test, Site], ...]:
        """Tests that call a preprocessing function of the project and assert on something, with that call."""
        names = {prepares.key for prepares in self.preparation.functions}
        found: list[tuple[Test, Site]] = []
        for test in self.tests.functions:
            calls = [s for s in test.own_calls if s.name in names or s.name.rpartition(".")[0] in names]
            if test.location in self._asking_places:
                calls = [site for site in calls if _is_asserted(test, site)]
            if calls and asserts_values(test):
                found.append((test, min(calls, key=lambda site: _beside(site, names))))
        return tuple(sorted(found, key=lambda pair: _beside(pair[1], names)))

    @cached_property
    def _asking_places(self) -> frozenset[Location]:
        return frozenset(test.location for test, _ in self.of_model)

    @cached_property
    def of_model(self) -> tuple[tuple[Test, Site], ...]:
        """Tests in which a model is trained or asked, with the call that does it; what a neighbour has a script write
        is asked about too."""
        pairs = [(test, self._asking(test)) for test in self.tests.functions]
        written = {test.unit.path: site for test, _ in pairs for site in test.sites if self._runs_model(site)}
        found = [(test, site or (written.get(test.unit.path) if _reads_result(test) else None)) for test, site in pairs]
        return tuple((test, site) for test, site in found if site is not None)

    def _runs_model(self, site: Site) -> bool:
        """Whether a call runs a script of the project that predicts."""
        if not site.name.startswith(("subprocess.", "os.system", "runpy.")):
            return False
        said = " ".join(item.text for argument in site.call.args for item in (argument, *argument.items))
        names = {match.rpartition("/")[2] for match in SCRIPT.findall(said)}
        return any(path.rpartition("/")[2] in names for path in self.lifecycle.units("predicting"))

    def _asking(self, test: Test) -> Site | None:
        """The call of a test that trains or asks a model: its own before those of what was made ready for it, which
        count only where the test looks at what it was given."""
        found = [site for site in test.sites if self._asks(site)]
        own = [site for site in found if not self._is_ready(site)]
        if not own and any(site.name in self.model.leading_to_load for site in test.own_calls):
            own = [site for site in test.sites if site.call.method in ANSWERING and not self._is_ready(site)]
        return next(iter(own or (found if _looks_at_given(test) else ())), None)

    def _asks(self, site: Site) -> bool:
        """Whether a call trains or asks a model; what many tests share is looked at once."""
        asks = self._asked.get(site)
        if asks is None:
            asks = site in self._direct or self._leads(site) or self._requests(site) or _answers(site)
            self._asked[site] = asks
        return asks

    @cached_property
    def _asked(self) -> dict[Site, bool]:
        return {}

    def _is_ready(self, site: Site) -> bool:
        """Whether a call is in a fixture."""
        return site.call.scope.partition(".")[0] in self.tests.fixtures

    @cached_property
    def _direct(self) -> frozenset[Site]:
        return frozenset(
            site
            for stage in (self.lifecycle.training, self.lifecycle.predicting, self.lifecycle.prompting)
            for site in stage
            if site.unit.is_test
        )

    def _leads(self, site: Site) -> bool:
        name, leading = site.name, self.model.leading_to_model
        if name.endswith(".__call__"):
            return name.removesuffix(".__call__") in self.model.leading_to_load
        return name in leading or f"{name}.forward" in leading

    def _requests(self, site: Site) -> bool:
        """Whether a call asks a route that leads to a model, through a test client or at a running server."""
        if SERVER_CLIENTS.match(site.name):
            return True
        if PAGES.match(site.name):
            return site.call.method == "run" and bool(self.serving.model_demos)
        if not (is_request(site) or LIVE.match(site.name)) or site.call.method not in {
            "post",
            "get",
            "put",
            "request",
            "stream",
            "invoke",
        }:
            return False
        asked = next((a.text for a in site.call.args if a.kind in {"str", "format"} and "/" in a.text), "")
        routes = [route for route in self.serving.model_routes if not route.is_health]
        if site.call.method == "invoke":
            return bool(self.model.leading_to_model)
        if site.call.method == "get" and not ASKS.search(asked):
            return False
        return any(_fits(route.path, asked) for route in routes) if asked else bool(routes)


def _answers(site: Site) -> bool:
    """Whether a call has a network answer: `model.to(device).transcribe(audio)`."""
    return site.call.method in ANSWERING and site.unit.is_test and NETWORKS.match(site.name) is not None


def _looks_at_given(test: Test) -> bool:
    """Whether a test asserts on something that a fixture gave it."""
    given = {parameter.name for parameter in test.function.parameters}
    return any(name.partition(".")[0].lstrip("?") in given for condition in test.conditions for name in condition.names)


def _beside(site: Site, functions: Collection[str]) -> tuple[bool, bool]:
    """Whether a call says less than others that data preparation is tested: a method of a class that also prepares."""
    return site.name not in functions, PREPARES.search(site.name.rpartition(":")[2]) is None


def _reads_result(test: Test) -> bool:
    """Whether a test speaks of what a model gave."""
    words = (test.function.name, *(name for condition in test.conditions for name in condition.names))
    return any(RESULT.search(word) for word in words)


def asserts_values(test: Test) -> bool:
    """Whether a test asserts on more than a status code or an exception."""
    if any(not _is_status(condition) for condition in test.conditions if condition.names or condition.calls):
        return True
    return any(
        not RAISES.search(site.name)
        and not any(STATUS.search(a.text) for argument in site.call.args[:1] for a in (argument, *argument.items))
        for site in test.asserting
    )


def about_answer(test: Test, asked: Site) -> Test:
    """A test without what is asserted elsewhere than in itself, where the model is asked, or in a helper for that."""

    def judges(scope: str) -> bool:
        own = scope in {test.function.name, asked.call.scope} or scope.startswith(f"{test.function.name}.")
        return own or JUDGES.search(scope.rpartition(".")[2]) is not None

    return structs.replace(
        test,
        conditions=tuple(condition for condition in test.conditions if judges(condition.scope)),
        sites=tuple(site for site in test.sites if judges(site.call.scope)),
    )


def _is_asserted(test: Test, site: Site) -> bool:
    """Whether a test asserts on what a call gave, not only on what was made of it later."""
    if site.call.role == "condition" or any(site.call.line == each.call.line for each in test.asserting):
        return True
    read = {name.partition(".")[0].partition("[")[0] for condition in test.conditions for name in condition.names}
    read |= {a.text.lstrip("?").partition(".")[0] for s in test.asserting for a in s.call.args}
    if any(target.partition("[")[0] in read for target in site.call.targets):
        return True
    about = (text for s in test.asserting for value in s.call.args for text in _about(value))
    return any(text == site.call.name or text.startswith(f"{site.call.name}.") for text in about)


def _about(value: Expr) -> Iterator[str]:
    """What a value is taken from, seen through subscripts, operators and plain functions such as `len`."""
    stack = [value]
    while stack:
        part = stack.pop()
        plain = part.kind == "call" and part.text.isidentifier()
        if plain or part.kind in {"item", "compare", "operation", "list"}:
            stack.extend(part.items)
        else:
            yield part.text


def _is_status(condition: Condition) -> bool:
    """Whether a condition looks at no more than that there is an answer, or at what the log says of a run."""
    if any(name.startswith("caplog.") for name in condition.names):
        return True
    if condition.test.text == "is not" and any(side.kind == "none" for side in condition.test.items):
        return True
    names = [name for name in condition.names if not REQUEST.search(name) and not name.isupper()]
    calls = [name for name in condition.calls if not (CLIENTS.search(name) or LIVE.match(name))]
    return not calls and any(map(STATUS.search, names)) and all(map(STATUS.search, names))


def _fits(route: str, asked: str) -> bool:
    """Whether a request path can be for a route, both with holes and prefixes."""
    bare = re.sub(r"[<{][^>}]*[>}]", "*", route).strip("/")
    path = asked.partition("?")[0].strip("/")
    if not bare:
        return not path
    pattern = re.escape(bare).replace(r"\*", r"[^/]*")
    return re.search_once(rf"(?:^|/){pattern}(?:/|$)", path) is not None or path.endswith(bare.rpartition("/")[2])
