"""How the project's scripts are run: in which order, and with which words on the command line."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.documents import Documents
from ml_readiness.facts.source.modules import Modules
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.makefile import Makefile
from ml_readiness.parsers.shell import ShellScript, commands
from ml_readiness.parsers.yaml import YamlFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.parsers.shell import Command
    from ml_readiness.parsers.yaml import Node

LOOKED_AT = 6
"""Words of a command in which the script is looked for: `python -u -W ignore script.py`."""
PIPELINES = ("dvc.yaml", "dvc.yml")


class Run(Struct, frozen=True):
    """One way in which a script is run."""

    path: str
    words: tuple[str, ...]
    """After the script's name."""


class _Stage(Struct, frozen=True):
    name: str
    runs: tuple[Run, ...]
    needs: frozenset[str]
    makes: frozenset[str]


class Running(Struct, frozen=True):
    """Runs of the project's scripts, those of pipelines in the order in which they depend on each other."""

    runs: tuple[Run, ...]

    @classmethod
    def gather(cls, documents: Documents, files: Files, modules: Modules) -> Self:
        """From pipeline files, Makefiles and shell scripts."""
        finder = _Finder(documents, files, modules)
        return cls((*finder.stages(), *finder.tasks(), *finder.scripts()))

    def words(self, path: str) -> tuple[str, ...] | None:
        """The command line of a script as its first run gives it; None where no run is known."""
        return next((run.words for run in self.runs if run.path == path), None)

    @property
    def order(self) -> tuple[str, ...]:
        """The scripts that are run, in order."""
        return tuple(dict.fromkeys(run.path for run in self.runs))


class _Finder(Struct, frozen=True):
    documents: Documents
    files: Files
    modules: Modules

    def stages(self) -> Iterator[Run]:
        """Stages of DVC pipelines."""
        for path in self.files.own:
            folder, _, name = path.rpartition("/")
            if name in PIPELINES and (found := self.documents.find(YamlFile, path)) is not None:
                for stage in _sorted([*self._stages(found.root, folder)]):
                    yield from stage.runs

    def _stages(self, root: Node, folder: str) -> Iterator[_Stage]:
        stages = (root.pairs or {}).get("stages")
        for name, node in ((stages.pairs if stages is not None else None) or {}).items():
            body = (node.pairs or {}).get("do", node).pairs or {}
            text = " && ".join(_texts(body.get("cmd")))
            work = posixpath.normpath(posixpath.join(folder, next(iter(_texts(body.get("wdir"))), "."))).lstrip("./")
            runs = tuple(self._runs(commands(text), work))
            yield _Stage(name, runs, frozenset(_texts(body.get("deps"))), frozenset(_texts(body.get("outs"))))

    def tasks(self) -> Iterator[Run]:
        """Recipes of Makefiles."""
        for path, found in self.documents.all(Makefile):
            for task in found.content.tasks if not self.files.is_vendored(path) else ():
                yield from self._runs(task.commands, path.rpartition("/")[0])

    def scripts(self) -> Iterator[Run]:
        """Commands of shell scripts."""
        for path, found in self.documents.all(ShellScript):
            if not self.files.is_vendored(path):
                yield from self._runs(found.commands, path.rpartition("/")[0])

    def _runs(self, found: Iterable[Command], folder: str) -> Iterator[Run]:
        for command in found:
            words = command.words
            for position in range(min(len(words), LOOKED_AT)):
                path = self._script(words, position, folder)
                if path is not None:
                    yield Run(path, words[position + 1 :])
                    break

    def _script(self, words: tuple[str, ...], position: int, folder: str) -> str | None:
        word = words[position]
        if word.endswith(".py"):
            for base in (folder, ""):
                path = posixpath.normpath(posixpath.join(base, word)).lstrip("./")
                if path in self.files.entries:
                    return path
        elif position and words[position - 1] == "-m":
            return self.modules.find(word, f"{folder}/main.py".lstrip("/")) or self.modules.find(
                f"{word}.__main__", f"{folder}/main.py".lstrip("/")
            )
        return None


def _texts(node: Node | None) -> list[str]:
    """The scalars of a list, the keys of mappings in it, or one scalar."""
    if node is None:
        return []
    if node.text is not None:
        return [node.text]
    found: list[str] = []
    for item in node.items or ():
        found += [item.text] if item.text is not None else list(item.pairs or {})
    return found or list(node.pairs or {})


def _sorted(stages: list[_Stage]) -> list[_Stage]:
    """Stages after those that make what they need."""
    done: list[_Stage] = []
    left = stages
    while left:
        made_later = {out for stage in left for out in stage.makes}
        ready = [stage for stage in left if not any(_within(need, made_later - stage.makes) for need in stage.needs)]
        done += ready or left
        left = [stage for stage in left if stage not in ready] if ready else []
    return done


def _within(need: str, outs: set[str] | frozenset[str]) -> bool:
    return any(need == out or need.startswith(f"{out.rstrip('/')}/") for out in outs)
