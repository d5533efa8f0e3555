"""Would anybody notice that the incoming data has changed?"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.monitoring.drift import Drift, Way
from ml_readiness.facts.project.operation import Operation
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Would anybody notice that the incoming data has changed?",
    severity=Severity.HIGH,
    effort=Effort.LARGE,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY, ProjectKind.NOTEBOOKS],
)
def drift_monitored(drift: Drift, operation: Operation, tools: Tools, project: Project) -> Iterator[Finding]:
    """A model does not crash when the world changes; it goes on answering, a little worse every week. Only a comparison
    of recent input or predictions with a reference shows it before the business does.

    ## How to fix
    Run a daily job that compares the last day's input and predictions with a sample of the training data, and fails
    or alerts when too many features drift.

    ## Sources
    - ML Test Score: Monitoring 2, 3, 7
    - Engineering best practices for ML: perform checks to detect skew between models

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
    evidently==0.4.33
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

    ## Partial: somebody has to start it
    ```python title="drift.py"
    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset

    report = Report([DataDriftPreset()])
    report.run(pd.read_csv("recent.csv"), pd.read_csv("reference.csv"))
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

    ## Passes
    ```python title="app.py"
    import joblib
    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(row: list[float]):
        return model.predict([row])[0]

    @app.get("/drift")
    def drift():
        report = Report([DataDriftPreset()])
        return report.run(pd.read_csv("recent.csv"), pd.read_csv("reference.csv")).dict()
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```
    """
    if not operation.runs:
        return
    for found in drift.comparisons:
        yield _judged(found.what, found.how, found.way).replace(**structs.asdict(found.location))
        return
    for use in tools.uses("drift"):
        yield partial(f"{use.title} is {use.stage}, but compares nothing", at=use.location)
        return
    if project.kind is ProjectKind.LLM_APP:
        hint = "Judge a sample of each day's answers, or compare questions and ratings with those of last week."
        yield fail("nothing compares recent questions or answers with earlier ones, or judges them", hint=hint)
        return
    yield fail("nothing compares recent input or predictions with a reference")


def _judged(what: str, how: str, way: Way) -> Finding:
    if way is Way.BY_ITSELF:
        return ok(f"{what}, started by {how}", confidence=Confidence.MEDIUM)
    if way is Way.BY_HAND:
        return partial(f"{what}, but a person has to start it", confidence=Confidence.MEDIUM)
    return partial(f"{what}, for analysis only", confidence=Confidence.MEDIUM)
