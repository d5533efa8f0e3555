"""What a reader finds at the places that a report names: the right line, in words that are on it."""

from __future__ import annotations

import pytest

from ml_readiness.judge import distinct
from ml_readiness.render import words
from ml_readiness.render.notes import notes
from ml_readiness.report import CategoryScore, Effort, Finding, Kind, Outcome, ProjectKind, Report, Severity
from ml_readiness.score import score
from ml_readiness.wording import joined, plural, quoted, shortened
from tests.auditing import answer
from tests.reports import result

LOOP = """
import os
import torch

out_dir = "out"
for batch in batches:
    loss = model(batch)
    loss.backward()
    optimizer.step()
torch.save(model, os.path.join(out_dir, "ckpt.pt"))
"""
USE = """
import os
import torch

ckpt_path = os.path.join("out", "ckpt.pt")
checkpoint = torch.load(ckpt_path)
model.load_state_dict(checkpoint["model"])
"""
OTHER = "import pickle\npickle.dump(words, open('meta.pkl', 'wb'))\n"


def test_a_model_comes_from_the_file_that_writes_it() -> None:
    """The path is seen through the name it is bound to, and a state that is handed over is no file."""
    found = answer("model-obtainable", {"a_prepare.py": OTHER, "sample.py": USE, "train.py": LOOP})
    assert found.messages == "`ckpt.pt` is written by train.py:10"
    assert found.places == {"sample.py:6"}


def test_a_call_is_named_as_its_line_has_it() -> None:
    found = answer("training-code-present", {"bench.py": LOOP, "train.py": LOOP})
    assert found.messages.splitlines()[0] == "`loss.backward` trains"
    assert found.findings[0].path == "train.py"


def test_the_test_of_the_model_comes_before_tests_of_refusals() -> None:
    app = """
from fastapi import FastAPI
import joblib

app = FastAPI()
model = joblib.load("model.joblib")

@app.post("/predict")
def predict(rows: list[float]):
    return model.predict([rows])[0]
"""
    tests = """
from fastapi.testclient import TestClient
from app import app

client = TestClient(app)

def test_without_a_key():
    assert client.post("/predict", json=[]).json() == {"detail": "no key"}

def test_prediction():
    assert client.post("/predict", json=[1.0]).json() in (0, 1)
"""
    found = answer("tests-check-model", {"app.py": app, "tests/test_app.py": tests})
    assert found.messages == "`test_prediction` asserts on what `client.post` gives"


def test_a_missing_library_is_named_once_and_the_remedy_names_all() -> None:
    code = "import torch\nimport tqdm\n"
    found = answer("imports-declared", {"one.py": code, "two.py": "import torch\n"})
    assert found.messages.splitlines() == [
        "`torch` is imported, but not declared",
        "`tqdm` is imported, but not declared",
    ]
    assert found.findings[0].hint == "List them in a `requirements.txt`: `torch` and `tqdm`."


def test_what_is_nowhere_has_no_place() -> None:
    found = answer("python-version-declared", {"train.py": "import torch\n"})
    assert not found.places
    assert answer("dependencies-pinned", {"train.py": "import torch\n"}).places == set()


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("tox.ini", "[tox]\nenvlist = py310\n", "tox says Python 3.10"),
        ("environment.yml", "name: a\ndependencies:\n  - python=3.6.1=2\n", "the conda environment says Python 3.6.1"),
        (
            ".github/workflows/t.yml",
            'jobs:\n  t:\n    strategy:\n      matrix:\n        python-version: ["3.8", "3.9"]\n',
            "the pipeline says Python 3.8, 3.9",
        ),
    ],
)
def test_versions_are_written_as_people_write_them(path: str, text: str, said: str) -> None:
    assert answer("python-version-declared", {"train.py": "x = 1\n", path: text}).messages == said


def test_the_root_states_the_version_before_an_example_does() -> None:
    metadata = '[project]\nname = "a"\nrequires-python = ">=3.10"\n'
    files = {"a.py": "x = 1\n", "examples/b/pyproject.toml": metadata, "pyproject.toml": metadata}
    assert answer("python-version-declared", files).findings[0].path == "pyproject.toml"


