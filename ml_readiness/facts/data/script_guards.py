"""Where JavaScript or TypeScript around a model refuses texts and files that are not as expected."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.source.javascript import JavaScript
from ml_readiness.report import Location

THROWS = re.compile(
    r"\bif\s*\((?P<test>[^{};\n]{0,200}?(?:\.length\s*[<>=!]=|\.length\s*[<>]|\.trim\(\)|\.size\s*[<>]|\.byteLength\s*[<>]"
    r"|\bisNaN\(|\bArray\.isArray\()[^{};\n]{0,200}?)\)\s*(?:\{\s*)?throw\b"
)
"""An error where a text is empty or too long, or a file too large."""
KINDS = re.compile(
    r"\b(?:throw\s+new\s+\w*Error|NextResponse(?:\.json)?|Response(?:\.json)?|(?:res|reply)\b[.\w()]{0,40}|toast\.error|cb)\s*\(\s*"
    r"(?:new\s+Error\(\s*)?(?:\{\s*\w+\s*:\s*)?[\"'`][^\"'`\n]{0,60}(?:(?:unsupported|invalid|only)\b[^\"'`\n]{0,30}"
    r"\b(?:files?|document|pdfs?|format|mime)"
    r"|(?:file|document|pdf)\b[^\"'`\n]{0,30}(?:not supported|not allowed|too large|must be))",
    re.IGNORECASE,
)
"""A refusal that says what is wrong with a file."""


class ScriptGuards(Struct, frozen=True, dict=True):
    """Refusals in the sources of a project that calls a model from JavaScript."""

    javascript: JavaScript

    @classmethod
    def gather(cls, javascript: JavaScript) -> Self:
        """From the text of the sources."""
        return cls(javascript)

    @cached_property
    def all(self) -> tuple[Location, ...]:
        """One for each place."""
        sources = self.javascript.sources if self.javascript.answering else ()
        return tuple(
            Location(path=path, line=text.count("\n", 0, found.start()) + 1)
            for path, text in sources
            for pattern in (THROWS, KINDS)
            for found in pattern.finditer(text)
        )
