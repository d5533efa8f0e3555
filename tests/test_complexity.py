"""Complexity is radon's, whatever is around the function that is measured."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import Any, cast

import pytest
from radon import complexity as radon

from ml_readiness.parsers.complexity import complexity

cc_visit = cast("Any", radon).cc_visit

BRANCHES = """def f(rows):
    '''Says
nothing that is indented.'''
    for row in rows:
        if row and row > 1 or row < -1:
            yield [each for each in row if each]
        elif row:
            assert row
    def inner():
        return 1 if rows else 2
    return inner
"""


def test_indentation_changes_nothing() -> None:
    alone = complexity(tuple(BRANCHES.split("\n")))
    nested = BRANCHES.replace("\n    ", "\n        ").replace("def f", "    def f")
    assert complexity(tuple(nested.split("\n"))) == alone == cc_visit(BRANCHES)[0].complexity


def test_what_is_no_function_has_no_complexity() -> None:
    assert complexity(("x = 1",)) is None
    assert complexity(("def f(:", "  )(")) is None


@pytest.mark.parametrize("path", sorted(Path(textwrap.__file__).parent.glob("[a-d]*.py")), ids=lambda path: path.stem)
def test_every_function_of_the_standard_library_has_the_complexity_radon_gives_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    ends = {(n.name, n.lineno): n.end_lineno for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)}
    for block in cc_visit(text):
        if (block.name, block.lineno) in ends:
            own = lines[block.lineno - 1 : ends[block.name, block.lineno]]
            assert complexity(tuple(own)) == block.complexity, block.fullname
