"""Examples of the documentation, as they stand there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.action.tools import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
PAGES = ("docs/github-action.md", "docs/other-ci.md")


def examples() -> dict[str, str]:
    """Every file that the pages show, by its name."""
    return {title: text for page in PAGES for title, text in _BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))}


def written(folder: Path) -> Path:
    """The files, in a folder."""
    for title, text in examples().items():
        file = folder / title
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder
