"""Syntax that is newer than the interpreter, written in an older form on the same lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = {'"': "'", "'": '"'}
MAX_NESTING = 20
MAX_FIELD = 2_000
"""Characters of a field that are looked at."""

_TYPE_PARAMETERS = r"\[[^\[\]\n]*(?:\[[^\[\]\n]*\][^\[\]\n]*)*\]"
_LINES = (
    (re.compile(rf"^(\s*(?:async\s+def|def|class)\s+\w+){_TYPE_PARAMETERS}", re.MULTILINE), r"\1"),
    (re.compile(rf"^(\s*)type\s+(\w+)\s*(?:{_TYPE_PARAMETERS})?\s*=(?!=)", re.MULTILINE), r"\1\2 ="),
    (re.compile(r"^(\s*except\*?\s+)([A-Z][\w.]*(?:\s*,\s*(?:\w+\.)*[A-Z]\w*)+)\s*:", re.MULTILINE), r"\1(\2):"),
)
_TOKEN = re.compile(r"#[^\n]*|(?P<prefix>\b[a-zA-Z]{1,2})?(?P<quote>'''|\"\"\"|'|\")")
_IN_TEXT = {quote: re.compile(rf"\\.|\{{\{{|\}}\}}|\{{|{quote}", re.DOTALL) for quote in ("'''", '"""', "'", '"')}
_IN_FIELD = re.compile(r"(?P<prefix>\b[a-zA-Z]{1,2})?(?P<quote>'''|\"\"\"|'|\")|[\[\](){}]|[!:](?!=)|#[^\n]*")


def older(text: str) -> str:
    """The text without type parameters, `type` statements, bare lists of exceptions, template strings, and quotes
    inside format strings that are the quotes around them (PEP 695, 701, 750, 758). Every line stays where it was."""
    for pattern, replacement in _LINES:
        text = pattern.sub(replacement, text)
    return "".join(_rewritten(text))


def _rewritten(text: str) -> Iterator[str]:
    """The text in pieces, format and template strings in a form that older interpreters read."""
    done = position = 0
    while (token := _TOKEN.search(text, position)) is not None:
        position = token.end()
        quote = token["quote"]
        if quote is None:
            continue
        prefix = (token["prefix"] or "").lower()
        fields, position = _string(text, position, quote, is_format="f" in prefix or "t" in prefix)
        if "t" in prefix:
            yield text[done : token.start("prefix")]
            yield token["prefix"].lower().replace("t", "f")
            done = token.start("quote")
        for start, end in fields:
            yield text[done:start]
            yield _field(text[start:end], quote)
            done = end
    yield text[done:]


def _string(text: str, position: int, quote: str, *, is_format: bool) -> tuple[list[tuple[int, int]], int]:
    """Where a string's fields are, and where it ends; `position` is behind its opening quote."""
    fields: list[tuple[int, int]] = []
    while (token := _IN_TEXT[quote].search(text, position)) is not None:
        position = token.end()
        if token[0] == quote:
            return fields, position
        if token[0] == "{" and is_format:
            end = _end_of_field(text, position)
            fields.append((position, end))
            position = end + 1
    return fields, len(text)


def _end_of_field(text: str, position: int) -> int:
    """Where the bracket is that closes a field; strings in its expression are passed over."""
    depth, limit = 0, position + MAX_FIELD
    while depth < MAX_NESTING and (token := _IN_FIELD.search(text, position, limit)) is not None:
        position = token.end()
        if token["quote"]:
            closing = _closing(text, position, limit, token["quote"])
            position = closing if closing is not None else position
        elif token[0] in {"[", "(", "{"}:
            depth += 1
        elif token[0] in {"]", ")"}:
            depth -= 1
        elif token[0] == "}":
            if depth <= 0:
                return token.start()
            depth -= 1
    return min(limit, len(text))


def _closing(text: str, position: int, limit: int, quote: str) -> int | None:
    """Behind the end of a string inside a field, a format string's own fields passed over; None if it has no end."""
    depth = 0
    while (token := _IN_TEXT[quote].search(text, position, limit)) is not None:
        position = token.end()
        if token[0] == quote and not depth:
            return position
        depth += token[0] == "{"
        if depth and (end := text.find("}", position, limit)) >= 0:
            position, depth = end + 1, depth - 1
    return None


def _field(field: str, quote: str) -> str:
    """A field that may stand inside that quote; what cannot be said there is replaced by a name of nothing."""
    mark = quote[0]
    if (len(quote) > 1 and quote not in field) or not any(each in field for each in (mark, "\\", "\n", "#")):
        return field
    swapped = field.replace(mark, OTHER[mark])
    if OTHER[mark] not in field and not any(each in field for each in ("\\", "\n", "#")):
        return swapped
    lines = "\\\n" * field.count("\n")
    return f"_}}{lines}{{_" if lines else "_"
