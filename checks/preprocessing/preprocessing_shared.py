"""Is it the same preprocessing in training and serving?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.flow.telling import origin, told
from ml_readiness.facts.prediction.handed import Handed
from ml_readiness.facts.prediction.parity import Parity
from ml_readiness.facts.prediction.rewritten import Rewritten
from ml_readiness.facts.project.operation import DELIVERED
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Confidence, Effort, Finding, Location, ProjectKind, Severity
from ml_readiness.wording import quoted

SHOWN = 3
SERVES_OWN = DELIVERED - {ProjectKind.LLM_APP}
"""Kinds of projects that are there to answer with a model of their own."""


@check(
    "Is it the same preprocessing in training and serving?",
    severity=Severity.HIGH,
    effort=Effort.LARGE,
    not_for=[ProjectKind.NOT_ML],
)
def preprocessing_shared(parity: Parity, rewritten: Rewritten, handed: Handed, project: Project) -> Iterator[Finding]:
    """A model that is served on inputs prepared differently from those it learned on is wrong without any error. One
    function imported by both sides, or one fitted object saved by one and loaded by the other, makes that impossible.

    ## How to fix
    Put the steps into one function, or one fitted pipeline, and use it on both sides.

    ## Sources
    - ML Test Score: Monitoring 3
    - Rules of ML: 29, 31, 32, 37

    ## Fails: written again
    ```python title="train.py"
    import joblib
    import pandas as pd
    from sklearn.svm import SVC

    rows = pd.get_dummies(pd.read_csv("x.csv"))
    joblib.dump(SVC().fit(rows, rows["y"]), "model.joblib")
    ```
    ```python title="app.py"
    import joblib
    import pandas as pd

    model = joblib.load("model.joblib")
    print(model.predict(pd.get_dummies(pd.read_csv("new.csv"))))
    ```

    ## Passes: one function
    ```python title="features.py"
    import pandas as pd

    def prepare(path):
        return pd.get_dummies(pd.read_csv(path))
    ```
    ```python title="train.py"
    import joblib
    from sklearn.svm import SVC
    from features import prepare

    rows = prepare("x.csv")
    joblib.dump(SVC().fit(rows, rows["y"]), "model.joblib")
    ```
    ```python title="app.py"
    import joblib
    from features import prepare

    model = joblib.load("model.joblib")
    print(model.predict(prepare("new.csv")))
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit([[1]], [1])
    ```
    """
    if project.kind is ProjectKind.LIBRARY and not parity.serving:
        for location in parity.own_predictors[:SHOWN]:
            yield ok("what `fit` prepares serves `predict`", at=location, confidence=Confidence.LOW)
    if project.kind is ProjectKind.LLM_APP and not parity.trains:
        return
    if not parity.training or not parity.serving:
        for fit in parity.fitted_on_new_file[:SHOWN] if not parity.serving else ():
            name = fit.name.rpartition(".")[2]
            message = f"the same function prepares the file that is predicted, but `{name}` is fitted again on it"
            yield partial(message, at=parity.flow.at(fit.place), confidence=Confidence.MEDIUM)
        return
    shared = list(_shared(parity))
    if not parity.prepared and not shared:
        return
    yield from shared[:SHOWN]
    for message, place in list(_other_columns(handed))[:1]:
        yield fail(message, at=place, confidence=Confidence.MEDIUM)
    again = [*_again(parity), *_written_twice(rewritten)]
    steps = list(_written_again(rewritten))
    if not shared and (again or steps):
        yield [*again, *steps][0]
    elif not shared and project.kind in SERVES_OWN and parity.surely_prepared and rewritten.functions:
        own = rewritten.functions[0]
        message = f"`{own.name}` prepares what the model is asked about, and training does not use it"
        yield fail(message, at=own.location, confidence=Confidence.LOW)
    elif not shared and not (project.kind in SERVES_OWN and parity.surely_prepared and parity.prepares_nothing):
        yield unknown(
            "whether serving prepares its data as training did could not be followed", at=parity.serving[0].path
        )
    elif not shared:
        at = parity.serving[0].path
        yield fail("serving seems to skip what training did to its data", at=at, confidence=Confidence.LOW)
    elif parity.without and not parity.in_one and project.kind in DELIVERED:
        for site in parity.without[:1]:
            yield fail("asks the model without what the others share", at=site.location, confidence=Confidence.LOW)
    elif again or (steps and not parity.shared_code):
        found = [*again, *steps][0]
        yield partial(found.message, at=found.location, confidence=Confidence.MEDIUM, steps=found.steps)


def _other_columns(handed: Handed) -> Iterator[tuple[str, Location]]:
    """What serving hands over in another order, or under other names, than it was fitted on."""
    for use in handed.reordered:
        message = f"`{use.method}` is given {_listed(use.names)}, but was fitted on {_listed(use.thing.columns)}"
        yield message, handed.parity.flow.at(use.place)
    for use in handed.renamed:
        new = tuple(name for name in use.names if name not in use.thing.columns)
        old = tuple(name for name in use.thing.columns if name not in use.names)
        message = f"`{use.method}` is given columns called {_listed(new)}, but was fitted on {_listed(old)}"
        yield message, handed.parity.flow.at(use.place)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names[:6])


def _shared(parity: Parity) -> Iterator[Finding]:
    for each in parity.shared_code[:SHOWN]:
        yield ok(f"`{each.name}` is used by both", at=each.location, confidence=Confidence.MEDIUM)
    carried = {(evidence.what, evidence.location): evidence for evidence in parity.carried.evidence}
    for what, at in list(carried)[:SHOWN]:
        yield ok(f"serving {what}", at=at, confidence=Confidence.MEDIUM)
    if parity.same_published:
        yield ok("both sides take the tokenizer from the hub", at=parity.serving[0].path, confidence=Confidence.MEDIUM)


def _again(parity: Parity) -> Iterator[Finding]:
    for use, fit in parity.encoded_anew[:1]:
        message = (
            f"`{fit.name}` goes by the words of the rows to predict, and `{use.method}` is asked about what it makes"
        )
        steps = [
            *origin(parity.flow, fit.rows, fit.place.path),
            parity.flow.step(f"`{fit.name}` encodes these rows", fit.place),
            parity.flow.step("the model is asked about them", use.place),
        ]
        yield fail(message, at=parity.flow.at(fit.place), confidence=Confidence.MEDIUM, steps=steps)
    for fit in parity.fitted_again[:1]:
        name = fit.name.rpartition(".")[2]
        at = parity.flow.at(fit.place)
        message = f"`{name}` is fitted again {parity.whose(fit)}"
        steps = [
            *origin(parity.flow, fit.rows, fit.place.path),
            parity.flow.step(f"{told(fit)} on these rows", fit.place),
        ]
        yield fail(message, at=at, confidence=Confidence.MEDIUM, steps=steps)


def _written_twice(rewritten: Rewritten) -> Iterator[Finding]:
    """Steps that are seen on both sides, in code that they do not share."""
    for each in rewritten.columns[:1]:
        names = quoted(each.names, 3)
        message = f"{names} {'is' if len(each.names) == 1 else 'are'} computed here, and by other code in {each.there}"
        yield fail(message, at=each.here, confidence=Confidence.MEDIUM)
    for site in rewritten.image_steps[:1]:
        message = f"serving has a `{site.call.method}` of its own, and so has training"
        yield fail(message, at=site.location, confidence=Confidence.MEDIUM)


def _written_again(rewritten: Rewritten) -> Iterator[Finding]:
    """Steps that only serving's own code has."""
    for site in rewritten.steps[:1]:
        message = f"serving prepares its data with `{site.call.method}` in code that training does not use"
        yield fail(message, at=site.location, confidence=Confidence.MEDIUM)
