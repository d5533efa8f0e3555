"""Hooks of pre-commit: what `pre-commit run` runs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.documents import Documents
from ml_readiness.parsers.yaml import YamlFile

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIGURATION = (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.yaml")
SPELLED: dict[str, tuple[str, ...]] = {
    "ruff-format": ("ruff", "format"),
    "ruff-check": ("ruff", "check"),
    "black-jupyter": ("black",),
    "nbqa-ruff": ("ruff", "check"),
    "nbqa-flake8": ("flake8",),
    "nbqa-black": ("black",),
    "pyright-python": ("pyright",),
    "python-safety-dependencies-check": ("safety", "check"),
}
"""Ids of hooks whose name is not the program's."""


class Hook(Struct, frozen=True):
    """One hook that runs without being asked for by name."""

    id: str
    words: tuple[str, ...]
    line: int


class Hooks(Struct, frozen=True):
    """The hooks of the repository."""

    path: str
    """Of the configuration; empty where there is none."""
    hooks: tuple[Hook, ...]
    service: bool
    """Whether the configuration speaks to pre-commit.ci, which runs it on every pull request."""

    @classmethod
    def gather(cls, documents: Documents) -> Self:
        """From the configuration of pre-commit at the root."""
        for path in CONFIGURATION:
            found = documents.find(YamlFile, path)
            if found is not None:
                nodes = [hook for repo in found.root.list("repos") for hook in repo.list("hooks")]
                hooks = [_hook(node) for node in nodes if node.string("id") and node.strings("stages") != ("manual",)]
                return cls(path, tuple(hooks), found.root.get("ci") is not None)
        return cls("", (), False)

    def run_by(self, words: Sequence[str]) -> tuple[Hook, ...]:
        """The hooks that `pre-commit run` with these words runs."""
        if words[1:2] != ("run",) and list(words[1:2]) != ["run"]:
            return ()
        named = {hook.id for hook in self.hooks} & set(words[2:])
        return tuple(hook for hook in self.hooks if not named or hook.id in named)


def _hook(node: object) -> Hook:
    from ml_readiness.parsers.yaml import Node  # noqa: PLC0415

    assert isinstance(node, Node)  # noqa: S101
    name = node.string("id")
    entry = node.string("entry")
    try:
        words = tuple(shlex.split(entry)) if entry else SPELLED.get(name, (name,))
    except ValueError:
        words = tuple(entry.split())
    return Hook(name, (*words, *node.strings("args")), node.line)
