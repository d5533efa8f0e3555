"""The regular expressions of the standard library, except that a pattern is compiled when it is first used, and once
for all processes.

There are hundreds, each repository needs few of them, and compiling even those would be a good part of a small audit.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import *  # noqa: F403  # pyright: ignore[reportWildcardImportFromLibrary]
from typing import TYPE_CHECKING, Any, AnyStr, Generic, cast

from ml_readiness import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

USES = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


class _Uncompiled(Generic[AnyStr]):
    """Stands for a compiled pattern, and has its methods from the first use on."""

    __slots__ = ("_flags", "pattern", *USES)

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Callable[..., object]:
        made = compiled.usual().pattern(self.pattern, self._flags)
        for each in USES:
            setattr(self, each, getattr(made, each))
        return cast("Callable[..., object]", getattr(made, name))


def compile(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:  # type: ignore[no-redef]  # noqa: A001
    """A pattern of the product's own as `re.compile` gives it; what is wrong with it shows when it is used."""
    return cast("re.Pattern[AnyStr]", _Uncompiled(pattern, flags))


@lru_cache(maxsize=1_000)
def _known(pattern: Any, flags: int) -> Any:
    return compile(pattern, flags)


def search(pattern: AnyStr, string: AnyStr, flags: int = 0) -> re.Match[AnyStr] | None:  # type: ignore[no-redef]
    """`re.search` for a pattern of the product's own."""
    return cast("re.Match[AnyStr] | None", _known(pattern, flags).search(string))


def match(pattern: AnyStr, string: AnyStr, flags: int = 0) -> re.Match[AnyStr] | None:  # type: ignore[no-redef]
    """`re.match` for a pattern of the product's own."""
    return cast("re.Match[AnyStr] | None", _known(pattern, flags).match(string))


def fullmatch(pattern: AnyStr, string: AnyStr, flags: int = 0) -> re.Match[AnyStr] | None:  # type: ignore[no-redef]
    """`re.fullmatch` for a pattern of the product's own."""
    return cast("re.Match[AnyStr] | None", _known(pattern, flags).fullmatch(string))


def compile_once(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A pattern made of what a repository says, which no other process needs."""
    return re.compile(pattern, flags)


def search_once(pattern: str, string: str, flags: int = 0) -> re.Match[str] | None:
    """`re.search` for such a pattern."""
    return re.search(pattern, string, flags)
