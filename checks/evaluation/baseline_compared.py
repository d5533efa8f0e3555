"""Is the model compared with something simpler?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.evaluation import Evaluation
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Is the model compared with something simpler?",
    severity=Severity.LOW,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
    core=False,
)
def baseline_compared(evaluation: Evaluation) -> Iterator[Finding]:
    """Ninety per cent is little when nine rows in ten are of one class. Only beside a rule of thumb, the last value or
    the model in use does a figure say whether the new model is worth its cost.

    ## How to fix
    Measure a dummy or naive model in the same script, with the same metric, and report both figures.

    ## Sources
    - ML Test Score: Model 5
    - Rules of ML: 1, 4, 14

    ## Fails
    ```python title="train.py"
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    model = SVC().fit(X, y)
    print(f1_score(y_test, model.predict(X_test)))
    ```

    ## Partial
    ```markdown title="README.md"
    | model | F1 |
    |---|---|
    | baseline | 0.61 |
    | ours | 0.83 |
    ```
    ```python title="train.py"
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    model = SVC().fit(X, y)
    print(f1_score(y_test, model.predict(X_test)))
    ```

    ## Passes
    ```python title="train.py"
    from sklearn.dummy import DummyClassifier
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    for model in (DummyClassifier(), SVC()):
        model.fit(X, y)
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
    if evaluation.baselines:
        seen = evaluation.baselines[0]
        yield ok(seen.what, at=seen.location, confidence=Confidence.MEDIUM)
    elif evaluation.told:
        yield partial(evaluation.told[0].what, at=evaluation.told[0].location, confidence=Confidence.LOW)
    else:
        yield fail("no simpler model and no model in use is measured beside it", confidence=Confidence.MEDIUM)
