"""Text from a repository inside GitHub-flavoured Markdown: nothing of it becomes markup, a mention or a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from ml_readiness.report import Finding, Location

    Link = Callable[[Location], str | None]

_SPAN = re.compile(r"`([^`]*)`")
_MARKS = re.compile(r"[\\`*_{}\[\]<>|~!&]")
_ALIVE = re.compile(r"@|#|://|www\.|\$|:\w+:|\bGH-\d|\b[0-9a-f]{7,}\b", re.IGNORECASE)
_FENCES = re.compile("`(?=\0`)")
"""Where one code span would end and the next begin, so that their fences would be one."""
_BULLET = re.compile(r"^(?:[-+=]+|\d+[.)])$")


def prose(text: str, limit: int = 500) -> str:
    """Text from a repository inside a sentence: no markup, mention, reference or link comes alive in it."""
    parts = _SPAN.split(printable(text, limit))
    shown = [code(part) if index % 2 else _plain(part) for index, part in enumerate(parts) if part]
    return _FENCES.sub(r"\g<0> ", "\0".join(shown)).replace("\0", "")


def code(text: str) -> str:
    """A code span that holds any text."""
    line = printable(text, 200)
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def cell(text: str) -> str:
    """A code span in a table, where a bar would begin the next cell and cannot always be escaped."""
    return code(text.replace("|", "\u2502"))


def place(finding: Finding, link: Link | None) -> str:
    """Where something was seen, as a link where there is one."""
    if finding.location is None:
        return ""
    url = link(finding.location) if link is not None else None
    shown = code(str(finding.location))
    return f"[{shown}]({url})" if url else shown


def _plain(text: str) -> str:
    return re.sub(r"\S+", lambda word: _word(word[0]), text)


def _word(word: str) -> str:
    if _ALIVE.search(word):
        return code(word)
    if _BULLET.match(word):
        return f"{word[:-1]}\\{word[-1]}"
    return _MARKS.sub(r"\\\g<0>", word)
