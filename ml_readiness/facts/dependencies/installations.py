"""Who installs what: the commands of containers, READMEs, pipelines, scripts and notebooks, and the files they name."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.installs import Install, Installs, commands_of
from ml_readiness.parsers.notebook import Notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTAINER, README, PIPELINE, SCRIPT, NOTEBOOK, DEVCONTAINER = (
    "container",
    "readme",
    "pipeline",
    "script",
    "notebook",
    "devcontainer",
)
CONTAINER_FILES = ("Dockerfile*", "*.Dockerfile", "Containerfile*", "*.dockerfile")
PIPELINE_FILES = (
    "**/.github/workflows/*.yml",
    "**/.github/workflows/*.yaml",
    ".gitlab-ci.yml",
    "**/.gitlab/*.yml",
    ".travis.yml",
    "azure-pipelines*.yml",
    "**/.circleci/config.yml",
    "bitbucket-pipelines.yml",
    "cloudbuild*.yaml",
    "cloudbuild*.yml",
    "buildspec*.yml",
    "Jenkinsfile*",
    "appveyor.yml",
)
SCRIPT_FILES = (
    "Makefile",
    "*.mk",
    "justfile",
    "*.sh",
    "Taskfile.y*ml",
    "noxfile.py",
    "tasks.py",
    "tox.ini",
    "dvc.yaml",
)
README_FILES = ("README", "README.*", "INSTALL", "INSTALL.*")
NOT_A_CONTAINER = re.compile(r"\.(?:md|py|ya?ml|dockerignore|sh|ipynb)$", re.IGNORECASE)


class Installation(Struct, frozen=True):
    """One installing command at its place, with the files that it means."""

    path: str
    source: str
    """`container`, `devcontainer`, `readme`, `pipeline`, `script` or `notebook`."""
    command: Install
    files: tuple[str, ...] = ()
    """Requirements and environment files of the repository that it installs from."""
    project: str | None = None
    """The folder of the project that it installs; the root is the empty string."""
    cell: int = 0

    @property
    def names_packages(self) -> bool:
        """Whether it names third-party packages itself."""
        return any(not requirement.is_local for requirement in self.command.requirements)


class Installations(Struct, frozen=True, dict=True):
    """Every installing command of the project's own files."""

    all: tuple[Installation, ...]

    @classmethod
    def gather(cls, documents: Documents, files: Files) -> Self:
        """From files that run or document commands."""
        return cls(tuple(_Search(documents, files).found()))

    def of(self, *sources: str) -> tuple[Installation, ...]:
        """Those of some sources, in order of path and line."""
        return tuple(each for each in self.all if each.source in sources)

    @cached_property
    def container(self) -> tuple[Installation, ...]:
        """Those that build an image to run in."""
        return self.of(CONTAINER)


class _Search:
    """Finds the commands and what their arguments mean in this repository."""

    def __init__(self, documents: Documents, files: Files) -> None:
        self.documents = documents
        self.files = files

    def found(self) -> Iterator[Installation]:
        seen: set[str] = set()
        for source, patterns in (
            (CONTAINER, CONTAINER_FILES),
            (README, README_FILES),
            (PIPELINE, PIPELINE_FILES),
            (SCRIPT, SCRIPT_FILES),
        ):
            paths = self.files.find(*patterns)
            self.documents.expect(paths, Installs)
            for path in paths:
                if path in seen or (source == CONTAINER and NOT_A_CONTAINER.search(path)):
                    continue
                seen.add(path)
                yield from self._of_file(path, _refined(source, path, self.files))
        yield from self._of_notebooks()

    def _of_file(self, path: str, source: str) -> Iterator[Installation]:
        found = self.documents.find(Installs, path)
        for command in found.commands if found is not None else ():
            copies = found.copies if found is not None else ()
            start = self._start(command.folder, path)
            targets = [self._file(name, start, copies) for name in command.files]
            project = self._folder(command.project, start, copies) if command.project else None
            yield Installation(path, source, command, tuple(t for t in targets if t is not None), project)

    def _of_notebooks(self) -> Iterator[Installation]:
        for path, notebook in self.documents.all(Notebook):
            if self.files.is_vendored(path):
                continue
            for magic in notebook.magics:
                for command in commands_of(magic.text, magic.line):
                    targets = [self._file(name, path, ()) for name in command.files]
                    files = tuple(target for target in targets if target is not None)
                    project = self._folder(command.project, path, ()) if command.project else None
                    yield Installation(path, NOTEBOOK, command, files, project, magic.cell)

    def _start(self, folder: str, path: str) -> str:
        """The path as it would be in the folder that a command enters, where there is such a folder."""
        here, name = posixpath.split(path)
        for candidate in (posixpath.join(here, folder), folder.lstrip("/")):
            clean = posixpath.normpath(candidate)
            if folder and clean != "." and clean in self.files.folders:
                return f"{clean}/{name}"
        return path

    def _file(self, name: str, path: str, copies: tuple[tuple[str, str], ...]) -> str | None:
        """The repository's file that a command means: beside it, from the root, copied, or the nearest so called."""
        folder = posixpath.dirname(path)
        base = posixpath.basename(name)
        candidates = [posixpath.join(folder, name), name.lstrip("/")]
        for source, _ in copies:
            if posixpath.basename(source.rstrip("/")) == base:
                candidates += [posixpath.join(folder, source), source.lstrip("/")]
            elif "*" in source or source.rstrip("/") in {".", ""} or "." not in posixpath.basename(source):
                candidates += [posixpath.join(folder, source, base), posixpath.join(source.lstrip("/"), base)]
        for candidate in candidates:
            clean = posixpath.normpath(candidate)
            if clean in self.files.entries:
                return clean
        called = [p for p in self.files.own if posixpath.basename(p) == base] if base else []
        return max(called, key=lambda p: (_shared(p, path), -len(p)), default=None)

    def _folder(self, name: str, path: str, copies: tuple[tuple[str, str], ...]) -> str | None:
        """The folder of a project that a command installs, if there is one."""
        folder = posixpath.dirname(path)
        named = [posixpath.normpath(posixpath.join(folder, name)), posixpath.normpath(name.strip("/"))]
        named += [posixpath.normpath(posixpath.join(folder, posixpath.dirname(source))) for source, _ in copies]
        named += [posixpath.normpath(posixpath.dirname(source) or ".") for source, _ in copies]
        for candidate in [*named, folder, ""]:
            clean = "" if candidate == "." else candidate
            prefix = f"{clean}/" if clean else ""
            if any(f"{prefix}{file}" in self.files.entries for file in PROJECT_FILES):
                return clean
        return None


PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "pixi.toml")


def _refined(source: str, path: str, files: Files) -> str:
    if ".devcontainer/" in f"/{path}" or "/.gitpod" in f"/{path}":
        return DEVCONTAINER
    if source == CONTAINER and (is_test(path) or files.is_example(path)):
        return DEVCONTAINER
    if source == README and "/" in path:
        return SCRIPT
    return source


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if a != b:
            break
        count += 1
    return count
