"""Lines of source in a report: around what was found, short, and without credentials."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness import Memory, audit
from ml_readiness.evidence import HIDDEN, WIDEST
from ml_readiness.masking import masked
from ml_readiness.report import FileRole, Report

DRAWN = base64.b64encode(hashlib.sha256(b"not a key").digest()).decode()
TRAIN = """\
import joblib
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

def train(rows, left):
    a, b, y, z = train_test_split(rows, left)
    model = LogisticRegression().fit(a, y)
    print(model.score(b, z))
    joblib.dump(model, "model.joblib")
"""
SERVE = """\
import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")

@app.post("/predict")
def predict(rows: list[float]):
    return {"y": model.predict([rows]).tolist()}
"""


def report_on(files: dict[str, str]) -> Report:
    return audit(Memory(files))


def shown(report: Report) -> str:
    return report.to_json()


def test_a_report_holds_the_lines_around_its_findings_once() -> None:
    report = report_on({"train.py": TRAIN, "requirements.txt": "scikit-learn\njoblib\n"})
    lines = [
        (each.path, number) for each in report.excerpts for number in range(each.start, each.start + len(each.lines))
    ]
    assert len(set(lines)) == len(lines)
    split = next(f for r in report.results for f in r.findings if f.path == "train.py" and f.line == 6)
    excerpt = report.excerpt(split)
    assert excerpt is not None
    assert "    a, b, y, z = train_test_split(rows, left)" in excerpt.lines


def test_notebook_findings_have_their_cell_s_lines() -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "source": TRAIN,
        "metadata": {},
        "outputs": [],
        "execution_count": 1,
    }
    notebook: dict[str, object] = {
        "cells": [cell],
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    report = report_on({"train.ipynb": json.dumps(notebook)})
    excerpt = next(each for each in report.excerpts if each.path == "train.ipynb")
    assert excerpt.cell == 1
    assert any(f.code for r in report.results for f in r.findings if f.cell == 1)


def test_long_lines_are_cut() -> None:
    long = TRAIN.replace("(rows, left)", "(rows, left, " + ", ".join(f"a{n}=1" for n in range(200)) + ")")
    report = report_on({"train.py": long})
    assert max(len(line) for each in report.excerpts for line in each.lines) <= WIDEST


@pytest.mark.parametrize(
    "line",
    [
        f"key = '{DRAWN}'  # a comment",
        f"login(token={DRAWN!r})",
        f"DATABASE = 'postgresql://app:{DRAWN[:20]}@db.shop.io/x'",
        f"headers = {{'Authorization': 'Bearer {DRAWN}'}}",
    ],
)
def test_nothing_that_may_be_a_credential_is_shown(line: str) -> None:
    source = TRAIN.replace("def train", f"{line}\ndef train").replace(
        "train_test_split(rows, left)", f"train_test_split(rows, left)\n    {line}"
    )
    report = report_on({"train.py": source, "requirements.txt": "scikit-learn\n"})
    assert DRAWN[6:20] not in shown(report)


def test_a_line_with_a_credential_is_left_out_whole() -> None:
    token = "ghp_" + DRAWN.replace("/", "a").replace("+", "b")[:36]
    report = report_on({"train.py": TRAIN.replace("rows, left)\n", f"rows, left)\n    push({token!r})\n", 1)})
    assert token not in shown(report)
    assert any(HIDDEN in each.lines for each in report.excerpts)


@pytest.mark.parametrize(
    "line",
    [
        "tokenizer = BertTokenizer.from_pretrained('allenai/scibert_scivocab_uncased')",
        "uses: aws-actions/configure-aws-credentials@v2",
        "from sklearn.ensemble import HistGradientBoostingClassifier",
        "torch==2.1.0+cu118 ; python_version >= '3.11'",
        "pad_token='[PAD]', eos_token='</s>'",
        "export ANYSCALE_HOST=${{ secrets.ANYSCALE_HOST }}",
    ],
)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert masked(line) == line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("POSTGRES_PASSWORD: swordfish9", "POSTGRES_PASSWORD: …"),
        ("export API_KEY=swordfish9", "export API_KEY=…"),
        ("secret_key = swordfish9  # for now", "secret_key = …  # for now"),
        ("RUN login --password swordfish9 --user me", "RUN login --password … --user me"),
        ("password: ${{ secrets.PASSWORD }}", "password: ${{ secrets.PASSWORD }}"),
        ("PASSWORD=$FROM_OUTSIDE", "PASSWORD=$FROM_OUTSIDE"),
        ("password:", "password:"),
        ("on: [push]", "on: [push]"),
    ],
)
def test_settings_need_no_quotes(line: str, shown: str) -> None:
    assert masked(line, is_settings=True) == shown


def test_code_is_no_settings() -> None:
    assert masked("token = settings.token") == "token = settings.token"


def test_of_a_pinned_commit_enough_is_left_to_know_it() -> None:
    commit = hashlib.sha1(b"checkout", usedforsecurity=False).hexdigest()
    assert masked(f"uses: actions/checkout@{commit}") == f"uses: actions/checkout@{commit[:4]}…"


@given(secret=st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=20, max_size=60))
def test_a_quoted_secret_is_masked_by_its_name(secret: str) -> None:
    assert secret not in masked(f'API_KEY = "{secret}"')
    assert secret not in masked(f"{{'password': '{secret}'}}")


@given(line=st.text(max_size=400))
def test_any_line_can_be_masked(line: str) -> None:
    assert len(masked(line, is_settings=True)) <= len(line) + 8


def test_the_map_knows_what_files_do_and_what_tests_run() -> None:
    files = {
        "train.py": TRAIN,
        "app.py": SERVE,
        "features.py": "def clean(rows):\n    return rows.dropna()\n",
        "helpers/names.py": "def upper(name):\n    return name.upper()\n",
        "tests/test_features.py": "from features import clean\n\ndef test_clean():\n    assert clean(None) is None\n",
        "README.md": "# Churn\n",
        "Dockerfile": "FROM python:3.12\n",
        "data.csv": "a,b\n",
    }
    found = {file.path: file for file in report_on(files).files}
    assert "data.csv" not in found
    roles = {path: file.role for path, file in found.items()}
    assert roles["train.py"] is FileRole.TRAIN
    assert roles["app.py"] is FileRole.SERVE
    assert roles["features.py"] is FileRole.PREPROCESS
    assert roles["tests/test_features.py"] is FileRole.TEST
    assert roles["Dockerfile"] is FileRole.OPERATE
    assert roles["README.md"] is FileRole.EXPLAIN
    assert {path for path, file in found.items() if file.tested} == {"features.py"}
    assert {path for path, file in found.items() if file.tested is False} == {"train.py", "app.py", "helpers/names.py"}


def test_a_test_client_runs_the_routes() -> None:
    test = (
        "from fastapi.testclient import TestClient\nfrom app import app\n\n"
        "def test_predict():\n    assert TestClient(app).post('/predict', json=[1]).status_code == 200\n"
    )
    found = {file.path: file for file in report_on({"app.py": SERVE, "tests/test_app.py": test}).files}
    assert found["app.py"].tested
