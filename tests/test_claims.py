"""Figures about quality are told from other numbers, and from wishes."""

from __future__ import annotations

import time

import pytest

from ml_readiness.facts.prose.claims import Claims
from ml_readiness.report import Outcome
from tests.auditing import answer, facts_of

TRAINS = {"train.py": "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"}


def claims(text: str) -> list[tuple[str, str, int]]:
    found = facts_of({"README.md": text}).get(Claims).all
    return [(claim.metric.lower(), claim.figure, claim.line) for claim in found]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The model reaches an accuracy of 93.5% on the test set.", ("accuracy", "93.5%", 1)),
        ("We got 82.89 % test accuracy.", ("accuracy", "82.89 %", 1)),
        ("\n- RMSE: 1.24", ("rmse", "1.24", 2)),
        ("ROC AUC is 0.87", ("roc auc", "0.87", 1)),
        ("MAE = 12 minutes", ("mae", "12", 1)),
        ("F1-score 0.91 and more", ("f1-score", "0.91", 1)),
        ("| Model | mAP |\n|--|--|\n| A | 54.1 |", ("map", "54.1", 3)),
        ("| Model | Mean-Dev-Acc* | Epoch |\n|--|--|--|\n| CNN | 76.51 | 15.9s |", ("acc", "76.51", 3)),
        ("Reached a test-accuracy of 0.87", ("accuracy", "0.87", 1)),
        ("| Metric | Value |\n|--|--|\n| Accuracy | 0.91 |", ("accuracy", "0.91", 3)),
        ('```json\n{"precision": 0.9076}\n```', ("precision", "0.9076", 2)),
        ("```\nval_loss: 1.4697\n```", ("val_loss", "1.4697", 2)),
        ("best validation loss of **1.47**", ("validation loss", "1.47", 1)),
        ("---\nmodel-index:\n- results:\n  - metrics:\n    - value: 0.93\n---\n", ("model-index", "0.93", 1)),
        ("<table><tr><td>Accuracy</td><td>0.91</td></tr></table>", ("accuracy", "0.91", 1)),
    ],
)
def test_claims_of_every_form(text: str, claim: tuple[str, str, int]) -> None:
    assert claims(text)[0] == claim


@pytest.mark.parametrize(
    "text",
    [
        "Retrains if the accuracy drops below 80%.",
        "The target is an F1 of 0.9 at least.",
        "Accuracy is the share of right answers.",
        "Uses precision 16 and 2.5 GB.",
        "AUC of 0.5 means random guessing.",
        "The map has 3.5 layers",
        "Shipped with non-accuracy 3.5 and pre-f1 0.9",
        "```python\nassert accuracy > 0.82\n```",
        "Accuracy of version 2",
        "Trained with scikit-learn 1.3.2. Accuracy matters.",
        "`accuracy_score` from 0.9",
        "The model should reach an accuracy of 90 %.",
    ],
)
def test_what_is_no_claim(text: str) -> None:
    assert claims(text) == []


def test_what_the_reader_should_get_is_claimed() -> None:
    assert claims("Run the notebook: you should get about 90 % accuracy on the test data.")


def test_a_model_card_counts() -> None:
    files = {**TRAINS, "README.md": "# X", "docs/model_card.md": "Accuracy on the Fairface dataset: 93.4%"}
    assert answer("results-reported", files).outcome is Outcome.PASS


def test_pictures_alone_are_partial() -> None:
    files = {**TRAINS, "README.md": "## Results\n![matrix](img/confusion.png)"}
    assert answer("results-reported", files).outcome is Outcome.PARTIAL
    assert answer("results-reported", {**TRAINS, "README.md": "![x](img/logo.png)"}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("![Accuracy of the folds](img/a.png)", Outcome.PARTIAL),
        ("![Results](img/roc.png)", Outcome.PARTIAL),
        ("![Inference result](img/b.png)", Outcome.FAIL),
        ("![Prediction results](img/cats.png)", Outcome.FAIL),
        ("![Performance monitoring framework](img/tool-logo.png)", Outcome.FAIL),
        ("![Metrics pipeline](img/architecture.png)", Outcome.FAIL),
    ],
)
def test_a_picture_of_one_answer_or_of_a_plan_is_no_result(picture: str, expected: Outcome) -> None:
    assert answer("results-reported", {**TRAINS, "README.md": f"# Cats\n\n{picture}\n"}).outcome is expected


def test_without_a_model_nothing_is_asked() -> None:
    assert answer("results-reported", {"README.md": "# X", "a.py": "print(1)"}).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "text", ["accuracy " * 11_000, "0.5 " * 25_000, "f1 0.1 " * 14_000, "|a" * 50_000, "a." * 50_000]
)
def test_reading_claims_takes_linear_time(text: str) -> None:
    facts = facts_of({"README.md": text})
    start = time.process_time()
    assert len(facts.get(Claims).all) <= 60
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "text", ["Variance explained by R2 (1.0 = perfect).", "Prediction loops yield up to an 8.9 % AUC improvement."]
)
def test_what_a_scale_means_and_what_others_gained_is_no_result(text: str) -> None:
    assert answer("results-reported", {**TRAINS, "README.md": f"# Churn\n\n{text}\n"}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "text",
    [
        "## Results\n\n![alt](png/neural_style.png)",
        "## Set up the training, evaluation and registration pipeline\n\n![Build](images/model-train.png)",
        "## Results\n\n![x](images/batchscoring-ci-result.png)",
    ],
)
def test_pictures_of_answers_and_of_things_to_do_are_no_results(text: str) -> None:
    assert answer("results-reported", {**TRAINS, "README.md": f"# Churn\n\n{text}\n"}).outcome is Outcome.FAIL
