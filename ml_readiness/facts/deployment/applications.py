"""What a start command needs from the tree: a script, a module, an application object in it, and the port it opens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.automation.wrappers import unwrap
from ml_readiness.facts.knowledge.lexicon import program
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.python import PythonFile
from ml_readiness.parsers.shell import Command, commands

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVERS = frozenset(("uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "waitress-serve", "meinheld", "uwsgi"))
PAGES = frozenset(("streamlit", "chainlit", "panel", "bokeh", "fastapi", "gradio", "marimo", "solara"))
SYSTEM = ("/usr/", "/opt/", "/bin/", "/etc/", "/sbin/", "/lib/", "/root/", "/home/", "/var/", "/tmp/", "/venv/")  # noqa: S108
_APPLICATION = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_][\w.]*)(?:\(.*\))?")
_PORT = re.compile(r"(?:^|:)(\d{2,5})$")
PORT_OPTIONS = frozenset(
    ("--port", "-p", "--server.port", "--server-port", "--http-port", "-b", "--bind", "--listen", "--web-port")
)


class Applications(Struct, frozen=True, dict=True):
    """Judges start commands by the tree."""

    documents: Documents
    files: Files

    @classmethod
    def gather(cls, documents: Documents, files: Files) -> Self:
        """Nothing is opened before it is asked for."""
        return cls(documents, files)

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names of all files and folders."""
        folders = {folder.rpartition("/")[2] for folder in self.files.folders}
        return frozenset({path.rpartition("/")[2] for path in self.files.entries} | folders)

    @cached_property
    def _ends(self) -> Mapping[str, tuple[str, ...]]:
        """Python files by each of their endings: `main.py`, `app/main.py`."""
        found: dict[str, tuple[str, ...]] = {}
        for path in self.files.own:
            if path.endswith(".py"):
                parts = path.split("/")
                for start in range(max(0, len(parts) - 8), len(parts)):
                    ending = "/".join(parts[start:])
                    found[ending] = (*found.get(ending, ())[:50], path)
        return found

    def problems(self, command: Command) -> Iterator[str]:
        """What a start command names and the tree does not have."""
        bare = unwrap(command.words)
        if bare.text:
            for inner in commands(bare.text, command.line):
                yield from self.problems(inner) if inner.words else ()
            return
        words = tuple(word for word in bare.words if "$" not in word or ":" in word)
        if words:
            yield from self._named(words, is_module=bare.python)

    def _named(self, words: tuple[str, ...], *, is_module: bool) -> Iterator[str]:
        first, second = words[0], "".join(words[1:2])
        name = program(first)
        if is_module:
            yield from self._module(first)
        elif name in SERVERS:
            yield from self._served(words[1:])
        elif name == "python":
            yield from self._script(second, ".py")
        elif name in PAGES:
            yield from (problem for word in words[2:3] for problem in self._script(word, ".py"))
        elif name in {"bash", "sh"}:
            yield from self._script(second, ".sh")
        elif "/" in first:
            yield from self._script(first, ".sh")

    def _script(self, word: str, suffix: str) -> Iterator[str]:
        name = word.rpartition("/")[2]
        of_base = word.startswith(SYSTEM) or (word.startswith("/") and word.count("/") == 1)
        if word.endswith(suffix) and not of_base and name not in self._names and "$" not in word:
            yield f"`{word}` is not in the repository"

    def _module(self, module: str) -> Iterator[str]:
        path = module.replace(".", "/")
        first = module.partition(".")[0]
        known = any(ending in self._ends for ending in (f"{path}.py", f"{path}/__main__.py", f"{path}/__init__.py"))
        if not known and re.fullmatch(r"[\w.]+", module) and "." in module and first in self._names:
            yield f"the module `{module}` is not in the repository"

    def _served(self, words: tuple[str, ...]) -> Iterator[str]:
        given = next((m for word in words if not word.startswith("-") and (m := _APPLICATION.fullmatch(word))), None)
        if given is None:
            return
        module, name = given["module"], given["name"].partition(".")[0]
        path = module.replace(".", "/")
        files = self._ends.get(f"{path}.py") or self._ends.get(f"{path}/__init__.py") or ()
        if files:
            if not any(self._defines(file, name) for file in files):
                yield f"`{files[0]}` defines no `{name}`"
        elif "." not in module or module.partition(".")[0] in self._names:
            yield f"the module `{module}` is not in the repository"

    def _defines(self, path: str, name: str) -> bool:
        found = self.documents.find(PythonFile, path)
        if found is None or any(each.name == "*" for each in found.imports) or found.broken:
            return True
        defined = (
            {a.target for a in found.assigns} | {f.name for f in found.functions} | {c.name for c in found.classes}
        )
        return name in defined | {each.alias or each.name or each.module for each in found.imports}

    @staticmethod
    def ports(command: Command) -> frozenset[int]:
        """The ports that a start command opens, as far as it says so itself."""
        bare = unwrap(command.words)
        if bare.text:
            inner = [Applications.ports(each) for each in commands(bare.text, command.line) if each.words]
            return frozenset[int]().union(*inner)
        found: set[int] = set()
        for position, word in enumerate(bare.words):
            option, _, value = word.partition("=")
            if option in PORT_OPTIONS:
                given = value or (bare.words[position + 1] if position + 1 < len(bare.words) else "")
                if match := _PORT.search(given):
                    found.add(int(match[1]))
        return frozenset(found)
