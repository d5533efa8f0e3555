"""Which commands a README could give: how the libraries get installed, and which files are there to be started."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.mainstream import BESIDE
from ml_readiness.facts.tree.files import Files
from ml_readiness.wording import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTALLS = {
    "uv.lock": "uv sync",
    "poetry.lock": "poetry install",
    "Pipfile": "pipenv install",
    "requirements.txt": "pip install -r requirements.txt",
    "environment.yml": "conda env create -f environment.yml",
    "environment.yaml": "conda env create -f environment.yaml",
    "pyproject.toml": "pip install .",
    "setup.py": "pip install .",
}
"""By the file at the root that decides, the surest first."""
DEEPEST = 1
SHOWN = 2


class CommandsToWrite(Struct, frozen=True, dict=True):
    """The commands that follow from the files."""

    code: Code
    files: Files

    @classmethod
    def gather(cls, code: Code, files: Files) -> Self:
        """From manifests at the root, and scripts that start themselves."""
        return cls(code, files)

    @cached_property
    def installing(self) -> str:
        """The command that installs; empty where no manifest at the root says how."""
        return next((command for name, command in INSTALLS.items() if name in self.files.entries), "")

    @cached_property
    def running(self) -> tuple[str, ...]:
        """Commands that start a script near the root: what stands beside the main way is left out."""
        return tuple(f"python {path}" for path in self._scripts())[:SHOWN]

    @property
    def hint(self) -> str | None:
        """Both in a sentence, as far as they are known."""
        known = [f"`{command}`" for command in (self.installing, *self.running) if command]
        if not self.running:
            return None
        return f"Write down how to install and run it, for example {joined(known)}, tried in a fresh clone."

    def _scripts(self) -> Iterator[str]:
        for unit in sorted(self.code.production, key=lambda unit: (unit.path.count("/"), unit.path)):
            near = unit.path.count("/") <= DEEPEST
            if near and unit.python.main_guard and not BESIDE.search(unit.path):
                yield unit.path
