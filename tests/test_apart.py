"""Whether fitting on the training part is recognised by names, where values cannot be followed that far."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.auditing import answer

ON_TRAINING = {
    "a measure of the project's own": """
        from spread import compute_norm_stats
        def build(splits):
            mean, std = compute_norm_stats([row for row in splits["train"]["rows"]] + list(splits.train_rows))
            return mean, std
        """,
    "by hand": """
        def normalised(X_train, X_test):
            mean = X_train.mean(axis=0)
            std = X_train.std(axis=0)
            return (X_train - mean) / std, (X_test - mean) / std
        """,
    "a scaler that is handed in": """
        def prepare(self, scaler):
            scaler.fit(self.train_rows)
        """,
}
ON_MORE = {
    "all rows": """
        def prepare(scaler, rows):
            scaler.fit(rows)
        """,
    "both parts": """
        import numpy as np
        def prepare(scaler, train_rows, test_rows):
            scaler.fit(np.vstack([train_rows, test_rows]))
        """,
    "the model": """
        def learn(model, X_train, y_train):
            model.fit(X_train, y_train)
        """,
}
MODEL = "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"


@pytest.mark.parametrize("code", ON_TRAINING.values(), ids=ON_TRAINING)
def test_what_learns_from_the_training_part_by_its_name(code: str) -> None:
    found = answer("split-before-fit", {"prepare.py": dedent(code), "train.py": MODEL})
    assert found.outcome.value == "pass"


@pytest.mark.parametrize("code", ON_MORE.values(), ids=ON_MORE)
def test_what_learns_from_more_or_is_the_model_says_nothing(code: str) -> None:
    found = answer("split-before-fit", {"prepare.py": dedent(code), "train.py": MODEL})
    assert found.outcome.value == "not-applicable", found.messages
