"""TOML that somebody else wrote, read without falling into what makes the standard parser slow."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

from ml_readiness import regex as re
from ml_readiness.parsers import loose
from ml_readiness.parsers.text import decode

DEEPEST_KEY = 60

STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'")
DEEP_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST_KEY}}}")

Table = Mapping[str, object]


def load(data: bytes) -> Table:
    """The document as a dictionary; ValueError where it is broken or its keys are absurdly deep.

    The standard parser needs time and memory that grow with the square of a dotted key's length.
    """
    written = decode(data)
    if DEEP_KEY.search(STRING.sub("s", written)):
        message = f"a key of more than {DEEPEST_KEY} parts"
        raise ValueError(message)
    return tomllib.loads(written.replace("\r\n", "\n"))


def table(value: object, *path: str) -> Table:
    """The table below some keys; empty where there is none."""
    for key in path:
        value = loose.mapping(value).get(key)
    return loose.mapping(value)


def array(value: object, *path: str) -> Sequence[object]:
    """The array below some keys; empty where there is none."""
    *above, last = path
    return loose.sequence(table(value, *above).get(last))


def text(value: object, *path: str) -> str:
    """The string below some keys; empty where there is none."""
    *above, last = path
    return loose.text(table(value, *above).get(last))


class Lines:
    """Where things stand in the source, which the parser does not tell."""

    def __init__(self, data: bytes) -> None:
        self._lines = decode(data).splitlines()
        self._strings: dict[str, list[int]] = {}
        self._keys: dict[tuple[str, str], int] = {}
        section = ""
        for number, line in enumerate(self._lines, 1):
            stripped = line.strip()
            if stripped.startswith("["):
                section = stripped.strip("[] \t").replace('"', "").replace("'", "")
            key = stripped.partition("=")[0].strip(" \t\"'")
            self._keys.setdefault((section, key), number)
            self._keys.setdefault(("", key), number)
            for found in STRING.findall(line[:4_000]):
                self._strings.setdefault(found[1:-1], []).append(number)

    def of_string(self, written: str, after: int = 0) -> int:
        """The first line, if possible behind another, that holds this string; 0 where none does."""
        found = self._strings.get(written) or self._strings.get(written.replace('"', '\\"'), [])
        return next((number for number in found[:20] if number >= after), found[0] if found else 0)

    def of_key(self, key: str, section: str = "") -> int:
        """The first line that sets this key, in a section if one is named; 0 where none does."""
        return self._keys.get((section, key), 0)
