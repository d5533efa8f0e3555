"""Values followed: rows, what is learned from them, and where an evaluation meets them again."""

from __future__ import annotations

import json
from textwrap import dedent

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.documents import PARSE_ERRORS
from ml_readiness.facts.flow.project import Flow
from ml_readiness.parsers.flow import FlowFile, FlowNotebook
from tests.auditing import answer, facts_of

READ = """
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler

df = pd.read_csv("data.csv")
"""
SPLIT_AND_SCORE = """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
"""


def _dedented(code: str) -> str:
    """The code without its indentation, that of the split that follows it left alone."""
    head, split, tail = code.partition(SPLIT_AND_SCORE)
    return dedent(head) + split + tail


def flow(code: str, **more: str) -> Flow:
    files: dict[str, str | bytes] = {"train.py": READ + _dedented(code)}
    files.update({name.replace("__", "/") + ".py": dedent(text) for name, text in more.items()})
    return facts_of(files).get(Flow)


def verdict(code: str, **more: str) -> str:
    """`leak`, `refit`, `clean` or `overlap`, over all evaluations."""
    found = flow(code, **more)
    assert found.pairs, "no evaluation of a trained model was found"
    assert not found.cut_short
    if any(pair.leaking for pair in found.pairs):
        return "leak"
    if all(pair.overlap for pair in found.pairs):
        return "overlap"
    return "refit" if any(pair.refitting for pair in found.pairs) else "clean"


