"""Whatever a repository holds, the audit ends with a report, in time, and runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.confined import Confined, Run
from tests.hostile_inputs import SECTIONS, Input, inputs
from tests.repositories import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 20
MEMORY = 1_000_000_000
INNOCENT = {
    "README.md": "# Churn\n\nPredicts who leaves.\n",
    "src/train.py": "import joblib\nfrom sklearn.svm import SVC\n\nmodel = SVC().fit(X, y)\njoblib.dump(model, 'm.joblib')\n",
    "requirements.txt": "scikit-learn==1.5.0\n",
}
ALL = [item for section in SECTIONS for item in inputs(section)]


@pytest.fixture(scope="module")
def confined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Confined]:
    with Confined(tmp_path_factory.mktemp("confined"), MEMORY, SECONDS) as confined:
        yield confined


def assert_reported(run: Run) -> None:
    """The run ended by itself with a whole report."""
    assert run.status == 0, f"status {run.status} after {run.seconds:.1f} s: {run.errors[:1000]} {run.output[:300]}"
    assert run.report["complete"] is True


@pytest.mark.parametrize("item", [pytest.param(i, id=f"{i.paths[0]}: {i.name}") for i in ALL])
def test_a_file_that_breaks_parsers_ends_in_a_report(item: Input, tmp_path: Path, confined: Confined) -> None:
    write(tmp_path, {**INNOCENT, **item.files})
    run = confined.audit("audit", str(tmp_path), "--format", "json")
    assert_reported(run)
    assert run.report["kind"] != "not-ml"


@pytest.mark.parametrize("item", [pytest.param(i, id=f"{i.paths[0]}: {i.name}") for i in ALL])
def test_every_parser_survives_every_content(item: Input, tmp_path: Path, confined: Confined) -> None:
    path = item.paths[0]
    write(tmp_path, {path: item.files[path]})
    run = confined.parse(tmp_path / path)
    assert run.status == 0, f"status {run.status} after {run.seconds:.1f} s: {run.errors[:1000]} {run.output[-40:]}"
