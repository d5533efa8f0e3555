"""Where a script is at home: in a repository of many projects, the same relative path means other files in each."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.tree.files import Files

DESCRIBED = re.compile(r"^readme(?:\.\w+)?$", re.IGNORECASE)
FEWEST = 4
"""Described folders beside each other that make a repository one of many projects."""


class Homes(Struct, frozen=True, dict=True):
    """The folders with a description of their own, if there are many."""

    files: Files

    def of(self, path: str) -> str:
        """The innermost described folder around a file; empty in a repository of one project."""
        if len(self._outermost) < FEWEST:
            return ""
        folder = path.rpartition("/")[0]
        while folder and folder not in self._described:
            folder = folder.rpartition("/")[0]
        return folder

    @cached_property
    def _described(self) -> frozenset[str]:
        parts = (path.rpartition("/") for path in self.files.own)
        return frozenset(folder for folder, _, name in parts if folder and DESCRIBED.match(name))

    @cached_property
    def _outermost(self) -> tuple[str, ...]:
        """Described folders in no other described folder, with Python code somewhere inside."""
        code = {folder for path in self.files.own if path.endswith((".py", ".ipynb")) for folder in _above(path)}
        return tuple(
            folder
            for folder in self._described
            if folder in code and not any(above in self._described for above in _above(folder))
        )


def _above(path: str) -> tuple[str, ...]:
    parts = path.split("/")[:-1]
    return tuple("/".join(parts[: count + 1]) for count in range(len(parts)))
