"""Traps for the questions about training: seeds, data, trackers, weights, guards and gates as projects write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.auditing import answer

if TYPE_CHECKING:
    from collections.abc import Mapping

FIT = "from sklearn.svm import SVC\nmodel = SVC().fit(X, y)\n"


def outcome(check: str, files: Mapping[str, str | bytes]) -> str:
    """What a check says about a small repository."""
    return answer(check, files).outcome.value


# Seeds


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy as np\nmask = np.random.rand(len(rows)) < 0.8\ntrain, test = rows[mask], rows[~mask]\n", "fail"),
        ("import numpy as np\ndraw = np.random.rand(len(rows))\ntrain = rows[draw < 0.8]\nmask = draw < 0.8\n", "fail"),
        ("import random\nrandom.shuffle(rows)\ntrain, test = rows[:80], rows[80:]\n", "fail"),
        ("import random\nrandom.seed(7)\nrandom.shuffle(rows)\ntrain, test = rows[:80], rows[80:]\n", "pass"),
        ("import numpy as np\nnoise = np.random.rand(3)\n", "not-applicable"),
        ("from datasets import load_dataset\nd = load_dataset('imdb')['train'].train_test_split(0.1)\n", "fail"),
        ("from datasets import load_dataset\nd = load_dataset('imdb')['train'].shuffle(seed=3)\n", "pass"),
    ],
)
def test_a_split_by_drawn_numbers_needs_a_seed(code: str, expected: str) -> None:
    assert outcome("seeds-fixed", {"train.py": code + FIT}) == expected


def test_made_up_rows_decide_nothing() -> None:
    code = "import random\n\ndef generate_rows():\n    random.shuffle(rows)\n"
    assert outcome("seeds-fixed", {"train.py": code + FIT}) == "not-applicable"


def test_a_seeded_estimator_beside_an_unseeded_split_is_half() -> None:
    code = (
        "from sklearn.linear_model import ElasticNet\nfrom sklearn.model_selection import train_test_split\n"
        "train, test = train_test_split(rows)\nElasticNet(random_state=42).fit(train, y)\n"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == "partial"


def test_a_split_that_is_not_seeded_is_not_outvoted() -> None:
    trees = "".join(f"RandomForestClassifier(random_state={n}).fit(train, y)\n" for n in range(9))
    code = (
        "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.model_selection import train_test_split\n"
        f"train, test = train_test_split(rows)\n{trees}"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == "partial"


def test_torch_s_own_split_is_seeded_with_torch() -> None:
    code = (
        "import torch\nfrom torch import nn\ntorch.manual_seed(1)\nnet = nn.Linear(1, 1)\n"
        "a, b = torch.utils.data.random_split(rows, [8, 2])\nloss = net(a)\nloss.backward()\noptimizer.step()\n"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == "pass"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [("'subsample': 0.8, 'seed': 1", "pass"), ("'subsample': 0.8", "fail"), ("'max_depth': 3", "not-applicable")],
)
def test_boosters_draw_only_if_told_to_sample(settings: str, expected: str) -> None:
    code = f"import xgboost\nparams = {{{settings}}}\nmodel = xgboost.train(params, rows)\n"
    assert outcome("seeds-fixed", {"train.py": code}) == expected


@pytest.mark.parametrize(
    ("seed", "expected"), [("np.random.seed(7)", "pass"), ("rng = np.random.default_rng(7)", "partial"), ("", "fail")]
)
def test_a_generator_of_one_s_own_seeds_nobody_else_s_draws(seed: str, expected: str) -> None:
    code = (
        "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier\n"
        f"{seed}\nRandomForestClassifier().fit(train, y)\n"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == expected


def test_a_search_without_a_seed_gives_other_parameters_each_time() -> None:
    code = (
        "import xgboost\nfrom hyperopt import fmin, tpe\n\ndef objective(p):\n"
        "    return xgboost.train({'seed': 1, **p}, rows).best_score\n\n"
        "best = fmin(objective, space, algo=tpe.suggest)\n"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == "partial"
    assert outcome("seeds-fixed", {"train.py": code.replace("space,", "space, rstate=rng,")}) == "pass"


def test_settings_from_a_file_may_hold_the_seed() -> None:
    code = "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(**settings).fit(X, y)\n"
    assert outcome("seeds-fixed", {"train.py": code}) == "fail"
    assert outcome("seeds-fixed", {"train.py": code, "params.yaml": "model:\n  random_state: 7\n"}) == "pass"


def test_a_generator_whose_seed_is_left_out_by_default_fixes_nothing() -> None:
    code = "import numpy as np\n\ndef rng(seed=None):\n    return np.random.default_rng(seed)\n\nrng()\n"
    assert outcome("seeds-fixed", {"train.py": code + FIT}) == "not-applicable"


def test_the_framework_that_only_answers_needs_no_seed() -> None:
    serve = "import torch\nfrom torch import nn\nnet = nn.Linear(1, 1)\nnet.load_state_dict(torch.load('m.pt'))\n"
    train = "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(random_state=1).fit(X, y)\n"
    assert outcome("seeds-fixed", {"serve.py": serve, "train.py": train}) == "pass"


def test_lessons_are_the_work_where_there_is_nothing_else() -> None:
    lesson = "import torch\nnet = torch.nn.Linear(1, 1)\nloss = net(x)\nloss.backward()\noptimizer.step()\n"
    files = {"tutorials/01-linear/main.py": lesson}
    assert outcome("seeds-fixed", files) == "fail"
    assert outcome("training-code-present", files) == "pass"
    assert (
        outcome("training-code-present", {**files, "package/core.py": "def add(a, b):\n    return a + b\n"}) != "pass"
    )


# Training code


def test_a_model_that_a_function_of_the_project_made_is_trained() -> None:
    files = {
        "models.py": (
            "from sktime.forecasting.naive import NaiveForecaster\nmodels = {'a': NaiveForecaster}\n\n"
            "def build_model(name):\n    model = models[name]()\n    return model\n"
        ),
        "train.py": (
            "import joblib\nfrom models import build_model\n\ndef train(model, y):\n    model.fit(y)\n\n"
            "train(build_model('a'), [1])\n"
        ),
        "serve.py": "import joblib\nprint(joblib.load('m.pkl').predict([1]))\n",
    }
    assert outcome("training-code-present", files) == "pass"


def test_files_of_a_model_that_is_published_on_a_hub_were_not_trained_here() -> None:
    app = "import onnxruntime\nfrom fetch import fetch\nonnxruntime.InferenceSession(f'{fetch()}/model.onnx')\n"
    fetch = (
        "from huggingface_hub import hf_hub_download as get\n\ndef fetch():\n    return get('acme/mini', 'x.onnx')\n"
    )
    assert outcome("training-code-present", {"app.py": app, "fetch.py": fetch}) == "not-applicable"
    assert outcome("training-code-present", {"app.py": app, "fetch.py": "def fetch():\n    return '.'\n"}) == "fail"


BASE = "from sklearn.base import BaseEstimator\n\nclass Base(BaseEstimator):\n"


@pytest.mark.parametrize(("method", "expected"), [("predict", "pass"), ("transform", "not-applicable")])
def test_an_estimator_may_inherit_half_of_what_it_does(method: str, expected: str) -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='lvq', packages=['lvq'])\n",
        "README.md": "# lvq\n\n```\npip install lvq\n```\n",
        "lvq/__init__.py": "from lvq.glvq import Glvq\n",
        "lvq/base.py": f"{BASE}    def fit(self, X, y): self.w = X.T @ y\n",
        "lvq/glvq.py": f"from lvq.base import Base\n\nclass Glvq(Base):\n    def {method}(self, X): return X\n",
    }
    assert outcome("training-code-present", files) == expected


# Data


READS = "import pandas as pd\nfrom sklearn.svm import SVC\n\ndef load(path):\n    return pd.read_csv(path)\n\n"
ROWS = "a,b\n1,2\n"


def test_data_named_by_an_option_s_default_is_here() -> None:
    code = READS + (
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--data', default='data/raw/customers.csv')\nrows = load(parser.parse_args().data)\n"
        "old = pd.read_csv('data/X_train.csv')\nSVC().fit(rows, y)\n"
    )
    assert outcome("data-versioned", {"train.py": code, "data/raw/customers.csv": ROWS}) == "pass"
    assert outcome("data-versioned", {"train.py": code}) == "fail"


def test_a_file_of_the_tree_that_is_no_table_is_not_missing() -> None:
    code = READS + "with open('models/best.pkl', 'rb') as f:\n    old = f.read()\nSVC().fit(load('data'), y)\n"
    assert outcome("data-versioned", {"train.py": code, "models/best.pkl": b"", "data/raw/houses.csv": ROWS}) == "pass"
    assert outcome("data-versioned", {"train.py": code, "data/raw/houses.csv": ROWS}) == "fail"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://raw.githubusercontent.com/me/houses/main/data/houses.csv", "pass"),
        ("https://github.com/me/houses/blob/main/data/houses.csv?raw=true", "pass"),
        ("https://raw.githubusercontent.com/me/houses/main/other/houses.csv", "partial"),
        ("https://example.com/data/houses.csv", "partial"),
    ],
)
def test_an_address_of_a_branch_means_the_file_that_is_here(address: str, expected: str) -> None:
    code = READS + f"rows = pd.read_csv('{address}')\nSVC().fit(rows, y)\n"
    assert outcome("data-versioned", {"train.py": code, "data/houses.csv": ROWS}) == expected


def test_what_a_script_predicts_is_not_what_was_trained_on() -> None:
    code = READS + "rows = pd.read_csv('data/houses.csv')\nSVC().fit(rows, y)\n"
    score = "import joblib\nimport pandas as pd\nnew = pd.read_csv('https://example.com/new.csv')\n"
    predict = score + "print(joblib.load('m.joblib').predict(new))\n"
    files = {"train.py": code, "data/houses.csv": ROWS, "predict.py": predict}
    assert outcome("data-versioned", files) == "pass"
    assert outcome("data-versioned", {**files, "train.py": code + "import predict\n"}) == "partial"


def test_a_list_of_pictures_that_lie_elsewhere_is_not_the_data() -> None:
    code = READS + "SVC().fit(load('images'), y)\n"
    files = {"train.py": code, "README.md": "# M\n\nPictures: https://www.kaggle.com/datasets/me/cats\n"}
    assert outcome("data-versioned", {**files, "images/metadata/train.csv": ROWS}) == "partial"
    assert outcome("data-versioned", {**files, "images/rows/train.csv": ROWS}) == "pass"


@pytest.mark.parametrize(
    "code",
    [
        "import tensorflow as tf\nstep = tf.train.AdamOptimizer(0.1).minimize(loss)\n",
        "import tensorflow as tf\noptimizer = tf.keras.optimizers.Adam()\noptimizer.apply_gradients(pairs)\n",
        "import chainer\noptimizer = chainer.optimizers.Adam()\noptimizer.update(model, x, t)\n",
        "from chainer import training\ntraining.Trainer(updater, (20, 'epoch')).run()\n",
    ],
)
def test_a_step_of_an_optimizer_trains(code: str) -> None:
    assert outcome("training-code-present", {"train.py": code}) == "pass"


def test_data_named_by_a_setting_is_here() -> None:
    code = READS + "rows = load(config.path)\nSVC().fit(rows, y)\n"
    files = {"train.py": code, "conf/data.yaml": "path: data/houses.csv\n", "data/houses.csv": ROWS}
    assert outcome("data-versioned", files) == "pass"


def test_a_list_of_codes_beside_the_data_is_not_the_data() -> None:
    code = (
        READS
        + "zones = pd.read_csv('s3://bucket/rides.csv')\nnames = load('data/zone_lookup.csv')\nSVC().fit(rows, y)\n"
    )
    assert outcome("data-versioned", {"train.py": code, "data/zone_lookup.csv": ROWS}) == "partial"


def test_an_address_in_the_settings_names_the_source() -> None:
    code = READS + "rows = load(config.path)\nSVC().fit(rows, y)\n"
    files = {"train.py": code, "config/config.yaml": "source_URL: https://example.com/raw/main/wine.zip\n"}
    assert outcome("data-versioned", files) == "partial"


def test_pictures_in_the_tree_are_fixed_and_a_folder_reader_is_no_download() -> None:
    code = (
        "import torch\nfrom torchvision import datasets\nrows = datasets.ImageFolder('dataset/train')\n"
        "loss = torch.nn.Linear(1, 1)(rows)\nloss.backward()\noptimizer.step()\n"
    )
    pictures = {f"dataset/train/cats/{n}.jpg": b"\xff\xd8" for n in range(25)}
    assert outcome("data-versioned", {"train.py": code, **pictures}) == "pass"
    assert outcome("data-versioned", {"train.py": code}) != "pass"


def test_pages_that_a_spider_collects_are_a_source_without_a_version() -> None:
    spider = "import scrapy\n\nclass Houses(scrapy.Spider):\n    start_urls = ['https://houses.example.com']\n"
    code = READS + "rows = pd.read_parquet('data/houses.parquet')\nSVC().fit(rows, y)\n"
    assert outcome("data-versioned", {"train.py": code, "crawl/houses.py": spider}) == "partial"
    assert outcome("data-versioned", {"train.py": code}) == "fail"


def test_examples_that_fetch_data_do_not_make_an_application_learn() -> None:
    app = "from openai import OpenAI\nOpenAI().chat.completions.create(model='m', messages=[])\n"
    example = "from datasets import load_dataset\nload_dataset('squad')\n"
    files = {"app.py": app, "examples/search.py": example}
    assert outcome("data-versioned", files) == "not-applicable"
    assert outcome("quality-gated", files) == "not-applicable"


# Gates

LVQ = {
    "README.md": "# lvq\n\n```\npip install lvq\n```\n",
    "setup.py": "from setuptools import setup\nsetup(name='lvq', packages=['lvq'])\n",
    "lvq/__init__.py": "from .glvq import Glvq\n",
    "lvq/base.py": "from sklearn.base import ClassifierMixin as C\n\nclass Base(C):\n    def fit(self, X, y): ...\n",
    "lvq/glvq.py": "from .base import Base\n\nclass Glvq(Base):\n    def predict(self, X): return X\n",
    "lvq/shown.py": "from sklearn.svm import SVC\nSVC().fit(X, y)\n",
    "lvq/tests/__init__.py": "",
}


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ("assert_greater(model.score(X, y), 0.9)", "pass"),
        ("assert model.score(X, y) > 0.9", "pass"),
        ("assert_greater(len(model.score(X, y)), 9)", "fail"),
        ("print(model.score(X, y))", "fail"),
    ],
)
def test_a_package_s_own_estimator_is_held_to_a_figure(bar: str, expected: str) -> None:
    test = "from nose.tools import assert_greater\nfrom .. import Glvq\n\ndef test_iris():\n    model = Glvq()\n"
    files = {**LVQ, "lvq/tests/test_glvq.py": f"{test}    model.fit(X, y)\n    {bar}\n"}
    assert outcome("quality-gated", files) == expected


MODEL = "from sklearn.svm import SVC\n\ndef train(X, y):\n    return SVC().fit(X, y)\n"


@pytest.mark.parametrize(
    "gate",
    [
        "def deployment_trigger(accuracy: float) -> bool:\n    return accuracy > 0.9\n",
        "def should_deploy(metrics):\n    return metrics['f1'] >= 0.8\n",
    ],
)
def test_a_function_that_a_pipeline_asks_is_a_gate(gate: str) -> None:
    assert outcome("quality-gated", {"train.py": MODEL, "steps.py": gate}) == "pass"


def test_a_function_that_looks_at_the_time_is_none() -> None:
    code = "def should_run(hour):\n    return hour > 8\n"
    assert outcome("quality-gated", {"train.py": MODEL, "steps.py": code}) == "fail"


def test_figures_of_a_notebook_that_a_test_runs() -> None:
    test = (
        "import pytest\nfrom helpers import execute_notebook\n\n"
        "def test_sar():\n    results = execute_notebook('a.ipynb')\n"
        "    assert results['ndcg'] == pytest.approx(0.38, rel=0.05)\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_books.py": test}) == "pass"
    other = test.replace("ndcg", "rows")
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_books.py": other}) == "fail"


def test_a_shell_script_that_fails_below_a_figure() -> None:
    script = 'ACCURACY=$(jq .accuracy metrics.json)\nif (( $(echo "$ACCURACY < 0.8" | bc -l) )); then\n  exit 1\nfi\n'
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": script}) == "pass"
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": script.replace("exit 1", "echo low")}) == "fail"
    arrow = 'echo "metrics: $metrics_1 -> $metrics_2"\ntest "$metrics_1" = "$metrics_2" || exit 1\n'
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": arrow}) == "fail"
    kept = 'echo "accuracy $ACC" > out.txt\ntest -s out.txt || exit 1\n'
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": kept}) == "fail"
    inline = "python - <<EOF\nif accuracy < 0.8:\n    exit(1)\nEOF\n"
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": inline}) == "pass"


def test_judged_answers_without_a_bar_are_no_gate() -> None:
    app = (
        "from openai import OpenAI\n\ndef answer(q):\n"
        "    return OpenAI().chat.completions.create(model='m', messages=[{'role': 'user', 'content': q}])\n"
    )
    evals = (
        "from app import answer\n\ndef evaluate_answer(q):\n    return answer('rate: ' + q)\n\nevaluate_answer('a')\n"
    )
    assert outcome("quality-gated", {"app.py": app, "evals/evaluator.py": evals}) == "fail"
    assert outcome("quality-gated", {"app.py": app}) == "not-applicable"


# Preprocessing in modules


def test_a_published_model_fetched_by_name_is_not_the_project_s() -> None:
    load = "whisper.load_model(name='small', download_root='~/.cache/whisper')"
    app = f"import whisper\nmodel = {load}\nmodel.transcribe('a')\n"
    for check in ("preprocessing-in-modules", "training-code-present", "results-reported"):
        assert outcome(check, {"app.py": app}) == "not-applicable"
    own = app.replace("name='small', download_root='~/.cache/whisper'", "'weights/own.pt'")
    assert outcome("training-code-present", {"app.py": own}) == "fail"


def test_a_step_that_reads_a_table_and_writes_another_prepares() -> None:
    step = (
        "import pandas as pd\n\ndef main(source, target):\n    rows = pd.read_csv(source)\n"
        "    rows[['a', 'b']].to_parquet(target)\n"
    )
    assert outcome("preprocessing-in-modules", {"prep.py": step, "train.py": MODEL}) == "pass"


def test_messages_for_a_language_model_are_prepared_too() -> None:
    app = (
        "from langchain_openai import ChatOpenAI\n\ndef prepare_messages(messages):\n    kept = messages[-9:]\n"
        "    return [('system', 's'), *kept]\n"
    )
    asks = "from langchain_openai import ChatOpenAI\nChatOpenAI(model='m').invoke('a')\n"
    assert outcome("preprocessing-in-modules", {"app.py": app, "chat.py": asks}) == "pass"
    assert outcome("preprocessing-in-modules", {"chat.py": asks}) == "not-applicable"


# Guards


def test_a_validator_that_nothing_calls_checks_nothing() -> None:
    validator = (
        "class Validator:\n    def check_rows(self, df):\n"
        "        if df.isnull().any().any():\n            raise ValueError('null values')\n"
        "        if not {'a'} <= set(df.columns):\n            raise ValueError('missing columns')\n"
        "        if df.empty:\n            raise ValueError('empty data')\n"
    )
    files = {"src/validation.py": validator, "src/train.py": FIT}
    assert outcome("data-validated", files) == "fail"
    used = "from src.validation import Validator\nValidator().check_rows(rows)\n" + FIT
    assert outcome("data-validated", files | {"src/train.py": used}) == "pass"


RECEIVE = "from fastapi import FastAPI, HTTPException, UploadFile\napp = FastAPI()\n\n@app.post('/documents')\n"
REFUSE = "        raise HTTPException(400)\n"


@pytest.mark.parametrize(
    ("guards", "expected"),
    [
        (["len(body) > 1000", "not file.filename.endswith('.pdf')", "file.content_type not in KINDS"], "pass"),
        (["len(body) > 1000"], "partial"),
        (["user.is_admin"], "fail"),
        ([], "fail"),
    ],
)
def test_what_is_asked_of_an_uploaded_document_is_asked_of_data(guards: list[str], expected: str) -> None:
    tests = "".join(f"    if {guard}:\n{REFUSE}" for guard in guards)
    index = "    rows = embed(body)\n    pd.DataFrame(rows).to_csv('rows.csv')\n"
    start = f"import pandas as pd\n{RECEIVE}async def receive(file: UploadFile):\n    body = await file.read()\n"
    app = start + tests + index
    assert outcome("data-validated", {"app.py": app}) == expected


def test_columns_compared_with_a_written_schema() -> None:
    step = (
        "import pandas as pd\n\nclass DataValidation:\n"
        "    def __init__(self, config):\n        self.config = config\n\n"
        "    def validate_all_columns(self):\n        data = pd.read_csv(self.config.path)\n"
        "        all_schema = self.config.all_schema.keys()\n        status = True\n        for col in data.columns:\n"
        "            if col not in all_schema:\n                status = False\n        return status\n"
    )
    stage = "from validation import DataValidation\nDataValidation(config).validate_all_columns()\n" + FIT
    assert outcome("data-validated", {"validation.py": step, "stage.py": stage}) == "pass"


# Libraries, notebooks and stores


def test_scikit_learn_s_checks_of_arrays_are_checks_of_data() -> None:
    code = (
        "from sklearn.utils import check_X_y\n\nclass Selector:\n"
        "    def fit(self, X, y):\n        X, y = check_X_y(X, y)\n        return self\n"
    )
    assert outcome("data-validated", {"selector.py": code}) == "pass"


def test_data_named_in_the_notebook_that_trains() -> None:
    cell = (
        "from datasets import load_dataset\\nfrom sklearn.svm import SVC\\nd = load_dataset('squad')\\nSVC().fit(d, d)"
    )
    book = '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "' + cell + '"}]}'
    files = {"tune.ipynb": book, "tools.py": "def add(a, b):\n    return a + b\n", "data/iris.csv": ROWS}
    assert outcome("data-versioned", files) == "partial"


def test_a_versioned_training_set_of_a_feature_store_is_fixed() -> None:
    code = READS + (
        "import hopsworks\nstore = hopsworks.login().get_feature_store()\n"
        "view = store.get_feature_view(name='energy', version=3)\nSVC().fit(view, y)\n"
    )
    assert outcome("data-versioned", {"train.py": code}) == "pass"


def test_numbers_that_come_ready_made_need_no_preparing() -> None:
    cell = (
        "from sklearn.datasets import load_wine\\nfrom sklearn.svm import SVC\\n"
        "from sklearn.model_selection import train_test_split\\nX, y = load_wine(return_X_y=True)\\n"
        "a, b, c, d = train_test_split(X, y)\\nSVC().fit(a, c)"
    )
    book = '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "' + cell + '"}]}'
    assert outcome("preprocessing-in-modules", {"a.ipynb": book}) == "not-applicable"
    scaled = book.replace("SVC().fit", "StandardScaler().fit(a)\\nSVC().fit").replace(
        "sklearn.svm import SVC", "sklearn.svm import SVC\\nfrom sklearn.preprocessing import StandardScaler"
    )
    assert outcome("preprocessing-in-modules", {"a.ipynb": scaled}) == "fail"


# What it is for


def test_a_purpose_without_a_decision_or_a_measure_is_half_stated() -> None:
    readme = "# House prices\n\n## Objective\nHelps buyers to see what a flat is worth before they visit it.\n"
    assert outcome("business-outcome-stated", {"README.md": readme, "train.py": FIT}) == "partial"
    bare = "# House prices\n\nA gradient boosting model with an R2 of 0.8 on the test set of the data.\n"
    assert outcome("business-outcome-stated", {"README.md": bare, "train.py": FIT}) == "fail"


def test_a_readme_with_half_of_the_fields_is_half_a_card() -> None:
    readme = (
        "# Model\n\n## Purpose\nIt tells buyers what a flat in the city is worth, before they go and visit it.\n\n"
        "## Dataset\nTen thousand offers of the years 2019 to 2022, collected from the pages of three agencies.\n\n"
        "## Usage\n```\npython predict.py\n```\n\n## License\nMIT\n"
    )
    train = "import joblib\nfrom sklearn.svm import SVC\njoblib.dump(SVC().fit(X, y), 'model.joblib')\n"
    assert outcome("model-documented", {"README.md": readme, "train.py": train}) == "partial"


# How other projects do the same


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import neptune\nrun = neptune.init_run(project='a')\nrun['score'] = 1\n", "pass"),
        ("from fastai.vision.all import *\nlearn = vision_learner(dls, resnet34)\nlearn.fine_tune(1)\n", "partial"),
        ("from tensorflow import keras\nm = keras.Sequential()\nm.fit(X)\n", "partial"),
        ("from matplotlib import pyplot as plt\n" + FIT + "plt.plot(model.history)\n", "partial"),
    ],
)
def test_what_is_kept_of_a_run(code: str, expected: str) -> None:
    assert outcome("experiments-tracked", {"train.py": code}) == expected


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        ("Trained on the Boston Housing dataset.", "partial"),
        ("The data was downloaded from Kaggle.", "partial"),
        ("The dataset has ten columns. Training dataset: unknown.", "fail"),
    ],
)
def test_a_data_set_called_by_its_name_is_a_source(readme: str, expected: str) -> None:
    code = READS + "SVC().fit(load('data/x.csv'), y)\n"
    assert outcome("data-versioned", {"train.py": code, "README.md": f"# M\n\n{readme}\n"}) == expected


def test_a_table_that_is_read_and_filled_in_one_go_is_prepared() -> None:
    code = "import pandas as pd\nfrom sklearn.svm import SVC\n\ndef rows():\n    return pd.read_csv('x').fillna(0)\n"
    assert outcome("preprocessing-in-modules", {"train.py": code + "SVC().fit(rows(), y)\n"}) == "pass"
    script = "import pandas as pd\nfrom sklearn.svm import SVC\ndf = pd.read_csv('x').fillna(0)\nSVC().fit(df, y)\n"
    assert outcome("preprocessing-in-modules", {"train.py": script}) == "partial"


def test_a_matrix_that_a_script_writes_is_made_here() -> None:
    make = "import pickle\nfrom scipy.spatial.distance import cdist\npickle.dump(cdist(v, v), open('s.pkl', 'wb'))\n"
    app = "import pickle\nsimilarity = pickle.load(open('s.pkl', 'rb'))\n"
    assert outcome("training-code-present", {"make.py": make, "app.py": app}) == "pass"
    assert outcome("training-code-present", {"make.py": make.replace("s.pkl", "t.pkl"), "app.py": app}) == "fail"


def test_an_orchestrator_that_branches_by_a_figure() -> None:
    dag = (
        "from airflow.operators.python import BranchPythonOperator\n\ndef choose(accuracy):\n"
        "    if accuracy > 0.8:\n        return 'deploy'\n    return 'stop'\n\n"
        "BranchPythonOperator(task_id='a', python_callable=choose)\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "dags/train.py": dag}) == "pass"
    assert outcome("quality-gated", {"train.py": MODEL, "dags/train.py": dag.replace("Branch", "")}) == "fail"


def test_figures_of_a_file_that_a_test_holds_against_a_bar() -> None:
    test = (
        "import json\n\ndef test_quality():\n    found = json.load(open('metrics.json'))\n"
        "    assert found['accuracy'] > 0.8\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_quality.py": test}) == "pass"
    other = test.replace("metrics.json", "rows.json")
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_quality.py": other}) == "fail"


def test_rows_made_into_declared_records_are_validated() -> None:
    code = (
        "from pydantic import BaseModel\n\nclass House(BaseModel):\n    area: float\n\n"
        "def load_rows(rows):\n    return [House(**row) for row in rows]\n\nload_rows([])\n"
    )
    assert outcome("data-validated", {"load.py": code, "train.py": FIT}) == "pass"
    settings = code.replace("House", "TrainConfig")
    assert outcome("data-validated", {"load.py": settings, "train.py": FIT}) == "fail"


def test_what_a_page_cleans_for_itself_is_not_what_the_notebook_trained_on() -> None:
    cell = "import pandas as pd\\nfrom sklearn.svm import SVC\\ndf = pd.read_csv('x').fillna(0)\\nSVC().fit(df, y)"
    book = '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "' + cell + '"}]}'
    page = (
        "import pickle\nimport pandas as pd\nimport streamlit as st\nmodel = pickle.load(open('m.pkl', 'rb'))\n"
        "rows = pd.read_csv('shown.csv').dropna()\nst.write(model.predict(rows))\n"
    )
    assert outcome("preprocessing-in-modules", {"a.ipynb": book, "app.py": page}) == "fail"


def test_a_run_that_a_figure_cancels_is_gated() -> None:
    code = "def evaluate(run, new_mse, old_mse):\n    if new_mse < old_mse:\n        print('better')\n    else:\n"
    files = {"train.py": MODEL, "steps.py": code + "        run.parent.cancel()\n"}
    assert outcome("quality-gated", files) == "pass"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("assert results[0]['test_acc'] >= 0.0", "fail"),
        ("assert len(scores) > 0", "fail"),
        ("assert model.head.cls_score.out_features == 2", "fail"),
        ("assert model.head.cls_score.out_features > 2", "fail"),
        ("assert accuracy == accuracy_again", "fail"),
        ("assert os.environ['QUALITY'] == 'previous-quality'", "fail"),
        ("assert r2 > 0", "pass"),
        ("assert results[0]['test_acc'] >= 0.7", "pass"),
        ("assert accuracy > accuracy_of_guessing", "pass"),
        ("assert accuracy == pytest.approx(0.93, abs=0.02)", "pass"),
    ],
)
def test_a_bar_lies_within_the_scale_of_a_figure(test: str, expected: str) -> None:
    head = "import os\nimport pytest\nfrom sklearn.svm import SVC\n\ndef test_it():\n    model = SVC().fit(X, y)\n    "
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_it.py": f"{head}{test}\n"}) == expected


def test_a_number_that_a_stub_must_score_tests_the_metric() -> None:
    score = "def accuracy(model, X, y):\n    return (model.predict(X) == y).mean()\n"
    test = (
        "import pytest\nfrom score import accuracy\n\nclass Stub:\n    def predict(self, X):\n        return [0, 1]\n\n"
        "def test_accuracy():\n    assert accuracy(Stub(), [1, 2], [0, 0]) == pytest.approx(0.5)\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "score.py": score, "tests/test_score.py": test}) == "fail"


POLICY = (
    "def promotion_policy(candidate_metrics, champion_metrics, least):\n"
    "    change = relative(candidate_metrics['rmse'], champion_metrics['rmse'])\n"
    "    passed = change <= -least\n    return {'accepted': passed}\n\ndef relative(a, b):\n    return (a - b) / b\n"
)


def test_a_policy_that_keeps_its_answer_is_a_gate() -> None:
    assert outcome("quality-gated", {"train.py": MODEL, "policy.py": POLICY}) == "pass"
    told = POLICY.replace("promotion_policy", "aggregate_rows")
    assert outcome("quality-gated", {"train.py": MODEL, "policy.py": told}) == "partial"
    other = told.replace("accepted", "fell").replace("passed", "fell")
    assert outcome("quality-gated", {"train.py": MODEL, "policy.py": other}) == "fail"


def test_an_answer_that_another_file_refuses_by_is_a_gate() -> None:
    validate = (
        "def validate(new_util, old_util):\n    no_reg = new_util >= old_util - 0.02\n"
        "    return Result(no_regression=bool(no_reg))\n"
    )
    swap = "def swap(result):\n    if not getattr(result, 'no_regression', False):\n        raise ValueError('worse')\n"
    assert outcome("quality-gated", {"train.py": MODEL, "validate.py": validate, "swap.py": swap}) == "pass"
    assert outcome("quality-gated", {"train.py": MODEL, "validate.py": validate}) == "partial"
    sizes = validate.replace("new_util", "new_rows").replace("old_util", "least_rows")
    assert outcome("quality-gated", {"train.py": MODEL, "validate.py": sizes, "swap.py": swap}) == "fail"


LOOP = """
import pytorch_lightning as pl
from data import *
from net import *

