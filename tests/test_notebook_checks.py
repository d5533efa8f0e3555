"""What state notebooks are in, and whether the work is done in them alone."""

from __future__ import annotations

import json

import pytest

from ml_readiness.report import Outcome
from tests.auditing import answer

TRAINS = "from sklearn.svm import SVC\nSVC().fit([[1]], [1])"
APP = """
import joblib
from fastapi import FastAPI
app = FastAPI()
model = joblib.load("m.joblib")
@app.post("/predict")
def predict(x: float):
    return model.predict([[x]])[0]
"""
PRINTED = [{"output_type": "stream", "text": "x"}]


def notebook(*cells: tuple[str, int | None], error: bool = False, tags: tuple[str, ...] = ()) -> str:
    found = [
        {
            "cell_type": "code",
            "source": source,
            "execution_count": count,
            "outputs": [{"output_type": "error"}] if error else PRINTED if count else [],
            "metadata": {"tags": tags},
        }
        for source, count in cells
    ]
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": found})


@pytest.mark.parametrize(
    ("cells", "clean"),
    [
        ([("a", 1), ("b", 2)], True),
        ([("a", 1), ("# only a remark", None), ("", None), ("b", 2)], True),
        ([("a", 2), ("b", 3)], False),
        ([("a", 1), ("b", 3)], False),
        ([("a", 2), ("b", 1)], False),
        ([("a", 1), ("b", None)], False),
    ],
)
def test_the_order_of_cells(cells: list[tuple[str, int | None]], clean: bool) -> None:
    found = answer("notebooks-run-clean", {"a.ipynb": notebook(*cells)})
    assert (found.outcome is Outcome.PASS) is clean


def test_an_error_among_the_outputs_fails() -> None:
    found = answer("notebooks-run-clean", {"a.ipynb": notebook(("a", 1), error=True)})
    assert found.outcome is Outcome.FAIL
    assert found.places == {"a.ipynb#cell-1"}


def test_stripped_notebooks_need_a_filter() -> None:
    book = notebook(("a", None))
    assert answer("notebooks-run-clean", {"a.ipynb": book}).outcome is Outcome.UNKNOWN
    hooked = {"a.ipynb": book, ".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: nbstripout\n"}
    assert answer("notebooks-run-clean", hooked).outcome is Outcome.PASS


def test_training_in_a_notebook_that_a_pipeline_runs_is_partial() -> None:
    files = {
        "train.ipynb": notebook((TRAINS, 1)),
        "app.py": APP,
        "Makefile": "train:\n\tpapermill train.ipynb out.ipynb\n",
    }
    assert answer("logic-outside-notebooks", files).outcome is Outcome.PARTIAL
    del files["Makefile"]
    assert answer("logic-outside-notebooks", files).outcome is Outcome.FAIL


def test_notebooks_of_examples_are_not_the_product() -> None:
    files = {"examples/train.ipynb": notebook((TRAINS, 1)), "app.py": "print(1)"}
    assert answer("logic-outside-notebooks", files).outcome is Outcome.NOT_APPLICABLE
