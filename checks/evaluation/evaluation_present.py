"""Does code measure how good the model is?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.evaluation import Evaluation
from ml_readiness.facts.source.saying import said
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Does code measure how good the model is?",
    severity=Severity.HIGH,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
    core=False,
)
def evaluation_present(evaluation: Evaluation) -> Iterator[Finding]:
    """A figure of quality that no script can compute again is a memory. The code that measures belongs beside the code
    that trains, where it runs on every new model.

    ## How to fix
    Add an `evaluate.py` that loads the model and the hold-out data, computes the task's metric and writes it to a file.

    ## Sources
    - ML code completeness checklist: evaluation code
    - Engineering best practices for ML: measure model quality and performance

    ## Fails
    ```python title="train.py"
    import joblib
    from sklearn.svm import SVC

    joblib.dump(SVC().fit(X, y), "model.joblib")
    ```

    ## Partial
    ```python title="train.py"
    import joblib
    from sklearn.svm import SVC

    joblib.dump(SVC().fit(X, y), "model.joblib")
    ```
    ```json title="look.ipynb"
    {"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source":
    "from sklearn.metrics import f1_score\\nf1_score(y, model.predict(X))"}]}
    ```

    ## Passes
    ```python title="train.py"
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    model = SVC().fit(X, y)
    print(f1_score(y_test, model.predict(X_test)))
    ```

    ## Does not apply
    ```python title="app.py"
    from transformers import pipeline

    print(pipeline("sentiment-analysis")("fine"))
    ```
    """
    if not evaluation.trains:
        return
    if evaluation.measured:
        site = evaluation.measured[0]
        yield ok(f"`{said(site)}` measures how good the model is", at=site.location, confidence=Confidence.MEDIUM)
    elif evaluation.by_hand:
        seen = evaluation.by_hand[0]
        yield ok(seen.what, at=seen.location, confidence=Confidence.MEDIUM)
    elif evaluation.idle:
        site = evaluation.idle[0]
        yield partial("a metric is computed where nothing starts it", at=site.location, confidence=Confidence.MEDIUM)
    elif evaluation.in_notebooks:
        site = evaluation.in_notebooks[0]
        yield partial(
            f"`{said(site)}` measures it, but in a notebook only", at=site.location, confidence=Confidence.MEDIUM
        )
    elif evaluation.by_hand_in_notebooks:
        seen = evaluation.by_hand_in_notebooks[0]
        yield partial(f"{seen.what}, but in a notebook only", at=seen.location, confidence=Confidence.MEDIUM)
    elif evaluation.experiments.by_hand:
        yield partial(
            "figures of the training are shown, but no measure of quality", at=evaluation.experiments.by_hand[0]
        )
    else:
        yield fail("no metric is computed anywhere", at=evaluation.experiments.training[0].location)
