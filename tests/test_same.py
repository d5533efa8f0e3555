"""The report does not depend on the cache, on the number of processes, or on where the files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import same
from benchmarks.speed import generated
from ml_readiness import audit
from ml_readiness.kept import Kept
from ml_readiness.snapshot import Memory
from ml_readiness.store import Store
from tests.repositories import INNOCENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.repositories import Made

ODD = {
    "src/broken.py": "def f(:\n",
    "src/nul.py": "x = '\0'\n",
    "src/latin.py": "# -*- coding: latin-1 -*-\nname = 'caf\udce9'\n",
    "src/crlf.py": "import torch\r\nassert torch\r\n",
    "deep.py": "x = " + "(" * 500 + ")" * 500 + "\n",
    "broken.ipynb": "{",
    "work.ipynb": '{"cells": [{"cell_type": "code", "source": ["import torch\\n"], "outputs": []}], "nbformat": 4}',
    "conf/a.yaml": "a: [1, 2\n",
    "data.csv": "a,b\n" * 1000,
    "empty": "",
}


def test_every_way_gives_the_same_report_on_many_files(tmp_path: Path) -> None:
    assert same.differences(generated.repository(tmp_path / "generated", 150)) == []


def test_every_way_gives_the_same_report_on_odd_files(made: Made) -> None:
    files = {path: content.encode("utf-8", "surrogateescape") for path, content in {**INNOCENT, **ODD}.items()}
    made.commit(files)
    assert same.differences(made.path) == []


TRAIN = (
    "import joblib\nfrom sklearn.linear_model import LogisticRegression\nfrom features import clean\n\n"
    "def train(rows, labels):\n    model = LogisticRegression().fit(clean(rows), labels)\n"
    "    joblib.dump(model, 'model.joblib')\n\nif __name__ == '__main__':\n    train([], [])\n"
)
FEATURES = "def clean(rows):\n    return [row for row in rows if row]\n"
TEST = "from features import clean\n\ndef test_clean():\n    assert clean([0, 1]) == [1]\n"
BEFORE = {**INNOCENT, **ODD, "train.py": TRAIN, "features.py": FEATURES, "tests/test_features.py": TEST}


@pytest.mark.parametrize(
    "changed",
    [
        {"features.py": FEATURES.replace("if row", "if row and not row.isnull")},
        {"train.py": "# a line more\n" + TRAIN},
        {"features.py": None},
        {"tests/test_features.py": None},
        {"serve.py": "import joblib\nfrom flask import Flask\nmodel = joblib.load('model.joblib')\napp = Flask('x')\n"},
        {"train.py": None, "src/jobs/fit.py": TRAIN},
        {"features.py": TRAIN, "train.py": FEATURES},
        {"features.py": None, "Features.py": FEATURES, "README.md": "# Shop\n\nRun `python train.py`.\n"},
        {"broken.ipynb": ODD["work.ipynb"], "work.ipynb": "{", "conf/a.yaml": "a: 1\n"},
        {"copy/train.py": TRAIN, "copy/features.py": FEATURES, "requirements.txt": "scikit-learn==1.5.0\n"},
    ],
    ids=["change", "shift", "delete", "untest", "add", "move", "swap", "rename", "repair", "copy"],
)
def test_what_is_kept_of_a_former_tree_does_not_show(tmp_path: Path, changed: Mapping[str, str | bytes | None]) -> None:
    """Whatever a change does to files, documents of the tree before it are used only where they are still true."""
    after = {path: content for path, content in {**BEFORE, **changed}.items() if content is not None}
    alone = {name: audit(Memory(files), store=Store()).to_json() for name, files in (("0", BEFORE), ("1", after))}
    for order in ("01", "10"):
        for name in (*order, *order):
            files = Memory(BEFORE if name == "0" else after)
            assert audit(files, store=Store(Kept(tmp_path / order))).to_json() == alone[name]
