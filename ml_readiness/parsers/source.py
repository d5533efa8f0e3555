"""Python source as a tree: statements that this interpreter cannot parse are repaired or left out, never the file."""

from __future__ import annotations

import ast
import tokenize
from functools import lru_cache
from io import BytesIO

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.parsers.newer import older

MAX_LINES = 60_000
MAX_REPAIRS = 60
MAX_REPAIR_WORK = 12_000_000
"""Bytes parsed in all while repairing one file."""

_PYTHON2 = (
    (re.compile(r"^(\s*)print\s*>>\s*([\w.]+)\s*,\s*(.*?)(,?)\s*$"), r"\1print(\3, file=\2)"),
    (re.compile(r"^(\s*)print\s*$"), r"\1print()"),
    (re.compile(r"^(\s*)print\s+((?![=.,)\]]|(?:in|is|and|or|not in|if)\b)[^#;]*?),?\s*$"), r"\1print(\2)"),
    (re.compile(r"^(\s*)print(\s*\(.*\)\s*%.*|\s*\(.*\)\s*,.*)$"), r"\1print(\2)"),
    (re.compile(r"^(\s*except\s+[\w.()\s,]+?)\s*,\s*(\w+)\s*:"), r"\1 as \2:"),
    (re.compile(r"^(\s*)raise\s+([\w.]+)\s*,\s*(.+?)\s*$"), r"\1raise \2(\3)"),
    (re.compile(r"^(\s*)exec\s+([^(].*?)(\s+in\s+.*)?$"), r"\1exec(\2)"),
    (re.compile(r"(?<![\w.])0([0-7]+)(?![\w.])"), r"0o\1"),
    (re.compile(r"\b[uU][rR](?=['\"])"), "r"),
    (re.compile(r"(?<![<>=!])<>(?!=)"), "!="),
    (re.compile(r"^([^'\"#`]*)`([^'\"#`]+)`"), r"\1repr(\2)"),
    (re.compile(r"^(\s*def\s+\w+\(.*?)\((\w+)(?:\s*,\s*\w+)*\)"), r"\1\2"),
)

_CONTINUES = re.compile(r"[\])}#]|(?:else|elif|except|finally)\b")


class Source(Struct, frozen=True):
    """A parsed file and what had to be left out of it."""

    tree: ast.Module
    text: str
    broken: tuple[tuple[int, str], ...]
    """(line, message) of each statement that was left out."""


@lru_cache(maxsize=1)
def read(data: bytes) -> Source:
    """The tree of a file's bytes; SyntaxError, ValueError, RecursionError or MemoryError where nothing helps.

    The last tree is kept, since several documents are made from it; it is theirs to read, not to change.
    """
    if data.count(b"\n") > MAX_LINES:
        raise ValueError(f"more than {MAX_LINES:,} lines; not read")
    try:
        tree = ast.parse(data)
    except SyntaxError:
        return _repaired(_decode(data))
    return Source(tree, _decode(data), ())


def _decode(data: bytes) -> str:
    if b"\0" in data:
        raise ValueError("source code cannot contain null bytes")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        if encoding not in {"utf-8", "utf-8-sig", "iso-8859-1", "iso-8859-15", "ascii", "latin-1", "cp1252"}:
            encoding = "utf-8"
    except SyntaxError:
        encoding = "utf-8"
    return data.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")


def _repaired(text: str) -> Source:
    lines = older(text).split("\n")
    broken: list[tuple[int, str]] = []
    work = 0
    for attempt in range(MAX_REPAIRS):
        try:
            tree = ast.parse("\n".join(lines))
        except SyntaxError as error:
            work += len(text)
            if work > MAX_REPAIR_WORK:
                raise
            if attempt == 0 and (modern := _modernised(lines)) != lines:
                lines = modern
                continue
            line = min(max(error.lineno or 1, 1), len(lines))
            broken.append((line, str(error.msg)))
            _leave_out(lines, line, str(error.msg))
        else:
            return Source(tree, text, tuple(broken))
    if (pieces := _in_pieces(text.split("\n"))) is not None:
        return Source(pieces, text, tuple(broken[:1]))
    raise SyntaxError(f"more than {MAX_REPAIRS} statements that are not Python, first: {broken[0][1]}")


def _in_pieces(lines: list[str]) -> ast.Module | None:
    """The top-level statements that can be read one by one; None where most cannot, so that it is no Python."""
    starts = [i for i, line in enumerate(lines) if line[:1].strip() and not _CONTINUES.match(line)]
    starts = [i for n, i in enumerate(starts) if n == 0 or not lines[starts[n - 1]].startswith("@")]
    found: list[ast.stmt] = []
    failed = 0
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        try:
            piece = ast.parse("\n".join(lines[start:end]))
        except (SyntaxError, ValueError):
            failed += 1
            continue
        for statement in piece.body:
            found.append(statement)
            ast.increment_lineno(statement, start)
    return ast.Module(found, []) if found and failed <= len(starts) / 4 else None


def _modernised(lines: list[str]) -> list[str]:
    """The lines with Python 2 statements in their Python 3 form."""
    modern: list[str] = []
    for line in lines:
        if len(line) < 1000 and not line.lstrip().startswith("#"):
            for pattern, replacement in _PYTHON2:
                line = pattern.sub(replacement, line)
        modern.append(line)
    return modern


def _leave_out(lines: list[str], number: int, message: str) -> None:
    """Replaces the offending line by one that keeps the rest readable."""
    index = number - 1
    if "expected an indented block" in message:
        header = max((i for i in range(index) if lines[i].rstrip().endswith(":")), default=index)
        lines[header] += " pass"
        return
    while index > 0 and lines[index].strip() in {"", "pass", "if True:"}:
        index -= 1
    line = lines[index]
    indent = line[: len(line) - len(line.lstrip())]
    if "unexpected indent" in message or "unindent" in message:
        lines[index] = ""
    elif line.rstrip().endswith(":") and line.lstrip().split(" ")[0] not in {"else:", "elif", "except", "finally:"}:
        lines[index] = indent + "if True:"
    else:
        lines[index] = indent + "pass"
