"""How do I get one prediction?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.prediction.inference import Inference
from ml_readiness.facts.project.signals import Signals
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3


@check(
    "How do I get one prediction?",
    severity=Severity.CRITICAL,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
)
def inference_entry_point(inference: Inference, signals: Signals) -> Iterator[Finding]:
    """A model that only ever scored its own test split has never been used. There must be a script, command, function
    or service that loads it and predicts on new input.

    ## How to fix
    Write `predict(rows)` in a module of its own that loads the saved model and takes raw input, and call it from the
    service, the batch job and the command line.

    ## Sources
    - ML Test Score: Infrastructure 5
    - ML code completeness checklist: evaluation code

    ## Fails
    ```python title="train.py"
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    model = SVC().fit([[1]], [1])
    print(f1_score([1], model.predict([[1]])))
    ```

    ## Partial: only in a notebook
    ```json title="use.ipynb"
    {"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source":
    "import joblib\\nmodel = joblib.load('m.joblib')\\nprint(model.predict([[1]]))"}]}
    ```

    ## Passes
    ```python title="predict.py"
    import sys
    import joblib

    model = joblib.load("model.joblib")
    print(model.predict([[float(sys.argv[1])]]))
    ```
    """
    entries = inference.entries
    for at, message in entries[:SHOWN]:
        yield ok(message, at=at, confidence=Confidence.MEDIUM)
    if entries:
        return
    if signals.llm_elsewhere:
        yield ok("the application asks a language model", at="package.json", confidence=Confidence.LOW)
    elif inference.beyond_training:
        site = inference.beyond_training[0]
        yield partial("the training script also predicts on other data", at=site.location, confidence=Confidence.MEDIUM)
    elif inference.in_notebooks:
        yield partial("predictions on new input only in a notebook", at=inference.in_notebooks[0])
    else:
        yield fail("nothing loads a trained model and predicts on new input", confidence=Confidence.MEDIUM)
