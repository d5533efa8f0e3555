"""Any classic serving bug?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.prediction.hygiene import Hygiene
from ml_readiness.facts.source.saying import said
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3


@check(
    "Does answering a request avoid the classic mistakes?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
    prohibition=True,
    core=False,
)
def serving_hygiene(hygiene: Hygiene) -> Iterator[Finding]:
    """A model that is loaded for every request, runs with dropout on, or blocks the event loop works in the demo and
    fails under load.

    ## How to fix
    Load the model once at start, call `.eval()` and predict under `torch.inference_mode()`, and keep blocking
    predictions out of `async def`.

    ## Sources
    - ML Test Score: Monitoring 6

    ## Fails: the model is loaded for each request
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()

    @app.post("/predict")
    def predict(x: float):
        model = joblib.load("model.joblib")
        return model.predict([[x]])
    ```

    ## Passes
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(x: float):
        return model.predict([[x]])
    ```

    ## Partial: the event loop waits for the model
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    async def predict(x: float):
        return model.predict([[x]])
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit([[1]], [1])
    ```
    """
    if not hygiene.answering.near:
        return
    for site in hygiene.loaded_each_time[:SHOWN]:
        message = f"`{said(site)}` loads again, for every request, what could be loaded once"
        yield fail(message, at=site.location, confidence=Confidence.MEDIUM)
    for site in hygiene.learning_mode[:SHOWN]:
        message = "a network answers without `.eval()` and `no_grad`"
        yield fail(message, at=site.location, confidence=Confidence.MEDIUM)
    if hygiene.loaded_each_time or hygiene.learning_mode:
        return
    for site in hygiene.blocking[:SHOWN]:
        message = f"`{said(site)}` runs inside `async def` and stops all other requests meanwhile"
        yield partial(message, at=site.location, confidence=Confidence.MEDIUM)
    if not hygiene.blocking:
        yield ok("no such mistake was found", at=hygiene.answering.near[0].location, confidence=Confidence.MEDIUM)