def test_a_program_that_is_downloaded_is_no_data() -> None:
    train = "import pandas as pd\nfrom sklearn.svm import SVC\nSVC().fit(pd.read_csv(path), y)\n"
    fetch = "install:\n\twget https://files.example.com/openjdk-11.0.2_linux-x64_bin.tar.gz\n"
    assert answer("data-versioned", {"train.py": train, "Makefile": fetch}).outcome is Outcome.FAIL
    rows = "data:\n\twget https://files.example.com/main/rows.csv\n"
    found = answer("data-versioned", {"train.py": train, "Makefile": rows})
    assert found.messages == "the data comes from https://files.example.com/main/rows.csv, without a version"


def test_an_unseeded_framework_is_shown_where_it_trains() -> None:
    model = "import torch\n\ndef build():\n    return torch.nn.DataParallel(x)\n"
    train = "from a_model import build\n" + LOOP.replace("model(batch)", "torch.nn.functional.mse_loss(batch, y)")
    found = answer("seeds-fixed", {"a_model.py": model, "train.py": train})
    assert found.findings[0].path == "train.py"
    assert found.messages == "torch draws random numbers in training, and nothing seeds it"


def test_words_that_only_a_notebook_loads_are_no_preparation_where_modules_prepare() -> None:
    notebook = (
        '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source":'
        " \"from nltk.corpus import stopwords\\nwords = stopwords.words('english')\"}]}"
    )
    data = "def clean_text(text):\n    text = text.lower()\n    return text.strip()\n"
    found = answer("logic-outside-notebooks", {"a.ipynb": notebook, "data.py": data, "train.py": LOOP})
    assert found.outcome is Outcome.PASS


def test_accuracy_that_a_notebook_counts_by_hand_is_measured() -> None:
    source = "from sklearn.svm import SVC\\nm = SVC().fit(X, y)\\nacc = sum(m.predict(X) == y) / len(y)\\nprint(acc)"
    notebook = '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "' + source + '"}]}'
    found = answer("evaluation-present", {"a.ipynb": notebook})
    assert found.messages == "`acc` is computed, but in a notebook only"


def test_an_answer_is_unchecked_where_it_is_asked_for() -> None:
    code = """
from langchain_core.prompts import ChatPromptTemplate
from langchain_community.llms.ollama import Ollama

prompt = ChatPromptTemplate.from_template("{question}")
model = Ollama(model="mistral")
print(model.invoke(prompt.format(question="why")))
"""
    assert answer("model-output-guarded", {"app.py": code}).places == {"app.py:7"}
    assert answer("llm-traced", {"app.py": code}).places == {"app.py:7"}
    assert "has no tag" in answer("llm-model-pinned", {"app.py": code}).messages


def test_the_log_is_shown_where_the_model_is_asked() -> None:
    code = """
import joblib
import logging

log = logging.getLogger(__name__)
model = joblib.load("model.joblib")

def read(path):
    log.info("reading")
    return open(path).read()

def predict(rows):
    answer = model.predict(rows)
    log.info("answered")
    return answer
"""
    assert answer("inference-logged", {"predict.py": code}).places == {"predict.py:14"}


def test_a_statement_about_a_line_is_made_once() -> None:
    twice = [Finding(kind=Kind.FAIL, message="a", path="x.py", line=1, column=column) for column in (1, 9)]
    assert distinct(twice) == (twice[0],)


def test_one_act_is_one_step() -> None:
    """Whoever writes the list of libraries writes all of them, with their versions."""
    family = ["dependencies-declared", "imports-declared", "dependencies-pinned"]
    found = [result(name, Outcome.FAIL, severity=Severity.HIGH) for name in family]
    assert score(ProjectKind.SERVICE, found).next_steps == ("dependencies-declared",)
    late = [result("dependencies-declared"), *found[1:]]
    assert set(score(ProjectKind.SERVICE, late).next_steps) == {"imports-declared", "dependencies-pinned"}


