"""Is it safe to load the model?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.loads import Loads, Risk
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

TRUSTED = "trust_remote_code"
SHOWN = 5


@check(
    "Is it safe to load the model?",
    severity=Severity.MEDIUM,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML],
    prohibition=True,
    core=False,
)
def model_loading_safe(loads: Loads) -> Iterator[Finding]:
    """A pickle is a program. Whoever can replace the file, on a share, in a bucket or on a hub, runs code in the
    service with everything the service may do.

    ## How to fix
    Save weights as safetensors, ONNX or the library's own format, and load with the safe mode; where a pickle must
    stay, compare its checksum before loading.

    ## Sources
    - Pickle: a warning
    - bandit B614

    ## Fails
    ```python title="app.py"
    import pickle

    model = pickle.load(open("model.pkl", "rb"))
    ```

    ## Fails: code from a hub
    ```python title="app.py"
    from transformers import AutoModel

    model = AutoModel.from_pretrained("somebody/model", trust_remote_code=True)
    ```

    ## Partial: made here
    ```python title="train.py"
    import joblib
    from sklearn.svm import SVC

    joblib.dump(SVC().fit(X, y), "model.joblib")
    ```
    ```python title="app.py"
    import joblib

    model = joblib.load("model.joblib")
    ```

    ## Passes
    ```python title="app.py"
    import onnxruntime

    session = onnxruntime.InferenceSession("model.onnx")
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```
    """
    risky = [load for load in loads.all if load.risk is not Risk.NONE]
    for load in risky[:SHOWN]:
        if load.risk is Risk.UNKNOWN:
            why = "no commit fixes that code" if TRUSTED in load.what else "nothing here writes or checks that file"
            message = f"{load.what}, and {why}"
            yield fail(message, at=load.location, confidence=Confidence.MEDIUM)
        else:
            message = f"{load.what}; such files are written or checked by the project itself"
            yield partial(message, at=load.location, confidence=Confidence.MEDIUM)
    if not risky:
        for load in loads.all[:1]:
            yield ok(load.what, at=load.location, confidence=Confidence.MEDIUM)
