"""Checks on tests know the ways in which projects test, and what only looks like a test."""

from __future__ import annotations

import pytest

from tests.auditing import outcome

MODEL = {"model.py": "import joblib\n\n\ndef predict(rows):\n    return joblib.load('model.joblib').predict(rows)\n"}
CHECK = "import torch\n\nmodel = torch.load('model.pth')\nout = model(1)\nloss = out.sum()\nprint(loss)\nprint(out)\n"

PROGRAM = "import sys\n\nfrom model import predict\n\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"warehouse/dbt_project.yml": "name: w\n", "warehouse/models/x.yml": DBT}, "pass")
        for DBT in (
            "models:\n  - name: x\n    columns:\n      - name: id\n        tests:\n          - not_null\n",
            "models:\n  - name: x\n    columns:\n      - name: id\n        data_tests: [unique]\n",
        )
    ]
    + [
        ({"warehouse/dbt_project.yml": "name: w\n", "warehouse/models/x.yml": "models:\n  - name: x\n"}, "fail"),
        ({"conf/x.yml": "jobs:\n  tests:\n    - unit\n"}, "fail"),
        ({"tests/run_checks.py": CHECK}, "partial"),
        ({"tests/data/make.py": CHECK}, "fail"),
        ({"test_pipeline.py": "from zenml import step\n\n\n@step\ndef first():\n    return 1\n"}, "partial"),
        ({"tests/test_later.py": ""}, "partial"),
        ({"tests/test.py": ""}, "partial"),
        ({"test.py": ""}, "fail"),
        ({"tests/__init__.py": ""}, "fail"),
        ({"test_environment.py": "import sys\n\n\ndef main():\n    print(sys.version)\n"}, "fail"),
        ({"test_net.py": "import argparse\n\nimport torch\n\nmodel = torch.load('x.pth')\n"}, "fail"),
        ({"test_routes.py": f"{PROGRAM}if predict([[1]]) != [1]:\n    sys.exit(1)\n"}, "pass"),
        ({"test_routes.py": f"{PROGRAM}assert len(predict([[1]])) == 1\n"}, "pass"),
        ({"test_routes.py": f"{PROGRAM}failures = int(predict([[1]]) != [1])\nsys.exit(main(failures))\n"}, "pass"),
        ({"test_routes.py": f"{PROGRAM}print(predict([[1]]))\nsys.exit(0)\n"}, "partial"),
        ({"evaluate.py": "def test_data():\n    return 1\n"}, "fail"),
    ],
)
def test_what_is_a_test(files: dict[str, str], expected: str) -> None:
    assert outcome("tests-exist", {**MODEL, **files}) == expected


def test_tests_of_tables_cover_what_prepares_them() -> None:
    described = "models:\n  - name: x\n    columns:\n      - name: id\n        tests:\n          - not_null\n"
    files = {
        "app.py": "def clean_text(x):\n    return x.strip()\n",
        "w/dbt_project.yml": "",
        "w/models/x.yml": described,
    }
    assert outcome("tests-cover-preprocessing", files) == "pass"


def test_making_a_project_from_a_template_runs_the_template() -> None:
    files = {
        "hooks/post_gen.py": "print('made')\n",
        "tests/test_bake.py": "def test_bake(cookies):\n    assert cookies.bake().exit_code == 0\n",
    }
    assert outcome("tests-exist", files) == "pass"


def test_a_pipeline_that_runs_a_script_of_the_tests_folder_runs_the_tests() -> None:
    workflow = "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: python tests/run_checks.py\n"
    assert outcome("tests-run-in-ci", {"tests/run_checks.py": CHECK, ".github/workflows/t.yml": workflow}) == "pass"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("import requests\n\ndef test_it():\n    assert requests.post(URL, json={}).json()['y'] > 0\n", "pass"),
        ("import requests\n\ndef test_it():\n    assert requests.post(URL, json={}).status_code == 200\n", "partial"),
        ("import requests\n\ndef test_it():\n    print(requests.post(URL, json={}).json())\n", "fail"),
    ],
)
def test_asking_a_running_server(test: str, expected: str) -> None:
    app = (
        "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('m.joblib')\n\n\n"
        "@app.post('/predict')\ndef predict(rows: list[float]):\n    return model.predict(rows)\n"
    )
    assert outcome("tests-check-model", {"app.py": app, "tests/test_live.py": test}) == expected