LEAKS = {
    "scaled before the split": "X = StandardScaler().fit_transform(df.drop(columns='y')); y = df['y']"
    + SPLIT_AND_SCORE,
    "fit, then transform": """
        X = df.drop("y", axis=1)
        y = df.y
        scaler = StandardScaler()
        scaler.fit(X)
        X = scaler.transform(X)
        """
    + SPLIT_AND_SCORE,
    "filled with the mean of all rows": """
        df["age"] = df["age"].fillna(df["age"].mean())
        X, y = df[["age", "fare"]], df["y"]
        """
    + SPLIT_AND_SCORE,
    "filled in place": """
        df.age.fillna(df.age.median(), inplace=True)
        X, y = df.drop(columns=["y"]), df["y"]
        """
    + SPLIT_AND_SCORE,
    "filled where it is missing": """
        df.loc[df.age.isnull(), "age"] = df.age.mean()
        X, y = df[["age"]], df["y"]
        """
    + SPLIT_AND_SCORE,
    "standardised by hand": """
        X, y = df.drop(columns="y"), df.y
        X = (X - X.mean()) / X.std()
        """
    + SPLIT_AND_SCORE,
    "in a loop over columns": """
        for column in ["age", "fare"]:
            df[column] = df[column].fillna(df[column].median())
        X, y = df[["age", "fare"]], df["y"]
        """
    + SPLIT_AND_SCORE,
    "by group": """
        df["mean_fare"] = df.groupby("class")["fare"].transform("mean")
        X, y = df[["mean_fare"]], df["y"]
        """
    + SPLIT_AND_SCORE,
    "a table of means merged back": """
        means = df.groupby("class")["fare"].mean().reset_index()
        X, y = df.merge(means, on="class"), df["y"]
        """
    + SPLIT_AND_SCORE,
    "both files together, then taken apart": """
        test = pd.read_csv("test.csv")
        both = pd.concat([df, test])
        both["age"] = both["age"].fillna(both["age"].mean())
        train, test = both[: len(df)], both[len(df) :]
        model = LogisticRegression().fit(train, train["y"])
        model.predict(test)
        """,
    "folds of scaled rows": """
        X = StandardScaler().fit_transform(df.drop(columns="y"))
        print(cross_val_score(LogisticRegression(), X, df["y"]))
        """,
    "folds by hand": """
        X = StandardScaler().fit_transform(df.drop(columns="y"))
        for train, test in KFold(5).split(X):
            model = LogisticRegression().fit(X[train], df["y"][train])
            print(model.score(X[test], df["y"][test]))
        """,
    "a split by position": """
        X = StandardScaler().fit_transform(df.drop(columns="y"))
        n = int(len(X) * 0.8)
        model = LogisticRegression().fit(X[:n], df["y"][:n])
        print(model.score(X[n:], df["y"][n:]))
        """,
    "a split by condition": """
        df["fare"] = StandardScaler().fit_transform(df[["fare"]])
        model = LogisticRegression()
        train, test = df[df.year < 2020], df[df.year >= 2020]
        model.fit(train[["fare"]], train.y)
        print(model.score(test[["fare"]], test.y))
        """,
    "a function": """
        def prepare(frame):
            frame = frame.dropna()
            scaler = StandardScaler()
            return scaler.fit_transform(frame.drop(columns="y")), frame["y"]

        X, y = prepare(df)
        """
    + SPLIT_AND_SCORE,
    "a class with state": """
        class Preparer:
            def __init__(self):
                self.scaler = StandardScaler()

            def run(self, frame):
                self.scaler.fit(frame)
                return self.scaler.transform(frame)

        X, y = Preparer().run(df.drop(columns="y")), df.y
        """
    + SPLIT_AND_SCORE,
    "a transformer of one's own": """
        from sklearn.base import BaseEstimator, TransformerMixin

        class Centre(BaseEstimator, TransformerMixin):
            def fit(self, X, y=None):
                self.mean_ = X.mean()
                return self

            def transform(self, X):
                return X - self.mean_

        X, y = Centre().fit_transform(df.drop(columns="y")), df.y
        """
    + SPLIT_AND_SCORE,
    "a pipeline without the model": """
        steps = make_pipeline(SimpleImputer(), StandardScaler())
        X, y = steps.fit_transform(df.drop(columns="y")), df["y"]
        """
    + SPLIT_AND_SCORE,
    "in a function that nothing calls": """
        def train(frame):
            X = StandardScaler().fit_transform(frame.drop(columns="y"))
            X_train, X_test, y_train, y_test = train_test_split(X, frame["y"])
            model = LogisticRegression().fit(X_train, y_train)
            return model.score(X_test, y_test)
        """,
    "the mean of a part of all rows": """
        third = df[df["class"] == 3]["fare"].mean()
        df["fare"] = df["fare"].fillna(third)
        X, y = df[["fare"]], df["y"]
        """
    + SPLIT_AND_SCORE,
    "text of all rows": """
        from sklearn.feature_extraction.text import TfidfVectorizer

        texts = []
        for line in df["text"]:
            texts.append(" ".join(word.lower() for word in line.split()))
        X, y = TfidfVectorizer().fit_transform(texts), df["y"]
        """
    + SPLIT_AND_SCORE,
    "oversampled before the split": """
        from imblearn.over_sampling import SMOTE

        X, y = SMOTE().fit_resample(df.drop(columns="y"), df["y"])
        """
    + SPLIT_AND_SCORE,
}
CLEAN = {
    "fitted on the training rows": """
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df["y"])
        scaler = StandardScaler()
        X_train = scaler.fit_transform(X_train)
        X_test = scaler.transform(X_test)
        model = LogisticRegression().fit(X_train, y_train)
        print(model.score(X_test, y_test))
        """,
    "in a pipeline with the model": "X, y = df.drop(columns='y'), df['y']\n"
    + SPLIT_AND_SCORE.replace("LogisticRegression()", "make_pipeline(StandardScaler(), LogisticRegression())"),
    "labels and categories of all rows": """
        df["kind"] = LabelEncoder().fit_transform(df["kind"])
        X, y = pd.get_dummies(df.drop(columns="y")), LabelEncoder().fit_transform(df["y"])
        """
    + SPLIT_AND_SCORE,
    "row by row": """
        df["ratio"] = df["a"] / df["b"]
        df["total"] = df[["a", "b"]].sum(axis=1)
        df["long"] = df["text"].apply(lambda text: len(text) > 10)
        X, y = df[["ratio", "total", "long"]], df["y"]
        """
    + SPLIT_AND_SCORE,
    "a column that is not used": """
        df["scaled"] = StandardScaler().fit_transform(df[["a"]])
        X, y = df[["a", "b"]], df["y"]
        """
    + SPLIT_AND_SCORE,
    "a column that is dropped": """
        df["scaled"] = (df.a - df.a.mean()) / df.a.std()
        df.drop("scaled", axis=1, inplace=True)
        X, y = df.drop(columns="y"), df["y"]
        """
    + SPLIT_AND_SCORE,
    "statistics that are only printed": """
        print(df.mean(), df.a.std(), df.describe())
        X, y = df.drop(columns="y"), df["y"]
        """
    + SPLIT_AND_SCORE,
    "scaled by a constant": "X, y = df.drop(columns='y') / 255.0, df['y']" + SPLIT_AND_SCORE,
    "the mean of the training file": """
        test = pd.read_csv("test.csv")
        mean = df["age"].mean()
        df["age"], test["age"] = df["age"].fillna(mean), test["age"].fillna(mean)
        model = LogisticRegression().fit(df, df["y"])
        model.predict(test)
        """,
    "a search on the training rows": """
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df["y"])
        search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {}, cv=KFold(3))
        search.fit(X_train, y_train)
        print(search.best_estimator_.score(X_test, y_test))
        """,
    "folds of rows scaled on the training part": """
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df["y"])
        X_train = StandardScaler().fit_transform(X_train)
        print(cross_val_score(LogisticRegression(), X_train, y_train))
        """,
    "each fold scaled by itself": """
        X, y = df.drop(columns="y"), df["y"]
        for train, test in KFold(5).split(X, y):
            scaler = StandardScaler().fit(X.iloc[train])
            model = LogisticRegression().fit(scaler.transform(X.iloc[train]), y.iloc[train])
            print(model.score(scaler.transform(X.iloc[test]), y.iloc[test]))
        """,
    "another data set scaled": """
        other = StandardScaler().fit_transform(pd.read_csv("other.csv"))
        X, y = df.drop(columns="y"), df["y"]
        """
    + SPLIT_AND_SCORE,
    "sampled, and the rest": """
        train = df.sample(frac=0.8, random_state=1)
        test = df.drop(train.index)
        scaler = StandardScaler().fit(train[["a"]])
        model = LogisticRegression().fit(scaler.transform(train[["a"]]), train.y)
        print(model.score(scaler.transform(test[["a"]]), test.y))
        """,
}


@pytest.mark.parametrize("code", LEAKS.values(), ids=LEAKS)
def test_learned_before_the_split(code: str) -> None:
    assert verdict(code) == "leak"


@pytest.mark.parametrize("code", CLEAN.values(), ids=CLEAN)
def test_nothing_learned_from_the_evaluation_rows(code: str) -> None:
    assert verdict(code) == "clean"


def test_fitted_again_on_the_test_part_is_not_the_same_as_before_the_split() -> None:
    code = """
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df["y"])
        scaler = StandardScaler()
        X_train, X_test = scaler.fit_transform(X_train), scaler.fit_transform(X_test)
        model = LogisticRegression().fit(X_train, y_train)
        print(model.score(X_test, y_test))
        """
    assert verdict(code) == "refit"


def test_a_score_on_the_training_rows_is_an_overlap() -> None:
    assert verdict("model = LogisticRegression().fit(df, df.y); print(model.score(df, df.y))") == "overlap"


def test_a_scaler_fitted_before_the_split_in_a_function_of_another_module() -> None:
    files: dict[str, str | bytes] = {
        "src/shop/features.py": dedent("""
            from sklearn.preprocessing import StandardScaler

            def scaled(frame):
                scaler = StandardScaler()
                return scaler.fit_transform(frame)
            """),
        "src/shop/train.py": READ
        + "from shop.features import scaled\nX, y = scaled(df.drop(columns='y')), df.y"
        + SPLIT_AND_SCORE,
    }
    result = answer("split-before-fit", files)
    assert result.outcome == "fail"
    assert result.places == {"src/shop/features.py:6"}
    assert "train_test_split` on line 14 of `src/shop/train.py`" in result.messages
    assert "evaluated on those rows on line 16 of `src/shop/train.py`" in result.messages
    steps = result.findings[0].steps
    assert [(step.path.rpartition("/")[2], step.line) for step in steps] == [
        ("train.py", 11),
        ("features.py", 6),
        ("train.py", 14),
        ("train.py", 15),
        ("train.py", 16),
    ]


