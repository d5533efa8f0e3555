"""A notebook is not the product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.preparation import Preparation
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.mainstream import main_first
from ml_readiness.facts.source.notebooks import Notebooks
from ml_readiness.facts.source.saying import said
from ml_readiness.facts.tree.artefacts import Artefacts
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

if TYPE_CHECKING:
    from ml_readiness.facts.modelling.lifecycle import Lifecycle
    from ml_readiness.facts.source.code import Code, Site

STAGES = (("training", "trains"), ("preparing", "prepares data"))


@check(
    "Does the work live in modules, not only in notebooks?",
    severity=Severity.HIGH,
    effort=Effort.LARGE,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY, ProjectKind.COLLECTION],
    core=False,
)
def logic_outside_notebooks(
    preparation: Preparation, serving: Serving, notebooks: Notebooks, artefacts: Artefacts, project: Project
) -> Iterator[Finding]:
    """A notebook cannot be imported, tested or reviewed line by line, and it runs in whatever order somebody pressed
    the keys. What production needs has to live in modules; the notebook may call them.

    ## How to fix
    Move the cells that prepare data and train into functions of a module, and let the notebook import them.

    ## Sources
    - Quality and reproducibility of Jupyter notebooks

    ## Fails
    ```json title="train.ipynb"
    {"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source":
    "import joblib\\nfrom sklearn.svm import SVC\\nmodel = SVC().fit([[1]], [1])\\njoblib.dump(model, 'm.joblib')"}]}
    ```
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("m.joblib")

    @app.post("/predict")
    def predict(x: float) -> float:
        return model.predict([[x]])[0]
    ```
    ## Partial
    ```json title="explore.ipynb"
    {"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source":
    "from sklearn.svm import SVC\\nmodel = SVC().fit([[1]], [1])"}]}
    ```
    ## Passes
    ```json title="explore.ipynb"
    {"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source":
    "from train import train\\nmodel = train([[1]], [1])"}]}
    ```
    ```python title="train.py"
    from sklearn.svm import SVC

    def train(x, y):
        return SVC().fit(x, y)
    ```
    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit([[1]], [1])
    ```
    """
    code, lifecycle = preparation.code, preparation.lifecycle
    if all(unit.is_example for unit in code.notebooks):
        return
    inside, outside = _split(lifecycle, code)
    in_modules = {stage for stage, _ in STAGES if outside[stage]}
    if any(each.transforms for each in preparation.functions):
        in_modules.add("preparing")
    only = [(verb, inside[stage]) for stage, verb in STAGES if inside[stage] and stage not in in_modules]
    if not only:
        if outside["training"] or outside["preparing"]:
            site = main_first(outside["training"] or outside["preparing"], "train")[0]
            yield ok("what notebooks do is in modules, too", at=site.location, confidence=Confidence.MEDIUM)
        return
    needed = bool(serving.routes or serving.demos or artefacts.models or lifecycle.saving)
    helped = notebooks.executed_by is not None or bool(notebooks.exporting) or _calls_modules(code)
    for verb, sites in only:
        message = f"only a notebook {verb}, here with `{said(sites[0])}`"
        if helped or outside["training"]:
            yield partial(message, at=sites[0].location, confidence=Confidence.MEDIUM)
        elif needed and project.kind is not ProjectKind.NOTEBOOKS:
            yield fail(message, at=sites[0].location, confidence=Confidence.MEDIUM)
        else:
            yield partial(message, at=sites[0].location, confidence=Confidence.MEDIUM)


def _split(lifecycle: Lifecycle, code: Code) -> tuple[dict[str, list[Site]], dict[str, list[Site]]]:
    """The sites of each stage in notebooks and in modules, tests and examples left out."""
    inside: dict[str, list[Site]] = {}
    outside: dict[str, list[Site]] = {}
    production = {unit.path for unit in code.production}
    for stage, _ in STAGES:
        sites: tuple[Site, ...] = getattr(lifecycle, stage)
        inside[stage] = [site for site in sites if site.unit.is_notebook and not _is_aside(site)]
        outside[stage] = [site for site in sites if site.unit.path in production]
    return inside, outside


def _is_aside(site: Site) -> bool:
    return site.unit.is_test or site.unit.is_example


def _calls_modules(code: Code) -> bool:
    """Whether the notebooks import modules of the project."""
    return any(code.imported.get(unit.path) for unit in code.notebooks)
