"""Text that Helm, Jinja or a generator makes into something else: what is left when its expressions are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = "__template__"
"""What stands in place of an expression whose value the files do not tell."""

CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPENING = re.compile(r"\{[{%#]")
_MARK = "\0"
_ALONE = re.compile(r"^[ \t]*\0[ \t\0]*$", re.MULTILINE)
_TEMPLATED = re.compile(r"^[ \t]*(?:-[ \t]+)?(?:[\w./-]+:[ \t]+)?(?:\{\{|\{%)", re.MULTILINE)


def looks_templated(text: str) -> bool:
    """Whether a line is nothing but an expression, or has one as its unquoted value."""
    return _TEMPLATED.search(text) is not None


def without_templates(text: str) -> str:
    """The text with expressions replaced by `TEMPLATE`, statements and comments left out, on the same lines.

    Lines that hold nothing but expressions become empty.
    """
    parts: list[str] = []
    position = 0
    for start, end in _expressions(text):
        parts.append(text[position:start])
        keeps_value = text.startswith("{{", start)
        parts.append((_MARK if keeps_value else "") + "\n" * text.count("\n", start, end))
        position = end
    return _ALONE.sub("", "".join([*parts, text[position:]])).replace(_MARK, TEMPLATE)


def _expressions(text: str) -> Iterator[tuple[int, int]]:
    """Where each expression begins and ends; what is never closed is none."""
    position = 0
    unclosed: set[str] = set()
    for opening in _OPENING.finditer(text):
        mark, start = opening[0], opening.start()
        if start < position or mark in unclosed:
            continue
        end = text.find(CLOSING[mark], start + 2)
        if end < 0:
            unclosed.add(mark)
            continue
        position = end + 2
        yield start, position
