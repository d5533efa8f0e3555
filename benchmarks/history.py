"""How long the history of a year of daily commits takes: a repository of a hundred files with realistic changes.

python -m benchmarks.history [FOLDER]
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS = 365
MODULES = 60
START = 1_735_732_800

TRAINING = """\
import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from shop.features.part_0 import clean_0


def main() -> None:
    rows = clean_0(pd.read_csv("data/churn.csv"))
    train, test, y, z = train_test_split(rows.drop(columns=["left"]), rows["left"]{seed})
    scaler = StandardScaler().fit(train)
    model = RandomForestClassifier({options}).fit(scaler.transform(train), y)
    print("auc", roc_auc_score(z, model.predict_proba(scaler.transform(test))[:, 1]))
    joblib.dump((scaler, model), "model.joblib")


if __name__ == "__main__":
    main()
"""
SERVING = """\
import logging

import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

from shop.features.part_0 import clean_0

app = FastAPI()
scaler, model = joblib.load("model.joblib")
log = logging.getLogger(__name__)


class Customer(BaseModel):
    tenure: int
    charges: float


@app.post("/predict")
def predict(customer: Customer) -> dict[str, float]:
    rows = clean_0(pd.DataFrame([customer.model_dump()]))
    answer = float(model.predict_proba(scaler.transform(rows))[0, 1])
    log.info("predicted %s", answer)
    return {"churn": answer}
"""
WORKFLOW = """\
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.txt pytest
      - run: pytest
"""


def module(number: int, change: int) -> str:
    """A file of feature code; every change adds something to it."""
    body = "\n\n".join(
        f"def {name}_{number}(rows: pd.DataFrame) -> pd.DataFrame:\n"
        f'    """Step {step} of part {number}."""\n'
        f'    rows = rows.dropna(subset=["column_{step}"])\n'
        f'    rows["ratio_{step}"] = rows["a_{step}"] / (rows["b_{step}"] + {step + change})\n'
        f"    return rows[rows.ratio_{step} > {number}]"
        for step, name in enumerate(
            ["clean", "encode", "scale", "join", "filter"] + [f"extra_{n}" for n in range(change)]
        )
    )
    return f"import numpy as np\nimport pandas as pd\n\nLIMIT = {number}\n\n\n{body}\n"


def test(number: int) -> str:
    """A test of a file of feature code."""
    return (
        f"import pandas as pd\n\nfrom shop.features.part_{number} import clean_{number}\n\n\n"
        f"def test_clean_{number}() -> None:\n"
        f'    rows = pd.DataFrame({{"column_0": [1, None], "a_0": [9, 1], "b_0": [1, 1]}})\n'
        f"    assert len(clean_{number}(rows)) <= 1\n"
    )


def first() -> dict[str, str]:
    """The files of the first day."""
    files = {f"shop/features/part_{number}.py": module(number, 0) for number in range(MODULES)}
    files |= {f"config/part_{number}.yaml": f"limit: {number}\nname: part\n" for number in range(15)}
    files |= {f"docs/part_{number}.md": f"# Part {number}\n\nWhat it does.\n" for number in range(15)}
    return files | {
        "README.md": "# Churn\n\nWho leaves?\n",
        "requirements.txt": "pandas\nscikit-learn\nfastapi\njoblib\n",
        "shop/__init__.py": "",
        "shop/features/__init__.py": "",
        "shop/train.py": TRAINING.format(seed="", options=""),
    }


def changes(day: int, chance: random.Random) -> dict[str, str]:
    """What one day changes: one to three files of features, now and then a test, the model, the text."""
    files = {
        f"shop/features/part_{number}.py": module(number, 1 + day // 40) for number in chance.sample(range(MODULES), 2)
    }
    if day % 3 == 0:
        files["README.md"] = f"# Churn\n\nWho leaves?\n\nAUC 0.8{day % 10} after {day} days.\n"
    if day % 7 == 0:
        files["shop/train.py"] = TRAINING.format(
            seed=", random_state=7" if day > 90 else "", options=f"n_estimators={100 + day}"
        )
    if day % 14 == 0:
        files[f"tests/test_part_{day // 14}.py"] = test(day // 14)
    milestones = {
        60: {"shop/app.py": SERVING},
        120: {".github/workflows/ci.yml": WORKFLOW},
        180: {"requirements.txt": "pandas==2.2.0\nscikit-learn==1.5.0\nfastapi==0.115.0\njoblib==1.4.0\n"},
        240: {"Dockerfile": "FROM python:3.12-slim\nCOPY . /app\nRUN pip install -r requirements.txt\n"},
        300: {".github/workflows/ci.yml": WORKFLOW.replace("- run: pytest\n", "- run: pytest || true\n")},
    }
    return files | milestones.get(day, {})


def stream(days: int = DAYS) -> Iterator[bytes]:
    """The repository as `git fast-import` reads it."""
    chance = random.Random(7)  # noqa: S311
    for day in range(days):
        files = first() if day == 0 else changes(day, chance)
        subject = f"Day {day}: {', '.join(sorted(files)[:2]) if day else 'the first files'}"
        yield f"commit refs/heads/main\ncommitter Ada <ada@example.com> {START + day * 86_400} +0000\n".encode()
        yield _data(subject.encode())
        for path, text in files.items():
            yield f"M 100644 inline {path}\n".encode() + _data(text.encode())
    yield b"done\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def make(folder: Path, days: int = DAYS) -> Path:
    """The repository, bare."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", folder], check=True)
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet", "--done"], input=b"".join(stream(days)), check=True)
    return folder


def main() -> None:
    """Makes the repository and measures the command on it, without what is kept from before."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch, "shop.git"))
        started = time.perf_counter()
        command = [sys.executable, "-m", "ml_readiness", "history", str(folder), "--every", "1"]
        environment = {"ML_READINESS_CACHE": "", "PATH": "/usr/bin:/bin"}
        subprocess.run(command, check=True, env=environment)
        print(f"{time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
