"""What input is accepted?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.prediction.contracts import Contracts
from ml_readiness.facts.project.signals import Signals
from ml_readiness.facts.serving.script_contracts import ScriptContracts
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

JUDGES = {"checked": ok, "partly": partial, "raw": fail}


@check(
    "What input does it accept, and who checks?",
    severity=Severity.HIGH,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
    bar=0.85,
    half=0.05,
)
def requests_validated(contracts: Contracts, scripts: ScriptContracts, signals: Signals) -> Iterator[Finding]:
    """A model answers anything that has the right shape. A request that is not checked against types and ranges turns
    a caller's mistake into a confident wrong prediction.

    ## How to fix
    Give each field of the request a type and bounds, for example with a pydantic model, and refuse what does not fit.
    Of an upload, check type and size.

    ## Sources
    - ML Test Score: Monitoring 2
    - EU AI Act: article 15

    ## Fails
    ```python title="app.py"
    import joblib
    from flask import Flask, request

    app = Flask(__name__)
    model = joblib.load("model.joblib")

    @app.route("/predict", methods=["POST"])
    def predict():
        return str(model.predict([request.get_json()["x"]]))
    ```

    ## Passes
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI
    from pydantic import BaseModel

    app = FastAPI()
    model = joblib.load("model.joblib")

    class Row(BaseModel):
        x: float

    @app.post("/predict")
    def predict(row: Row):
        return model.predict([[row.x]])
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit([[1]], [1])
    ```
    """
    found = contracts.all or (scripts.all if signals.llm_elsewhere else ())
    for contract in found:
        yield JUDGES[contract.state](contract.reason, at=contract.location, confidence=Confidence.MEDIUM)
    if not found and signals.llm_elsewhere:
        yield unknown("requests are answered by code that is not Python")
