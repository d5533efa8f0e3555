"""What a written document is made of, whatever its markup."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness import regex as re

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:")
_BADGE = re.compile(
    r"shields\.io|badge|badgen\.net|codecov\.io|coveralls\.io|travis-ci\.|circleci\.com|zenodo\.org/.*\.svg"
    r"|colab-badge|open-in-colab",
    re.IGNORECASE,
)


class Heading(Struct, frozen=True):
    """A heading."""

    level: int
    text: str
    line: int


class Link(Struct, frozen=True):
    """A link or an image."""

    target: str
    """As written, without angle brackets and title."""
    text: str
    """What the reader clicks on; the alternative text of an image."""
    line: int
    image: bool = False
    malformed: bool = False
    """Written like a link, but with a target that no reader's browser will follow: spaces, an unclosed bracket."""

    @property
    def is_relative(self) -> bool:
        """Whether it points into the repository: not to an address, a mailbox or a heading of the same page."""
        return bool(self.target) and not self.target.startswith(("#", "//")) and not _SCHEME.match(self.target)

    @property
    def is_badge(self) -> bool:
        """Whether it is a status image of some service."""
        return self.image and _BADGE.search(self.target) is not None


class Code(Struct, frozen=True):
    """A block of code, or of anything shown as it is."""

    language: str
    """In small letters; empty where the document does not say."""
    lines: tuple[str, ...]
    line: int
    """Of the first line of its content."""


class Block(Struct, frozen=True):
    """Some text that belongs together."""

    kind: str
    """`paragraph`, `item`, `quote` or `row`; the cells of a row are separated by ` | `."""
    text: str
    """Without markup; code keeps its backticks; lines as in the source."""
    line: int


class Table(Struct, frozen=True):
    """A table."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int
    """Of the header."""


class Prose(Struct, frozen=True, dict=True):
    """A document: its parts in the order of the source, with their lines."""

    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    code: tuple[Code, ...] = ()
    spans: tuple[tuple[int, str], ...] = ()
    """(line, text) of code within sentences."""
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    front: dict[str, str] = {}
    """Front matter: the keys of the first level, values as written."""

    def heading_of(self, line: int) -> Heading | None:
        """The nearest heading above a line."""
        place = bisect_right(self._heading_lines, line) - 1
        return self.headings[place] if place >= 0 else None

    def headings_of(self, line: int) -> tuple[Heading, ...]:
        """The headings that a line stands under, nearest first."""
        found: list[Heading] = []
        for heading in reversed(self.headings[: bisect_right(self._heading_lines, line)]):
            if not found or heading.level < found[-1].level:
                found.append(heading)
        return tuple(found)

    def section(self, heading: Heading) -> tuple[int, int]:
        """The first and the last line of what stands under a heading, deeper headings included."""
        after = (h.line for h in self.headings if h.line > heading.line and h.level <= heading.level)
        return heading.line, next(after, 10**9) - 1

    def words(self) -> Iterator[str]:
        """Every block and heading as text."""
        yield from (heading.text for heading in self.headings)
        yield from (block.text for block in self.blocks)

    @cached_property
    def _heading_lines(self) -> tuple[int, ...]:
        return tuple(heading.line for heading in self.headings)