def test_a_script_writes_and_its_neighbour_reads() -> None:
    test = (
        "import subprocess\n\nimport pandas as pd\n\n\n"
        "def test_run():\n    subprocess.run(['python', 'score.py'])\n\n\n"
        "def test_predictions():\n    assert pd.read_csv('out.csv')['prediction'].sum() > 0\n"
    )
    score = "import joblib\n\nprint(joblib.load('m.joblib').predict([[1]]))\n"
    assert outcome("tests-check-model", {"score.py": score, "tests/test_score.py": test}) == "pass"


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("load_audio", True),
        ("clean_text", True),
        ("filter_outliers", True),
        ("filter_grad", False),
        ("scaled_dot_product_attention", False),
        ("create_access_token", False),
        ("cleanup", False),
        ("normalize_author", True),
    ],
)
def test_what_prepares_data_by_its_name(name: str, asked: bool) -> None:
    files = {"app.py": f"def {name}(value):\n    value += 1\n    return value\n"}
    assert outcome("tests-cover-preprocessing", files) == ("fail" if asked else "not-applicable")


def test_a_model_that_a_fixture_made_is_tested_by_what_looks_at_it() -> None:
    fixture = (
        "import pytest\nfrom sklearn.svm import SVC\n\n\n"
        "@pytest.fixture\ndef made():\n    return SVC().fit([[1]], [1])\n\n\n"
    )
    about = "def test_it(made):\n    assert made.support_.shape == (1,)\n"
    beside = "from app import name\n\n\ndef test_it(made):\n    assert name() == 'x'\n"
    app = {"app.py": "from sklearn.svm import SVC\n\n\ndef name():\n    return 'x'\n\n\nSVC().fit([[1]], [1])\n"}
    assert outcome("tests-check-model", {**app, "tests/test_it.py": fixture + about}) == "pass"
    assert outcome("tests-check-model", {**app, "tests/test_it.py": fixture + beside}) == "fail"


def test_a_network_that_the_package_loads_answers() -> None:
    package = (
        "import torch\n\n\n"
        "class Net(torch.nn.Module):\n    def transcribe(self, audio):\n        return self(audio)\n\n\n"
        "def load_model(name):\n    net = Net()\n    net.load_state_dict(torch.load(name))\n    return net\n"
    )
    test = (
        "import speech\n\n\ndef test_it():\n    model = speech.load_model('x').to('cpu')\n"
        "    assert model.transcribe('a') == 'b'\n"
    )
    assert outcome("tests-check-model", {"speech/__init__.py": package, "tests/test_it.py": test}) == "pass"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("subprocess.Popen(['functions-framework', '--target', 'endpoint'], cwd='..')", "pass"),
        ("os.system('python train.py')", "pass"),
        ("papermill.execute_notebook('a.ipynb', 'b.ipynb')", "pass"),
        ("subprocess.run(['git', 'status'])", "partial"),
    ],
)
def test_starting_something_of_the_project_runs_it(call: str, expected: str) -> None:
    test = f"import os\nimport subprocess\n\nimport papermill\n\n\ndef test_it():\n    x = {call}\n    assert x\n"
    assert outcome("tests-exist", {**MODEL, "tests/test_it.py": test}) == expected


def test_a_network_is_no_preprocessing_whatever_it_is_called() -> None:
    network = (
        "import torch\n\n\nclass VisionTransformer(torch.nn.Module):\n    def forward(self, x):\n        return x\n"
    )
    assert outcome("tests-cover-preprocessing", {"net.py": network}) == "not-applicable"


