"""What nothing uses counts for nothing, and what is only for tests is of the tests."""

from __future__ import annotations

import pytest

from tests.auditing import outcome

FIT = (
    "from sklearn.linear_model import SGDClassifier\n\nmodel = SGDClassifier({}).fit(X, y)\nprint(model.score(X, y))\n"
)
HOOK = (
    "import wandb\n\n\nclass Hook:\n    def __init__(self):\n        self.run = wandb.init(project='a')\n\n"
    "    def log(self, figures):\n        wandb.log(figures)\n"
)


def test_a_tracker_in_a_class_that_nothing_makes_records_nothing() -> None:
    files = {"train.py": FIT.format(""), "hook.py": HOOK}
    assert outcome("experiments-tracked", files) == "partial"
    used = files | {"train.py": f"from hook import Hook\n\nhook = Hook()\n{FIT.format('')}hook.log({{'a': 1}})\n"}
    assert outcome("experiments-tracked", used) == "pass"
    called_back = files | {"hook.py": HOOK.replace("class Hook:", "class Hook(Callback):")}
    assert outcome("experiments-tracked", called_back) == "pass"


@pytest.mark.parametrize("path", ["scripts/build_fixture.py", "scripts/make_e2e_fixtures.py", "fixture.py"])
def test_a_script_that_makes_fixtures_trains_no_model_of_the_project(path: str) -> None:
    score = "import joblib\n\nprint(joblib.load('m.joblib').predict(rows))\n"
    assert outcome("training-code-present", {"score.py": score, path: FIT.format("")}) == "fail"
    assert outcome("training-code-present", {"score.py": score, "scripts/build.py": FIT.format("")}) == "pass"


def test_a_seed_may_lie_in_settings_that_another_file_holds() -> None:
    imports = "from settings import SETTINGS\nfrom sklearn.ensemble import HistGradientBoostingClassifier\n\n"
    train = imports + "HistGradientBoostingClassifier(**SETTINGS).fit(X, y)\n"
    held = {"settings.py": "SETTINGS = {'alpha': 0.1, 'random_state': 7}\n", "train.py": train}
    assert outcome("seeds-fixed", held) == "pass"


@pytest.mark.parametrize(
    ("target", "asked", "expected"),
    [("actions_next", "next_states", "fail"), ("out", "next_batch", "fail"), ("out", "next_week", "partial")],
)
def test_what_an_agent_sees_next_is_not_new_input(target: str, asked: str, expected: str) -> None:
    code = f"from sklearn.svm import SVC\n\nm = SVC().fit(X, y)\n{target} = m.predict({asked})\n"
    assert outcome("inference-entry-point", {"train.py": code}) == expected


def test_what_a_provider_package_extends_comes_with_it() -> None:
    dag = {"dags/a.py": "import paramiko\nfrom airflow.decorators import task\n"}
    assert outcome("imports-declared", {**dag, "requirements.txt": "apache-airflow-providers-ssh\n"}) == "partial"
    assert outcome("dependencies-declared", {"a.py": "import numpy\n", "README.md": LISTED}) == "partial"


LISTED = "# A\n\n##### Libraries\nYou will need:\n\n- numpy 1.17.4\n- pandas 1.0.0\n\n## More\n"
API = (
    "from fastapi import APIRouter, UploadFile\nfrom openai import OpenAI\nfrom pydantic import BaseModel\n\n"
    "from store import keep\n\nrouter = APIRouter()\n\n\nclass Asked(BaseModel):\n    query: str\n\n\n"
    "@router.post('/chat')\ndef chat(asked: Asked):\n"
    "    return OpenAI().responses.create(model='m', input=asked.query)\n\n\n"
    "@router.post('/ingest')\ndef ingest(files: list[UploadFile]):\n    return keep(files)\n"
)
STORE = (
    "from fastapi import HTTPException, UploadFile\n\n\ndef keep(files: list[UploadFile]):\n    for file in files:\n"
    "        if file.filename.split('.')[-1] not in allowed_extensions:\n            raise HTTPException(400, 'no')\n"
    "        splitter[file].split_documents(file)\n"
)


def test_documents_that_are_sent_are_no_questions_and_are_tested_where_they_are_read() -> None:
    files = {"api.py": API, "store.py": STORE}
    assert outcome("requests-validated", files) == "pass"
    assert outcome("data-validated", files) == "partial"
    assert outcome("preprocessing-in-modules", files) == "pass"


