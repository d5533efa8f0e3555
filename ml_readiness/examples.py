"""The examples in a check's docstring, as snapshots: documentation that is also a test.

A character reference such as `&commat;` stands for its character, so that the example of a secret is not one itself.
"""

from __future__ import annotations

import inspect
from functools import cache

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.snapshot import Memory

_HEADING = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
_FILE = re.compile(
    r'^(?P<fence>`{3,})[\w+-]* title="(?P<path>[^"]+)"(?: size="(?P<size>\d{1,9})")?\n(?P<text>.*?)^(?P=fence)\s*$',
    re.MULTILINE | re.DOTALL,
)

EXPECTED = {
    "Passes": "pass",
    "Partial": "partial",
    "Fails": "fail",
    "Unknown": "unknown",
    "Does not apply": "not-applicable",
}
"""Headings that hold examples, and the outcome each promises; a heading may go on after a colon."""


class Example(Struct, frozen=True):
    """A small repository and what the check must answer about it."""

    title: str
    outcome: str
    snapshot: Memory


class Explanation(Struct, frozen=True):
    """A check's docstring in its parts."""

    why: str
    """The reason, everything before the first heading."""
    sections: dict[str, str]

    @property
    def fix(self) -> str:
        """What to do, in words."""
        return self.sections.get("How to fix", "")

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples, in order; several are told apart by `## Fails: another case`."""
        found: list[Example] = []
        for title, body in self.sections.items():
            outcome = EXPECTED.get(title.partition(":")[0].strip())
            files = {match["path"]: _content(match) for match in _FILE.finditer(body)}
            if outcome is not None:
                found.append(Example(title, outcome, Memory(files)))
        return tuple(found)


def _content(match: re.Match[str]) -> str:
    """The text of a file, filled up with blanks where the example names a size in bytes."""
    from html import unescape  # noqa: PLC0415

    return unescape(match["text"]).ljust(int(match["size"] or 0))


@cache
def explain(doc: str) -> Explanation:
    """A docstring, taken apart at its headings."""
    text = inspect.cleandoc(doc)
    headings = list(_HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings), len(text)][1:]
    sections = {
        heading["title"].strip(): text[heading.end() : end].strip("\n")
        for heading, end in zip(headings, ends, strict=True)
    }
    why = text[: headings[0].start()] if headings else text
    return Explanation(" ".join(why.split()), sections)
