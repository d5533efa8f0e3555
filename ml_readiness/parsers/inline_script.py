"""The metadata that a single-file script carries in its comments (PEP 723)."""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.parsers import toml
from ml_readiness.parsers.requirement import Requirement, pep508
from ml_readiness.parsers.text import decode

BLOCK = re.compile(r"^# /// script[ \t]*\r?\n((?:#(?: [^\n]*)?\r?\n)+?)# ///[ \t]*$", re.MULTILINE)


class InlineScript(Struct, frozen=True):
    """The metadata block of one script."""

    patterns: ClassVar[tuple[str, ...]] = ("*.py",)
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    is_script: bool = False
    """Whether there is such a block."""
    dependencies: tuple[Requirement, ...] = ()
    requires_python: str = ""
    line: int = 0

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The block, if there is one; ValueError where it is broken."""
        if b"# /// script" not in data:
            return cls()
        source = decode(data)
        block = BLOCK.search(source)
        if block is None:
            return cls()
        content = "".join(line.removeprefix("#").removeprefix(" ") for line in block[1].splitlines(keepends=True))
        document = toml.load(content.encode())
        first = source.count("\n", 0, block.start(1))
        lines = toml.Lines(content.encode())
        written = [text for text in toml.array(document, "dependencies") if isinstance(text, str)]
        return cls(
            is_script=True,
            dependencies=tuple(pep508(text, first + lines.of_string(text)) for text in written),
            requires_python=toml.text(document, "requires-python"),
            line=first,
        )
