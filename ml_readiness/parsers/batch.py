"""PowerShell and batch scripts: the commands of each line, without the structure around them."""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct, structs

from ml_readiness import regex as re
from ml_readiness.parsers.shell import Command, commands
from ml_readiness.parsers.text import decode

MAX_LINES = 5_000
_BACKSLASH = re.compile(r"(?<=[\w.%}])\\(?=[\w.*])")
_LEADING = re.compile(r"^[\s@&{}]*(?:call\s+|&\s*)?", re.IGNORECASE)
_COMMENT = re.compile(r"^\s*(?:#|::|rem\b)", re.IGNORECASE)
_LOOKS = re.compile(r"\$\?|LASTEXITCODE|errorlevel|ErrorActionPreference|exit /b|\|\|\s*exit", re.IGNORECASE)


class BatchScript(Struct, frozen=True):
    """One script of Windows' shells."""

    patterns: ClassVar[tuple[str, ...]] = ("*.ps1", "*.bat", "*.cmd")
    max_bytes: ClassVar[int] = 300_000
    version: ClassVar[int] = 1

    commands: tuple[Command, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The commands; ValueError for binary files."""
        if b"\0" in data[:8000] and data[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
            raise ValueError("a binary file")
        text = decode(data).replace("\r\n", "\n")
        found: list[Command] = []
        for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
            if line.strip() and not _COMMENT.match(line):
                found.extend(commands(_BACKSLASH.sub("/", _LEADING.sub("", line, count=1)), number))
        if _LOOKS.search(text):
            return cls(tuple(structs.replace(each, lost="") if each.lost else each for each in found))
        lost = "the script goes on when it fails"
        return cls((*(structs.replace(each, lost=each.lost or lost) for each in found[:-1]), *found[-1:]))
