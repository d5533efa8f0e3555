"""Where is the preprocessing code?"""

from collections.abc import Iterator, Sequence

from ml_readiness import regex as re
from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.lifecycle import PREPARES
from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.modelling.preparation import NAMED, Preparation, Prepares
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.project.signals import Signals
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.code import Site
from ml_readiness.facts.source.saying import said
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3
BESIDE = re.compile(
    r"(?:^|/)(?:eval\w*|benchmarks?|tools?|viz|visuali[sz]ation|dashboards?|reports?|monitor\w*)/", re.IGNORECASE
)
"""Folders of code that goes with the model, not into it."""
SCRIPT = 3
"""Statements at the top level from which on a file is a script, not a module."""


@check(
    "Where is the preprocessing code?",
    severity=Severity.CRITICAL,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML],
)
def preprocessing_in_modules(
    preparation: Preparation, model: ModelCode, project: Project, signals: Signals, answers: Serving
) -> Iterator[Finding]:
    """A model is only half of what was trained: without the code that turned raw input into model input, in a form
    that a service can import, nobody can use it on new data.

    ## How to fix
    Move the steps into functions of a module, and import that module from training, serving and the notebook.

    ## Sources
    - Engineering best practices for ML: reusable scripts for data cleaning and merging
    - Hidden technical debt in ML systems: pipeline jungles

    ## Fails: only in a notebook
    ```json title="train.ipynb"
    {"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source":
    "import pandas as pd\\nfrom sklearn.svm import SVC\\ndf = pd.read_csv('x.csv').dropna()\\nSVC().fit(df, df)"}]}
    ```

    ## Partial: statements of a script
    ```python title="train.py"
    import pandas as pd
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    rows = StandardScaler().fit_transform(pd.read_csv("x.csv"))
    SVC().fit(rows, rows)
    ```

    ## Passes
    ```python title="features.py"
    import pandas as pd

    def prepare(path):
        return pd.read_csv(path).dropna()
    ```
    ```python title="train.py"
    from sklearn.svm import SVC
    from features import prepare

    SVC().fit(prepare("x.csv"), [0, 1])
    ```

    ## Does not apply
    ```python title="app.py"
    from openai import OpenAI

    OpenAI().chat.completions.create(model="gpt-4o-2024-08-06", messages=[])
    ```
    """
    functions = [each for each in preparation.functions if each.transforms]
    own = _has_own_model(model, project)
    if not own and not _feeds_a_language_model(model, functions) and not signals.llm_elsewhere:
        return
    if signals.llm_elsewhere and not own:
        yield ok("prompts and documents are prepared in modules", confidence=Confidence.LOW)
        return
    modules = sorted((each for each in functions if each.unit.python.statements <= SCRIPT), key=_telling)
    learned_in_notebook = bool(model.training) and not model.trained_in_production
    serving = {route.unit.path for route in answers.routes} | {unit.path for unit in answers.demos}
    elsewhere = [each for each in modules if each.unit.path not in serving]
    statements = [s for s in preparation.statements if not learned_in_notebook or s.unit.path not in serving]
    if _is_learned_from_statements(preparation, model, elsewhere, serving):
        at = next(
            site.location for site in preparation.statements if site.unit.path in model.lifecycle.units("training")
        )
        yield partial("training prepares its data outside any function, where nothing else can import it", at=at)
    elif elsewhere or (not learned_in_notebook and (modules or preparation.inline)):
        for each in (elsewhere or modules)[:SHOWN]:
            yield ok(f"`{each.name}` prepares data: {each.why}", at=each.location, confidence=Confidence.MEDIUM)
        for site in () if modules else preparation.inline[:1]:
            yield ok("prepared inside the function that asks the model", at=site.location, confidence=Confidence.MEDIUM)
    elif learned_in_notebook and (modules or preparation.inline):
        site = (preparation.in_notebooks or preparation.inline or model.training)[0]
        yield partial("serving prepares its input, but what training does is only in a notebook", at=site.location)
    elif functions or statements:
        yield partial(_in_script(functions, statements), at=(functions[0] if functions else statements[0]).location)
    elif preparation.in_notebooks and not (_is_ready_made(model) and preparation.only_splits):
        yield fail("data is prepared only in a notebook", at=preparation.in_notebooks[0].location)
    elif not _is_ready_made(model) and (sites := [*model.training, *(site for site, _ in model.own_loads)]):
        yield fail("a model is used, but no code prepares its input", at=sites[0].location, confidence=Confidence.LOW)


def _in_script(functions: list[Prepares], statements: Sequence[Site]) -> str:
    if functions:
        return f"`{functions[0].name}` prepares data in a script: whoever imports it runs the whole script"
    return f"a script prepares data with `{said(statements[0])}`, outside any function that could be imported"


def _telling(each: Prepares) -> tuple[bool, bool, bool, bool]:
    """What is not beside the way comes first, then names that say so, calls of a library, and public names."""
    own = each.name.rpartition(".")[2]
    aside = BESIDE.search(each.unit.path) is not None
    return aside, PREPARES.search(own) is None, each.why == NAMED, own.startswith("_")


def _has_own_model(model: ModelCode, project: Project) -> bool:
    """Whether the project has a model; a library has one if its package fits a predictor."""
    if project.kind is ProjectKind.LIBRARY:
        return bool(model.estimators or model.own_training(project.kind) or model.own_loads)
    return model.has_own_model


def _feeds_a_language_model(model: ModelCode, functions: list[Prepares]) -> bool:
    """Whether documents, messages or prompts are prepared for a language model."""
    stages = model.lifecycle
    prepared = any(site.unit.is_production for site in stages.preparing)
    return bool(stages.prompting) and (prepared or bool(functions))


def _is_ready_made(model: ModelCode) -> bool:
    """Whether the data come from a library, as numbers that need no preparing."""
    return any(site.name.startswith("sklearn.datasets.") for site in model.code.sites)


def _is_learned_from_statements(
    preparation: Preparation, model: ModelCode, modules: list[Prepares], serving: set[str]
) -> bool:
    """Whether scripts that train prepare their data at the top level, and modules that do are for serving only."""
    training = {site.unit.path for site in model.trained_in_production}
    code = model.code
    for_serving = code.around(serving)
    for_training = code.around(training)
    others = [each for each in modules if each.unit.path not in for_serving or each.unit.path in for_training]
    return not others and any(site.unit.path in training for site in preparation.statements)
