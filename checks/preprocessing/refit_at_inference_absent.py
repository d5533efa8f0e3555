"""Does serving use the preprocessing as training fitted it?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.flow.events import Place
from ml_readiness.facts.flow.project import Flow
from ml_readiness.facts.flow.sides import main_pairs
from ml_readiness.facts.flow.telling import line_of, pair_steps, told
from ml_readiness.facts.flow.verdicts import PLAIN
from ml_readiness.facts.prediction.parity import Parity
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 5


@check(
    "Does serving use the preprocessing as training fitted it?",
    severity=Severity.HIGH,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
    prohibition=True,
    core=False,
)
def refit_at_inference_absent(parity: Parity, flow: Flow, project: Project) -> Iterator[Finding]:
    """A scaler that is fitted on the request knows nothing but the request: one row is always its own mean. The model
    then reads numbers that mean something else than those it was trained on, and no error tells. On a test part it
    makes the score one that production never sees.

    ## How to fix
    Load what training fitted, and call `transform` only.

    ## Sources
    - ML Test Score: monitor 3, training and serving features compute the same values
    - Data leakage in notebooks, ASE 2022: fitted again on the test part

    ## Fails
    ```python title="train.py"
    import joblib
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows = pd.read_csv("rows.csv")
    model = LogisticRegression().fit(StandardScaler().fit_transform(rows[["a"]]), rows["y"])
    joblib.dump(model, "model.joblib")
    ```
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI
    from sklearn.preprocessing import StandardScaler

    app = FastAPI()
    model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(values: list[float]):
        return model.predict(StandardScaler().fit_transform([values]))
    ```

    ## Partial: fitted again on the test part
    ```python title="train.py"
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    data = pd.read_csv("data.csv")
    X_train, X_test, y_train, y_test = train_test_split(data.drop(columns="y"), data["y"])
    scaler = StandardScaler()
    model = LogisticRegression().fit(scaler.fit_transform(X_train), y_train)
    print(model.score(scaler.fit_transform(X_test), y_test))
    ```

    ## Passes
    ```python title="train.py"
    import joblib
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows = pd.read_csv("rows.csv")
    scaler = StandardScaler()
    model = LogisticRegression().fit(scaler.fit_transform(rows[["a"]]), rows["y"])
    joblib.dump((scaler, model), "model.joblib")
    ```
    ```python title="app.py"
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    scaler, model = joblib.load("model.joblib")

    @app.post("/predict")
    def predict(values: list[float]):
        return model.predict(scaler.transform([values]))
    ```
    """
    quiet = True
    for use, entry in parity.fitted_while_answering[:SHOWN]:
        quiet = False
        name = use.thing.name.rpartition(".")[2]
        message = f"`{name}` is fitted in `{entry.name}`, on what it is asked about"
        line = entry.function.line if entry.function is not None else 0
        steps = [
            flow.step(f"`{entry.name}` answers", Place(entry.unit.path, line)),
            flow.step(f"`{name}` is fitted", use.place),
        ]
        yield fail(message, at=flow.at(use.place), confidence=Confidence.MEDIUM, steps=steps)
    seen: set[object] = set()
    for pair in main_pairs(flow, project.kind):
        for fit in pair.refits if pair.refitting else ():
            if fit.kind in PLAIN or fit.place in seen or len(seen) >= SHOWN:
                continue
            seen.add(fit.place)
            quiet = False
            asked = line_of(flow, pair.evaluation.place, fit.place)
            message = f"{told(fit)} again on the test part, which the model is asked about on {asked}"
            yield partial(
                message, at=flow.at(fit.place), confidence=Confidence.MEDIUM, steps=pair_steps(flow, pair, fit)
            )
    for fit in parity.fitted_again[:1] if quiet else ():
        quiet = False
        message = f"serving fits `{fit.name.rpartition('.')[2]}` again, {parity.whose(fit)}"
        yield partial(message, at=flow.at(fit.place), confidence=Confidence.MEDIUM)
    for evidence in parity.carried.evidence[:SHOWN] if quiet else ():
        yield ok(f"serving {evidence.what}, and fits nothing", at=evidence.location, confidence=Confidence.MEDIUM)
