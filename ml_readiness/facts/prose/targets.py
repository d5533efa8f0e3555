"""What a documented command needs from the tree, and whether it is there."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.source.modules import Modules
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.makefile import Makefile
from ml_readiness.snapshot import EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.shell import Command

SCRIPT = re.compile(
    r"(?:python3?(?:\.\d+)?|py|ipython|bash|sh|zsh|source|\.|torchrun|accelerate launch|deepspeed|gradio|node|Rscript"
    r"|(?:stream|chain)lit run|marimo (?:run|edit)|panel serve|voila|jupyter[ -](?:notebook|lab|nbconvert|execute)"
    r"|papermill|modal \w+)(?![\w-])(?P<arguments>.*)$"
)
FILE = re.compile(r"(?:^|\s)[\"']?(?P<path>(?:\./)?[\w./\\~-]*[\w-]\.(?:py|sh|ipynb|R|js|bash))[\"']?(?=\s|$|:)")
DIRECT = re.compile(r"\./(?P<path>[\w./-]+)")
MODULE = re.compile(r"python3?(?:\.\d+)?(?: -[uOB])* -m (?P<module>[\w.]+)")
APPLICATION = re.compile(r"(?:uvicorn|gunicorn|hypercorn)\b.*?(?P<module>[A-Za-z_][\w.]*):\w+")
REQUIREMENTS = re.compile(r"(?:^|\s)(?:-r|--requirements?|-f|--file)[ =]?[\"']?(?P<path>[\w./\\-]+\.(?:txt|ya?ml|in))")
MAKE = re.compile(r"make(?:\s+-\S+(?:\s+\S+)?)*\s+(?P<target>[A-Za-z_][\w./-]*)")
RULE = re.compile(r"^(?P<targets>[\w./%-][\w./% -]*):(?!=)", re.MULTILINE)
NEEDS = (
    (
        re.compile(r"pipenv (?:install|sync)(?: (?:--?(?!r\b)[\w-]+(?:=\S+)?))*$"),
        ("Pipfile", "Pipfile.lock"),
        "Pipfile",
    ),
    (re.compile(r"(?:poetry|pdm|hatch|uv) (?:install|sync|update)\b"), ("pyproject.toml",), "pyproject.toml"),
    (re.compile(r"docker[ -]compose(?! -f)\b"), ("*compose*.yml", "*compose*.yaml"), "compose file"),
    (
        re.compile(r"docker (?:buildx )?build\b(?!.*https?:)"),
        ("Dockerfile*", "*.Dockerfile", "*.dockerfile", "Containerfile*"),
        "Dockerfile",
    ),
    (re.compile(r"dvc (?:repro|exp)\b"), ("dvc.yaml",), "dvc.yaml"),
    (re.compile(r"(?:npm|yarn|pnpm)\b"), ("package.json",), "package.json"),
    (re.compile(r"python3? (?:\./)?setup\.py\b"), ("setup.py",), "setup.py"),
    (
        re.compile(r"(?:pip3?|python3? -m pip) install (?:-\w+ )*(?:-e )?\.(?:\[[\w,-]+\])?(?:\s|$)"),
        ("setup.py", "pyproject.toml", "setup.cfg"),
        "setup.py or pyproject.toml",
    ),
    (re.compile(r"jupyter[ -](?:notebook|lab)$"), ("*.ipynb",), "notebook"),
    (re.compile(r"make\b"), ("Makefile", "makefile", "GNUmakefile", "*.mk"), "Makefile"),
    (re.compile(r"conda env create(?! .*-f)"), ("environment.yml", "environment.yaml"), "environment.yml"),
)
"""Commands that need a file of a certain name."""
INSTALLED = re.compile(
    r"pip|uvicorn|gunicorn|streamlit|flask|pytest|unittest|http|torch|jupyter|notebook|nltk|spacy|ipykernel|celery|airflow"
    r"|mlflow|accelerate|deepspeed|fastapi|chainlit|gradio|ray|dask|transformers|vllm|rasa|bentoml"
)
"""Modules that `python -m` finds among the installed ones."""


class Targets(Struct, frozen=True, dict=True):
    """Looks up what commands name."""

    files: Files
    modules: Modules

    @classmethod
    def gather(cls, files: Files, modules: Modules) -> Self:
        """From the listing; makefiles are read when one is asked for."""
        return cls(files, modules)

    def enter(self, folder: str, target: str) -> str:
        """The folder after `cd target`; the same where the tree has no such folder, as it has not its own name."""
        joined = posixpath.normpath(posixpath.join(folder, target.strip("\"'"))).lstrip("/")
        if joined in self.files.folders:
            return joined
        if target.startswith(".."):
            return "" if joined.startswith("..") else joined.strip(".")
        return target.rstrip("/") if target.rstrip("/") in self.files.folders else folder

    def is_program(self, path: str) -> bool:
        """Whether a command is a file of the tree, by its path from the root."""
        entry = self.files.entries.get(path.removeprefix("./"))
        return entry is not None and entry.kind is EntryKind.FILE

    def missing(self, command: str, folder: str) -> str:
        """What the command needs and the tree lacks; empty where nothing is known to be missing."""
        if re.search(r"git\+|https?:|github\.com", command):
            return ""
        for pattern, names, shown in NEEDS:
            if pattern.match(command) and not self.files.find(*names):
                return f"no {shown}"
        for find in (self._requirements, self._target, self._script, self._module):
            if missing := find(command, folder):
                return missing
        return ""

    def _requirements(self, command: str, folder: str) -> str:
        if not re.match(r"(?:\S+ )?(?:pip3?|conda|mamba|micromamba|uv|pipenv|python3?)\b", command):
            return ""
        named = [match["path"] for match in REQUIREMENTS.finditer(command)]
        lost = [path for path in named if not self._is_here(path, folder)]
        return f"no `{lost[0]}`" if lost else ""

    def _target(self, command: str, _: str) -> str:
        match = MAKE.match(command)
        if match is None or any("%" in rule for rule in self._rules):
            return ""
        if match["target"] not in self._rules:
            return f"no `{match['target']}` in the Makefile"
        lost = (self._script(" ".join(line.words), line.folder) for line in self._recipe(match["target"]))
        found = next((missing for missing in lost if missing), "")
        return f"{found}, which `make {match['target']}` runs" if found else ""

    def _recipe(self, target: str) -> Iterator[Command]:
        """The commands of a target of the root's makefile."""
        for path, makefile in self.files.documents.all(Makefile):
            if "/" not in path:
                yield from (c for task in makefile.content.tasks if task.name == target for c in task.commands)

    @cached_property
    def _rules(self) -> frozenset[str]:
        texts = [
            self.files.text(path)
            for path in self.files.find("Makefile", "makefile", "GNUmakefile", "*.mk", "Makefile.*")
        ]
        found = {target for text in texts for match in RULE.finditer(text) for target in match["targets"].split()}
        return frozenset(found | ({"%"} if any("include " in text for text in texts) else set()))

    def _script(self, command: str, folder: str) -> str:
        direct = DIRECT.match(command)
        match = SCRIPT.match(command)
        if direct is not None:
            named = [direct["path"]]
        elif match is not None and not match["arguments"].lstrip().startswith(("-m", "-c")):
            named = [found["path"] for found in FILE.finditer(match["arguments"])][:1]
        else:
            return ""
        lost = [path for path in named if not self._is_here(path, folder)]
        return f"no `{lost[0]}`" if lost else ""

    def _module(self, command: str, folder: str) -> str:
        match = MODULE.match(command) or APPLICATION.match(command)
        if match is None or INSTALLED.fullmatch(match["module"].partition(".")[0]):
            return ""
        module = match["module"]
        path = module.replace(".", "/")
        known = module in self.modules.by_name or path.rpartition("/")[2] in self.modules.folders
        top_known = module.partition(".")[0] in self.modules.by_name or module.partition(".")[0] in self.modules.folders
        if known or not top_known or self._is_here(f"{path}.py", folder):
            return ""
        return f"no module `{module}`"

    def _is_here(self, path: str, folder: str) -> bool:
        """Whether a path means something from the folder, the root or anywhere below."""
        path = path.replace("\\", "/").removeprefix("./")
        if re.search(r"[<>{}$*~]", path) or path.startswith("/"):
            return True
        joined = posixpath.normpath(posixpath.join(folder, path)).lstrip("./")
        name = posixpath.normpath(path).lstrip("./")
        return joined in self.files.entries or name in self.files.entries or name in self._endings

    @cached_property
    def _endings(self) -> frozenset[str]:
        """Every path, and every ending of it that begins at a folder."""
        found: set[str] = set()
        for path in self.files.entries:
            parts = path.split("/")[-5:]
            found.update("/".join(parts[start:]) for start in range(len(parts)))
        return frozenset(found)
