"""Text from a repository, made fit to be shown: nothing in it can steer a terminal or a browser."""

from __future__ import annotations

import unicodedata

from ml_readiness import regex as re

_SURROGATE = re.compile("[\ud800-\udfff]")
_SUSPECT = re.compile(r"[^ -~]")
_SPACES = re.compile(r"\s+")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def readable(text: str) -> str:
    """The text with bytes that are no UTF-8 written out as `\\xff`, so that it can be encoded."""
    return _SURROGATE.sub(_written_out, text)


def printable(text: str, limit: int | None = None) -> str:
    """One line of visible characters: no control, direction or invisible characters, at most `limit` long."""
    line = _SPACES.sub(" ", readable(text)).strip()
    line = _SUSPECT.sub(_visible, line)
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def visible(line: str) -> str:
    """A line of source with its spaces: tabs widened, and no control, direction or invisible characters."""
    return _SUSPECT.sub(_visible, readable(line).expandtabs(4))


def first_sentence(text: str) -> str:
    """The text up to its first full stop that ends a sentence."""
    found = re.search(r"(?<=[.!?])\s+(?=[A-Z])", text)
    return text[: found.start()] if found else text


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _visible(match: re.Match[str]) -> str:
    return "" if unicodedata.category(match[0]) in _HIDDEN else match[0]
