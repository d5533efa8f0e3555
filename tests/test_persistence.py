"""Saved models and what their input went through; what is fitted again; rows that know their neighbours."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.auditing import answer

READ = """
import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, TimeSeriesSplit, train_test_split
from sklearn.preprocessing import LabelEncoder, Normalizer, StandardScaler

rows = pd.read_csv("rows.csv")
"""
SAVED = {
    "never": (
        "fail",
        "X = StandardScaler().fit_transform(rows[['a']])\njoblib.dump(LogisticRegression().fit(X, rows.y), 'm')",
    ),
    "as numbers": (
        "pass",
        """
        import json

        scaler = StandardScaler()
        X = scaler.fit_transform(rows[["a"]])
        joblib.dump(LogisticRegression().fit(X, rows.y), "m")
        json.dump({"mean": scaler.mean_, "scale": scaler.scale_}, open("scaler.json", "w"))
        """,
    ),
    "names of features are no vocabulary": (
        "fail",
        """
        words = CountVectorizer()
        X = words.fit_transform(rows.text)
        joblib.dump(LogisticRegression().fit(X, rows.y), "m")
        joblib.dump(words.get_feature_names_out(), "names")
        """,
    ),
    "in an object of one's own": (
        "pass",
        """
        class Model:
            def __init__(self):
                self.scaler = StandardScaler()
                self.model = LogisticRegression()

            def fit(self, X, y):
                self.model.fit(self.scaler.fit_transform(X), y)
                return self

            def predict(self, X):
                return self.model.predict(self.scaler.transform(X))

        joblib.dump(Model().fit(rows[["a"]], rows.y), "m")
        """,
    ),
    "numbers of the answers only": (
        "not-applicable",
        "y = LabelEncoder().fit_transform(rows.y)\njoblib.dump(LogisticRegression().fit(rows[['a']], y), 'm')",
    ),
    "nothing is learned": (
        "not-applicable",
        "X = Normalizer().fit_transform(rows[['a']])\njoblib.dump(LogisticRegression().fit(X, rows.y), 'm')",
    ),
    "something unknown is saved, too": (
        "unknown",
        """
        def save(thing, path):
            joblib.dump(thing, path)

        scaler = StandardScaler()
        model = LogisticRegression().fit(scaler.fit_transform(rows[["a"]]), rows.y)
        joblib.dump(model, "m")
        """,
    ),
    "a model that is not saved": (
        "not-applicable",
        "LogisticRegression().fit(StandardScaler().fit_transform(rows), rows.y)",
    ),
    "bytes that only measure the size": (
        "not-applicable",
        "import pickle\nX = StandardScaler().fit_transform(rows[['a']])\n"
        "print(len(pickle.dumps(LogisticRegression().fit(X, rows.y))))",
    ),
}
DIVIDED = {
    "lags, divided at random": ("fail", "rows['b'] = rows['a'].shift(1)\ntrain_test_split(rows, random_state=1)"),
    "lags by group": ("fail", "rows['b'] = rows.groupby('shop')['a'].shift(1)\ntrain_test_split(rows, random_state=1)"),
    "windows": ("fail", "rows['b'] = rows['a'].rolling(7).mean()\ntrain_test_split(rows.dropna(), random_state=1)"),
    "shuffled folds": (
        "fail",
        "rows['b'] = rows['a'].diff()\nfor a, b in KFold(5, shuffle=True).split(rows):\n    pass",
    ),
    "lags, in order": ("pass", "rows['b'] = rows['a'].shift(1)\ntrain_test_split(rows, shuffle=False)"),
    "folds of time": ("pass", "for a, b in TimeSeriesSplit(5).split(rows):\n    pass"),
    "a date as a feature": (
        "not-applicable",
        "rows['year'] = pd.to_datetime(rows['day']).dt.year\ntrain_test_split(rows, random_state=1)",
    ),
    "windows of the training part alone": (
        "not-applicable",
        "train, test = train_test_split(rows, random_state=1)\ntrain['b'] = train['a'].rolling(3).mean()",
    ),
    "an order that is not known": (
        "not-applicable",
        "rows['b'] = rows['a'].shift(1)\ntrain_test_split(rows, shuffle=flag)",
    ),
}


@pytest.mark.parametrize(("outcome", "code"), SAVED.values(), ids=SAVED)
def test_what_is_saved_with_a_model(outcome: str, code: str) -> None:
    found = answer("preprocessing-persisted", {"train.py": READ + dedent(code)})
    assert found.outcome == outcome, found.messages


@pytest.mark.parametrize(("outcome", "code"), DIVIDED.values(), ids=DIVIDED)
def test_rows_that_know_their_neighbours(outcome: str, code: str) -> None:
    found = answer("split-respects-structure", {"train.py": READ + dedent(code)})
    assert found.outcome == outcome, found.messages


def test_a_vectorizer_that_is_never_saved_in_two_scripts_joined_by_a_pipeline_file() -> None:
    files = {
        "dvc.yaml": """
            stages:
              featurize:
                cmd: python featurize.py data/features.pkl
                outs: [data/features.pkl]
              train:
                cmd: python train.py data/features.pkl model.pkl
                deps: [data/features.pkl]
                outs: [model.pkl]
            """,
        "featurize.py": """
            import pickle
            import sys

            import pandas as pd
            from sklearn.feature_extraction.text import TfidfVectorizer

            rows = pd.read_csv("rows.csv")
            words = TfidfVectorizer()
            matrix = words.fit_transform(rows.text)
            with open(sys.argv[1], "wb") as file:
                pickle.dump((matrix, words.get_feature_names_out()), file)
            """,
        "train.py": """
            import pickle
            import sys

            from sklearn.ensemble import RandomForestClassifier

            with open(sys.argv[1], "rb") as file:
                matrix, names = pickle.load(file)
            forest = RandomForestClassifier().fit(matrix[:, 2:], matrix[:, 1])
            with open(sys.argv[2], "wb") as file:
                pickle.dump(forest, file)
            """,
    }
    found = answer("preprocessing-persisted", {path: dedent(text) for path, text in files.items()})
    assert found.outcome == "fail"
    assert found.places == {"featurize.py:10"}
    assert [step.path for step in found.findings[0].steps] == ["featurize.py", "featurize.py", "train.py", "train.py"]


def test_an_endpoint_that_trains_is_there_to_fit() -> None:
    code = """
        import joblib
        import pandas as pd
        from fastapi import FastAPI
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler

        app = FastAPI()

        @app.post("/retrain")
        def retrain(path: str):
            rows = pd.read_csv(path)
            scaler = StandardScaler()
            model = LogisticRegression().fit(scaler.fit_transform(rows[["a"]]), rows.y)
            joblib.dump((scaler, model), "model.joblib")

        @app.post("/predict")
        def predict(row: list[float]):
            scaler, model = joblib.load("model.joblib")
            return model.predict(scaler.transform([row]))[0]
        """
    assert answer("refit-at-inference-absent", {"app.py": dedent(code)}).outcome != "fail"
