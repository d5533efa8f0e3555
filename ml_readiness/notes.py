"""What a reader must know about a listing, gathered path by path and told in a line each."""

from __future__ import annotations

from collections import defaultdict

SHOWN = 3

FORBIDDEN = "name that git forbids, left out"
OTHER_REPOSITORY = "another repository, not looked into"


class Notes:
    """Remarks about a snapshot; each names the first paths that it concerns."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._paths: dict[str, list[str]] = defaultdict(list)

    def say(self, text: str) -> None:
        """A remark about the whole."""
        self._texts.append(text)

    def about(self, path: str, remark: str) -> None:
        """A remark about one path; equal remarks become one line."""
        self._paths[remark].append(path)

    @property
    def lines(self) -> tuple[str, ...]:
        """All remarks."""
        return tuple(self._texts) + tuple(_line(remark, paths) for remark, paths in self._paths.items())


def _line(remark: str, paths: list[str]) -> str:
    names = ", ".join(path if path.isprintable() else ascii(path) for path in paths[:SHOWN])
    more = f" and {len(paths) - SHOWN:,} more" if len(paths) > SHOWN else ""
    return f"{remark}: {names}{more}"