def test_a_notebook_is_followed_in_document_order_and_told_by_cells() -> None:
    cells = [READ, "X = StandardScaler().fit_transform(df)\ny = df.y", SPLIT_AND_SCORE.strip()]
    notebook: dict[str, object] = {
        "nbformat": 4,
        "metadata": {},
        "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells],
    }
    result = answer("split-before-fit", {"train.ipynb": json.dumps(notebook)})
    assert result.outcome == "fail"
    finding = result.findings[0]
    assert (finding.cell, finding.line) == (2, 1)
    assert [(step.cell, step.line) for step in finding.steps] == [(1, 11), (2, 1), (3, 1), (3, 2), (3, 3)]


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for kind in (FlowFile, FlowNotebook):
        try:
            found = kind.parse(b"import sklearn\n" + data)
        except PARSE_ERRORS:
            continue
        assert msgspec.json.decode(msgspec.json.encode(found), type=kind) == found


@given(
    st.recursive(
        st.sampled_from(["x", "f(x)", "df['a']", "df.fit(X)", "1"]), lambda e: st.builds("({} + {})".format, e, e)
    )
)
def test_any_expression_is_followed(expression: str) -> None:
    assert not flow(f"X = {expression}\nX.fit({expression})").cut_short


def test_a_champion_that_is_compared_with_itself() -> None:
    code = """
        import joblib

        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df["y"])
        model = LogisticRegression().fit(X_train, y_train)
        joblib.dump(model, "models/champion.joblib")
        champion = joblib.load("models/champion.joblib")
        if model.score(X_test, y_test) > champion.score(X_test, y_test):
            print("better")
        """
    result = answer("evaluation-unseen", {"train.py": READ + dedent(code)})
    assert result.outcome == "fail"
    assert "same model on the same rows" in result.messages


def test_a_champion_of_another_training_is_a_champion() -> None:
    code = """
        import joblib

        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df["y"])
        champion = joblib.load("models/champion.joblib")
        model = LogisticRegression().fit(X_train, y_train)
        if model.score(X_test, y_test) > champion.score(X_test, y_test):
            joblib.dump(model, "models/champion.joblib")
        """
    assert answer("evaluation-unseen", {"train.py": READ + dedent(code)}).outcome == "pass"


def test_folds_by_hand_do_not_choose() -> None:
    code = """
        X, y = df.drop(columns="y"), df["y"]
        for train, test in KFold(5).split(X):
            model = LogisticRegression().fit(X.iloc[train], y.iloc[train])
            print(model.score(X.iloc[test], y.iloc[test]))
        """
    assert answer("evaluation-unseen", {"train.py": READ + dedent(code)}).outcome == "pass"


def test_stages_of_a_pipeline_are_joined_by_files_and_command_lines() -> None:
    files: dict[str, str | bytes] = {
        "dvc.yaml": dedent("""
            stages:
              train:
                cmd: python src/train.py data/scaled model.pkl
                deps: [data/scaled]
                outs: [model.pkl]
              scale:
                cmd: python src/scale.py data.csv data/scaled
                deps: [data.csv]
                outs: [data/scaled]
            """),
        "src/scale.py": dedent("""
            import os
            import sys

            import pandas as pd
            from sklearn.preprocessing import StandardScaler

            frame = pd.read_csv(sys.argv[1])
            frame["fare"] = StandardScaler().fit_transform(frame[["fare"]])
            frame.to_csv(os.path.join(sys.argv[2], "all.csv"))
            """),
        "src/train.py": dedent("""
            import argparse

            import pandas as pd
            from sklearn.model_selection import train_test_split
            from sklearn.svm import SVC

            parser = argparse.ArgumentParser()
            parser.add_argument("folder")
            parser.add_argument("model")
            args = parser.parse_args()
            frame = pd.read_csv(f"{args.folder}/all.csv")
            train, test = train_test_split(frame)
            print(SVC().fit(train[["fare"]], train.y).score(test[["fare"]], test.y))
            """),
    }
    result = answer("split-before-fit", files)
    assert result.outcome == "fail"
    assert result.places == {"src/scale.py:9"}
