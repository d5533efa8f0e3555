"""Evaluation rows that are also training rows, or that choose the model, as small scripts."""

from __future__ import annotations

import pytest

from ml_readiness.facts.flow.judging import judged, reused
from tests.flow_scripts import SPLIT_AND_SCORE, flow, overlaps

COPIES = {
    "resample minority": """
        majority = df[df.y == 0]
        minority = df[df.y == 1]
        up = resample(minority, replace=True, n_samples=len(majority))
        df = pd.concat([majority, up])
        X, y = df.drop("y", axis=1), df["y"]
        """
    + SPLIT_AND_SCORE,
    "sample with replacement": """
        df = df.sample(n=10000, replace=True)
        X, y = df.drop('y', axis=1), df['y']
        """
    + SPLIT_AND_SCORE,
    "duplicated rows": """
        df = pd.concat([df, df])
        X, y = df.drop('y', axis=1), df['y']
        """
    + SPLIT_AND_SCORE,
    "duplicated minority": """
        df = pd.concat([df, df[df.y == 1]], ignore_index=True)
        X, y = df.drop('y', axis=1), df['y']
        """
    + SPLIT_AND_SCORE,
    "appended twice": """
        df = df.append(df[df.y == 1])
        X, y = df.drop('y', axis=1), df['y']
        """
    + SPLIT_AND_SCORE,
    "np repeat": """
        X = np.repeat(X.values, 3, axis=0)
        y = np.repeat(y.values, 3)
        """
    + SPLIT_AND_SCORE,
}
OVERLAPS = {
    "evaluated on training rows": """
        m = LogisticRegression().fit(X, y)
        print(m.score(X, y))
        """,
    "evaluated on head": """
        m = LogisticRegression().fit(X, y)
        print(accuracy_score(y[:100], m.predict(X[:100])))
        """,
    "alias": """
        Z = X
        m = LogisticRegression().fit(X, y)
        print(m.score(Z, y))
        """,
    "alias copy": """
        Z = X.copy()
        m = LogisticRegression().fit(X.values, y)
        print(m.score(Z.to_numpy(), y))
        """,
    "train test same name": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        m = LogisticRegression().fit(X, y)
        print(m.score(X_test, y_test))
        """,
    "test appended to train": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        X_all = np.concatenate([X_train, X_test])
        y_all = np.concatenate([y_train, y_test])
        m = LogisticRegression().fit(X_all, y_all)
        print(m.score(X_test, y_test))
        """,
}
RESPLITS = {
    "two seeds": """
        X_train, _, y_train, _ = train_test_split(X, y, random_state=1)
        _, X_test, _, y_test = train_test_split(X, y, random_state=2)
        m = LogisticRegression().fit(X_train, y_train)
        print(m.score(X_test, y_test))
        """,
}
CROSSING = {
    "slices that overlap": """
        X_train, X_test = X[:800], X[700:]
        y_train, y_test = y[:800], y[700:]
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_test, y_test)
        """,
}
REUSED = {
    "two models": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        a = LogisticRegression().fit(X_train, y_train)
        print(a.score(X_test, y_test))
        b = RandomForestClassifier().fit(X_train, y_train)
        print(b.score(X_test, y_test))
        """,
    "loop": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        for c in [.1, 1, 10]:
            a = LogisticRegression(C=c).fit(X_train, y_train)
            print(a.score(X_test, y_test))
        """,
    "loop over range": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        scores = []
        for k in range(1, 30):
            a = RandomForestClassifier(k)
            a.fit(X_train, y_train)
            scores.append(accuracy_score(y_test, a.predict(X_test)))
        """,
    "validation data is the test": """
        from keras.models import Sequential
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        m = Sequential()
        m.fit(X_train, y_train, validation_data=(X_test, y_test))
        m.evaluate(X_test, y_test)
        """,
    "functions": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        def run(m):
            m.fit(X_train, y_train)
            return accuracy_score(y_test, m.predict(X_test))
        print(run(LogisticRegression()))
        print(run(RandomForestClassifier()))
        """,
}
ASKED_ONCE = {
    "one": SPLIT_AND_SCORE,
    "validation and test": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        X_train, X_val, y_train, y_val = train_test_split(X_train, y_train)
        for c in [.1, 1, 10]:
            a = LogisticRegression(C=c).fit(X_train, y_train)
            print(a.score(X_val, y_val))
        print(a.score(X_test, y_test))
        """,
    "one model, several metrics": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        a = LogisticRegression().fit(X_train, y_train)
        print(a.score(X_test, y_test))
        p = a.predict(X_test)
        print(accuracy_score(y_test, p), f1_score(y_test, p))
        """,
    "cv then test": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        for m in [LogisticRegression(), RandomForestClassifier()]:
            print(cross_val_score(m, X_train, y_train).mean())
        best = RandomForestClassifier().fit(X_train, y_train)
        print(best.score(X_test, y_test))
        """,
    "grid then test": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        g = GridSearchCV(LogisticRegression(), {'C': [1, 2]}).fit(X_train, y_train)
        print(g.score(X_test, y_test))
        """,
    "train and test score": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        a = LogisticRegression().fit(X_train, y_train)
        print(a.score(X_train, y_train), a.score(X_test, y_test))
        """,
    "new split each": """
        for seed in range(10):
            X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=seed)
            a = LogisticRegression().fit(X_train, y_train)
            print(a.score(X_test, y_test))
        """,
}

EITHER_SIDE = """
class Trainer:
    def train(self, X, y, tune):
        X, y = SMOTE().fit_resample(X, y)
        if tune:
            search = GridSearchCV(LogisticRegression(), {"C": [1, 2]})
            self.model = search
        else:
            self.model = RandomForestClassifier()
            self.model.fit(X, y)
        return self.model

