"""Is the training data fixed?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.data.datasets import Datasets
from ml_readiness.facts.data.kept_data import BESIDE
from ml_readiness.facts.data.own_data import OwnData
from ml_readiness.facts.language.llm_evals import LlmEvals
from ml_readiness.facts.project.members import Members
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SEVERAL = 2
"""Addresses without a version from which on a release beside them does not speak for the data."""


@check(
    "Can the exact training data be had again?",
    severity=Severity.MEDIUM,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML],
)
def data_versioned(
    datasets: Datasets, own: OwnData, members: Members, evals: LlmEvals, project: Project
) -> Iterator[Finding]:
    """When the data behind a name changes, the same code trains another model, and nobody can tell which of the two
    changed. Data with a version or a checksum can be had again.

    ## How to fix
    Track the data with DVC or LFS, or name its version: a revision, a release, or the checksum of the download.

    ## Sources
    - Engineering best practices for ML: versioning for data, model, configurations and scripts

    ## Fails
    ```python title="train.py"
    import pandas as pd
    from sklearn.svm import SVC

    rows = pd.read_csv("/mnt/share/rows.csv")
    SVC().fit(rows[["a"]], rows["b"])
    ```

    ## Partial
    ```python title="train.py"
    from datasets import load_dataset
    from sklearn.svm import SVC

    rows = load_dataset("imdb")
    SVC().fit(rows["train"]["text"], rows["train"]["label"])
    ```

    ## Partial: named in the README
    ```markdown title="README.md"
    Download the data from https://www.kaggle.com/datasets/somebody/rows into `data/`.
    ```
    ```python title="train.py"
    import pandas as pd
    from sklearn.svm import SVC

    rows = pd.read_csv("data/rows.csv")
    SVC().fit(rows[["a"]], rows["b"])
    ```

    ## Passes
    ```python title="train.py"
    from datasets import load_dataset
    from sklearn.svm import SVC

    rows = load_dataset("imdb", revision="e6281661ce1c48d982bc483cf8a173c1bbeb5d31")
    SVC().fit(rows["train"]["text"], rows["train"]["label"])
    ```

    ## Passes: with a pointer
    ```yaml title="data/rows.csv.dvc"
    outs:
    - md5: 0cc175b9c0f1b6a831c399e269772661
      path: rows.csv
    ```
    ```python title="train.py"
    import pandas as pd
    from sklearn.svm import SVC

    rows = pd.read_csv("data/rows.csv")
    SVC().fit(rows[["a"]], rows["b"])
    ```

    ## Does not apply
    ```python title="app.py"
    from transformers import pipeline

    print(pipeline("sentiment-analysis")("fine"))
    ```
    """
    if not datasets.learns:
        if evals.judging and evals.cases:
            case = evals.cases[0]
            yield ok(f"answers are judged on {case.what}, which is committed", at=case.location)
        return
    fetched = (*datasets.named, *datasets.addresses)
    named = [source for source in fetched if source.location.path in _production(datasets)]
    loose_calls = [source for source in named if source in datasets.named]
    several = bool(members.reasons) and bool(named)
    releases = datasets.releases if len(named) < SEVERAL else ()
    versioned = () if loose_calls or several else datasets.versioned or releases
    fixed = datasets.pointers or versioned or (() if named else datasets.committed)
    missing = [read for read in datasets.missing if read.path.rpartition("/")[2] not in own.written]
    if not fixed and not named and not missing and (rows := _unread(datasets)):
        path = rows[0]
        yield ok(f"`{path}` is committed", at=path, confidence=Confidence.MEDIUM)
    elif not fixed and not named and (kept := (*datasets.kept.archives, *datasets.kept.corpora)):
        path = kept[0]
        yield ok(f"`{path}` is committed", at=path, confidence=Confidence.MEDIUM)
    elif fixed:
        yield ok(fixed[0].what, at=fixed[0].location)
    elif own.seeded and not fetched:
        source = own.seeded[0]
        yield ok(source.what, at=source.location, confidence=Confidence.MEDIUM)
    elif loose := (*named, *fetched, *datasets.described, *datasets.services, *datasets.gathered):
        yield partial(loose[0].what, at=loose[0].location, confidence=Confidence.MEDIUM)
    elif made := (*datasets.made, *own.drawn):
        yield partial(made[0].what, at=made[0].location, confidence=Confidence.MEDIUM)
    elif missing:
        read = missing[0]
        yield fail(f"`{read.path}` is read, is not here, and nothing says where it comes from", at=read.location)
    elif project.kind is not ProjectKind.LIBRARY and (datasets.lifecycle.training or datasets.lifecycle.measuring):
        yield fail("nothing tells where the training data comes from", confidence=Confidence.MEDIUM)


def _unread(datasets: Datasets) -> tuple[str, ...]:
    """Committed tables that no call is seen to read: not the lists and labels that go with data from elsewhere."""
    return tuple(path for path in datasets.kept.tables if not (datasets.described and BESIDE.search(path)))


def _production(datasets: Datasets) -> frozenset[str]:
    """Files whose data matters most: production code, and the notebooks where only they train."""
    training = datasets.lifecycle.units("training")
    paths = {unit.path for unit in datasets.code.production}
    return frozenset(paths if paths & training else paths | training)
