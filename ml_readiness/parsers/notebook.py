"""Jupyter notebooks understood: their cells, and the Python in them as one file."""

from __future__ import annotations

import json
from bisect import bisect_right
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

import msgspec
from msgspec import Struct

from ml_readiness.documents import PARSE_ERRORS
from ml_readiness.parsers.loose import mapping, sequence, text
from ml_readiness.parsers.magics import WRITING_CELLS, is_python, mask
from ml_readiness.parsers.python import PythonFile
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

P = TypeVar("P")

PYTHON_NAMES = ("python", "ipython", "pyspark", "sage")
KERNELS = {"ir": "r", "irkernel": "r", "ijavascript": "javascript", "iruby": "ruby", "ihaskell": "haskell"}


class Cell(Struct, frozen=True):
    """One cell, without what it printed."""

    index: int
    """Counted from one over all cells of the notebook."""
    kind: str
    """`code`, `markdown` or `raw`."""
    source: tuple[str, ...]
    """The lines as written."""
    line: int = 0
    """Where its first line is in the joined code; 0 where it has none there."""
    execution_count: int | None = None
    has_outputs: bool = False
    has_error: bool = False
    """Whether an exception is among its outputs."""
    magic: str = ""
    """The name of the `%%magic` that opens the cell."""
    tags: tuple[str, ...] = ()
    """As papermill and others read them: `parameters`."""


class Magic(Struct, frozen=True):
    """A line that is IPython's or the shell's: `!pip install x`, `%run train.py`."""

    cell: int
    line: int
    """Within the cell, counted from one."""
    text: str


class Written(Struct, frozen=True):
    """A file that a `%%writefile` cell writes."""

    path: str
    cell: int
    append: bool
    lines: tuple[str, ...]
    """The content; its first line is the second of the cell."""


class Notebook(Struct, frozen=True, dict=True):
    """One notebook, of any format version."""

    patterns: ClassVar[tuple[str, ...]] = ("*.ipynb",)
    max_bytes: ClassVar[int] = 60_000_000
    version: ClassVar[int] = 3

    cells: tuple[Cell, ...]
    language: str
    """In small letters: `python`, `r`, `julia`..."""
    magics: tuple[Magic, ...] = ()
    written: tuple[Written, ...] = ()
    code: PythonFile = PythonFile()
    """The code cells in document order as one file, magics replaced by `pass`; empty where another kernel runs it."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The notebook's cells; ValueError where it is not a notebook."""
        read = _read(data)
        if read.language != "python":
            return cls(read.cells, read.language)
        code = whole(read.joined, read.cells, PythonFile.parse)
        return cls(read.cells, "python", read.magics, read.written, code)

    def place(self, line: int) -> tuple[int, int]:
        """The cell and the line within it of a line of `code`; (0, line) where there is no such cell."""
        before = bisect_right(self._starts, line) - 1
        if before < 0:
            return 0, line
        cell = self._joined[before]
        return cell.index, line - cell.line + 1

    @property
    def code_cells(self) -> Iterator[Cell]:
        """The cells that hold code, empty ones left out."""
        return (cell for cell in self.cells if cell.kind == "code" and any(line.strip() for line in cell.source))

    @cached_property
    def _joined(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.line)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(cell.line for cell in self._joined)


class _Read(Struct, frozen=True):
    """A notebook before its code is parsed."""

    language: str
    cells: tuple[Cell, ...]
    magics: tuple[Magic, ...] = ()
    written: tuple[Written, ...] = ()
    joined: tuple[str, ...] = ()
    """The lines of the joined code."""


@lru_cache(maxsize=1)
def _read(data: bytes) -> _Read:
    """What the cells hold; the last is kept, since two documents are made from it."""
    raw = _decode(data)
    language = _language(raw.metadata)
    every = [_cell(number, content) for number, content in enumerate(_contents(raw), 1)]
    cells = [cell for cell in every if cell is not None]
    return _joined(cells) if language == "python" else _Read(language, tuple(cells))


def _joined(cells: list[Cell]) -> _Read:
    """The cells with their place in the joined code, what is not Python in them, and the lines of the joined code."""
    found: list[Cell] = []
    magics: list[Magic] = []
    written: list[Written] = []
    joined: list[str] = []
    size = 0
    for cell in cells:
        if cell.kind != "code" or not any(cell.source):
            found.append(cell)
            continue
        masked = mask(cell.source)
        magics.extend(Magic(cell.index, line, taken) for line, taken in masked.magics)
        if masked.cell_magic in WRITING_CELLS:
            written.append(_written(cell, masked.argument))
        size += sum(map(len, masked.lines)) + len(masked.lines)
        fits = size <= PythonFile.max_bytes
        found.append(msgspec.structs.replace(cell, line=len(joined) + 1 if fits else 0, magic=masked.cell_magic))
        joined.extend(masked.lines if fits else ())
    return _Read("python", tuple(found), tuple(magics), tuple(written), tuple(joined))


