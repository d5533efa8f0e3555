"""Does anybody, or anything, react when the model gets worse?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.deployment.schedules import Schedules
from ml_readiness.facts.monitoring.alerts import Alerts
from ml_readiness.facts.project.operation import Operation
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Does anybody, or anything, react when the model gets worse?",
    severity=Severity.MEDIUM,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY, ProjectKind.NOTEBOOKS],
)
def alerts_or_retraining(
    alerts: Alerts, schedules: Schedules, operation: Operation, project: Project
) -> Iterator[Finding]:
    """A dashboard that nobody opens and a model that nobody retrains fail in silence. Something has to act by itself:
    an alert that reaches a person, a message when a job fails, or a training run on a schedule.

    ## How to fix
    Add an alert rule with a receiver for the error rate and the drift share, or schedule the training pipeline.

    ## Sources
    - ML Test Score: Monitoring 4
    - Rules of ML: 8, 10

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

    ## Passes: alert rule
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(row: list[float]):
        return model.predict([row])[0]
    ```
    ```yaml title="monitoring/rules.yml"
    groups:
      - name: service
        rules:
          - alert: ManyErrors
            expr: rate(errors_total[5m]) > 0.05
    ```

    ## Passes: retraining on a schedule
    ```yaml title=".github/workflows/train.yml"
    on:
      schedule:
        - cron: "0 3 * * 1"
    jobs:
      train:
        steps:
          - run: python train.py
    ```
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
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

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```
    """
    if not operation.runs:
        return
    for alert in alerts.all:
        yield ok(alert.what, at=alert.location, confidence=Confidence.MEDIUM)
        return
    for schedule in schedules.retraining:
        yield ok(f"training runs again by itself: {schedule.what}", at=schedule.location, confidence=Confidence.MEDIUM)
        return
    if project.kind is ProjectKind.LLM_APP:
        hint = "Add an alert rule with a receiver for the error rate, the waiting time and the cost of answers."
        yield fail("no alert rule, and no message on failure", hint=hint)
        return
    yield fail("no alert rule, no message on failure, and no training run that starts by itself")
