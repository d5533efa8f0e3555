"""Where training data comes from, and what fixes it."""

from __future__ import annotations

import pytest

from tests.auditing import answer, outcome

READS = "import pandas as pd\nfrom sklearn.svm import SVC\n\ndef load(path):\n    return pd.read_csv(path)\n\n"
ROWS = "a,b\n1,2\n"
MODEL = "from sklearn.svm import SVC\n\ndef train(X, y):\n    return SVC().fit(X, y)\n"


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


def test_rows_of_a_data_base_that_the_pipeline_of_training_asks() -> None:
    files = {
        "ingest.py": "import pymongo\n\ndef rows():\n    return pymongo.MongoClient('x').db.rows.find()\n",
        "fit.py": MODEL,
        "pipeline.py": "from fit import train\nfrom ingest import rows\n\ntrain(rows(), None)\n",
    }
    assert outcome("data-versioned", files) == "partial"
    assert outcome("data-versioned", {**files, "pipeline.py": "from fit import train\n\ntrain([], None)\n"}) == "fail"


def test_a_badge_that_cites_the_code_is_no_source_of_data() -> None:
    badge = (
        "# Encoders\n[![DOI](https://zenodo.org/badge/DOI/10.5281/zenodo.1.svg)](https://doi.org/10.5281/zenodo.1)\n"
    )
    assert outcome("data-versioned", {"train.py": MODEL, "README.md": badge}) == "fail"
    named = badge.replace("badge/DOI/10.5281/zenodo.1.svg", "record/12/files/rows.csv")
    assert outcome("data-versioned", {"train.py": MODEL, "README.md": named}) == "partial"
    kept = "from dgl.data.utils import save_graphs\n\nsave_graphs('a.bin', graphs)\n"
    assert outcome("data-versioned", {"train.py": MODEL, "keep.py": kept}) == "fail"


def test_a_committed_archive_of_the_data_fixes_it() -> None:
    code = f"{READS}rows = load('data/rows.csv')\nSVC().fit(rows, rows.b)\n"
    assert outcome("data-versioned", {"train.py": code, "data.zip": b"PK"}) == "pass"
    assert outcome("data-versioned", {"train.py": code, "data/raw/rows.tar.gz": b""}) == "pass"
    assert outcome("data-versioned", {"train.py": code, "docs/data_model.zip": b"PK"}) == "fail"
    assert outcome("data-versioned", {"train.py": code, "models/data.zip": b"PK"}) == "fail"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://zenodo.org/badge/DOI/10.5281/zenodo.1.svg", "fail"),
        ("https://figshare.com/shown/curve.png", "fail"),
        ("https://zenodo.org/records/1/rows.csv", "partial"),
    ],
)
def test_a_badge_of_the_host_is_no_source(address: str, expected: str) -> None:
    files = {"train.py": MODEL, "README.md": f"# M\n\n[![DOI]({address})](https://doi.org/1)\n"}
    assert outcome("data-versioned", files) == expected


def test_what_stands_beside_saved_models_of_dated_runs_is_a_result() -> None:
    code = READS + "import numpy as np\nprobs = np.load('runs/2019_07_06_20_44_19_rnn/probs.npy')\nSVC().fit(rows, y)\n"
    kept: dict[str, str | bytes] = {
        "runs/2019_07_06_20_44_19_rnn/probs.npy": b"",
        "runs/2019_07_06_20_44_19_rnn/log.csv": ROWS,
    }
    assert outcome("data-versioned", {"train.py": code, **kept}) == "fail"


def test_a_committed_duckdb_file_holds_the_data() -> None:
    code = READS + "import duckdb\nrows = duckdb.connect('data/loans.duckdb').execute('select 1')\nSVC().fit(rows, y)\n"
    assert outcome("data-versioned", {"train.py": code, "data/loans.duckdb": b""}) == "pass"


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        ("rng = np.random.default_rng(seed)", "pass"),
        ("rng = np.random.RandomState(seed)", "pass"),
        ("np.random.seed(seed)\n    rng = np.random", "pass"),
        ("rng = np.random", "partial"),
    ],
)
def test_rows_that_the_project_makes_are_fixed_by_a_seed(generator: str, expected: str) -> None:
    maker = (
        "import numpy as np\nimport pandas as pd\n\ndef generate_customer_data(n, seed=42):\n"
        f"    {generator}\n    return pd.DataFrame({{'age': np.random.normal(size=n)}})\n"
    )
    train = "from rows import generate_customer_data as rows\nfrom sklearn.svm import SVC\nSVC().fit(rows(9), y)\n"
    assert outcome("data-versioned", {"rows.py": maker, "train.py": train}) == expected


def test_a_file_that_an_earlier_step_writes_is_not_missing() -> None:
    prepare = (
        "import numpy as np\nimport pandas as pd\nrows = pd.read_csv('raw.csv')\nnp.save(str(folder / 'X.npy'), rows)\n"
    )
    train = "import numpy as np\nfrom sklearn.svm import SVC\nSVC().fit(np.load(f'{folder}/X.npy'), y)\n"
    finding = answer("data-versioned", {"a_train.py": train, "prepare.py": prepare}).findings[0]
    assert "raw.csv" in finding.message


def test_a_version_that_a_call_takes_without_its_name_fixes_the_data() -> None:
    code = (
        READS
        + "from azureml.core import Dataset\nrows = Dataset.get_by_name(workspace, 'loans', {})\nSVC().fit(rows, y)\n"
    )
    assert outcome("data-versioned", {"train.py": code.format("version")}) == "pass"
    assert outcome("data-versioned", {"train.py": code.replace(", {}", "")}) == "partial"


def test_a_folder_of_the_tree_that_code_names_fixes_the_data_whatever_its_files_are_called() -> None:
    code = (
        "import numpy as np\nfrom sklearn.svm import SVC\n\ndef load(path='../data/cora/', name='cora'):\n"
        "    return np.genfromtxt('{}{}.content'.format(path, name))\n\nSVC().fit(load(), y)\n"
    )
    readme = "# gcn\n\nTrains on the Cora dataset, see https://example.com/cora.tar.gz\n"
    files = {"README.md": readme, "gcn/train.py": code, "data/cora/cora.content": "1 0\n"}
    assert outcome("data-versioned", files) == "pass"
    assert outcome("data-versioned", {**files, "data/cora/cora.content": "", "data/cora/README": ""}) == "pass"
    without = {path: text for path, text in files.items() if not path.startswith("data/")}
    assert outcome("data-versioned", {**without, "data/cora/README": "fetch it\n"}) == "partial"
