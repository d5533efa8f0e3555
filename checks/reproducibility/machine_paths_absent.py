"""Nothing is tied to one machine."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.machine_paths import MachinePath, MachinePaths
from ml_readiness.report import Confidence, Effort, Finding, Severity

MOST = 8
MANY = 3
WORDS = {
    "home": "a home folder",
    "drive": "a drive of one computer",
    "share": "a network share",
    "mounted": "a mounted disk",
    "hosted": "a folder of one notebook host",
    "private": "an address inside one network",
}


@check("Does it run on another machine?", severity=Severity.MEDIUM, effort=Effort.SMALL, prohibition=True, core=False)
def machine_paths_absent(paths: MachinePaths, lifecycle: Lifecycle, serving: Serving) -> Iterator[Finding]:
    """A path into somebody's home folder works for that person only. Everybody else starts with an error, edits the
    code, and from then on nobody runs the same program.

    ## How to fix
    Build paths from `Path(__file__).parent`, a setting or an argument, and give the data folder a default inside the
    repository.

    ## Sources
    - ML reproducibility checklist

    ## Fails
    ```python title="train.py"
    import pandas as pd
    from sklearn.svm import SVC

    data = pd.read_csv("/home/maria/churn/train.csv")
    SVC().fit(data, data)
    ```
    ## Partial: the default of an argument
    ```python title="train.py"
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="/home/maria/churn/train.csv")
    ```
    ## Passes
    ```python title="train.py"
    from pathlib import Path

    DATA = Path(__file__).parent / "data" / "train.csv"
    ```
    """
    found = [path for path in paths.found if path.kind != "hosted"]
    hosted = [path for path in paths.found if path.kind == "hosted"]
    main = lifecycle.units("training", "predicting") | {route.unit.path for route in serving.routes}
    fixed = [path for path in found if not path.overridable]
    stopping = [path for path in fixed if path.path in main]
    verdict = fail if stopping or len(fixed) >= MANY else partial
    shown = sorted([*found, *hosted], key=lambda path: (path not in stopping, path.overridable))
    for path in shown[:MOST]:
        yield verdict(_message(path), at=path.location, confidence=Confidence.MEDIUM)
    if not shown:
        yield ok("no path or address of one machine in code and configuration")


def _message(path: MachinePath) -> str:
    default = ", as a default" if path.overridable else ""
    return f"{WORDS[path.kind]}{default}: `{path.value[:100]}`"
