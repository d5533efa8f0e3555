"""The model's quality is stated."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.prose.claims import Claims
from ml_readiness.report import Confidence, Effort, Finding, Location, ProjectKind, Severity
from ml_readiness.wording import shortened


@check(
    "How good is the model, on which data?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML],
)
def results_reported(claims: Claims, model: ModelCode, project: Project) -> Iterator[Finding]:
    """Whoever takes the model over has to know what it reached, or cannot tell tomorrow whether it got worse.

    ## How to fix
    State one figure with its metric and data set in the README or a model card, and link the file that it comes from.

    ## Sources
    - ML code completeness checklist: results
    - Model cards for model reporting

    ## Fails
    ````markdown title="README.md"
    # Churn model
    A very accurate model for our dataset.
    ````
    ```python title="train.py"
    from sklearn.svm import SVC
    SVC().fit([[1]], [1])
    ```
    ## Partial: no data set
    ````markdown title="README.md"
    # Churn model
    The model reaches an accuracy of 0.93.
    ````
    ```python title="train.py"
    from sklearn.svm import SVC
    SVC().fit([[1]], [1])
    ```
    ## Passes
    ````markdown title="README.md"
    # Churn model
    | Model | ROC AUC on the test set |
    |-------|-------------------------|
    | SVC   | 0.87                    |
    ````
    ```python title="train.py"
    from sklearn.svm import SVC
    SVC().fit([[1]], [1])
    ```
    ## Does not apply
    ```python title="app.py"
    from transformers import pipeline
    pipeline("sentiment-analysis")("fine")
    ```
    """
    if not _has_own_model(model, project):
        return
    stated = sorted(claims.all, key=lambda claim: not claims.names_data(claim))
    if stated:
        claim = stated[0]
        said = f"{claim.metric} {claim.figure}"
        if claims.names_data(claim):
            yield ok(f"it is written down: {said}", at=claim.location, confidence=Confidence.LOW)
        else:
            yield partial(
                f"{said}, but the page does not say on which data", at=claim.location, confidence=Confidence.LOW
            )
    elif project.kind is ProjectKind.LIBRARY:
        return
    elif claims.pictured:
        page, link = claims.pictured[0]
        yield partial(
            f"results only inside pictures: `{shortened(link.target)}`",
            at=Location(path=page.path, line=link.line),
            confidence=Confidence.LOW,
        )
    else:
        at = claims.pages.readme.path if claims.pages.readme else None
        yield fail("no figure with a metric in the README or a model card", at=at, confidence=Confidence.LOW)


def _has_own_model(model: ModelCode, project: Project) -> bool:
    """Whether the project trained a model, or releases one."""
    if project.kind in {ProjectKind.LIBRARY, ProjectKind.RESEARCH}:
        return True
    if project.kind is ProjectKind.LLM_APP:
        return bool(model.own_training(project.kind))
    return bool(model.own_training(project.kind) or model.own_loads)
