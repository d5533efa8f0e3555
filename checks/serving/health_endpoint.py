"""How does the platform know it is up?"""

from collections.abc import Iterator

from ml_readiness import regex as re
from ml_readiness.check import check, fail, ok
from ml_readiness.facts.deployment.compose import Compose
from ml_readiness.facts.prediction.answering import Answering
from ml_readiness.facts.project.operation import Operation
from ml_readiness.facts.project.signals import Signals
from ml_readiness.facts.serving.serving import HEALTH, Route
from ml_readiness.facts.source.javascript import JavaScript
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Effort, Finding, Location, ProjectKind, Severity

STATUS = re.compile(r"status|health|alive|ready|version|uptime", re.IGNORECASE)
PROBE = re.compile(
    r"^\s*(?:-\s*)?(?:livenessProbe|readinessProbe|startupProbe|liveness_probe|health_check|healthCheckPath)\b"
)
ROUTE_FILE = re.compile(
    r"(?:^|/)(?:api|routes|pages)/(?:.*/)?(?:health|healthz|healthcheck|ping|ready|live)(?:/(?:route|index))?\.[cm]?[jt]sx?$"
)
"""Where frameworks that route by file names answer for the service's health."""
CONTAINER = re.compile(r"^\s*HEALTHCHECK\s+(?!NONE)", re.IGNORECASE)


@check(
    "How does the platform know that it is up?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
)
def health_endpoint(
    answering: Answering,
    operation: Operation,
    files: Files,
    compose: Compose,
    signals: Signals,
    javascript: JavaScript,
) -> Iterator[Finding]:
    """A platform restarts what it knows to be down. Without a route or probe that says so, a service whose model did
    not load keeps taking requests.

    ## How to fix
    Add `GET /health` that answers 503 until the model is loaded, and a probe that asks it.

    ## Sources
    - Liveness and readiness probes

    ## Fails
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(x: float):
        return model.predict([[x]])
    ```

    ## Passes
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.get("/health")
    def health():
        return {"status": "ok"}
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit([[1]], [1])
    ```
    """
    serving = operation.serving
    served = bool(operation.interface)
    elsewhere = bool(signals.llm_elsewhere) and not signals.code.units
    probes = [*_probes(files), *_watched(compose)]
    described = [(path, at) for path, at in javascript.routes.items() if HEALTH.search(path)]
    if not served and not elsewhere and not (serving.model_demos and probes):
        return
    healthy = [route for route in serving.routes if route.is_health or _reports_status(route)]
    places = [(f"`{route.path or '/'}` reports whether the service is up", route.location) for route in healthy]
    places += [(f"`{path}` reports whether the service is up", at) for path, at in described]
    places += [("a probe asks whether the service is up", at) for at in probes]
    places += [("the model server reports by itself whether it is up", at) for at in serving.servers]
    for message, at in places[:2]:
        yield ok(message, at=at)
    if not places:
        asked = [route.location for route in answering.routes]
        yield fail("no health route, probe or HEALTHCHECK", at=next(iter((*asked, *operation.interface)), None))


def _reports_status(route: Route) -> bool:
    """Whether the root route answers with a status, not with a greeting."""
    if route.path not in {"", "/"} or route.function is None or set(route.methods) & {"POST"}:
        return False
    returned = [*route.function.returns]
    for name in [item.text for item in returned if item.kind == "name"]:
        returned += [a.value for a in route.unit.python.assigns if a.target == name.lstrip("?")]
    return any(STATUS.search(word) for value in returned if value.kind == "dict" for word in value.keys)


def _probes(files: Files) -> Iterator[Location]:
    for path in files.find("Dockerfile*", "*.dockerfile", "Containerfile*"):
        yield from _lines(files, path, CONTAINER)
    for path in files.find("*.yaml", "*.yml", "*.tf"):
        yield from _lines(files, path, PROBE)
    for path in files.own:
        if ROUTE_FILE.search(path):
            yield Location(path=path)


def _watched(compose: Compose) -> Iterator[Location]:
    """Services built here whose health the compose file asks for."""
    for service in compose.services:
        asked = service.node.get("healthcheck")
        if service.dockerfile and asked is not None and asked.get("disable") is None:
            yield Location(path=service.path, line=asked.line)


def _lines(files: Files, path: str, pattern: re.Pattern[str]) -> Iterator[Location]:
    for number, line in enumerate(files.text(path).split("\n"), 1):
        if pattern.match(line):
            yield Location(path=path, line=number)
            return
