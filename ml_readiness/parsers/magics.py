"""What IPython adds to Python: shell lines, magics and help, told apart from the code around them."""

from __future__ import annotations

import ast
import textwrap

from msgspec import Struct

from ml_readiness import regex as re

_FOREIGN = re.compile(
    r"!|(?:ba|z)?sh|shell|script|system|sx|cmd|powershell|perl|ruby|r|R|julia|octave|matlab|scala|fortran|rust|c|cpp|cuda?"
    r"|html|HTML|js|javascript|latex|tex|markdown|md|svg|mermaid|dot|ai|configure|cython|pypy"
    r"|sql|sparksql|bigquery|cql|cypher|graphql|sparql|ksql|writefile|file|writetemplate"
)
"""Cell magics whose body is not Python of this kernel; the body of any other (`%%time`, `%%capture`) is."""

WRITING_CELLS = frozenset({"writefile", "file"})

_CELL_MAGIC = re.compile(r"%%\s*(!|[A-Za-z_][\w.]*)(.*)")
_LINE = re.compile(
    r"(?P<indent>\s*+)(?:"
    r"(?P<shell>!.*)"
    r"|(?P<magic>%\s?[A-Za-z_].*)"
    r"|(?P<bare>(?:pip3?|conda|mamba)\s+(?:install|uninstall|activate|update)\s.*|(?:ls|cd|cat|mkdir)\s+[\w./~-].*)"
    r"|(?P<target>[\w.,:\[\] ]{1,200}=\s*)(?P<assigned>[!%]{1,2}[A-Za-z_./].*)"
    r"|(?P<help>\?{1,2}[\w.%*]+|%{0,2}[\w.*]+(?:\(\))?\?{1,2})\s*$"
    r")"
)
_RUNS_CODE = re.compile(r"%\s?(?:time|timeit|prun|memit|mprun|lprun)\b(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]*")
_CANDIDATE = re.compile(
    r"^[ \t]*+(?:[!%?]|(?:pip3?|conda|mamba|ls|cd|cat|mkdir)[ \t]|[^\n#'\"]{1,200}=[ \t]*[!%])|\?[ \t]*$", re.MULTILINE
)
_QUOTES = re.compile(r"'''|\"\"\"|#[^\n]*|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?")


class Masked(Struct, frozen=True):
    """A code cell as Python alone."""

    lines: tuple[str, ...]
    """As many as the cell has."""
    magics: tuple[tuple[int, str], ...]
    """(line within the cell, text) of what was taken out."""
    cell_magic: str
    """The name of the `%%magic` that opens the cell, or empty."""
    argument: str
    """What follows that name."""


def mask(lines: tuple[str, ...]) -> Masked:
    """The cell with everything that is not Python replaced, line for line."""
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return Masked(lines, (), "", "")
    opening = _CELL_MAGIC.match(lines[first].strip())
    if opening is None:
        return _mask_lines(_dedent(lines), (), "", "")
    name, argument = opening[1], opening[2].strip()
    head = (first + 1, lines[first].strip())
    if _FOREIGN.fullmatch(name):
        return Masked(("",) * len(lines), (head,), name, argument)
    rest = _dedent(lines[first + 1 :])
    return _mask_lines((*lines[:first], "pass", *rest), (head,), name, argument)


def _dedent(lines: tuple[str, ...]) -> tuple[str, ...]:
    first = next((line for line in lines if line.strip()), "")
    return tuple(textwrap.dedent("\n".join(lines)).split("\n")) if first[:1] in {" ", "\t"} and lines else lines


def _mask_lines(lines: tuple[str, ...], taken: tuple[tuple[int, str], ...], name: str, argument: str) -> Masked:
    source = "\n".join(lines)
    if _CANDIDATE.search(source) is None or is_python(source):
        return Masked(lines, taken, name, argument)
    masked = list(lines)
    magics = list(taken)
    quoted = _inside_quotes(source)
    number = 0
    while number < len(lines):
        last = number
        match = None if number in quoted else _LINE.match(lines[number])
        if match is not None:
            while lines[last].endswith("\\") and last + 1 < len(lines):
                last += 1
            magics.append(
                (number + 1, " ".join(line.strip().rstrip("\\").strip() for line in lines[number : last + 1]))
            )
            masked[number : last + 1] = [_replacement(match), *[""] * (last - number)]
        number = last + 1
    return Masked(tuple(masked), tuple(magics), name, argument)


def _replacement(match: re.Match[str]) -> str:
    indent = match["indent"]
    if match["assigned"]:
        running = _RUNS_CODE.match(match["assigned"])
        value = match["assigned"][running.end() :] if running else ""
        return f"{indent}{match['target']}{value or None}"
    running = _RUNS_CODE.match(match["magic"] or "")
    code = match["magic"][running.end() :].strip() if running else ""
    return f"{indent}{code or 'pass'}"


def is_python(source: str) -> bool:
    """Whether this interpreter can parse it."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def _inside_quotes(source: str) -> frozenset[int]:
    """The numbers of the lines, from zero, that begin inside a triple-quoted string."""
    inside: set[int] = set()
    position, line = 0, 0
    while match := _QUOTES.search(source, position):
        line += source.count("\n", position, match.end())
        position = match.end()
        if match[0] not in {"'''", '"""'}:
            continue
        end = source.find(match[0], position)
        if end < 0:
            break
        last = line + source.count("\n", position, end)
        inside.update(range(line + 1, last + 1))
        position, line = end + 3, last
    return frozenset(inside)
