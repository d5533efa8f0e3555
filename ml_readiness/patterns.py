"""Which paths patterns mean: those of `Document.patterns`."""

from __future__ import annotations

import fnmatch
from collections import defaultdict
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from ml_readiness import regex as re

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


WILD = frozenset("*?[")
REMEMBERED = 2_000
"""Paths whose answer a pattern remembers: revisions of one repository have nearly the same ones."""


@cache
def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """A function that tells whether a path matches one of the patterns, as `Document.patterns` means it."""
    others = tuple(p[1:] for p in patterns if p[0] == "!")
    if others:
        alike, unlike = matcher(tuple(p for p in patterns if p[0] != "!")), matcher(others)
        return lambda path: alike(path) and not unlike(path)
    names = [p.lower() for p in patterns if "/" not in p]
    whole = frozenset(p for p in names if not WILD.intersection(p))
    endings = tuple(p[1:] for p in names if p[0] == "*" and not WILD.intersection(p[1:]))
    rest = [p for p in names if p not in whole and not p.endswith(endings)]
    by_name = re.compile("|".join(map(fnmatch.translate, rest)), re.IGNORECASE) if rest else None
    paths = [fnmatch.translate(p.removeprefix("**/")) for p in patterns if "/" in p]
    anywhere = [rf"(?s:.*/)?{fnmatch.translate(p.removeprefix('**/'))}" for p in patterns if p[:3] == "**/"]
    by_path = re.compile("|".join(paths + anywhere), re.IGNORECASE) if paths else None

    @lru_cache(maxsize=REMEMBERED)
    def matches(path: str) -> bool:
        name = path.rpartition("/")[2].lower()
        return (
            name in whole
            or name.endswith(endings)
            or (by_name is not None and by_name.match(name) is not None)
            or (by_path is not None and by_path.match(path) is not None)
        )

    return matches


class Paths:
    """Paths by what their names end with, so that patterns are not tried on every one of them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._all = list(paths)
        self._by_suffix: defaultdict[str, list[int]] = defaultdict(list)
        for number, path in enumerate(self._all):
            self._by_suffix[_suffix(path)].append(number)
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}

    def select(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """The paths that match one of the patterns, in their order."""
        if patterns not in self._known:
            matches = matcher(patterns)
            self._known[patterns] = tuple(path for path in self._candidates(patterns) if matches(path))
        return self._known[patterns]

    def _candidates(self, patterns: tuple[str, ...]) -> list[str]:
        suffixes = {_suffix(pattern) for pattern in patterns if pattern[0] != "!"}
        if any(WILD.intersection(suffix) for suffix in suffixes):
            return self._all
        return [self._all[n] for n in sorted(n for suffix in suffixes for n in self._by_suffix.get(suffix, ()))]


def _suffix(path: str) -> str:
    """What follows the last dot of a name; the whole name where there is none."""
    return path.rpartition("/")[2].rpartition(".")[2].casefold()
