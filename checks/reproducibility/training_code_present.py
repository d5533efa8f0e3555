"""Is the training code here?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.project.signals import ANYTHING
from ml_readiness.facts.source.code import Site
from ml_readiness.facts.source.mainstream import main_first
from ml_readiness.facts.source.saying import said
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3


@check(
    "What made this model file: is the training code here, outside notebooks?",
    severity=Severity.CRITICAL,
    effort=Effort.LARGE,
    not_for=[ProjectKind.NOT_ML],
)
def training_code_present(model: ModelCode, project: Project) -> Iterator[Finding]:
    """A model whose training code is missing cannot be corrected, updated or explained. Sending a file, or a notebook,
    is no hand-over.

    ## How to fix
    Commit the script that trains the model, as a command: `python -m package.train --config params.yaml`.

    ## Sources
    - ML code completeness checklist: training code

    ## Fails
    ```python title="app.py"
    import joblib

    model = joblib.load("model.joblib")
    print(model.predict([[1.0]]))
    ```

    ## Partial: only in a notebook
    ```json title="train.ipynb"
    {"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source":
    "from sklearn.svm import SVC\\nSVC().fit([[1]], [1])"}]}
    ```

    ## Passes
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
    own = main_first(model.own_training(project.kind), "train", "fit")
    if project.kind is ProjectKind.LIBRARY:
        for at in model.estimators[:SHOWN]:
            yield ok("a class that fits and predicts", at=at, confidence=Confidence.MEDIUM)
    outside = [site for site in own if not site.unit.is_notebook]
    for site in outside[:SHOWN]:
        yield ok(f"`{said(site)}` trains", at=site.location, confidence=Confidence.MEDIUM)
    if outside or project.kind is ProjectKind.LIBRARY:
        return
    loads = [pair for pair in model.own_loads if pair[0].unit.is_production and not _holds_anything(pair[0], project)]
    for site in _makers(model, {path.rpartition("/")[2] for _, path in loads}):
        yield ok(f"`{said(site)}` writes what is loaded", at=site.location, confidence=Confidence.MEDIUM)
        return
    made = [*own, *(site for site in model.lifecycle.saving if site.unit.is_notebook and loads)]
    if made:
        yield partial(f"`{said(made[0])}` stands in a notebook only", at=made[0].location, confidence=Confidence.MEDIUM)
    elif loads:
        site, path = loads[0]
        what = f"`{path}`" if path.strip("*/.") else "a model"
        yield fail(f"{what} is loaded, but nothing here trains it", at=site.location, confidence=Confidence.MEDIUM)


def _holds_anything(site: Site, project: Project) -> bool:
    """Whether what an application around a language model unpickles may be its index or its texts."""
    return project.kind is ProjectKind.LLM_APP and site.name.startswith(ANYTHING)


def _makers(model: ModelCode, names: set[str]) -> Iterator[Site]:
    """Calls outside notebooks that write a file of one of these names: a matrix of similarities is a model too."""
    for site in model.lifecycle.saving:
        if site.unit.is_production and model.path_of(site).rpartition("/")[2] in names - {"*"}:
            yield site