def test_a_network_in_a_notebook_that_only_loads_it_is_half_a_way_in() -> None:
    cell = (
        '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "'
        "import torch\\nfrom net import Net\\n"
        "net = Net()\\nnet.load_state_dict(torch.load('m.pt'))\\nprint(net(rows))\"}]}"
    )
    net = "import torch\n\n\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        return x\n"
    assert outcome("inference-entry-point", {"demo.ipynb": cell, "net.py": net}) == "partial"


@pytest.mark.parametrize("kept", ["ModelCheckpoint(filepath='w/best.h5')", "ModelCheckpoint('w/best.h5', verbose=1)"])
def test_what_training_keeps_while_it_goes_on_is_written(kept: str) -> None:
    train = f"from keras.callbacks import ModelCheckpoint\n\nmodel = build()\nmodel.fit(X, y, callbacks=[{kept}])\n"
    load = "from keras.models import load_model\n\nprint(load_model('w/best.h5').predict(rows))\n"
    assert outcome("model-obtainable", {"train.py": train, "predict.py": load}) == "pass"
    assert outcome("model-obtainable", {"train.py": train, "predict.py": load.replace("best", "other")}) == "fail"


def test_projects_of_a_collection_that_declare_nothing_pin_nothing() -> None:
    lesson = {f"lesson-{n}/train.py": FIT.format("").replace("SGD", f"SGD{n}") for n in (1, 2, 3, 4)}
    files = {
        **lesson,
        "README.md": "# Machine learning course\n\nLessons.\n",
        "lesson-1/requirements.txt": "numpy==1.0\n",
    }
    assert outcome("dependencies-pinned", files) == "fail"
    assert outcome("dependencies-pinned", files | {"requirements.txt": "scikit-learn==1.5.0\n"}) == "pass"


def test_a_pipeline_on_any_python_says_no_version() -> None:
    steps = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/setup-python@v5\n        with:\n"
    for version, expected in (("3.x", "fail"), ("3.12", "pass"), ("3.12.x", "pass")):
        ci = {".github/workflows/a.yml": f"{steps}          python-version: '{version}'\n", "a.py": "import numpy\n"}
        assert outcome("python-version-declared", ci) == expected


def test_a_table_by_its_type_is_a_guard() -> None:
    load = (
        "import pandas as pd\n\n\ndef load(url):\n    rows = pd.read_csv(url)\n"
        "    if not isinstance(rows, pd.DataFrame):\n        raise ValueError('no')\n    return rows\n\n\nload('a')\n"
    )
    assert outcome("data-validated", {"load.py": load}) == "partial"


def test_a_lock_of_a_manifest_that_lacks_what_is_installed_fixes_nothing() -> None:
    poetry = '[tool.poetry]\nname = "a"\nversion = "1"\n[tool.poetry.dependencies]\nscikit-learn = "^1.5"\n'
    lock = '[[package]]\nname = "scikit-learn"\nversion = "1.5.2"\n\n[metadata]\ncontent-hash = "x"\n'
    files = {"train.py": FIT.format(""), "pyproject.toml": poetry, "poetry.lock": lock}
    assert outcome("dependencies-locked", files) == "pass"
    other = files | {"requirements.txt": "scikit-learn\nnumpy\npandas\nopenai\n"}
    assert outcome("dependencies-locked", other) == "fail"
    assert outcome("dependencies-pinned", other) == "fail"
    assert outcome("dependencies-locked", files | {"requirements.txt": "scikit-learn\n"}) == "pass"


def test_a_function_that_says_no_to_data_guards_it() -> None:
    load = (
        "from PIL import Image\n\n\ndef load(paths):\n"
        "    return [p for p in paths if is_image_valid(Image.open(p))]\n\n\n"
    )
    judge = (
        "def is_image_valid(image):\n    if image.size[0] < 8:\n        return {}\n    return True\n\n\nload(['a'])\n"
    )
    assert outcome("data-validated", {"load.py": load + judge.format("False")}) == "partial"
    assert outcome("data-validated", {"load.py": load + judge.format("image")}) == "fail"
    there = (load + judge.format("False")).replace("is_image_valid", "check_existing_image")
    assert outcome("data-validated", {"load.py": there}) == "fail"


def test_tests_of_the_files_themselves_guard_the_data() -> None:
    test = (
        "import pandas as pd\n\nexpected_columns = 3\n\n\ndef test_schema():\n    rows = pd.read_csv('data/rows.csv')\n"
        "    assert len(rows.columns) == expected_columns\n"
    )
    code = {"train.py": FIT.format("")}
    assert outcome("data-validated", {**code, "tests/test_data.py": test}) == "partial"
    assert outcome("data-validated", {**code, "tests/test_data.py": f"from train import model\n{test}"}) == "fail"
