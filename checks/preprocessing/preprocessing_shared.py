"""Is it the same preprocessing in training and serving?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.parity import Parity
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3


@check(
    "Is it the same preprocessing in training and serving?",
    severity=Severity.HIGH,
    effort=Effort.LARGE,
    not_for=[ProjectKind.NOT_ML],
)
def preprocessing_shared(parity: Parity) -> Iterator[Finding]:
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
    if not parity.training or not parity.serving or not parity.prepared:
        return
    again = parity.written_again
    for each in parity.shared_code[:SHOWN]:
        yield ok(f"`{each.name}` is used by both", at=each.location, confidence=Confidence.MEDIUM)
    for site in parity.shared_objects[:SHOWN]:
        yield ok(
            f"`{site.call.method}` saves what was fitted, and serving loads it",
            at=site.location,
            confidence=Confidence.MEDIUM,
        )
    shared = bool(parity.shared_code or parity.shared_objects)
    if not shared and parity.same_published:
        yield ok("both sides take the tokenizer from the hub", at=parity.serving[0].path, confidence=Confidence.MEDIUM)
    elif not shared and again:
        site = again[0]
        yield fail(f"`{site.call.method}` is written again for serving", at=site.location, confidence=Confidence.MEDIUM)
    elif not shared:
        at = parity.serving[0].path
        yield fail("serving seems to skip what training did to its data", at=at, confidence=Confidence.LOW)
    elif again and not parity.shared_code:
        site = again[0]
        message = f"`{site.call.method}` is written again for serving"
        for _ in range(min(SHOWN, len(parity.shared_objects))):
            yield partial(message, at=site.location, confidence=Confidence.MEDIUM)
