"""What a repository is called, as far as its path or URL tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NO_NAMES = {".git", "repo", "repo.git", ""}


def name_of(path: Path) -> str:
    """The last part of a path that is a name of its own: for `shop/.git` and `shop/repo.git` it is `shop`."""
    whole = path.resolve()
    for part in (whole, *whole.parents):
        if part.name not in _NO_NAMES:
            return part.name.removesuffix(".git")
    return "repository"
