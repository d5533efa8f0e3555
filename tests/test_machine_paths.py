"""Paths of one machine are told from paths that every machine has."""

from __future__ import annotations

import pytest

from ml_readiness.report import Outcome
from tests.auditing import answer

HOME = "/ho" + "me/maria"
MAC = "/Us" + "ers/maria"


@pytest.mark.parametrize(
    "value",
    [
        f"{HOME}/data/train.csv",
        f"{MAC}/Desktop/x.csv",
        f"file://{HOME}/mlruns",
        "C:\\\\\\\\Data\\\\\\\\train.csv",
        "D:/datasets/train.csv",
        "/mnt/disk7/churn/train.csv",
        "http://192.168.7.14:5000/predict",
        "postgresql://10.1.2.3/db",
        "/content/drive/MyDrive/x.csv",
        "/kaggle/input/titanic/train.csv",
    ],
)
def test_what_ties_code_to_a_machine(value: str) -> None:
    found = answer("machine-paths-absent", {"src/load.py": f"import os\nPATH = '{value}'\n"})
    assert found.outcome is Outcome.PARTIAL
    assert found.places == {"src/load.py:2"}


@pytest.mark.parametrize(
    "value",
    [
        "/tmp/x/train.csv",
        "/usr/bin/env python",
        "/opt/ml/model",
        "/app/model.pkl",
        "/home",
        "/users/login",
        "/data",
        "data/train.csv",
        "C:/Windows/Fonts/arial.ttf",
        "https://example.org/home/maria/x",
        "http://localhost:5000",
        "http://10.0.0.5x",
        "^/home/[a-z]+/x",
        "a:b/c",
        "s3://bucket/train.csv",
        "/ho" + "me/jovyan/work/x",
    ],
)
def test_what_every_machine_has(value: str) -> None:
    assert answer("machine-paths-absent", {"src/load.py": f"PATH = '{value}'\n"}).outcome is Outcome.PASS


def test_docstrings_tests_comments_and_images_are_left_out() -> None:
    files = {
        "src/a.py": f'"""Reads {HOME}/x."""\n# {HOME}/y\n',
        "tests/test_a.py": f"P = '{HOME}/x'",
        "docker-compose.yml": f"volumes: ['{HOME}/x:/data']",
        ".github/workflows/ci.yml": f"run: cp {HOME}/x .",
    }
    assert answer("machine-paths-absent", files).outcome is Outcome.PASS


def test_configuration_counts() -> None:
    found = answer("machine-paths-absent", {"config/train.yaml": f"a: 1\ndata: {HOME}/train.csv\n"})
    assert found.places == {"config/train.yaml:2"}


def test_three_are_too_many() -> None:
    source = "\n".join(f"P{i} = '{HOME}/{i}.csv'" for i in range(3))
    assert answer("machine-paths-absent", {"src/load.py": source}).outcome is Outcome.FAIL


def test_a_default_is_less_bad() -> None:
    source = (
        f"import os\nimport pandas\nfrom sklearn.svm import SVC\nP = os.getenv('P', '{HOME}/x.csv')\nSVC().fit(P, P)"
    )
    assert answer("machine-paths-absent", {"train.py": source}).outcome is Outcome.PARTIAL
    assert (
        answer("machine-paths-absent", {"train.py": source.replace("os.getenv('P', ", "str(")}).outcome is Outcome.FAIL
    )


@pytest.mark.parametrize(
    ("sizes", "outcome"),
    [
        ([9_000_000], Outcome.PASS),
        ([11_000_000], Outcome.PARTIAL),
        ([11_000_000, 12_000_000], Outcome.FAIL),
        ([51_000_000], Outcome.FAIL),
        ([9_000_000] * 6, Outcome.PARTIAL),
    ],
)
def test_large_files(sizes: list[int], outcome: Outcome) -> None:
    files: dict[str, str | bytes] = {f"data/{number}.csv": b"1" * size for number, size in enumerate(sizes)}
    assert answer("large-binaries-managed", files).outcome is outcome