def test_reading_the_version_of_a_running_server_asks_no_model() -> None:
    app = (
        "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('m.joblib')\n\n\n"
        "@app.get('/version')\ndef version():\n    return {'version': 1}\n\n\n"
        "@app.get('/predict')\ndef predict(x: float):\n    return model.predict([[x]])\n"
    )
    test = "import requests\n\n\ndef test_it():\n    assert requests.get(f'{URL}/%s').json() == 1\n"
    assert outcome("tests-check-model", {"app.py": app, "tests/test_live.py": test % "version"}) == "fail"
    assert outcome("tests-check-model", {"app.py": app, "tests/test_live.py": test % "predict"}) == "pass"


TRAIN = "from sklearn.svm import SVC\nmodel = SVC().fit(X, y)\n"
PAGE = (
    "import streamlit as st\nfrom openai import OpenAI\n\nif prompt := st.chat_input():\n"
    "    st.write(OpenAI().chat.completions.create(model='m', messages=[{'content': prompt}]))\n"
)
PAGE_TEST = (
    "from streamlit.testing.v1 import AppTest\n\ndef test_page():\n    at = AppTest.from_file('app.py').run()\n"
    "    at.chat_input[0].set_value('Hello').run()\n    assert at.chat_message[1].markdown[0].value == 'Hi'\n"
)


def test_a_page_that_a_test_opens_and_fills_in_is_asked() -> None:
    files = {"app.py": PAGE, "app_test.py": PAGE_TEST}
    assert outcome("tests-check-model", files) == "pass"
    plain = PAGE.replace("OpenAI().chat.completions.create", "print")
    assert outcome("tests-check-model", {"app.py": plain, "app_test.py": PAGE_TEST}) == "not-applicable"
    flow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: streamlit/streamlit-app-action@v0.0.3\n"
    assert outcome("tests-run-in-ci", {**files, ".github/workflows/ci.yml": flow}) == "pass"


def test_a_module_that_is_only_called_like_a_test_is_none() -> None:
    step = (
        "from tables import read\n\nclass Split:\n    def run(self, rows):\n        found = read(rows)\n"
        "        assert sorted(found) == rows\n"
    )
    files = {"split_train_test.py": step, "tables.py": "def read(rows):\n    return rows\n"}
    assert outcome("tests-exist", files) == "partial"
    assert outcome("tests-exist", {**files, "main.py": "import split_train_test\n"}) == "fail"
    started = files["split_train_test.py"] + "\nSplit().run([1])\n"
    assert outcome("tests-exist", {**files, "split_train_test.py": started}) == "pass"
    used = {**files, "split_train_test.py": started, "main.py": "import split_train_test\n"}
    assert outcome("tests-exist", used) == "fail"


@pytest.mark.parametrize(
    ("path", "test"),
    [
        ("api/src/test/java/shop/CartTests.java", "@Test void adds() { assertEquals(2, cart.add(1)); }"),
        ("cmd/server_test.go", 'func TestAdd(t *testing.T) { if add(1) != 2 { t.Errorf("no") } }'),
        ("tests/testthat/test-add.R", "test_that('adds', { expect_equal(add(1), 2) })"),
    ],
)
def test_code_in_other_languages_is_tested_by_its_own_runners(path: str, test: str) -> None:
    assert outcome("tests-exist", {"train.py": TRAIN, path: test}) == "pass"
    assert outcome("tests-exist", {"train.py": TRAIN, path: "class T { @Test void loads() {} }"}) == "partial"
    assert outcome("tests-run-in-ci", {"train.py": TRAIN, path: test}) == "fail"
    assert outcome("tests-exist", {"train.py": TRAIN, "api/src/main/java/shop/Cart.java": test}) == "fail"


HELPED = {
    "train.py": "from sklearn.svm import SVC\n\n\ndef train(x, y):\n    return SVC().fit(x, y)\n",
    "tests/helper.py": "def rows():\n    found = [[1], [2]]\n    assert len(found) == 2\n    return found\n\n\n"
    "def check_answer(model):\n    assert model.predict([[1]]).shape == (1,)\n",
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("train(rows(), [1, 2])", "fail"),
        ("assert train(rows(), [1, 2]).coef_.any()", "pass"),
        ("check_answer(train(rows(), [1, 2]))", "pass"),
    ],
)
def test_what_a_helper_asserts_of_the_rows_is_not_of_the_model(body: str, expected: str) -> None:
    test = f"from helper import check_answer, rows\nfrom train import train\n\n\ndef test_it():\n    {body}\n"
    assert outcome("tests-check-model", {**HELPED, "tests/test_train.py": test}) == expected


