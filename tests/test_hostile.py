"""Whatever a repository holds, the audit ends with a report, in time, and runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile_inputs import SECTIONS, Input, inputs
from tests.repositories import INNOCENT, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.confined import Confined

ALL = [item for section in SECTIONS for item in inputs(section)]


@pytest.mark.parametrize("item", [pytest.param(i, id=f"{i.paths[0]}: {i.name}") for i in ALL])
def test_a_file_that_breaks_parsers_ends_in_a_report(item: Input, tmp_path: Path, confined: Confined) -> None:
    write(tmp_path, {**INNOCENT, **item.files})
    run = confined.audit("audit", str(tmp_path), "--format", "json")
    run.assert_reported()
    places = {finding["path"] for result in run.report["results"] for finding in result["findings"]}
    assert "src/train.py" in places, "one bad file does not hide what is seen in others"


@pytest.mark.parametrize("item", [pytest.param(i, id=f"{i.paths[0]}: {i.name}") for i in ALL])
def test_every_parser_survives_every_content(item: Input, tmp_path: Path, confined: Confined) -> None:
    path = item.paths[0]
    write(tmp_path, {path: item.files[path]})
    run = confined.parse(tmp_path / path)
    assert run.status == 0, f"status {run.status} after {run.seconds:.1f} s: {run.errors[:1000]} {run.output[-40:]}"
