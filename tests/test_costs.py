"""What an audit does in all, counted: nothing here depends on how busy the machine is."""

from __future__ import annotations

import ast
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from ml_readiness import library
from ml_readiness.audit import audit_snapshot
from ml_readiness.snapshot import Memory

if TYPE_CHECKING:
    import pytest

TRAINS = """
import joblib
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

def train(rows: "list[int]", depth: "list[int]") -> None:
    train_rows, test_rows = train_test_split(rows)
    joblib.dump(LogisticRegression().fit(train_rows), "model.joblib")

train([1], [2])
"""
FILES = {
    "setup.py": "from setuptools import setup\nsetup(name='shop', install_requires=['scikit-learn'])\n",
    "train.py": TRAINS,
    "src/shop/again.py": TRAINS,
    "tests/test_train.py": TRAINS + "def test_train(): assert train([1], [2]) is None\n",
    "explore.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": TRAINS + "# in a notebook"}]}),
}


def test_every_content_is_parsed_at_most_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: Counter[bytes] = Counter()
    parse = ast.parse

    def counted(source: str | bytes, *more: Any, **named: Any) -> Any:
        parsed[source.encode() if isinstance(source, str) else source] += 1
        return parse(source, *more, **named)

    checks = library.load(library.folder())
    monkeypatch.setattr(ast, "parse", counted)
    audit_snapshot(Memory(FILES), checks)
    assert parsed[TRAINS.encode()] == 1
    assert {source: times for source, times in parsed.items() if times > 1} == {}
