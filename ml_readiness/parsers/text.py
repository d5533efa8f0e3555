"""Any text file, decoded leniently."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Self

from msgspec import Struct

BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def decode(data: bytes) -> str:
    """The text of some bytes: UTF-8, UTF-16 with a byte order mark, else Latin-1; never fails."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class Text(Struct, frozen=True, dict=True):
    """What a text file says."""

    patterns: ClassVar[tuple[str, ...]] = ("*.txt", "*.md", "*.rst")
    max_bytes: ClassVar[int] = 2_000_000
    version: ClassVar[int] = 2

    content: str
    """The whole text with line feeds."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The text; ValueError where the file is binary."""
        if b"\0" in data[:8000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ValueError("a binary file")
        return cls(decode(data).replace("\r\n", "\n").replace("\r", "\n"))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Without line ends."""
        return tuple(self.content.split("\n"))
