"""Whether what serves prepares its input as training did: shared, in part, written again, or skipped."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.auditing import answer

TRAIN = """
    import joblib
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows = pd.read_csv("rows.csv")
    scaler = StandardScaler()
    X = scaler.fit_transform(rows.drop(columns="y"))
    model = LogisticRegression().fit(X, rows["y"])
    joblib.dump(model, "model.joblib")
    """
SAVED = TRAIN.rstrip() + '\n    joblib.dump(scaler, "scaler.joblib")\n'
BY_NAMES = SAVED.replace('rows.drop(columns="y")', 'rows[["age", "fare"]]')
FARES = """
    import joblib
    import pandas as pd
    from fastapi import FastAPI
    from pydantic import BaseModel

    app = FastAPI()
    model = joblib.load("model.joblib")
    scaler = joblib.load("scaler.joblib")

    class Row(BaseModel):
        age: float
        fare: float

    @app.post("/predict")
    def predict(row: Row):
        rows = pd.DataFrame([[row.age, row.fare]], columns=["age", "fare"])
        return float(model.predict(scaler.transform(rows))[0])
    """
"""A service that names the columns of what it was asked."""
APP = """
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")
    {more}

    @app.post("/predict")
    def predict(values: list[float]):
        {steps}
        return float(model.predict(rows)[0])
    """


def app(steps: str, more: str = "") -> str:
    """A service that does this with its input."""
    return dedent(APP).format(more=more, steps=steps)


BY_FEATURES = {
    "train.py": """
        import joblib
        import pandas as pd
        from sklearn.linear_model import LogisticRegression
        from features import prepare

        rows = pd.read_csv("rows.csv")
        joblib.dump(LogisticRegression().fit(prepare(rows.drop(columns="y")), rows["y"]), "model.joblib")
        """,
    "app.py": """
        import joblib
        import pandas as pd
        from fastapi import FastAPI
        from features import prepare

        app = FastAPI()
        model = joblib.load("model.joblib")

        @app.post("/predict")
        def predict(rows: list[dict]):
            return float(model.predict(prepare(pd.DataFrame(rows)))[0])
        """,
}
REPOSITORIES = {
    "the fitted scaler is loaded": (
        "pass",
        {
            "train.py": SAVED,
            "app.py": app("rows = scaler.transform([values])", 'scaler = joblib.load("scaler.joblib")'),
        },
    ),
    "the scaler is left out": ("fail", {"train.py": TRAIN, "app.py": app("rows = [values]")}),
    "a scaler is fitted on the request": (
        "fail",
        {
            "train.py": TRAIN,
            "app.py": app(
                "rows = StandardScaler().fit_transform([values])", "from sklearn.preprocessing import StandardScaler"
            ),
        },
    ),
    "a helper saves and loads": (
        "pass",
        {
            "store.py": """
                import pickle

                def save(thing, path):
                    with open(path, "wb") as file:
                        pickle.dump(thing, file)

                def load(path):
                    with open(path, "rb") as file:
                        return pickle.load(file)
                """,
            "train.py": """
                import pandas as pd
                from sklearn.linear_model import LogisticRegression
                from sklearn.preprocessing import StandardScaler
                from store import save

                rows = pd.read_csv("rows.csv")
                preparer = StandardScaler()
                X = preparer.fit_transform(rows.drop(columns="y"))
                save(LogisticRegression().fit(X, rows["y"]), "model.pkl")
                save(preparer, "preparer.pkl")
                """,
            "app.py": """
                from fastapi import FastAPI
                from store import load

                app = FastAPI()

                @app.post("/predict")
                def predict(values: list[float]):
                    model = load("model.pkl")
                    preparer = load("preparer.pkl")
                    return model.predict(preparer.transform([values]))
                """,
        },
    ),
    "one class, fitted again for prediction": (
        "partial",
        {
            "features.py": """
                from sklearn.preprocessing import StandardScaler

                class Preparer:
                    def prepare(self, frame):
                        self.scaler = StandardScaler()
                        return self.scaler.fit_transform(frame)
                """,
            "train.py": """
                import joblib
                import pandas as pd
                from sklearn.linear_model import LogisticRegression
                from features import Preparer

                rows = pd.read_csv("rows.csv")
                model = LogisticRegression().fit(Preparer().prepare(rows[["a"]]), rows["y"])
                joblib.dump(model, "model.joblib")
                """,
            "predict.py": """
                import joblib
                import pandas as pd
                from features import Preparer

                def predict(path):
                    model = joblib.load("model.joblib")
                    rows = pd.read_csv(path)
                    return model.predict(Preparer().prepare(rows[["a"]]))

                if __name__ == "__main__":
                    print(predict("new.csv"))
                """,
        },
    ),
    "a pipeline holds the steps and the model": (
        "pass",
        {
            "train.py": """
                import joblib
                import pandas as pd
                from sklearn.linear_model import LogisticRegression
                from sklearn.pipeline import make_pipeline
                from sklearn.preprocessing import StandardScaler

                rows = pd.read_csv("rows.csv")
                whole = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows[["a"]], rows["y"])
                joblib.dump(whole, "model.joblib")
                """,
            "app.py": app("rows = [values]"),
        },
    ),
    "a vocabulary is read back": (
        "pass",
        {
            "prepare.py": """
                import pickle

                text = open("text.txt").read()
                letters = {letter: i for i, letter in enumerate(sorted(set(text)))}
                with open("data/meta.pkl", "wb") as file:
                    pickle.dump({"letters": letters}, file)
                """,
            "network.py": """
                from torch import nn

                class Network(nn.Module):
                    def __init__(self, size):
                        super().__init__()
                        self.layer = nn.Linear(size, size)

                    def forward(self, x):
                        return self.layer(x)

                    def generate(self, x):
                        return self(x)
                """,
            "train.py": """
                import pickle
                import torch
                from torch import nn
                from network import Network

                letters = pickle.load(open("data/meta.pkl", "rb"))["letters"]
                network = Network(len(letters))
                optimizer = torch.optim.Adam(network.parameters())
                loss = nn.CrossEntropyLoss()(network(torch.zeros(1)), torch.zeros(1))
                loss.backward()
                optimizer.step()
                torch.save(network.state_dict(), "model.pt")
                """,
            "sample.py": """
                import pickle
                import torch
                from network import Network

                letters = pickle.load(open("data/meta.pkl", "rb"))["letters"]
                network = Network(len(letters))
                network.load_state_dict(torch.load("model.pt"))
                network.generate(torch.tensor([letters[each] for each in "to be"]))
                """,
        },
    ),
    "columns in another order": (
        "partial",
        {
            "train.py": BY_NAMES,
            "app.py": """
                import joblib
                from fastapi import FastAPI

                app = FastAPI()
                model = joblib.load("model.joblib")
                scaler = joblib.load("scaler.joblib")

                @app.post("/predict")
                def predict(age: float, fare: float):
                    return float(model.predict(scaler.transform([[fare, age]]))[0])
                """,
        },
    ),
    "columns in the same order": (
        "pass",
        {
            "train.py": BY_NAMES,
            "app.py": FARES,
        },
    ),
    "columns by the words of the request": (
        "fail",
        {
            "train.py": """
                import joblib
                import pandas as pd
                from sklearn.linear_model import LogisticRegression

                rows = pd.get_dummies(pd.read_csv("rows.csv"))
                joblib.dump(LogisticRegression().fit(rows.drop(columns="y"), rows["y"]), "model.joblib")
                """,
            "app.py": """
                import joblib
                import pandas as pd
                from fastapi import FastAPI

                app = FastAPI()
                model = joblib.load("model.joblib")

                @app.post("/predict")
                def predict(rows: list[dict]):
                    frame = pd.get_dummies(pd.DataFrame(rows))
                    return float(model.predict(frame)[0])
                """,
        },
    ),
    "numbers by the words of the request": (
        "fail",
        {
            "train.py": """
                import joblib
                import pandas as pd
                from sklearn.linear_model import LogisticRegression

                rows = pd.read_csv("rows.csv")
                rows["town"] = rows["town"].astype("category").cat.codes
                joblib.dump(LogisticRegression().fit(rows[["town"]], rows["y"]), "model.joblib")
                """,
            "app.py": """
                import joblib
                import pandas as pd
                from fastapi import FastAPI

                app = FastAPI()
                model = joblib.load("model.joblib")

                @app.post("/predict")
                def predict(rows: list[dict]):
                    frame = pd.DataFrame(rows)
                    frame["town"] = frame["town"].astype("category").cat.codes
                    return float(model.predict(frame[["town"]])[0])
                """,
        },
    ),
    "one function makes columns by the words of the rows": (
        "partial",
        {
            "features.py": """
                import pandas as pd

                def prepare(frame):
                    return pd.get_dummies(frame)
                """,
            **BY_FEATURES,
        },
    ),
    "one function puts columns in line with those of training": (
        "pass",
        {
            "features.py": """
                import pandas as pd

                COLUMNS = ["age", "town_oslo", "town_rome"]

                def prepare(frame):
                    return pd.get_dummies(frame).reindex(columns=COLUMNS, fill_value=0)
                """,
            **BY_FEATURES,
        },
    ),
    "columns under other names": (
        "partial",
        {
            "train.py": BY_NAMES,
            "app.py": FARES.replace('columns=["age", "fare"]', 'columns=["age", "price"]'),
        },
    ),
    "a second way in goes without": (
        "partial",
        {
            "features.py": """
                import numpy as np

                def prepare(frame):
                    return np.log1p(frame.fillna(0)).astype(float)
                """,
            "train.py": """
                import joblib
                import pandas as pd
                from sklearn.linear_model import LogisticRegression
                from features import prepare

                rows = pd.read_csv("rows.csv")
                joblib.dump(LogisticRegression().fit(prepare(rows[["a"]]), rows["y"]), "model.joblib")
                """,
            "batch_predict.py": """
                import joblib
                import pandas as pd
                from features import prepare

                model = joblib.load("model.joblib")
                print(model.predict(prepare(pd.read_csv("new.csv"))))
                """,
            "app.py": app("rows = [values]"),
        },
    ),
}


@pytest.mark.parametrize(("outcome", "files"), REPOSITORIES.values(), ids=REPOSITORIES)
def test_training_and_serving_side_by_side(outcome: str, files: dict[str, str]) -> None:
    found = answer("preprocessing-shared", {path: dedent(text) for path, text in files.items()})
    assert found.outcome == outcome, found.messages


def test_imports_tell_nothing_where_those_of_training_lead_to_what_serves() -> None:
    own = "def normalize_rows(rows):\n    return [[row[0] / row[1]] for row in rows]\n"
    files = {
        "train.py": "from web import TITLE\n" + dedent(BY_FEATURES["train.py"]),
        "features.py": "def prepare(rows):\n    return rows.fillna(0)\n",
        "web/__init__.py": "from web import page\nTITLE = 'rows'\n",
    }
    again = app("rows = normalize_rows([values])", more=own)
    same = app("rows = prepare([values])", more="from features import prepare")
    assert answer("preprocessing-shared", {**files, "web/page.py": again}).outcome.value == "fail"
    assert answer("preprocessing-shared", {**files, "web/page.py": same}).outcome.value == "pass"


FALLBACK = """
    import joblib
    from sklearn.preprocessing import StandardScaler

    def prepare(rows):
        {loading}
        return scaler.transform(rows)
    """
FITTED_WHERE_NONE_IS_THERE = """try:
            scaler = joblib.load("scaler.joblib")
        except FileNotFoundError:
            scaler = StandardScaler()
            scaler.fit(rows)
            joblib.dump(scaler, "scaler.joblib")"""


@pytest.mark.parametrize(
    ("outcome", "loading"), [("pass", FITTED_WHERE_NONE_IS_THERE), ("partial", "scaler = StandardScaler().fit(rows)")]
)
def test_what_is_fitted_only_after_an_error_is_not_fitted_again(outcome: str, loading: str) -> None:
    files = {
        "features.py": dedent(FALLBACK.format(loading=loading)),
        "train.py": dedent(BY_FEATURES["train.py"]),
        "app.py": dedent(BY_FEATURES["app.py"]),
    }
    assert answer("preprocessing-shared", files).outcome.value == outcome
