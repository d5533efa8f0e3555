"""Is the model itself tested?"""

from collections.abc import Iterator

from ml_readiness import regex as re
from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.lifecycle import PREPARES
from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.project.signals import Signals
from ml_readiness.facts.source.code import Site
from ml_readiness.facts.source.saying import said
from ml_readiness.facts.testing.modeltests import ModelTests, about_answer, asserts_values
from ml_readiness.facts.testing.scripted import ScriptedTests
from ml_readiness.facts.testing.tests import Test
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3
ANSWERS = re.compile(
    r"predict|infer|generat|train|fit|forward|invoke|answer|classif|score|evaluat|model|query|forecast|recommend|detect",
    re.IGNORECASE,
)
REFUSES = re.compile(
    r"auth|invalid|wrong|missing|error|fail|unknown|(?:^|_)(?:no|not|bad|empty|without)_", re.IGNORECASE
)
"""Names of tests that something is turned down."""


@check(
    "Is the model itself tested, or only helpers?",
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    requires="tests-exist",
    not_for=[ProjectKind.NOT_ML],
)
def tests_check_model(
    tests: ModelTests, scripted: ScriptedTests, model: ModelCode, signals: Signals
) -> Iterator[Finding]:
    """A model can load, answer with status 200 and be wrong. A test that trains or asks it and asserts on the answer
    (shape, range, class, invariance) is the only automatic witness that it still works.

    ## How to fix
    Add a test that predicts on one known input and asserts on the answer, and one that trains on ten rows and asserts
    that the loss falls.

    ## Sources
    - ML Test Score: Infrastructure 2
    - Rules of ML: 24

    ## Fails
    ```python title="model.py"
    import joblib

    def predict(rows):
        return joblib.load("model.joblib").predict(rows)
    ```
    ```python title="tests/test_other.py"
    def test_one():
        assert 1 + 1 == 2
    ```

    ## Partial: only that the request succeeds
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(rows: list[float]):
        return model.predict(rows)
    ```
    ```python title="tests/test_app.py"
    from fastapi.testclient import TestClient
    from app import app

    client = TestClient(app)

    def test_predict():
        assert client.post("/predict", json=[1.0]).status_code == 200
    ```

    ## Passes
    ```python title="model.py"
    import joblib

    def predict(rows):
        return joblib.load("model.joblib").predict(rows)
    ```
    ```python title="tests/test_model.py"
    from model import predict

    def test_predict():
        assert predict([[1.0]])[0] in (0, 1)
    ```

    ## Does not apply
    ```python title="app.py"
    print("no model")
    ```
    """
    if not model.has_model and not signals.llm_elsewhere:
        return
    asking = tests.of_model
    ranked = [(_aside(test, site), test, site) for test, site in asking if asserts_values(about_answer(test, site))]
    checking = sorted(ranked, key=lambda each: each[0])
    for _, test, site in [each for each in checking if each[0][0] == checking[0][0][0]][:SHOWN]:
        message = f"`{test.function.name}` asserts on what `{said(site)}` gives"
        yield ok(message, at=test.location, confidence=Confidence.MEDIUM)
    if checking:
        return
    weak = next((test for test, site in asking if about_answer(test, site).asserts), None)
    if weak is not None:
        yield partial(f"`{weak.function.name}` asserts no more than that the call succeeds", at=weak.location)
    elif scripted.of_model:
        path, module = scripted.of_model[0]
        yield ok(f"tests `{module}`, which calls the model", at=path, confidence=Confidence.LOW)
    else:
        yield fail("no test trains the model or asserts on a prediction", confidence=Confidence.MEDIUM)


def _aside(test: Test, site: Site) -> tuple[bool, bool, bool]:
    """Whether a test is less telling than others: of data or of refusals, of another call, under another name."""
    method, name = site.call.method, test.function.name
    other = PREPARES.search(method) is not None or REFUSES.search(name) is not None
    return other, ANSWERS.search(method) is None, ANSWERS.search(name) is None
