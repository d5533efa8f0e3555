"""What did it predict, and with which version?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.monitoring.recorded import Recorded
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3


@check(
    "What did it predict, and with which version?",
    severity=Severity.MEDIUM,
    effort=Effort.MEDIUM,
    not_for=[kind for kind in ProjectKind if kind not in {ProjectKind.SERVICE, ProjectKind.BATCH}],
    core=False,
)
def predictions_logged(recorded: Recorded) -> Iterator[Finding]:
    """Without the predictions that were made nobody can say whether they were right once the truth is known, and
    without the model's version nobody can say which model to blame.

    ## How to fix
    Write each prediction with a reference to its input, the time and the model's version to a table or a queue, or as
    fields of a log record.

    ## Sources
    - Engineering best practices for ML: log production predictions with the model's version and input data
    - EU AI Act: article 12, record-keeping

    ## Fails
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(row: list[float]):
        return {"answer": float(model.predict([row])[0])}
    ```

    ## Partial: no version
    ```python title="app.py"
    import logging

    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    log = logging.getLogger(__name__)
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(row: list[float]):
        answer = float(model.predict([row])[0])
        log.info("answered %s", answer)
        return {"answer": answer}
    ```

    ## Passes
    ```python title="app.py"
    import logging

    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    log = logging.getLogger(__name__)
    model = joblib.load("model.joblib")
    VERSION = "2024-05-01"

    @app.post("/predict")
    def predict(row: list[float]):
        answer = float(model.predict([row])[0])
        log.info("prediction", extra={"row": row, "answer": answer, "model_version": VERSION})
        return {"answer": answer}
    ```
    """
    for site in recorded.captured[:SHOWN]:
        yield ok(f"`{site.call.method}` keeps requests and answers", at=site.location, confidence=Confidence.MEDIUM)
    if recorded.captured:
        return
    records = sorted(recorded.records, key=lambda record: (not record.names_model, not record.lasts))
    complete = [record for record in records if record.names_model]
    for record in complete[:SHOWN]:
        message = f"`{record.site.call.method}` writes the prediction with the model's version"
        yield ok(message, at=record.site.location, confidence=Confidence.MEDIUM)
    if complete:
        return
    for record in records[:SHOWN]:
        message = f"`{record.site.call.method}` writes the prediction, but not which model made it"
        yield partial(message, at=record.site.location, confidence=Confidence.MEDIUM)
    if records:
        return
    for site in recorded.returned_only[:1]:
        message = "the answer of the model is returned, and nothing is written or logged on the way"
        yield fail(message, at=site.location, confidence=Confidence.MEDIUM)
    if recorded.answering and not recorded.returned_only:
        yield unknown("what becomes of the answers of the model could not be followed")
