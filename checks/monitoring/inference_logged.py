"""Does the code that predicts write a log?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.monitoring.footprints import Footprints
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Confidence, Effort, Finding, Location, ProjectKind, Severity


@check(
    "Does the code that predicts write a log?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML],
)
def inference_logged(footprints: Footprints, project: Project) -> Iterator[Finding]:
    """When a customer asks why yesterday's answer was odd, the log is all there is. What was printed went to a terminal
    that nobody watched, without time, level or place.

    ## How to fix
    Get a logger in the module that predicts, and log each request's id, the answer and the model's version.

    ## Sources
    - Engineering best practices for ML: log production predictions with the model's version and input data

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

    ## Partial
    ```python title="predict.py"
    import sys

    import joblib

    model = joblib.load("model.joblib")
    print(model.predict([sys.argv[1:]]))
    ```

    ## Passes
    ```python title="app.py"
    import logging

    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    log = logging.getLogger(__name__)
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(row: list[float]):
        answer = model.predict([row])[0]
        log.info("prediction", extra={"row": row, "answer": answer})
        return answer
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    model = SVC().fit(X, y)
    print(f1_score(y_test, model.predict(X_test)))
    ```
    """
    if project.kind is ProjectKind.LIBRARY:
        if paths := footprints.library_paths:
            yield _judged(footprints, paths, footprints.printed_by_library)
    elif paths := footprints.paths or footprints.answering_paths:
        yield _judged(footprints, paths, footprints.printed(paths))
    elif footprints.javascript.answering:
        yield _in_javascript(footprints)


def _judged(footprints: Footprints, paths: frozenset[str], printed: tuple[Location, ...]) -> Finding:
    if logged := footprints.logged(paths):
        return ok("the code that predicts logs", at=logged[0], confidence=Confidence.MEDIUM)
    if printed:
        return partial("the code that predicts only prints", at=printed[0], confidence=Confidence.MEDIUM)
    return fail("the code that predicts leaves no trace", at=min(paths), confidence=Confidence.MEDIUM)


def _in_javascript(footprints: Footprints) -> Finding:
    script = footprints.javascript
    if script.loggers:
        return ok("the code that calls the model logs", at=script.loggers[0], confidence=Confidence.MEDIUM)
    if traced := footprints.traced:
        return ok(f"the code that calls the model is traced by {traced[0].title}", at=traced[0].location)
    if script.consoles:
        return partial("the code that calls the model only writes to the console", at=script.consoles[0])
    return fail("the code that calls the model leaves no trace", at=script.answering[0][0])
