"""Cards, owners, purposes and traces: what is written down about a model."""

from __future__ import annotations

import pytest

from ml_readiness.report import Outcome
from tests.auditing import answer

TRAINS = {"train.py": "import joblib\nfrom sklearn.svm import SVC\njoblib.dump(SVC().fit([[1]], [1]), 'm.joblib')\n"}
TEXT = "Ten words that say what stands in this part here."


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"CODEOWNERS": "* @team"}, Outcome.PASS),
        ({"CODEOWNERS": "# nobody yet\n"}, Outcome.FAIL),
        ({"MAINTAINERS.md": "Maria"}, Outcome.PARTIAL),
        ({"MAINTAINERS": "Maria", "CONTRIBUTING.md": "Every pull request is reviewed."}, Outcome.PASS),
        ({"pyproject.toml": '[project]\nmaintainers = [{name = "M"}]'}, Outcome.PARTIAL),
        ({"pyproject.toml": "[project]\nauthors = []"}, Outcome.FAIL),
        ({".github/pull_request_template.md": "- [ ] tests"}, Outcome.PARTIAL),
        ({"catalog-info.yaml": "spec:\n  owner: team-a"}, Outcome.PARTIAL),
    ],
)
def test_owners_and_reviews(files: dict[str, str], outcome: Outcome) -> None:
    assert answer("owner-named", {"a.py": "", **files}).outcome is outcome


def card(*headings: str) -> str:
    return "# Model\n" + "".join(f"## {heading}\n{TEXT}\n" for heading in headings)


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"MODEL_CARD.md": card("Contact", "Intended use", "Limitations", "Data", "Usage", "License")}, Outcome.PASS),
        ({"docs/model-card.md": card("Contact", "Intended use", "Limitations")}, Outcome.PARTIAL),
        ({"MODEL_CARD.md": card("Contact")}, Outcome.FAIL),
        ({"MODEL_CARD.md": "# Model\n## Contact\n## Limitations\n## Data\n"}, Outcome.FAIL),
        ({"README.md": card("Contact", "Purpose", "Limitations", "Data", "Usage", "License")}, Outcome.PARTIAL),
        ({"README.md": card("Usage", "License")}, Outcome.FAIL),
        ({"README.md": "---\nlicense: mit\ndatasets:\n- x\nbase_model: y\n---\n# Model"}, Outcome.PARTIAL),
    ],
)
def test_model_cards(files: dict[str, str], outcome: Outcome) -> None:
    assert answer("model-documented", {**TRAINS, **files}).outcome is outcome


def test_a_project_without_a_model_needs_no_card() -> None:
    assert answer("model-documented", {"a.py": "print(1)"}).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"reports/metrics.json": '{"acc": 0.9312}'}, Outcome.PASS),
        ({"reports/metrics.json": '{"acc": 0.8712}'}, Outcome.FAIL),
        ({"README.md": "Accuracy of 93.1% on the test set ([run](runs/7.json))", "runs/7.json": "{}"}, Outcome.PASS),
        ({"README.md": "Accuracy of 93.1% on the test set\n```\npython train.py\n```"}, Outcome.PASS),
        ({"README.md": "Accuracy of 93.1%, see https://wandb.ai/a/b"}, Outcome.PARTIAL),
        ({"README.md": "# A\nAccuracy of 93.1%\n# B\n[x](train.py)"}, Outcome.FAIL),
    ],
)
def test_traces(more: dict[str, str], outcome: Outcome) -> None:
    files = {**TRAINS, "README.md": "The accuracy is 93.1 % on the test set.", **more}
    assert answer("claims-traceable", files).outcome is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The sales team decides whom to call. It saves 300 hours per month.", Outcome.PASS),
        ("Predicts churn with XGBoost and FastAPI.", Outcome.FAIL),
        ("Reduces manual review by 40%.", Outcome.PARTIAL),
        ("```\nthe team decides\n```", Outcome.FAIL),
    ],
)
def test_business_outcomes(text: str, outcome: Outcome) -> None:
    assert answer("business-outcome-stated", {"README.md": f"# X\n{text}"}).outcome is outcome
