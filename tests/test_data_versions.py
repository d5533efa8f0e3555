"""What fixes the training data: versions of assets, artefacts and tables, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.auditing import answer, outcome

FIT = "from sklearn.svm import SVC\nSVC().fit(d, 1)\n"
SPARK = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"


def versioned(code: str, **files: str) -> str:
    """The answer about a script that trains on `d`."""
    return answer("data-versioned", {"train.py": code + FIT, **files}).outcome.value


@pytest.mark.parametrize(
    ("code", "fixed", "loose"),
    [
        (
            "from azureml.core import Dataset\nd = Dataset.get_by_name(ws, 'churn'{}).to_pandas_dataframe()\n",
            ", version=3",
            "",
        ),
        ("import wandb\nd = wandb.init().use_artifact('me/churn:{}').download()\n", "v3", "latest"),
        ("import kagglehub\nd = kagglehub.dataset_download('a/b{}')\n", "/versions/2", ""),
        ("import tensorflow_datasets as tfds\nd = tfds.load('mnist{}')\n", ":3.0.1", ""),
        ("from datasets import load_dataset\nd = load_dataset('imdb'{})\n", ", revision='abc'", ""),
        ("import pandas as pd\nd = pd.read_parquet('lakefs://churn/{}/rows.parquet')\n", "3fa9c1d2", "main"),
        (SPARK + "d = spark.read.format('delta'){}.table('churn')\n", ".option('versionAsOf', 12)", ""),
        (
            "from google.cloud import bigquery\nd = bigquery.Client().query('''SELECT a FROM b.c {} ''')\n",
            "FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01'",
            "WHERE a > 1",
        ),
    ],
)
def test_a_version_fixes_the_data_and_a_name_alone_does_not(code: str, fixed: str, loose: str) -> None:
    assert versioned(code.format(fixed)) == "pass"
    assert versioned(code.format(loose)) == "partial"


def test_a_job_file_names_the_version_of_its_data_asset() -> None:
    job = "$schema: https://example.com/commandJob.schema.json\ninputs:\n  rows:\n    path: azureml:churn{}\n"
    code = "import pandas as pd\nd = pd.read_csv(args.rows)\n"
    assert versioned(code, **{"job.yml": job.format(":3")}) == "pass"
    assert versioned(code, **{"job.yml": job.format("@latest")}) != "pass"


def test_what_was_fetched_with_a_version_is_not_fetched_again_where_it_is_handed_on() -> None:
    code = "from sklearn.datasets import fetch_openml\nd = fetch_openml('adult', version=2)\nprint(d)\n"
    assert versioned(code) == "pass"


TRAIN = "from sklearn.svm import SVC\nmodel = SVC().fit(X, y)\n"


def test_rows_that_are_committed_fix_the_data_and_results_do_not() -> None:
    train = "import pandas as pd\n" + TRAIN + "pd.read_csv('{}')\n"
    assert outcome("data-versioned", {"train.py": train.format("data/rows.csv"), "data/rows.csv": "a\n1\n"}) == "pass"
    kept = {"train.py": train.format("results/scores.csv"), "results/scores.csv": "a\n1\n"}
    assert outcome("data-versioned", kept) == "fail"


def test_a_committed_sample_does_not_stand_for_the_data() -> None:
    files = {
        "train.py": "import pandas as pd\n" + TRAIN + "pd.read_csv('/mnt/rows.csv')\n",
        "data/sample.csv": "a\n1\n",
    }
    assert outcome("data-versioned", files) == "fail"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("load_dataset('imdb')", "partial"),
        ("load_dataset('imdb', revision='0123abc')", "pass"),
    ],
)
def test_a_named_data_set_needs_a_revision(call: str, expected: str) -> None:
    assert outcome("data-versioned", {"train.py": f"from datasets import load_dataset\n{call}\n{TRAIN}"}) == expected


def test_a_library_is_given_its_data_by_those_who_use_it() -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='lvq', packages=['lvq'])\n",
        "README.md": "# lvq\n\n```\npip install lvq\n```\n\n#### Dummy Dataset\n",
        "lvq/__init__.py": "from sklearn.svm import SVC\n\nclass Lvq:\n    def fit(self, X, y):\n"
        "        self.svc = SVC().fit(X, y)\n\n    def predict(self, X):\n        return self.svc.predict(X)\n",
    }
    assert outcome("data-versioned", files) == "not-applicable"
    assert outcome("data-versioned", {"README.md": files["README.md"], "train.py": TRAIN}) == "fail"


def test_a_word_that_ends_like_a_bucket_is_no_place() -> None:
    assert outcome("data-versioned", {"train.py": TRAIN, "words.json": '{\n  "bitbucket": "somewhere"\n}\n'}) == "fail"
    assert outcome("data-versioned", {"train.py": TRAIN, "places.json": '{\n  "bucket": 10927468330128\n}\n'}) == "fail"
    assert (
        outcome("data-versioned", {"train.py": TRAIN, "places.json": '{\n  "bucket": "churn-rows"\n}\n'}) == "partial"
    )


def test_a_command_line_may_read_a_committed_text_by_default() -> None:
    train = (
        "import argparse\n\nasked = argparse.ArgumentParser()\n"
        "asked.add_argument('--input-file', default='names.txt')\n" + TRAIN
    )
    names = "emma\n" * 5000
    assert outcome("data-versioned", {"train.py": train, "names.txt": names}) == "pass"
    assert outcome("data-versioned", {"train.py": train, "names.txt": "emma\n"}) == "fail"
    other = train.replace("--input-file", "--note")
    assert outcome("data-versioned", {"train.py": other, "names.txt": names}) == "fail"
