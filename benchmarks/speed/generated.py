"""Repositories of any size, the same every time: many small files of every kind that an audit reads."""

from __future__ import annotations

import os
import random
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHANGED = 10
"""How many files the last commit changes."""
PER_FOLDER = 40

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
ROOT = {
    "README.md": "# Shop\n\nPredicts who leaves. Run `python -m package_0.module_0`.\n",
    "requirements.txt": "numpy==1.26.4\npandas==2.2.2\nscikit-learn==1.5.0\nfastapi==0.111.0\n",
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\n',
    ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n    - run: pytest\n",
    "Dockerfile": 'FROM python:3.11-slim\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "serve.py"]\n',
}


def repository(folder: Path, files: int) -> Path:
    """A git work tree with so many files; its last commit changes ten of them."""
    if not (folder / ".git").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _git(folder, "init", "-q", "-b", "main")
        for path, content in _files(files):
            _write(folder / path, content)
        _commit(folder)
        change(folder)
    return folder


def change(folder: Path) -> None:
    """One more commit, which changes ten Python files."""
    for path in sorted(folder.glob("package_*/module_*.py"))[:: max(1, PER_FOLDER // 2)][:CHANGED]:
        _write(path, path.read_text("utf-8") + "\n\ndef added(x):\n    return x\n")
    _commit(folder)


def _files(count: int) -> Iterator[tuple[str, str]]:
    yield from ROOT.items()
    made = len(ROOT)
    number = 0
    while made < count:
        folder, chance = f"package_{number // PER_FOLDER}", random.Random(number)  # noqa: S311
        for path, content in _around(folder, number, chance):
            if made < count:
                made += 1
                yield path, content
        number += 1


def _around(folder: str, number: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    is_training = number % 10 == 0
    yield f"{folder}/module_{number}.py", _training(number) if is_training else _module(folder, number, chance)
    if number % 5 == 1:
        yield f"tests/{folder}/test_{number}.py", _test(folder, number)
    if number % 20 == 2:
        yield (
            f"{folder}/conf_{number}.yaml",
            f"model:\n  depth: {number}\n  rate: 0.{number}\ndata: data_{number}.csv\n",
        )
    if number % 20 == 3:
        yield f"docs/page_{number}.md", f"# Page {number}\n\nSee [the module](../{folder}/module_{number}.py).\n" * 4
    if number % 50 == 4:
        yield f"{folder}/table_{number}.csv", "a,b\n" + f"{number},2\n" * 20


def _module(folder: str, number: int, chance: random.Random) -> str:
    other = max(0, number - 1 - chance.randrange(PER_FOLDER))
    return f'''"""Module {number} of the shop."""

import logging

import numpy as np
import pandas as pd

from package_{other // PER_FOLDER}.module_{other} import Model{other}


class Model{number}:
    """One model of many."""

    def __init__(self, depth={chance.randrange(9)}, rate=0.{chance.randrange(99)}):
        self.depth = depth
        self.rate = rate

    def describe(self, rows):
        """What it is like."""
        for row in rows:
            if row.size > {chance.randrange(99)} and row.name not in self.__dict__:
                logging.getLogger(__name__).info("%s: %s", row.name, np.mean(row.values))
        return {{"depth": self.depth, "rate": self.rate}}


def load_{number}(path):
    """The table of {folder}."""
    frame = pd.read_csv(path)
    return frame[frame["column_{number}"] > {chance.randrange(99)}]
'''


def _training(number: int) -> str:
    return f'''"""Trains model {number}."""

import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split


class Model{number}:
    """One model of many."""

    depth = {number}


def main(path="table_{number}.csv"):
    """Trains and saves it."""
    frame = pd.read_csv(path)
    train, test = train_test_split(frame, test_size=0.2, random_state={number})
    model = LogisticRegression().fit(train[["a"]], train["b"])
    print("accuracy", model.score(test[["a"]], test["b"]))
    joblib.dump(model, "model_{number}.joblib")


if __name__ == "__main__":
    main()
'''


def _test(folder: str, number: int) -> str:
    return f"""from {folder}.module_{number} import Model{number}


def test_depth():
    assert Model{number}(depth=3).depth == 3
"""


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def _commit(folder: Path) -> None:
    _git(folder, "add", "--all")
    _git(folder, "commit", "-q", "-m", "work")


def _git(folder: Path, *command: str) -> None:
    subprocess.run(["git", *command], cwd=folder, env={**os.environ, **IDENTITY}, check=True)
