"""Complexity is radon's, whatever is around the function that is measured."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, cast

import pytest
from radon import complexity as radon

from ml_readiness.parsers.complexity import DEEPEST, Complexity

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


def ways(code: str) -> dict[int, int]:
    """The complexity of each function of some code by its line."""
    return Complexity.parse(code.encode()).by_line


def test_indentation_changes_nothing() -> None:
    alone = ways(BRANCHES)
    nested = ways("class C:\n" + textwrap.indent(BRANCHES, "    "))
    assert alone[1] == nested[2] == cc_visit(BRANCHES)[0].complexity
    assert alone[9] == 2


def test_decorators_and_what_is_no_function_count_for_nothing() -> None:
    assert ways("x = 1 if y else 2\n@wraps(f if g else h)\ndef f():\n    pass\n") == {3: 1}


def test_functions_are_found_in_every_statement_that_may_hold_them() -> None:
    code = "try:\n  def a(): pass\nexcept OSError:\n  def b(): pass\nmatch x:\n  case 1:\n    def c(): pass\n"
    assert ways(code) == {2: 1, 4: 1, 7: 1}


def test_functions_nested_too_deeply_are_left_out() -> None:
    code = "".join(f"{' ' * depth}def f{depth}():\n" for depth in range(2 * DEEPEST)) + " " * 2 * DEEPEST + "pass\n"
    assert len(ways(code)) == DEEPEST


@pytest.mark.parametrize("path", sorted(Path(textwrap.__file__).parent.glob("[a-d]*.py")), ids=lambda path: path.stem)
def test_every_function_of_the_standard_library_has_the_complexity_radon_gives_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    measured = ways(text)
    for block in cc_visit(text):
        if block.letter in "FM":
            assert measured[block.lineno] == block.complexity, block.fullname
