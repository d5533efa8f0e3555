"""Draws `docs/report.svg`, the picture in the README: the report on a small service, shortened in the middle."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ml_readiness import Memory, audit
from ml_readiness.render import terminal

WIDTH = 88
SHOWN = 4
"""How many of the findings are kept."""

FILES = {
    "README.md": """\
# Churn service

Who will leave next month? AUC 0.83 on the customers of March 2026.

    pip install -r requirements.txt
    python -m churn.train
    uvicorn churn.app:app
""",
    "LICENSE": "Apache License\nVersion 2.0, January 2004\nhttp://www.apache.org/licenses/\n",
    "requirements.txt": "pandas\nscikit-learn>=1.4\nfastapi\njoblib\nuvicorn\n",
    "churn/__init__.py": "",
    "churn/features.py": """\
import pandas as pd


def clean(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.dropna(subset=["tenure"])
    rows["monthly"] = rows["charges"] / rows["tenure"]
    return rows
""",
    "churn/train.py": """\
import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from churn.features import clean


def main():
    rows = clean(pd.read_csv("data/churn.csv"))
    x = StandardScaler().fit_transform(rows.drop(columns=["left"]))
    train, test, y_train, y_test = train_test_split(x, rows["left"])
    model = RandomForestClassifier().fit(train, y_train)
    print("accuracy", model.score(test, y_test))
    joblib.dump(model, "model.joblib")


if __name__ == "__main__":
    main()
""",
    "churn/app.py": """\
import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel, Field

from churn.features import clean

app = FastAPI()
model = joblib.load("model.joblib")


class Customer(BaseModel):
    tenure: int = Field(ge=0)
    charges: float = Field(ge=0)


@app.post("/predict")
def predict(customer: Customer):
    rows = clean(pd.DataFrame([customer.model_dump()]))
    return {"churn": float(model.predict_proba(rows)[0, 1])}
""",
    "tests/test_features.py": """\
import pandas as pd

from churn.features import clean


def test_rows_without_tenure_go():
    rows = pd.DataFrame({"tenure": [None, 2], "charges": [10.0, 20.0]})
    assert list(clean(rows)["monthly"]) == [10.0]
""",
    ".github/workflows/ci.yml": """\
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.txt pytest
      - run: pytest
        continue-on-error: true
""",
    "Dockerfile": """\
FROM python:3.12
COPY . /app
WORKDIR /app
RUN pip install -r requirements.txt
CMD ["uvicorn", "churn.app:app"]
""",
}


def lines() -> list[Text]:
    """The report's lines, with colours."""
    report = audit(Memory(FILES, name="churn-service"))
    console = Console(file=io.StringIO(), width=WIDTH, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        terminal.show(report, console)
    return [Text.from_ansi(line) for line in capture.get().splitlines()]


def shortened(whole: list[Text]) -> list[Text]:
    """The first findings and the end."""
    findings = [number for number, line in enumerate(whole) if line.plain.startswith("✗")]
    end = next(number for number, line in enumerate(whole) if line.plain.startswith("What to do first"))
    return [*whole[: findings[SHOWN]], Text("[...]", style="dim"), Text(), *whole[end:]]


def picture() -> str:
    """The SVG, which asks no other place for fonts."""
    console = Console(file=io.StringIO(), width=WIDTH, record=True, force_terminal=True, color_system="standard")
    console.print(Text("$ ml-readiness audit", style="bold"), Text(), sep="\n")
    for line in shortened(lines()):
        console.print(line, soft_wrap=True)
    svg = console.export_svg(title="ml-readiness", unique_id="report")
    svg = re.sub(r"@font-face\s*{[^}]*}|<!--.*?-->", "", svg)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("report.svg").write_text(picture(), encoding="utf-8")