Trainer().train(X, y, len(y) > 100)
"""
NO_EVALUATION = {
    "one row of all": """
        array = X.values
        X_train, y_train = array[:6000], y[:6000]
        digit = array[3601]
        m = LogisticRegression().fit(X_train, y_train)
        print(m.predict([digit]))
        """,
    "a series continued": """
        train, test = X.values[:800], X.values[800:]
        m = LogisticRegression().fit(train, y[:800])
        window = train[-16:].reshape((1, 16, 1))
        for _ in test:
            answer = m.predict(window)[0]
            window = np.append(window[:, 1:, :], [[answer]], axis=1)
        """,
    "gaps filled": """
        known = df[["a", "b"]].dropna()
        m = LogisticRegression().fit(known[["a"]], known["b"])
        df["guess"] = m.predict(df[["a", "b"]].drop("b", axis=1))
        df.loc[df.b.isnull(), "b"] = df["guess"]
        """,
}


@pytest.mark.parametrize("code", COPIES.values(), ids=COPIES)
def test_copies_of_rows_on_both_sides(code: str) -> None:
    assert overlaps(code) == {"copies"}


@pytest.mark.parametrize("code", OVERLAPS.values(), ids=OVERLAPS)
def test_asked_about_rows_that_it_was_trained_on(code: str) -> None:
    assert overlaps(code) <= {"same", "inside", "contains"}


def test_what_one_side_of_a_branch_writes_is_not_what_the_other_side_asks() -> None:
    assert [training.model.name for training in flow(EITHER_SIDE).machine.events.trainings] == [
        "sklearn.ensemble.RandomForestClassifier"
    ]


@pytest.mark.parametrize("code", NO_EVALUATION.values(), ids=NO_EVALUATION)
def test_asked_for_an_answer_and_not_for_a_score(code: str) -> None:
    assert not any(pair.overlap for pair in flow(code).pairs)


@pytest.mark.parametrize("code", RESPLITS.values(), ids=RESPLITS)
def test_two_random_splits_of_the_same_rows(code: str) -> None:
    assert overlaps(code) == {"resplit"}


@pytest.mark.parametrize("code", CROSSING.values(), ids=CROSSING)
def test_slices_that_have_rows_in_common(code: str) -> None:
    assert overlaps(code) == {"partly"}


@pytest.mark.parametrize("code", REUSED.values(), ids=REUSED)
def test_the_same_rows_choose_and_report(code: str) -> None:
    assert reused(flow(code).machine.events)


@pytest.mark.parametrize("code", ASKED_ONCE.values(), ids=ASKED_ONCE)
def test_rows_that_report_and_do_not_choose(code: str) -> None:
    assert not reused(flow(code).machine.events)


def test_folds_that_only_choose_settings_report_nothing() -> None:
    search = "GridSearchCV(LogisticRegression(), {'C': [1, 2]}).fit(X_train, y_train).score(X_test, y_test)"
    split = "X_train, X_test, y_train, y_test = train_test_split(X, y)"
    after = f"{split}\nX_train, y_train = SMOTE().fit_resample(X_train, y_train)\n{search}"
    before = f"X, y = SMOTE().fit_resample(X, y)\n{split}\n{search}"
    assert not any(each.on_copies for each in judged(flow(after).pairs))
    assert any(each.on_copies for each in judged(flow(before).pairs))
