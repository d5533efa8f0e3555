"""Notebooks of every age and state give up their cells and their Python."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.documents import PARSE_ERRORS, Unreadable, parse
from ml_readiness.parsers.magics import mask
from ml_readiness.parsers.notebook import Notebook


def notebook(*sources: str | dict[str, Any], **more: Any) -> Notebook:
    cells = [
        s if isinstance(s, dict) else {"cell_type": "code", "source": s.splitlines(keepends=True)} for s in sources
    ]
    return Notebook.parse(json.dumps({"nbformat": 4, "cells": cells, **more}).encode())


def python_of(*lines: str) -> list[str]:
    return list(mask(lines).lines)


def called(book: Notebook) -> list[tuple[str, tuple[int, int]]]:
    return [(call.name.lstrip("?"), book.place(call.line)) for call in book.code.calls]


def test_a_call_is_found_in_its_cell() -> None:
    book = notebook({"cell_type": "markdown", "source": "# Title"}, "import os\n", "\nx = 1\nos.getcwd()\n")
    assert called(book) == [("os.getcwd", (3, 3))]


def test_a_call_after_foreign_and_empty_cells_keeps_its_place() -> None:
    book = notebook("", "%%bash\npip install x\nls", "%%time\n\nprint(1)")
    assert called(book) == [("print", (3, 3))]
    assert book.magics[0].text == "%%bash"


def test_place_before_the_first_cell_is_no_cell() -> None:
    assert notebook("").place(1) == (0, 1)


@pytest.mark.parametrize(
    ("line", "python"),
    [
        ("!pip install x", "pass"),
        ("    !ls", "    pass"),
        ("%matplotlib inline", "pass"),
        ("% matplotlib inline", "pass"),
        ("%time model.fit(X)", "model.fit(X)"),
        ("%timeit -n 10 f(x)", "f(x)"),
        ("files = !ls", "files = None"),
        ("t = %timeit -o f(x)", "t = f(x)"),
        ("df.head?", "pass"),
        ("pip install x", "pass"),
        ("ls ./data", "pass"),
        ("found: list[str] = %ls", "found: list[str] = None"),
        ("?df", "pass"),
        ("sorted??", "pass"),
    ],
)
def test_what_is_not_python_is_replaced(line: str, python: str) -> None:
    assert python_of("a = 1", line, "b = 2") == ["a = 1", python, "b = 2"]


@pytest.mark.parametrize(
    "lines",
    [
        ("text = '%s' \\", "  % name"),
        ("x = (a", "  %b)"),
        ('sql = """', "%like", '!important"""'),
        ("x = 1 # is it?",),
    ],
)
def test_python_that_looks_like_a_magic_stays(lines: tuple[str, ...]) -> None:
    assert python_of(*lines) == list(lines)


def test_a_magic_beside_a_long_string_leaves_the_string_alone() -> None:
    assert python_of("!pip install x", 'q = """it\'s', "%like", '"""', "%run a.py") == [
        "pass",
        'q = """it\'s',
        "%like",
        '"""',
        "pass",
    ]


def test_a_continued_shell_line_is_one_magic() -> None:
    masked = mask(("!pip install a \\", "  b", "x = 1"))
    assert masked.lines == ("pass", "", "x = 1")
    assert masked.magics == ((1, "!pip install a b"),)


def test_an_indented_cell_is_dedented() -> None:
    assert called(notebook("  f()\n  g()")) == [("f", (1, 1)), ("g", (1, 2))]


def test_many_bad_cells_do_not_lose_the_good_ones() -> None:
    assert called(notebook(*["this is prose"] * 80, "f()")) == [("f", (81, 1))]


def test_a_written_file_is_kept_and_is_not_code() -> None:
    book = notebook("%%writefile -a src/train.py\nimport torch\n")
    assert (book.written[0].path, book.written[0].append, book.written[0].lines) == (
        "src/train.py",
        True,
        ("import torch", ""),
    )
    assert not book.code.imports


def test_one_bad_cell_does_not_lose_the_others() -> None:
    book = notebook("import os", "foo(((\nbar", "import sys\nsys.exit()")
    assert {i.module for i in book.code.imports} == {"os", "sys"}


def test_outputs_are_summarised() -> None:
    failed = {
        "cell_type": "code",
        "source": "f()",
        "execution_count": 7,
        "outputs": [{"output_type": "error", "ename": "X", "traceback": ["secret"]}],
    }
    cell = notebook(failed).cells[0]
    assert (cell.execution_count, cell.has_outputs, cell.has_error) == (7, True, True)
    assert b"secret" not in msgspec.json.encode(notebook(failed))


