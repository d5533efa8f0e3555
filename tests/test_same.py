"""The report does not depend on the cache, on the number of processes, or on where the files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import same
from benchmarks.speed import generated
from tests.repositories import INNOCENT

if TYPE_CHECKING:
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
