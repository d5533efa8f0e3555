"""The regular expressions of the standard library, except that a pattern is compiled when it is first used.

There are hundreds, each repository needs few of them, and compiling all would be a good part of a small audit.
"""

from __future__ import annotations

import re
from re import *  # noqa: F403  # pyright: ignore[reportWildcardImportFromLibrary]
from typing import TYPE_CHECKING, AnyStr, cast

if TYPE_CHECKING:
    from collections.abc import Callable

USES = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


class _Uncompiled:
    """Stands for a compiled pattern, and has its methods from the first use on."""

    __slots__ = ("_flags", "pattern", *USES)

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Callable[..., object]:
        compiled = re.compile(self.pattern, self._flags)
        for each in USES:
            setattr(self, each, getattr(compiled, each))
        return cast("Callable[..., object]", getattr(compiled, name))


def compile(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:  # type: ignore[no-redef]  # noqa: A001
    """A pattern as `re.compile` gives it; what is wrong with it shows when it is used."""
    return cast("re.Pattern[AnyStr]", _Uncompiled(pattern, flags))
