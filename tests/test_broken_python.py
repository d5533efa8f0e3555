"""A file with one bad place is still understood around it."""

from __future__ import annotations

import pytest

from ml_readiness.parsers.python import PythonFile

GOOD = "import pandas\n\n\ndef load():\n    return pandas.read_csv('a')\n\n\n"
BAD = (
    "def wrong():\n        x = [\n    {a: b}\n  }\n" + "".join(f"{' ' * (90 - i)}y{i} = 1\n" for i in range(80)) + "\n"
)


def test_statements_around_a_hopeless_one_are_kept_with_their_lines() -> None:
    found = PythonFile.parse((GOOD + BAD + "import torch\n" + GOOD).encode())
    assert {each.module for each in found.imports} == {"pandas", "torch"}
    assert next(each.line for each in found.imports if each.module == "torch") == (GOOD + BAD).count("\n") + 1
    assert found.broken


def test_what_is_no_python_at_all_stays_unread() -> None:
    prose = "".join(f"This is sentence {i}, and it goes on; so it does.\n" for i in range(200))
    with pytest.raises(SyntaxError):
        PythonFile.parse(prose.encode())
