"""Does a figure of quality stop a bad model?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.data.datasets import Datasets
from ml_readiness.facts.language.llm_evals import LlmEvals
from ml_readiness.facts.modelling.quality import QualityGates
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

HINTS = {
    ProjectKind.LLM_APP: "Let the pipeline fail when the share of good answers to a fixed set of questions falls below "
    "a minimum.",
    ProjectKind.LIBRARY: "Add a test that fails when the score on a small, fixed data set falls below a minimum.",
    ProjectKind.RESEARCH: "Add a test that fails when a short run does not reach the loss or score that you expect.",
}
"""What to do where there is no release of a model to stop."""


@check(
    "Does a figure of quality stop a bad model?",
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML],
)
def quality_gated(gates: QualityGates, datasets: Datasets, evals: LlmEvals, project: Project) -> Iterator[Finding]:
    """A figure that is only printed is compared by nobody on the day that counts. An automated step that fails below a
    threshold, or below the model in use, keeps a bad model from being released.

    ## How to fix
    Assert in a test or in the pipeline that the metric on the hold-out set reaches a minimum, before the model is
    registered.

    ## Sources
    - ML Test Score: Infrastructure 4
    - Rules of ML: 9

    ## Fails
    ```python title="train.py"
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    model = SVC().fit(X, y)
    print(f1_score(y_test, model.predict(X_test)))
    ```

    ## Fails: early stopping chooses, it does not refuse
    ```python title="train.py"
    import torch

    def train(model, optimizer):
        best = None
        for epoch in range(9):
            loss = model(1)
            loss.backward()
            optimizer.step()
            if best is None or loss < best:
                best = loss
                torch.save(model, "best.pt")
    ```

    ## Partial
    ```python title="train.py"
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    model = SVC().fit(X, y)
    f1 = f1_score(y_test, model.predict(X_test))
    if f1 < 0.8:
        print("not good enough")
    ```

    ## Passes
    ```python title="train.py"
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    model = SVC().fit(X, y)
    f1 = f1_score(y_test, model.predict(X_test))
    if f1 < 0.8:
        raise SystemExit("not good enough")
    ```

    ## Passes: test
    ```python title="tests/test_model.py"
    from sklearn.datasets import load_iris
    from sklearn.metrics import accuracy_score
    from sklearn.svm import SVC

    def test_accuracy():
        X, y = load_iris(return_X_y=True)
        accuracy = accuracy_score(y, SVC().fit(X, y).predict(X))
        assert accuracy > 0.9
    ```
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```

    ## Passes: promotion
    ```python title="promote.py"
    import mlflow
    from sklearn.metrics import f1_score

    def promote(client, model, current):
        new = f1_score(y_test, model.predict(X_test))
        old = f1_score(y_test, current.predict(X_test))
        if new > old:
            client.set_registered_model_alias("m", "champion", 3)
    ```

    ## Does not apply
    ```python title="app.py"
    from transformers import pipeline

    print(pipeline("sentiment-analysis")("fine"))
    ```
    """
    if not datasets.learns and not evals.judging:
        return
    for gate in gates.blocking:
        yield ok(gate.what, at=gate.location, confidence=Confidence.MEDIUM)
        return
    for gate in gates.reporting:
        yield partial(gate.what, at=gate.location, confidence=Confidence.MEDIUM)
        return
    message = "no figure of quality is compared with a threshold or with another model"
    yield fail(message, confidence=Confidence.MEDIUM, hint=HINTS.get(project.kind))