net = Net()
pl.Trainer().fit(net)
print(net.predict(loader))
"""
NET = """
import torch
from base import Base

class Net(Base):
    def forward(self, x):
        return self.layers(x)

    def predict(self, loader):
        with torch.no_grad():
            x, y = next(iter(loader))
            return self(x), y
"""
BASE = "import pytorch_lightning as pl\n\nclass Base(pl.LightningModule):\n    pass\n"


def test_a_network_that_only_its_training_script_asks_has_no_way_in() -> None:
    files = {"run.py": LOOP, "net.py": NET, "base.py": BASE, "data.py": "loader = []\n"}
    assert outcome("inference-entry-point", files) == "fail"
    assert outcome("inference-logged", files) == "not-applicable"
    asset = (
        "import torch\nfrom dagster import asset\n\n@asset\ndef predict_rain(model, rows):\n"
        "    with torch.no_grad():\n        return model(rows)\n"
    )
    jobs = "from asset import predict_rain\nfrom run import net\n\njobs = job([predict_rain, net.fit(rows)])\n"
    assert outcome("inference-entry-point", {**files, "asset.py": asset, "jobs.py": jobs}) == "pass"
    use = "from net import Net\n\nnet = Net.load_from_checkpoint('a.ckpt')\nprint(net.predict(rows))\n"
    assert outcome("inference-entry-point", {**files, "use.py": use}) == "pass"


def test_a_graph_of_tensorflow_1_is_trained_by_its_session() -> None:
    code = (
        "import tensorflow as tf\n\ndef step(loss):\n    return tf.train.AdamOptimizer(0.1).minimize(loss)\n\n"
        "with tf.train.MonitoredTrainingSession() as session:\n    session.run(step(loss))\n"
    )
    assert outcome("training-code-present", {"train.py": code}) == "pass"
    asked = code.replace("minimize", "get_slot_names").replace("Monitored", "Some")
    assert outcome("training-code-present", {"train.py": asked}) == "not-applicable"


def test_an_application_that_trains_nothing_shares_no_preprocessing() -> None:
    index = (
        "import pickle\nfrom sklearn.feature_extraction.text import TfidfVectorizer\n\nvectorizer = TfidfVectorizer()\n"
        "rows = vectorizer.fit_transform(open('a.txt'))\npickle.dump(rows, open('rows.pkl', 'wb'))\n"
    )
    app = (
        "from fastapi import FastAPI\nfrom openai import OpenAI\n\napp = FastAPI()\n\n@app.post('/chat')\n"
        "def chat(q: str):\n    return OpenAI().chat.completions.create(model='m', messages=[{'content': q.strip()}])\n"
    )
    assert outcome("preprocessing-shared", {"index.py": index, "app.py": app}) == "not-applicable"


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("cache.py", "import random\n\ndef warm(keys):\n    random.shuffle(keys)\n", "pass"),
        (
            "retry.py",
            "import random\n\ndef wait(delay):\n    delay *= 0.5 + random.random()\n    return delay\n",
            "pass",
        ),
        ("health.py", "import random\n\ndef probe():\n    fine = random.random() > 0.05\n    return fine\n", "pass"),
        ("split_rows.py", "import random\n\ndef split(rows):\n    random.shuffle(rows)\n", "partial"),
        (
            "prepare.py",
            "import numpy as np\n\ndef cut(df):\n    m = np.random.rand(len(df)) < 0.8\n    return df[m]\n",
            "partial",
        ),
    ],
)
def test_only_draws_that_touch_training_rows_need_a_seed(path: str, code: str, expected: str) -> None:
    train = "from sklearn.ensemble import RandomForestClassifier\n\nRandomForestClassifier(random_state=7).fit(X, y)\n"
    assert outcome("seeds-fixed", {"train.py": train, path: code}) == expected


def test_the_seed_that_is_always_in_force_is_the_one_that_counts() -> None:
    drift = (
        "import random\n\ndef main(args):\n    if args.seed is not None:\n        random.seed(args.seed)\n\nmain(1)\n"
    )
    train = (
        "import random\nfrom sklearn.svm import LinearSVC\n\nrandom.seed(7)\nrandom.shuffle(rows)\n"
        "LinearSVC(random_state=7).fit(rows, y)\n"
    )
    assert outcome("seeds-fixed", {"a_drift.py": drift, "train.py": train}) == "pass"
    assert outcome("seeds-fixed", {"a_drift.py": drift, "train.py": train.replace("random.seed(7)\n", "")}) != "pass"


def test_a_script_that_downloads_a_numbered_release_fixes_the_data() -> None:
    script = (
        'S3="https://open-data.s3.amazonaws.com"\nPREFIX="challenge-2019/1.0.0/training"\ncurl "$S3/$PREFIX/a.csv"\n'
    )
    read = "import pandas as pd\nfrom sklearn.svm import SVC\n\nrows = pd.read_csv('raw/a.csv')\nSVC().fit(rows, y)\n"
    assert outcome("data-versioned", {"train.py": read, "get.sh": script}) == "pass"
    assert outcome("data-versioned", {"train.py": read, "get.sh": script.replace("/1.0.0", "")}) == "partial"


def test_made_up_rows_are_no_source_beside_committed_ones() -> None:
    make = "from sklearn.datasets import make_classification\n\nX, y = make_classification(SEED)\n"
    fit = "from sklearn.svm import SVC\n\nSVC().fit(X, y)\n"
    assert outcome("data-versioned", {"train.py": make.replace("SEED", "random_state=7") + fit}) == "partial"
    read = "import pandas as pd\nfrom sklearn.svm import SVC\n\nrows = pd.read_csv('data/a.csv')\nSVC().fit(rows, y)\n"
    files = {"train.py": read, "data/a.csv": "a,b\n1,2\n", "demo.py": make.replace("SEED", "") + fit}
    assert outcome("data-versioned", files) == "pass"


def test_cases_that_judge_answers_are_the_data_of_an_application() -> None:
    app = (
        "from openai import OpenAI\n\ndef answer(q):\n"
        "    return OpenAI().chat.completions.create(model='m', messages=[{'role': 'user', 'content': q}])\n"
    )
    judge = "from app import answer\n\ndef judge_answer(q):\n    return answer('rate: ' + q)\n\njudge_answer('a')\n"
    cases = '[{"question": "a", "answer": "b"}]'
    files = {"app.py": app, "evals/evaluate.py": judge, "evals/golden_set.json": cases}
    assert outcome("data-versioned", files) == "pass"
    assert outcome("data-versioned", {"app.py": app}) == "not-applicable"


SERVED = (
    "import clip\nimport torch\nimport tensorflow_hub as hub\nfrom flask import Flask\nfrom ultralytics import YOLO\n\n"
    "app = Flask(__name__)\nmodel = MODEL\n\n@app.route('/predict')\ndef predict():\n    return model(x)\n"
)


@pytest.mark.parametrize(
    ("model", "trained", "obtainable"),
    [
        ("YOLO('yolov8n.pt')", "not-applicable", "pass"),
        ("YOLO('weights/best.pt')", "fail", "fail"),
        ("torch.hub.load('pytorch/vision', 'resnet18', pretrained=True)", "not-applicable", "pass"),
        ("torch.hub.load('ultralytics/yolov5', 'custom', path='yolov5s.pt')", "not-applicable", "pass"),
        ("torch.hub.load('ultralytics/yolov5', 'custom', path='runs/best.pt')", "fail", "fail"),
        ("hub.load('https://tfhub.dev/google/universal-sentence-encoder/4')", "not-applicable", "pass"),
        ("clip.load('ViT-B/32')", "not-applicable", "pass"),
        ("torch.load('fasterrcnn_resnet50_fpn.pth')", "not-applicable", "fail"),
        ("torch.load('resnet50-0676ba61.pth')", "not-applicable", "fail"),
        ("torch.load('resnet50.pth')", "fail", "fail"),
        ("torch.load('yolov8n_cars.pt')", "fail", "fail"),
    ],
)
def test_who_trained_a_model_shows_in_the_name_of_its_file(model: str, trained: str, obtainable: str) -> None:
    files = {"app.py": SERVED.replace("MODEL", model)}
    assert outcome("training-code-present", files) == trained
    assert outcome("results-reported", {**files, "README.md": "# App\n"}) == trained
    assert outcome("model-obtainable", files) == obtainable


def test_a_number_that_a_test_puts_in_by_itself_is_no_bar() -> None:
    test = (
        "from train import train\n\ndef test_saved():\n    model = train(X, y)\n    save(model, {'fid': 42.0})\n"
        "    assert load()['fid'] == 42.0\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_it.py": test}) == "fail"
    measured = test.replace("{'fid': 42.0}", "{}")
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_it.py": measured}) == "pass"


def test_rows_that_serving_draws_need_no_seed() -> None:
    serve = "import pandas as pd\n\ndef handler(event):\n    return pd.read_csv('items.csv').sample(1)\n"
    train = "from sklearn.ensemble import RandomForestClassifier\n\nRandomForestClassifier(random_state=7).fit(X, y)\n"
    assert outcome("seeds-fixed", {"train.py": train, "handler.py": serve}) == "pass"
    assert outcome("seeds-fixed", {"train.py": train, "prepare_data.py": serve}) != "pass"


def test_rows_of_a_data_base_that_the_pipeline_of_training_asks() -> None:
    files = {
        "ingest.py": "import pymongo\n\ndef rows():\n    return pymongo.MongoClient('x').db.rows.find()\n",
        "fit.py": MODEL,
        "pipeline.py": "from fit import train\nfrom ingest import rows\n\ntrain(rows(), None)\n",
    }
    assert outcome("data-versioned", files) == "partial"
    assert outcome("data-versioned", {**files, "pipeline.py": "from fit import train\n\ntrain([], None)\n"}) == "fail"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("api/README.md", "- `aws s3 cp s3://models/churn.pth .`", "pass"),
        ("Dockerfile", "FROM python:3.12\nRUN wget https://models.example.com/churn.pth\n", "pass"),
        ("get.sh", "gdown --id 12 -O churn.pth\n", "pass"),
        ("get.sh", "curl -L \\\n  -o churn.pth https://models.example.com/1\n", "pass"),
        ("get.sh", "gdown --id 12 -O other.pth\n", "fail"),
        ("put.sh", "aws s3 cp churn.pth s3://models/churn.pth\n", "fail"),
        ("put.sh", "curl -F file=@churn.pth https://models.example.com/\n", "fail"),
        ("api/README.md", "Put `churn.pth` beside the application.", "fail"),
        ("get.sh", "aws s3 ls\ncat churn.pth\n", "fail"),
    ],
)
def test_a_command_that_fetches_the_file_makes_it_obtainable(path: str, text: str, expected: str) -> None:
    app = SERVED.replace("MODEL", "torch.load('churn.pth')")
    assert outcome("model-obtainable", {"api/app.py": app, path: text}) == expected


def test_a_badge_that_cites_the_code_is_no_source_of_data() -> None:
    badge = (
        "# Encoders\n[![DOI](https://zenodo.org/badge/DOI/10.5281/zenodo.1.svg)](https://doi.org/10.5281/zenodo.1)\n"
    )
    assert outcome("data-versioned", {"train.py": MODEL, "README.md": badge}) == "fail"
    named = badge.replace("badge/DOI/10.5281/zenodo.1.svg", "record/12/files/rows.csv")
    assert outcome("data-versioned", {"train.py": MODEL, "README.md": named}) == "partial"
    kept = "from dgl.data.utils import save_graphs\n\nsave_graphs('a.bin', graphs)\n"
    assert outcome("data-versioned", {"train.py": MODEL, "keep.py": kept}) == "fail"


def test_an_answer_that_nobody_asks_for_only_reports() -> None:
    gates = (
        "def evaluate_gates(summary):\n    checks = {}\n\n    def minimum(name, threshold):\n"
        "        actual = summary.get(name)\n        checks[name] = {'passed': float(actual) >= threshold}\n\n"
        "    minimum('precision', 0.98)\n    return checks\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "checks.py": gates}) == "partial"
    rows = gates.replace("evaluate_gates", "count_rows")
    assert outcome("quality-gated", {"train.py": MODEL, "checks.py": rows}) == "fail"