def joined_code(data: bytes) -> tuple[tuple[str, ...], tuple[Cell, ...]]:
    """The lines of a Python notebook's code as one file, and its cells; no lines where another kernel runs it."""
    read = _read(data)
    return read.joined, read.cells


class _Output(Struct):
    output_type: Any = None


class _Content(Struct):
    cell_type: Any = None
    source: Any = None
    input: Any = None
    execution_count: Any = None
    prompt_number: Any = None
    outputs: list[_Output] | None = None
    metadata: Any = None


class _Worksheet(Struct):
    cells: list[msgspec.Raw] = []


class _Raw(Struct):
    metadata: Any = None
    cells: list[msgspec.Raw] | None = None
    worksheets: list[_Worksheet] | None = None


def _decode(data: bytes) -> _Raw:
    try:
        raw = msgspec.json.decode(data, type=_Raw)
    except msgspec.DecodeError:
        raw = _decode_leniently(decode(data))
    if raw.cells is None and raw.worksheets is None:
        raise ValueError("a notebook has cells; this has none")
    return raw


def _decode_leniently(source: str) -> _Raw:
    """For what JSON forbids and Python writes all the same: NaN, half characters, a byte order mark."""
    source = source.strip("\ufeff \t\r\n")
    content = mapping(json.loads(source) if source else {"cells": []})
    sheets = sequence(content.get("worksheets"))
    holders = [holder for holder in (content, *map(mapping, sheets)) if isinstance(holder.get("cells"), list)]
    cells = [cell for holder in holders for cell in sequence(holder["cells"])]
    raw = [msgspec.Raw(json.dumps(cell).encode()) for cell in cells]
    return _Raw(content.get("metadata"), raw if holders else None)


def _contents(raw: _Raw) -> Iterator[_Content | None]:
    sheets = raw.worksheets or []
    for content in [*(raw.cells or []), *(cell for sheet in sheets for cell in sheet.cells)]:
        try:
            yield msgspec.json.decode(content, type=_Content)
        except (msgspec.DecodeError, RecursionError):
            yield _lenient(bytes(content))


def _lenient(content: bytes) -> _Content | None:
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    known = mapping(value)
    fields = {name: known.get(name) for name in _Content.__struct_fields__ if name != "outputs"}
    return msgspec.convert(fields, _Content) if known else None


def _cell(index: int, content: _Content | None) -> Cell | None:
    if content is None:
        return None
    kind = content.cell_type if content.cell_type in ("code", "raw") else "markdown"
    source = content.source if content.source is not None else content.input
    lines = _lines(source)
    if lines is None:
        return None
    if kind != "code":
        return Cell(index, kind, lines)
    outputs = content.outputs or []
    count = content.execution_count if content.execution_count is not None else content.prompt_number
    return Cell(
        index,
        kind,
        lines,
        execution_count=count if type(count) is int and 0 <= count < 2**31 else None,
        has_outputs=bool(outputs),
        has_error=any(output.output_type in ("error", "pyerr") for output in outputs),
        tags=_tags(content.metadata),
    )


def _lines(source: object) -> tuple[str, ...] | None:
    if isinstance(source, list):
        joined = "".join(map(text, sequence(cast("object", source))))
    elif isinstance(source, str):
        joined = source
    else:
        return None
    clean = joined.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return tuple(clean.split("\n"))


def _tags(metadata: object) -> tuple[str, ...]:
    tags = map(text, sequence(mapping(metadata).get("tags")))
    return tuple(tag for tag in tags if tag and tag.isprintable())


def _language(metadata: object) -> str:
    """What the kernel runs; notebooks that do not say are Python."""
    parts = (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name"))
    names = (text(mapping(mapping(metadata).get(part)).get(key)) for part, key in parts)
    language = next((name.lower() for name in names if name and name.isprintable()), "python")
    language = KERNELS.get(language, language)
    return "python" if language.startswith(PYTHON_NAMES) else language


def _written(cell: Cell, argument: str) -> Written:
    words = argument.split()
    append = bool({"-a", "--append"} & set(words))
    path = next((word for word in words if not word.startswith("-")), "").strip("'\"")
    first = next(i for i, line in enumerate(cell.source) if line.strip())
    return Written(path, cell.index, append, cell.source[first + 1 :])


def whole(code: Sequence[str], cells: Sequence[Cell], parse: Callable[[bytes], P]) -> P:
    """The joined code parsed; where it cannot be mended as a whole, without the cells that are not Python."""
    head = [line.replace("coding", "") if line.lstrip().startswith("#") else line for line in code[:2]]
    lines = [*head, *code[2:]]
    try:
        return parse("\n".join(lines).encode("utf-8", "replace"))
    except PARSE_ERRORS:
        for cell in cells:
            part = slice(cell.line - 1, cell.line - 1 + len(cell.source))
            if cell.line and not is_python("\n".join(lines[part])):
                lines[part] = [""] * len(cell.source)
        return parse("\n".join(lines).encode("utf-8", "replace"))
