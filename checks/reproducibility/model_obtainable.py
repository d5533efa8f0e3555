"""How will I get the model?"""

from collections.abc import Iterator

from ml_readiness import regex as re
from ml_readiness.check import check, fail, ok, unknown
from ml_readiness.facts.modelling.obtaining import Obtaining
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.prose.instructions import Instruction, Instructions
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.javascript import JavaScript
from ml_readiness.facts.source.mainstream import main_first
from ml_readiness.facts.source.saying import said
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3
IN_TREE = "it is not in the repository, and nothing writes or downloads it"
IN_REGISTRY = "nothing here registers it, or gives it that alias or stage"
UNNAMED = re.compile(r"\*|(?:models|runs):/+\*(?:[/@]\*?)*")
"""Paths and names in a registry of which nothing is written down."""
READS = re.compile(r"^(?:restore|readNet)")
"""Calls that read what lies on the disk, and fetch nothing."""
TRAINS = re.compile(r"(?:^|[\W_])train(?:ing|er)?(?:$|[\W_])", re.IGNORECASE)


@check(
    "How will I get the model?",
    severity=Severity.CRITICAL,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML],
)
def model_obtainable(
    obtaining: Obtaining, serving: Serving, javascript: JavaScript, instructions: Instructions, project: Project
) -> Iterator[Finding]:
    """Code that loads a file which is not here, is not downloaded and is written by nothing works on one machine only:
    the author's.

    ## How to fix
    Commit the training script that writes the file, or load the model by name and version from a registry or hub.

    ## Sources
    - ML Test Score: Infrastructure 1
    - Engineering best practices for ML: versioning for data, model, configurations and scripts

    ## Fails
    ```python title="app.py"
    import joblib

    model = joblib.load("model.joblib")
    print(model.predict([[1.0]]))
    ```

    ## Passes: written by training
    ```python title="app.py"
    import joblib

    model = joblib.load("model.joblib")
    ```
    ```python title="train.py"
    import joblib
    from sklearn.svm import SVC

    joblib.dump(SVC().fit([[1]], [1]), "model.joblib")
    ```

    ## Passes: from a hub
    ```python title="app.py"
    from transformers import pipeline

    classify = pipeline("sentiment-analysis", model="distilbert-base-uncased")
    ```

    ## Does not apply
    ```python title="app.py"
    from openai import OpenAI

    OpenAI().responses.create(model="gpt-4o-2024-08-06", input="x")
    ```
    """
    reached = serving.code.around(route.unit.path for route in serving.model_routes)
    origins = [o for o in obtaining.origins if o.serves] or list(obtaining.origins)
    origins = [o for o in origins if o.location.path in reached] or origins
    known = [origin for origin in origins if origin.told]
    for origin in known[:SHOWN]:
        yield ok(origin.told, at=origin.location, confidence=Confidence.MEDIUM)
    if known:
        return
    if origins:
        named = [origin for origin in origins if UNNAMED.fullmatch(origin.path) is None]
        for origin in named[:1]:
            absent = IN_REGISTRY if origin.path.startswith("models:/") else IN_TREE
            message = f"`{origin.path}` is loaded, but {absent}"
            yield fail(message, at=origin.location, confidence=Confidence.MEDIUM)
        if not named:
            message = "the path of the model is only known at run time, and nothing here writes or downloads one"
            yield unknown(message, at=origins[0].location)
    elif obtaining.hub:
        site = next((site for site in obtaining.hub if not READS.search(site.call.method)), obtaining.hub[0])
        by_name = "fetches a published model by its name"
        does = "reads a saved model, which the code finds while it runs" if READS.search(site.call.method) else by_name
        yield ok(f"`{said(site)}` {does}", at=site.location, confidence=Confidence.MEDIUM)
    elif training := main_first(obtaining.model.own_training(project.kind), "train", "fit"):
        site = training[0]
        if all(each.unit.is_notebook for each in training) and (lost := _lost(instructions)) is not None:
            yield fail(f"`{lost.text}` is said to train it, but {lost.missing}", at=lost.location)
            return
        yield ok(f"the code here trains it: `{said(site)}`", at=site.location, confidence=Confidence.MEDIUM)
    elif javascript.fetched and not obtaining.model.code.units:
        yield ok("a published model is fetched by its name", at=javascript.fetched[0], confidence=Confidence.MEDIUM)
    elif obtaining.model.estimators:
        yield ok("the package fits its own model", at=obtaining.model.estimators[0], confidence=Confidence.MEDIUM)


def _lost(instructions: Instructions) -> Instruction | None:
    """The documented training command, if it cannot work with what is here."""
    return next((each for each in instructions.all if each.missing and TRAINS.search(each.text)), None)
