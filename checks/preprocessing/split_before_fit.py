"""Is nothing learned from the evaluation rows before the split?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.flow.project import Flow
from ml_readiness.facts.flow.sides import EVERYTHING_COUNTS, fitted_steps, main_pairs, main_splits, trained_apart
from ml_readiness.facts.flow.telling import leak_message, leak_steps, source, told
from ml_readiness.facts.flow.verdicts import leaks
from ml_readiness.facts.modelling.apart import Apart
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.source.saying import said
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 12
SHOWN_BY_NAME = 3
SURE = frozenset({"scaling", "imputation", "vectorising", "projection", "selection", "resampling", "binning"})
"""What a fitted object of a known class learns; plain statistics depend on what they are used for."""


@check(
    "Is nothing learned from the evaluation rows before the split?",
    severity=Severity.HIGH,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML],
    prohibition=True,
)
def split_before_fit(flow: Flow, by_name: Apart, project: Project) -> Iterator[Finding]:
    """A scaler, imputer, vectorizer or selection that has seen the evaluation rows makes the score better than the
    model will be: in production nobody has tomorrow's mean.

    ## How to fix
    Split first and fit on the training rows only, or put every fitted step into a `Pipeline` with the model.

    ## Sources
    - Data leakage in notebooks, ASE 2022: preprocessing leakage
    - Code smells for ML applications, CAIN 2022: data leakage

    ## Fails
    ```python title="train.py"
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    data = pd.read_csv("data.csv")
    X = StandardScaler().fit_transform(data.drop(columns="y"))
    X_train, X_test, y_train, y_test = train_test_split(X, data["y"], random_state=1)
    model = LogisticRegression().fit(X_train, y_train)
    print(model.score(X_test, y_test))
    ```

    ## Passes
    ```python title="train.py"
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    data = pd.read_csv("data.csv")
    X_train, X_test, y_train, y_test = train_test_split(data.drop(columns="y"), data["y"], random_state=1)
    scaler = StandardScaler().fit(X_train)
    model = LogisticRegression().fit(scaler.transform(X_train), y_train)
    print(model.score(scaler.transform(X_test), y_test))
    ```

    ## Does not apply
    ```python title="train.py"
    import pandas as pd
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import train_test_split

    data = pd.read_csv("data.csv")
    X_train, X_test, y_train, y_test = train_test_split(data.drop(columns="y"), data["y"], random_state=1)
    print(RandomForestClassifier().fit(X_train, y_train).score(X_test, y_test))
    ```
    """
    judged = main_pairs(flow, project.kind)
    found = leaks(judged, main_splits(flow, project.kind))
    for leak in found[:SHOWN]:
        sure = leak.first.kind in SURE and any(p.evaluation.place.path == leak.first.place.path for p in leak.pairs)
        yield fail(
            leak_message(flow, leak),
            at=flow.at(leak.first.place),
            confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
            steps=leak_steps(flow, leak),
        )
    if found:
        return
    single = project.kind not in EVERYTHING_COUNTS
    apart = [
        fit for pair in judged if not pair.overlap and pair.known and (pair.divided or single) for fit in pair.clean
    ]
    apart = list(dict.fromkeys([*apart, *trained_apart(flow, project.kind)]))
    for fit in apart[:SHOWN]:
        whose = source(fit.rows).removeprefix("all rows")
        yield ok(f"{told(fit)} on training rows{whose} only", at=flow.at(fit.place), confidence=Confidence.MEDIUM)
    if apart:
        return
    for site in by_name.fitted[:SHOWN_BY_NAME]:
        message = f"`{said(site)}` learns from what is called the training part"
        yield ok(message, at=site.location, confidence=Confidence.LOW)
    splits = main_splits(flow, project.kind)
    divided = {splitting.rows.root for splitting in splits if splitting.rows is not None}
    steps = fitted_steps(flow, project.kind)
    if splits and not by_name.fitted and not any(fit.rows.root in divided for fit in steps):
        for fit in steps[:1]:
            message = f"{told(fit)}, and was not seen to reach evaluation rows before they are split off"
            yield ok(message, at=flow.at(fit.place), confidence=Confidence.LOW)
