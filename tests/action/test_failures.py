"""The table of what can go wrong names a test for every case, and every test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = 45
ROWS = [line.strip("|").split("|") for line in (HERE / "README.md").read_text("utf-8").splitlines() if line[:2] == "| "]
TABLE = {int(row[0]): row for row in ROWS if row[0].strip().isdigit()}


@cache
def names_in(module: str) -> frozenset[str]:
    """The names of the tests in a module."""
    (file,) = [path for folder in (HERE, HERE.parent) if (path := folder / f"{module}.py").is_file()]
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_case_has_a_row() -> None:
    assert list(TABLE) == list(range(1, CASES + 1))


@pytest.mark.parametrize("case", TABLE)
def test_every_case_names_tests_that_are_there(case: int) -> None:
    _, happens, done, tests = TABLE[case]
    named = re.findall(r"`(test_\w+)::(test_\w+)`", tests)
    assert happens.strip() and done.strip() and named
    assert [name for module, name in named if name not in names_in(module)] == []
