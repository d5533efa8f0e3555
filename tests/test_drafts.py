"""Drafts begin a remedy: they fit the repository, replace nothing, and are no remedy before people finish them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from ml_readiness import Memory, audit
from ml_readiness.cli import cli
from ml_readiness.drafts import HOMES, audit_workflow, draft_for, own_settings
from ml_readiness.drafts.draft import MARK, Draft, write
from ml_readiness.errors import ReadinessError
from ml_readiness.parsers.dockerfile import Dockerfile
from ml_readiness.report import Outcome
from tests.auditing import answer, facts_of

SERVICE = {
    "README.md": "# Churn\n",
    "churn/__init__.py": "",
    "churn/prepare.py": "def clean(frame, limit=3):\n    return frame.dropna().clip(upper=limit)\n",
    "churn/train.py": (
        "import joblib\nimport pandas as pd\nfrom sklearn.svm import SVC\nfrom churn.prepare import clean\n"
        "data = clean(pd.read_csv('data.csv'))\njoblib.dump(SVC().fit(data, data.y), 'model.joblib')\n"
    ),
    "churn/app.py": (
        "import joblib\nfrom fastapi import FastAPI\nfrom churn.prepare import clean\napp = FastAPI()\n"
        "model = joblib.load('model.joblib')\n@app.post('/predict')\ndef predict(row: dict):\n"
        "    return model.predict(clean(row))\n"
    ),
}
TESTED = {
    **SERVICE,
    "tests/test_clean.py": "from churn.prepare import clean\ndef test_a():\n    assert clean(1) == 1\n",
}


def drafted(check: str, files: dict[str, str]) -> Draft:
    draft = draft_for(check, facts_of(files))
    assert draft is not None
    assert MARK in draft.text.splitlines()[0]
    return draft


@pytest.mark.parametrize("check", sorted(set(HOMES) - {"tests-run-in-ci", "dependencies-updated"}))
def test_a_draft_is_no_remedy_yet(check: str) -> None:
    before = answer(check, SERVICE).outcome
    draft = drafted(check, SERVICE)
    after = answer(check, {**SERVICE, draft.path: draft.text}).outcome
    assert before is Outcome.FAIL
    assert after is not Outcome.PASS or check in {"dependencies-declared", "containerized"}


def test_a_first_test_calls_the_function_that_prepares_data() -> None:
    draft = drafted("tests-exist", SERVICE)
    assert draft.path == "tests/test_prepare.py"
    assert "from churn.prepare import clean" in draft.text
    assert "clean(frame=...)" in draft.text
    ast.parse(draft.text)


def test_methods_are_called_on_what_they_belong_to() -> None:
    code = "class Prep:\n    def _clean(self, frame):\n        return frame.dropna()\n"
    text = drafted("tests-exist", {"src/prep.py": code, "train.py": "import sklearn.svm\n"}).text
    assert "from prep import Prep" in text
    assert "Prep(...)._clean(frame=...)" in text


def test_libraries_are_called_as_indexes_call_them_with_versions_that_were_said() -> None:
    text = drafted("dependencies-declared", {**SERVICE, "README.md": "    pip install pandas==2.2.0\n"}).text
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        "fastapi",
        "joblib",
        "pandas==2.2.0",
        "scikit-learn",
    ]


@pytest.mark.parametrize(
    ("app", "command"),
    [
        ("from fastapi import FastAPI\napp = FastAPI()\n", '"uvicorn", "web.app:app"'),
        (
            "from fastapi import FastAPI\ndef build():\n    return FastAPI()\n",
            '"uvicorn", "web.app:build", "--factory"',
        ),
        ("from flask import Flask\nserver = Flask(__name__)\n", '"gunicorn", "web.app:server"'),
        ("import streamlit as st\nst.title('x')\n", '"streamlit", "run", "web/app.py"'),
        ("from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n", '"python", "web/app.py"'),
    ],
)
def test_the_image_starts_what_serves_or_else_what_trains(app: str, command: str) -> None:
    draft = drafted("containerized", {"web/app.py": app, "requirements.txt": "x\n"})
    assert command in draft.text
    assert Dockerfile.parse(draft.text.encode()).final.starts("CMD")


def test_a_workflow_names_the_python_and_the_libraries_of_the_project() -> None:
    files = {**TESTED, ".python-version": "3.13.1\n", "requirements.txt": "pandas\n"}
    workflow = yaml.safe_load(drafted("tests-run-in-ci", files).text)
    steps = workflow["jobs"]["tests"]["steps"]
    assert steps[1]["with"]["python-version"] == "3.13"
    assert steps[2]["run"] == "python -m pip install -r requirements.txt"
    assert (
        answer("tests-run-in-ci", {**files, ".github/workflows/tests.yml": yaml.safe_dump(workflow)}).outcome == "pass"
    )


def test_the_bot_watches_what_is_there() -> None:
    text = drafted("dependencies-updated", {**SERVICE, "requirements.txt": "x\n", "Dockerfile": "FROM a\n"}).text
    assert [each["package-ecosystem"] for each in yaml.safe_load(text)["updates"]] == ["pip", "docker"]


@pytest.mark.parametrize("check", sorted(HOMES))
def test_names_that_are_no_names_are_not_written_down(check: str) -> None:
    evil = 'a\n`$(touch x)`"; import os #'
    files = {
        f"{evil}.py": "from fastapi import FastAPI\napp = FastAPI()\ndef clean(x): return x.dropna()\n",
        "b.py": "",
    }
    draft = draft_for(check, facts_of(files))
    assert draft is None or "touch" not in draft.text


def test_nothing_that_exists_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("mine")
    with pytest.raises(ReadinessError, match="is there already"):
        write(Draft("a.txt", "yours", ""), tmp_path)
    assert (tmp_path / "a.txt").read_text() == "mine"


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository/tests").symlink_to(tmp_path / "outside")
    (tmp_path / "repository/b.txt").symlink_to(tmp_path / "outside/b.txt")
    for path in ("tests/a.txt", "b.txt"):
        with pytest.raises(ReadinessError):
            write(Draft(path, "x", ""), tmp_path / "repository")
    assert list((tmp_path / "outside").iterdir()) == []


def test_settings_of_init_change_nothing() -> None:
    files = dict(SERVICE)
    report = audit(Memory(files))
    draft = own_settings.draft(report, 2026)
    assert audit(Memory({**files, draft.path: draft.text})).score == report.score


def test_the_workflow_of_init_is_the_one_in_the_documentation() -> None:
    page = (Path(__file__).resolve().parent.parent / "docs/github-action.md").read_text("utf-8")
    assert audit_workflow.draft().text in page


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_next_shows_a_draft_and_writes_it_on_request(tmp_path: Path) -> None:
    for path, text in TESTED.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    arguments = ("next", str(tmp_path), "--check", "tests-run-in-ci")
    assert "A draft of .github/workflows/tests.yml" in run(*arguments)
    assert not (tmp_path / ".github").exists()
    assert "Written: .github/workflows/tests.yml" in run(*arguments, "--write")
    assert (tmp_path / ".github/workflows/tests.yml").exists()
    assert "Nothing to do: this holds." in run(*arguments)


def test_next_without_a_check_takes_the_first_of_the_next_steps(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SERVICE["churn/train.py"])
    first = audit(str(tmp_path)).next_steps[0]
    assert first in run("next", str(tmp_path)).splitlines()[0]


def test_next_says_where_it_could_write_nothing(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SERVICE["churn/train.py"])
    arguments = ("next", str(tmp_path), "--check", "license-present")
    assert "Nothing was written" in run(*arguments, "--write")
    assert "Nothing was written" not in run(*arguments)


def test_init_writes_both_files_once(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import sklearn\n")
    run("init", str(tmp_path), "--settings", "--workflow", "--action", "team/ml-readiness@" + "a" * 40)
    assert "team/ml-readiness@aaaa" in (tmp_path / ".github/workflows/ml-readiness.yml").read_text()
    again = CliRunner().invoke(cli, ["init", str(tmp_path), "--settings", "--no-workflow"])
    assert isinstance(again.exception, ReadinessError)
