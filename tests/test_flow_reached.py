"""What is followed without being called, and what functions of the project are taken to do by their names."""

from __future__ import annotations

from textwrap import dedent

from tests.auditing import answer
from tests.flow_scripts import flow

TRAIN = """
    import joblib
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from scores import scored

    class Trainer:
        def train(self, found):
            rows = pd.read_csv(found.train_path)
            model = LogisticRegression().fit(rows[["a"]], rows["y"])
            print(scored(model, rows[["a"]], rows["y"]))
            joblib.dump(model, found.model_path)
    """
SCORES = """
    from sklearn.metrics import accuracy_score

    def scored(model, rows, labels):
        return accuracy_score(labels, model.predict(rows))
    """
EVALUATE = """
    import mlflow
    import pandas as pd
    from scores import scored

    class Evaluation:
        def load(self, found):
            return None, mlflow.sklearn.load_model(f"models:/{found.name}/{found.version}")

        def evaluate(self, found):
            rows = pd.read_csv(found.test_path)
            before, now = self.load(found)
            return scored(now, rows[["a"]], rows["y"])
    """


def test_a_method_that_scores_by_another_function_is_followed() -> None:
    files = {"train.py": dedent(TRAIN), "scores.py": dedent(SCORES)}
    assert answer("evaluation-unseen", files).outcome.value == "fail"
    assert answer("evaluation-unseen", {**files, "evaluate.py": dedent(EVALUATE)}).outcome.value != "fail"


def test_columns_told_apart_are_no_rows_told_apart() -> None:
    code = """
        def {name}(frame):
            given, asked = cut(frame)
            return given, asked

        df = pd.read_csv("rows.csv").fillna(0)
        X, y = {name}(df)
        """
    assert not flow(dedent(code).format(name="get_feature_target_split")).machine.events.splittings
    assert flow(dedent(code).format(name="train_test_splitting")).machine.events.splittings