def test_one_more_place_is_shown_and_not_counted() -> None:
    places = [Finding(kind=Kind.FAIL, message="a", path=f"{n}.py") for n in range(5)]
    assert words.cut(places[:4], 3) == (places[:4], "")
    assert words.cut(places, 3) == (places[:3], "and 2 more places")


def test_numbers_and_lists_read_well() -> None:
    assert (plural(1, "way"), plural(2, "way"), plural(2, "library")) == ("1 way", "2 ways", "2 libraries")
    assert [joined(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert quoted(["a", "b", "c"], 1) == "`a` and 2 more"
    assert quoted(["a", "b"], 1) == "`a` and `b`"


def test_a_contact_in_the_readme_is_half_an_owner() -> None:
    readme = "# Informer\n\n## Contact\n\nIf you have questions, write to Maria at maria (at) example.com.\n"
    code = {"train.py": "x = 1\n"}
    assert answer("owner-named", {**code, "README.md": readme.replace(" (at) ", "@")}).outcome is Outcome.PARTIAL
    assert answer("owner-named", {**code, "README.md": "# Informer\n"}).outcome is Outcome.FAIL


def test_one_function_has_one_way() -> None:
    assert (
        "no such function has more than 1 way through it"
        in answer("complexity-bounded", {"train.py": f"def train():\n{_inside(FIT)}"}).messages
    )


def test_one_command_that_does_both_is_told_once() -> None:
    readme = "# A\n\n```sh\ndocker compose up -d --build\n```\n"
    compose = "services:\n  app:\n    build: .\n    ports: ['80:80']\n"
    files = {
        "README.md": readme,
        "compose.yaml": compose,
        "Dockerfile": "FROM python:3.11\nCMD python a.py\n",
        "a.py": "",
    }
    assert answer("readme-how-to-run", files).messages == "`docker compose up -d --build` installs and runs it"


def test_a_comparison_is_shown_where_it_is_made() -> None:
    code = """
from evidently import ColumnMapping
from evidently.report import Report
from evidently.metric_preset import DataDriftPreset

def compare(recent, reference):
    mapping = ColumnMapping()
    report = Report(metrics=[DataDriftPreset()])
    report.run(reference_data=reference, current_data=recent, column_mapping=mapping)
"""
    files = {
        "a.py": code,
        "app.py": "import joblib\nimport streamlit as st\nst.write(joblib.load('m.pkl').predict([[1]]))\n",
    }
    found = answer("drift-monitored", {**files, "m.pkl": b"x"})
    assert "a.py:7" not in found.places


FIT = "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"


def _inside(code: str) -> str:
    return "".join(f"    {line}\n" for line in code.splitlines())


def test_a_readme_that_starts_nobody_gets_the_commands() -> None:
    files = {
        "README.md": "# A\n",
        "requirements.txt": "torch\n",
        "run.py": 'if __name__ == "__main__":\n    print(1)\n',
    }
    (found,) = answer("readme-how-to-run", files).findings
    assert found.hint is not None
    assert "`pip install -r requirements.txt` and `python run.py`" in found.hint


def test_what_earns_nothing_is_ordered_by_what_it_matters_and_promises_nothing() -> None:
    """In a collection the projects hold the total."""
    minor = result("minor", Outcome.FAIL, severity=Severity.LOW, effort=Effort.SMALL)
    grave = result("grave", Outcome.FAIL, severity=Severity.CRITICAL, effort=Effort.SMALL)
    assert words.worst_first([minor, grave]) == [grave, minor]
    whole = Report(tool_version="1", repository="a", kind=ProjectKind.COLLECTION, score=50, grade="D", coverage=1.0)
    assert words.gain(whole, grave) == "an hour"


def test_an_application_of_a_language_model_is_asked_about_answers() -> None:
    category = CategoryScore(category="evaluation", question="How do you know that it is good?", score=0.0, weight=0.2)
    asked = {
        kind: notes(
            Report(
                tool_version="1", repository="a", kind=kind, score=50, grade="D", coverage=1.0, categories=(category,)
            )
        )[0].next_questions
        for kind in (ProjectKind.LLM_APP, ProjectKind.SERVICE)
    }
    assert "Which questions does it answer wrongly, and how do you know?" in asked[ProjectKind.LLM_APP]
    assert "What does the simplest possible model score?" in asked[ProjectKind.SERVICE]


def test_the_workflow_that_runs_the_tests_comes_before_the_one_that_calls_it() -> None:
    caller = "on: [push]\njobs:\n  test:\n    uses: ./.github/workflows/test.yml\n"
    called = "on: [push, workflow_call]\njobs:\n  all:\n    steps:\n      - run: pytest\n"
    files = {
        "a.py": "def f():\n    return 1\n",
        "tests/test_a.py": "from a import f\n\ndef test_f():\n    assert f() == 1\n",
        ".github/workflows/deploy.yml": caller,
        ".github/workflows/test.yml": called,
    }
    assert answer("tests-run-in-ci", files).findings[0].path == ".github/workflows/test.yml"


def test_the_route_that_answers_stands_for_the_service() -> None:
    code = """
from fastapi import FastAPI
import joblib

app = FastAPI()
model = joblib.load("model.joblib")

@app.get("/monitor")
def monitor() -> dict:
    return {}

@app.post("/predict")
def predict(x: float) -> float:
    return model.predict([[x]])[0]
"""
    assert answer("requests-validated", {"app.py": code}).messages == (
        "`predict` takes `x: float`, which the framework checks"
    )
    assert answer("inference-entry-point", {"app.py": code}).findings[0].line == 12


def test_what_a_guard_says_is_quoted_with_its_gaps() -> None:
    code = """
def load(rows, limit):
    if len(rows) > limit:
        raise ValueError(f"the data has {len(rows)} rows, which is too long for {limit}")
    return rows
"""
    train = "from sklearn.svm import SVC\nfrom load import load\nSVC().fit(load(rows, 3), y)\n"
    assert "*" not in answer("data-validated", {"load.py": code, "train.py": train}).messages


def test_a_step_that_cannot_fail_is_told_to() -> None:
    files = {
        "a.py": "def f():\n    return 1\n",
        "tests/test_a.py": "from a import f\n\ndef test_f():\n    assert f() == 1\n",
        ".github/workflows/t.yml": "on: [push]\njobs:\n  t:\n    steps:\n      - run: pytest || true\n",
    }
    found = answer("tests-run-in-ci", files)
    assert found.outcome is Outcome.PARTIAL
    assert found.findings[0].hint is not None
    assert found.findings[0].hint.startswith("Let the step fail")


def test_an_import_in_the_readme_shows_the_use_and_runs_nothing() -> None:
    readme = "# A\n\n```python\nimport churn\nchurn.predict([1])\n```\n"
    found = answer("readme-how-to-run", {"README.md": readme, "churn/__init__.py": "def predict(x):\n    return x\n"})
    assert found.messages == "`import churn` shows how to use it, but no command installs what it needs"


def test_what_draws_pictures_is_not_asked_to_be_simple() -> None:
    branches = "".join(f"    if rows[{n}]:\n        rows['a'] = {n}\n" for n in range(30))
    plot = f"import pandas as pd\n\ndef prepare(rows):\n    rows = rows.dropna()\n{branches}    return rows\n"
    found = answer("complexity-bounded", {"plotting/charts.py": plot, "train.py": LOOP})
    assert "`prepare`" not in found.messages
    assert "`prepare` has" in answer("complexity-bounded", {"features/charts.py": plot, "train.py": LOOP}).messages


def test_a_page_that_is_a_title_says_so() -> None:
    found = answer("readme-finished", {"README.md": "# rag-tutorial\n", "a.py": "x = 1\n"})
    assert found.messages == "the page holds only the title “rag-tutorial”"


def test_a_long_text_says_that_it_goes_on() -> None:
    assert shortened("two\n  words") == "two words"
    assert shortened("a" * 81) == "a" * 79 + "…"
    assert shortened("a" * 80) == "a" * 80
