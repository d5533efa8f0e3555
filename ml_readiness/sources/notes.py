"""What a reader must know about a listing, gathered path by path and told in a line each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ml_readiness.snapshot import EntryKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml_readiness.snapshot import Entry

SHOWN = 3

FORBIDDEN = "name that git forbids, left out"
REMARKS = {
    EntryKind.SUBMODULE: "another repository, not looked into",
    EntryKind.SYMLINK: "link, not followed",
    EntryKind.OTHER: "neither file nor folder, not opened",
}


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

    def about_kinds(self, entries: Mapping[str, Entry]) -> None:
        """Remarks about every path that is not a file."""
        for path, entry in entries.items():
            if entry.kind in REMARKS:
                self.about(path, REMARKS[entry.kind])

    @property
    def lines(self) -> tuple[str, ...]:
        """All remarks."""
        return tuple(self._texts) + tuple(_line(remark, paths) for remark, paths in self._paths.items())


def _line(remark: str, paths: list[str]) -> str:
    names = ", ".join(path if path.isprintable() else ascii(path) for path in paths[:SHOWN])
    more = f" and {len(paths) - SHOWN:,} more" if len(paths) > SHOWN else ""
    return f"{remark}: {names}{more}"
