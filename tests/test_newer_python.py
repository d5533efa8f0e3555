"""Syntax that the running interpreter may not know is understood all the same."""

from __future__ import annotations

import ast
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_readiness.parsers.newer import older
from ml_readiness.parsers.python import PythonFile

PIECES = ['f"', "t'", '"', "'", '"""', "{", "}", "{{", "[", "]", "\\", "\n", "#", "x", ":", "!r", "f'", 'rf"', " "]


def calls(code: str) -> list[str]:
    found = PythonFile.parse(code.encode())
    assert not found.broken, found.broken
    return [call.name for call in found.calls]


@pytest.mark.parametrize(
    "code",
    [
        'import torch\nx = f"{torch.load("a")}"\n',
        "import torch\nx = f'{torch.load('a')} {torch.load('b')!r:>{10}}'\n",
        'import torch\nx = f"{torch.load("a")} and {", ".join(["b"])}"\n',
        'import torch\nx = t"{torch.load("a")}"\n',
        "import torch\nx = tr'{torch.load(1)}'\n",
        "import torch\ntype Vector[T: (int, str)] = list[T]\nx = torch.load(1)\n",
        "import torch\ndef first[T, *Ts, **P](x: T) -> T:\n    return torch.load(x)\n",
        "import torch\nclass Box[K: dict[str, int]](dict):\n    x = torch.load(1)\n",
        "import torch\ntry:\n    torch.load(1)\nexcept ValueError, os.OSError:\n    pass\n",
        "import torch\ntry:\n    torch.load(1)\nexcept* ValueError, KeyError:\n    pass\n",
    ],
)
def test_newer_syntax_is_read_whole(code: str) -> None:
    assert "torch.load" in calls(code)


def test_fields_over_several_lines_and_with_both_quotes_lose_only_themselves() -> None:
    code = 'import torch\nx = f"{\'a\' + "b"} {\n  1\n}"\ntorch.load(x)\n'
    assert "torch.load" in calls(code)
    assert PythonFile.parse(code.encode()).calls[-1].line == 5


@pytest.mark.parametrize(
    "code",
    [
        "def area((width, height), unit):\n    return save(width)\n",
        "try:\n    save(1)\nexcept IOError, error:\n    print error\n",
        "if a <> b:\n    save(`a`)\n",
    ],
)
def test_what_python_2_alone_had_is_read_whole(code: str) -> None:
    assert any(name.endswith("save") for name in calls(code))


@settings(deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)))
def test_any_text_keeps_its_lines(text: str) -> None:
    assert older(text).count("\n") == text.count("\n")


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_what_could_be_read_before_still_can(text: str) -> None:
    try:
        before = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    assert len(ast.parse(older(text)).body) == len(before.body)


@pytest.mark.parametrize(
    "text", ["f'{" * 60_000, "f'{\"" * 50_000, "f'{[(" * 40_000, "class a[" * 50_000, "except A, " * 50_000]
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    start = time.process_time()
    older(text)
    assert time.process_time() - start < 4