def test_a_path_without_a_host_is_asked_of_the_application() -> None:
    test = (
        "async def test_it(cli):\n    answer = await cli.post('/predict', data='{}')\n    assert answer.status == 200\n"
    )
    app = (
        "import joblib\nfrom aiohttp import web\nroutes = web.RouteTableDef()\nmodel = joblib.load('m')\n\n"
        "@routes.post('/predict')\nasync def predict(request):\n    return model.predict(await request.json())\n"
    )
    assert outcome("tests-check-model", {"app.py": app, "tests/test_app.py": test}) == "partial"
    there = test.replace("(cli)", "(cli: web.Application)").replace("answer.status == 200", "answer.text is not None")
    there = f"from aiohttp import web\n\n{there}"
    assert outcome("tests-check-model", {"app.py": app, "tests/test_app.py": there}) == "partial"
    told = there.replace("is not None", "== '1'")
    assert outcome("tests-check-model", {"app.py": app, "tests/test_app.py": told}) == "pass"
    other = test.replace("'/predict'", "'https://example.com/predict'")
    assert outcome("tests-check-model", {"app.py": app, "tests/test_app.py": other}) == "fail"


def test_a_script_that_measures_a_model_by_its_settings_is_no_test() -> None:
    measure = (
        "import torch\nimport yaml\nfrom model import Net, evaluate\n\nsettings = yaml.safe_load(open('zero.yaml'))\n"
        "net = Net()\nnet.load_state_dict(torch.load(settings['weights']))\nprint(evaluate(net))\n"
    )
    model = "import torch\n\nclass Net(torch.nn.Module):\n    pass\n\ndef evaluate(net):\n    return net(1)\n"
    assert outcome("tests-exist", {"model.py": model, "zeroshot/test_zeroshot.py": measure}) == "fail"


@pytest.mark.parametrize(
    "base", ["gpytorch.models.ExactGP", "torch.nn.Module", "flax.nnx.Module", "mindspore.nn.Cell", "chainer.Chain"]
)
def test_a_network_of_any_library_is_asked_by_calling_it(base: str) -> None:
    library = base.partition(".")[0]
    net = f"import {library}\n\nclass Net({base}):\n    def forward(self, x):\n        return x\n"
    test = "from net import Net\n\ndef test_net():\n    net = Net()\n    assert net([1, 2]).shape == (2,)\n"
    assert outcome("tests-check-model", {"net.py": net, "tests/test_net.py": test}) == "pass"


def test_a_test_of_a_whole_run_asserts_on_what_each_step_gave() -> None:
    steps = (
        "import pandas as pd\n\ndef load_data(path):\n    return pd.read_csv(path)\n\n"
        "def engineer_features(rows):\n    return rows.assign(mean=rows['a'].rolling(3).mean())\n"
    )
    test = (
        "import unittest\nfrom steps import load_data, engineer_features\nfrom sklearn.svm import SVC\n\n"
        "class TestRun(unittest.TestCase):\n"
        "    def test_it(self):\n        rows = engineer_features(load_data('a.csv'))\n"
        "        SHOWN\n        model = SVC().fit(rows, y)\n        self.assertEqual(len(model.predict(rows)), 3)\n"
    )
    files = {"steps.py": steps, "train.py": "from sklearn.svm import SVC\nSVC().fit(X, y)\n"}
    looks = test.replace("SHOWN", "self.assertIn('mean', rows.columns)")
    counts = test.replace("SHOWN", "self.assertEqual(len(rows), 3)")
    assert outcome("tests-cover-preprocessing", {**files, "tests/test_run.py": looks}) == "pass"
    assert outcome("tests-cover-preprocessing", {**files, "tests/test_run.py": counts}) == "pass"
    assert outcome("tests-cover-preprocessing", {**files, "tests/test_run.py": test.replace("SHOWN", "pass")}) == "fail"
