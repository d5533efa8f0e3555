"""Was the fitted preprocessing saved with the model?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, unknown
from ml_readiness.facts.flow.telling import line_of, origin, told
from ml_readiness.facts.prediction.persistence import Kept, Persistence
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity, Step

SHOWN = 8


@check(
    "Was the fitted preprocessing saved with the model?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY, ProjectKind.LLM_APP],
    core=False,
)
def preprocessing_persisted(persistence: Persistence) -> Iterator[Finding]:
    """A saved model alone is no hand-over: without the scaler or the vocabulary that it was trained behind, nobody can
    ask it anything, and whoever fits a new one gets other numbers.

    ## How to fix
    Put the fitted steps and the model into one `Pipeline` and save that, or save each fitted step beside the model.

    ## Sources
    - Engineering best practices for ML: write reusable scripts for data cleaning and merging
    - Hidden technical debt in ML systems: pipeline jungles

    ## Fails
    ```python title="train.py"
    import joblib
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows = pd.read_csv("rows.csv")
    scaler = StandardScaler()
    model = LogisticRegression().fit(scaler.fit_transform(rows[["a", "b"]]), rows["y"])
    joblib.dump(model, "model.joblib")
    ```

    ## Passes: in one pipeline
    ```python title="train.py"
    import joblib
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = pd.read_csv("rows.csv")
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows[["a", "b"]], rows["y"])
    joblib.dump(model, "model.joblib")
    ```

    ## Passes: beside the model
    ```python title="train.py"
    import joblib
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows = pd.read_csv("rows.csv")
    scaler = StandardScaler()
    model = LogisticRegression().fit(scaler.fit_transform(rows[["a", "b"]]), rows["y"])
    joblib.dump({"scaler": scaler, "model": model}, "model.joblib")
    ```

    ## Does not apply
    ```python title="train.py"
    import joblib
    import pandas as pd
    from sklearn.ensemble import RandomForestClassifier

    rows = pd.read_csv("rows.csv")
    joblib.dump(RandomForestClassifier().fit(rows[["a"]], rows["y"]), "model.joblib")
    ```
    """
    flow = persistence.flow
    for kept in persistence.kept[:SHOWN]:
        at, steps = flow.at(kept.fit.place), _steps(persistence, kept)
        trained = f"the model is saved on {line_of(flow, kept.model.place, kept.fit.place)}"
        if kept.copy is not None:
            message = f"{told(kept.fit)} here and saved on {line_of(flow, kept.copy.place, kept.fit.place)}"
            yield ok(message, at=at, confidence=Confidence.MEDIUM, steps=steps)
        elif (unclear := persistence.unclear(kept)) is not None:
            where = line_of(flow, unclear.place, kept.fit.place)
            message = f"{told(kept.fit)} here; whether what is saved on {where} holds it could not be followed"
            yield unknown(message, at=at)
        elif kept.fit in flow.machine.events.opened:
            message = f"{told(kept.fit)} here; whether the numbers taken out of it are kept could not be followed"
            yield unknown(message, at=at)
        else:
            message = f"{told(kept.fit)} here and never saved, though {trained}"
            yield fail(message, at=at, confidence=Confidence.MEDIUM, steps=steps)
    for place, name in persistence.whole[:SHOWN]:
        yield ok(f"`{name}` is saved with the steps that it holds", at=flow.at(place), confidence=Confidence.MEDIUM)


def _steps(persistence: Persistence, kept: Kept) -> tuple[Step, ...]:
    flow = persistence.flow
    found = [
        *origin(flow, kept.fit.rows, kept.fit.place.path),
        flow.step(f"{told(kept.fit)} on the rows", kept.fit.place),
        flow.step("the model is trained on what comes out", kept.training.place),
        flow.step("the model is saved", kept.model.place),
    ]
    if kept.copy is not None and kept.copy is not kept.model:
        found.append(flow.step("what was fitted is saved", kept.copy.place))
    return tuple(found)
