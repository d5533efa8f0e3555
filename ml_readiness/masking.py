"""Lines of source made fit to be shown: what may be a credential is left out of them."""

from __future__ import annotations

from itertools import pairwise

from ml_readiness import regex as re
from ml_readiness.parsers.credentials import entropy, is_placeholder

LEFT = "…"
SHOWN = 4
"""How much of a long word may be read: enough to tell two words apart, too little to use one."""

_WORD = re.compile(r"[A-Za-z0-9+/_=-]{16,}")
_PART = re.compile(r"[A-Za-z0-9]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LOGIN = re.compile(r"(://[^\s:/@]{0,80}:)[^\s@/]{1,200}(?=@)")
_NAMED = re.compile(
    r"((?P<name>passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|secret|private|auth|account)_?-?key)"
    r"[\"']?\]?\s{0,8}(?::\s{0,4}\w{1,20}\s{0,4}=|:=|=>|[:=(,])\s{0,8}[rbf]?)(?P<quote>[\"'])(?P<value>[^\"']{3,300})(?P=quote)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"((?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|secret|private|auth|account)_?-?key)(?:_?\w{1,8})?"
    r"\s{0,8}[:=]\s{0,8})[^\s\"'#,;(){}\[\]\\<>$*|&>!-][^\s\"'#,;(){}\[\]\\<>$]{3,300}(?=\s|$)",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(--?(?:password|passwd|token|secret|api-?key)[ =])[^\s\"'$<{-][^\s\"'$<{]{2,300}", re.IGNORECASE)


def masked(line: str, *, is_settings: bool = False) -> str:
    """The line with passwords, keys and tokens, and whatever looks like one, cut to an ellipsis.

    In settings, which need no quotes, so is what follows a telling name without them.
    """
    line = _LOGIN.sub(rf"\1{LEFT}", line)
    line = _NAMED.sub(_without_value, line)
    line = _OPTION.sub(rf"\1{LEFT}", line)
    if is_settings:
        line = _BARE.sub(rf"\1{LEFT}", line)
    return _WORD.sub(_shortened, line)


def _without_value(match: re.Match[str]) -> str:
    value = match["value"]
    is_word = match["name"].lower() == "token" and (len(value) < 12 or is_placeholder(value))
    return match[0] if is_word else f"{match[1]}{match['quote']}{LEFT}{match['quote']}"


def _shortened(match: re.Match[str]) -> str:
    word = match[0]
    return f"{word[:SHOWN]}{LEFT}" if _is_drawn(word) else word


def _is_drawn(word: str) -> bool:
    """Whether a word, or a part of it, looks drawn at random rather than named by people."""
    return _UUID.search(word) is not None or any(_is_drawn_part(part) for part in _PART.findall(word))


def _is_drawn_part(part: str) -> bool:
    if len(part) < 12:
        return False
    digits = sum(character.isdigit() for character in part)
    letters = len(part) - digits
    if digits >= 2 and letters >= 2:
        return True
    turns = sum(before.islower() and after.isupper() for before, after in pairwise(part))
    return len(part) >= 20 and turns * 4 >= len(part) - 4 and entropy(part) > 3.5