def test_version_three_is_read() -> None:
    cells = [{"cell_type": "code", "input": ["import os\n", "os.sep"], "prompt_number": 2, "language": "python"}]
    book = Notebook.parse(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode())
    assert book.cells[0].execution_count == 2
    assert book.code.imports[0].module == "os"


@pytest.mark.parametrize("metadata", [{"kernelspec": {"name": "ir"}}, {"language_info": {"name": "julia"}}])
def test_other_kernels_hold_no_python(metadata: dict[str, Any]) -> None:
    book = notebook("library(x)", metadata=metadata)
    assert book.language in {"r", "julia"}
    assert not book.code.calls
    assert book.cells[0].source == ("library(x)",)


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b'{"cells":{"a":1},"nbformat":4}',
        b'{"nbformat":4}',
        b'{"cells":[1,]}',
        b'{\n<<<<<<< HEAD\n"cells":[]}',
        b'{"cells":' + b"[" * 100_000,
        b"\0\1\2",
    ],
)
def test_what_is_no_notebook_is_unreadable(content: bytes) -> None:
    assert isinstance(parse(Notebook, "a.ipynb", content), Unreadable)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"nbformat":"4","cells":[],"metadata":{}}', []),
        (b'{"nbformat":99,"cells":[{"cell_type":"code","source":"f()"}]}', ["f"]),
        (b'{"cells":[{"cell_type":"code","source":7},{"cell_type":"code","source":"f()"}]}', ["f"]),
        (b'{"cells":[{"cell_type":"code","source":["f()\\n",null,2]}]}', ["f"]),
        (b'{"cells":[null,{"cell_type":"code","source":"f()","outputs":3}]}', ["f"]),
        (b'\xef\xbb\xbf{"cells":[{"cell_type":"code","source":"f()\\r\\ng()"}]}', ["f", "g"]),
        (b'{"cells":[{"cell_type":"code","source":"f()","metadata":{"x":NaN}}]}', ["f"]),
        (b'{"cells":[{"cell_type":"code","source":"f(\'\\ud800\')"}]}', ["f"]),
        (b'{"cells":[{"cell_type":"code","source":"await f()"}]}', ["f"]),
        (b"", []),
    ],
)
def test_odd_notebooks_are_read(content: bytes, code: list[str]) -> None:
    book = parse(Notebook, "a.ipynb", content)
    assert isinstance(book, Notebook)
    assert [call.name.lstrip("?") for call in book.code.calls] == code


def test_a_coding_comment_does_not_change_how_the_cells_are_read() -> None:
    book = notebook("# -*- coding: latin-1 -*-\nx = 'é'\nf()")
    assert called(book) == [("f", (1, 3))]


@pytest.mark.parametrize("text", ["a" * 100_000, " " * 100_000, "\t" * 50_000 + "x", "a." * 50_000 + "!", "'" * 99_999])
def test_masking_takes_linear_time(text: str) -> None:
    start = time.process_time()
    mask(("!x", text, text + "?"))
    assert time.process_time() - start < 0.5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
CELL = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON,
        "source": st.text() | st.lists(st.text(alphabet="ab()=!%? \n'\"#") | JSON, max_size=4) | JSON,
        "outputs": JSON | st.lists(st.fixed_dictionaries({"output_type": JSON})),
        "execution_count": JSON,
        "metadata": JSON,
    },
)


@given(st.fixed_dictionaries({"cells": st.lists(CELL | JSON, max_size=5)}, optional={"metadata": JSON}))
def test_any_cells_are_read_and_kept(content: dict[str, Any]) -> None:
    book = parse(Notebook, "a.ipynb", json.dumps(content).encode())
    assert isinstance(book, Notebook)
    assert msgspec.json.decode(msgspec.json.encode(book), type=Notebook) == book
    for cell in book.code_cells:
        if cell.line:
            assert book.place(cell.line) == (cell.index, 1)


@given(st.binary(max_size=300))
def test_any_bytes_raise_nothing_unexpected(data: bytes) -> None:
    with suppress(*PARSE_ERRORS):
        Notebook.parse(data)


@given(st.lists(st.text(alphabet="ab()=!%?. '\"#\\\t", max_size=20), max_size=6))
def test_masking_keeps_the_number_of_lines(lines: list[str]) -> None:
    assert len(mask(tuple(lines)).lines) == len(lines)
