"""Any text file, decoded leniently."""

from __future__ import annotations

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


class Text(Struct, frozen=True):
    """The lines of a text file."""

    patterns: ClassVar[tuple[str, ...]] = ("*.txt", "*.md", "*.rst")
    max_bytes: ClassVar[int] = 2_000_000
    version: ClassVar[int] = 1

    lines: tuple[str, ...]
    """Without line ends."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The lines; ValueError where the file is binary."""
        if b"\0" in data[:8000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ValueError("a binary file")
        return cls(tuple(decode(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")))

    @property
    def content(self) -> str:
        """The whole text with line feeds."""
        return "\n".join(self.lines)
