"""Does the running system report metrics?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.monitoring.exported import Exported
from ml_readiness.facts.project.operation import Operation
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Does the running system report metrics?",
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY, ProjectKind.NOTEBOOKS],
)
def metrics_exposed(tools: Tools, operation: Operation, exported: Exported) -> Iterator[Finding]:
    """Without counts, durations and errors per minute, the first monitoring system is a customer who complains. Metrics
    or traces tell that something is wrong, and since when.

    ## How to fix
    Instrument the service with OpenTelemetry or the metrics exporter for its framework, count predictions by class and
    model version, and expose the endpoint that the metrics system reads.

    ## Sources
    - ML Test Score: Monitoring 6
    - Engineering best practices for ML: continuously monitor the behaviour of deployed models

    ## Fails
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(row: list[float]):
        return model.predict([row])[0]
    ```

    ## Partial: installed only
    ```text title="requirements.txt"
    prometheus-client==0.20.0
    ```
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(row: list[float]):
        return model.predict([row])[0]
    ```

    ## Partial: a metric that nothing updates
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI
    from prometheus_client import Counter

    app = FastAPI()
    model = joblib.load("model.joblib")
    PREDICTIONS = Counter("predictions", "Answers given")

    @app.post("/predict")
    def predict(row: list[float]):
        return model.predict([row])[0]
    ```

    ## Passes
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI
    from prometheus_client import Counter, make_asgi_app

    app = FastAPI()
    app.mount("/metrics", make_asgi_app())
    model = joblib.load("model.joblib")
    PREDICTIONS = Counter("predictions", "Answers given")

    @app.post("/predict")
    def predict(row: list[float]):
        PREDICTIONS.inc()
        return model.predict([row])[0]
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```
    """
    if not operation.runs:
        return
    servers = operation.serving.servers
    for use in tools.wired("metrics", "errors", "llm-tracing"):
        yield ok(f"{use.shown} tells about the running system", at=use.location, confidence=Confidence.MEDIUM)
        return
    for export in exported.all:
        yield ok(export.what, at=export.location, confidence=Confidence.MEDIUM)
        return
    if servers:
        yield ok("the model server exposes metrics by itself", at=servers[0], confidence=Confidence.MEDIUM)
        return
    halfway = tools.uses("metrics", "metrics-setup", "errors", "llm-tracing")
    if halfway:
        use = halfway[0]
        yield partial(f"{use.title} is {use.stage}, but not wired into what runs", at=use.location)
        return
    yield fail("neither metrics nor traces leave what runs", at=next(iter(operation.services), None))
