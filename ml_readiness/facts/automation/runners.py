"""Task runners: the files in which their tasks are, and which tasks a call means."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Self

from msgspec import Struct, field

from ml_readiness.documents import Documents
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers import python_tasks, yaml_tasks
from ml_readiness.parsers.justfile import Justfile
from ml_readiness.parsers.makefile import Makefile
from ml_readiness.parsers.package_json import PackageJson
from ml_readiness.parsers.python import PythonFile
from ml_readiness.parsers.tasks import Task, TaskList
from ml_readiness.parsers.toml_tasks import TomlTasks
from ml_readiness.parsers.tox import ToxFile
from ml_readiness.parsers.yaml import YamlFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


NAMES: Mapping[str, tuple[str, ...]] = {
    "make": ("GNUmakefile", "makefile", "Makefile"),
    "just": ("justfile", "Justfile", ".justfile", "JUSTFILE"),
    "task": (
        "Taskfile.yml",
        "Taskfile.yaml",
        "taskfile.yml",
        "taskfile.yaml",
        "Taskfile.dist.yml",
        "Taskfile.dist.yaml",
    ),
    "tox": ("tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"),
    "nox": ("noxfile.py",),
    "invoke": ("tasks.py", "tasks/__init__.py", "fabfile.py"),
    "npm": ("package.json",),
    "dvc": ("dvc.yaml",),
    "mlflow": ("MLproject",),
    "batect": ("batect.yml",),
    "poe": ("pyproject.toml", "poe_tasks.toml"),
    "pdm": ("pyproject.toml",),
    "rye": ("pyproject.toml",),
    "hatch": ("hatch.toml", "pyproject.toml"),
    "pipenv": ("Pipfile",),
    "taskipy": ("pyproject.toml",),
    "pixi": ("pixi.toml", "pyproject.toml"),
    "mise": ("mise.toml", ".mise.toml", "mise.local.toml", "mise/config.toml", ".config/mise.toml"),
}
"""Where each runner looks, in order."""
UPWARD = frozenset(("just", "task", "poe", "pdm", "rye", "hatch", "pipenv", "taskipy", "pixi", "mise", "invoke", "npm"))
"""Runners that look in the folders above, too."""
OWN = frozenset(
    (
        "mise.toml",
        ".mise.toml",
        "mise.local.toml",
        "config.toml",
        "pixi.toml",
        "poe_tasks.toml",
        "hatch.toml",
        "Pipfile",
    )
)
MAX_FILES = 20


class Book(Struct, frozen=True):
    """The tasks that one runner knows at one place."""

    pages: tuple[tuple[str, TaskList], ...] = ()
    """With the file of each."""

    def find(self, wanted: str) -> list[tuple[str, Task]]:
        """The tasks that a name means, with the file of each; exact names come first."""
        exact = [(path, t) for path, page in self.pages for t in page.tasks if wanted == t.name or wanted in t.names]
        return exact or [(path, task) for path, page in self.pages for task in page.tasks if task.answers(wanted)]

    @property
    def defaults(self) -> list[tuple[str, Task]]:
        """What runs when nothing is named."""
        return [(path, task) for path, page in self.pages[:1] for task in page.defaults]

    @property
    def every(self) -> list[tuple[str, Task]]:
        """All tasks."""
        return [(path, task) for path, page in self.pages for task in page.tasks]


class Runners(Struct, frozen=True):
    """Opens the task files of a repository."""

    documents: Documents
    files: Files
    _books: dict[tuple[str, str, str], Book] = field(default_factory=dict[tuple[str, str, str], "Book"])

    @classmethod
    def gather(cls, documents: Documents, files: Files) -> Self:
        """Nothing is opened before it is asked for."""
        return cls(documents, files)

    def book(self, runner: str, folder: str, file: str = "") -> Book:
        """The tasks that a runner knows when it is started in a folder, perhaps with a file named."""
        key = (runner, folder, file)
        if key not in self._books:
            self._books[key] = self._open(runner, folder, file)
        return self._books[key]

    def _open(self, runner: str, folder: str, file: str) -> Book:
        if file:
            path = posixpath.normpath(posixpath.join(folder, file)).lstrip("/")
            return self._read(runner, [path])
        places = _above(folder) if runner in UPWARD else [folder]
        for place in places:
            book = self._read(runner, [posixpath.join(place, name) for name in NAMES.get(runner, ())])
            if book.pages:
                return book
        return Book()

    def _read(self, runner: str, paths: list[str]) -> Book:
        """The first file that has tasks for the runner, with what it includes."""
        pages: list[tuple[str, TaskList]] = []
        for path in paths:
            page = self.page(runner, path) if path in self.documents.snapshot.entries else None
            if page is not None and (page.tasks or page.includes or path.endswith("/__init__.py")):
                pages = [(path, page)]
                break
        for path, page in pages:
            for included in page.includes if len(pages) < MAX_FILES else ():
                found = self._included(runner, path, included)
                if found is not None and found[0] not in {known for known, _ in pages}:
                    pages.append(found)
        if runner == "invoke" and pages and pages[0][0].endswith("/__init__.py"):
            pages.extend(self._siblings(pages[0][0]))
        return Book(tuple(pages))

    def _included(self, runner: str, path: str, included: str) -> tuple[str, TaskList] | None:
        prefix, _, name = included.rpartition(" ")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        for candidate in (target, *(posixpath.join(target, each) for each in NAMES["task"])):
            page = self.page(runner, candidate) if candidate in self.documents.snapshot.entries else None
            if page is not None:
                return candidate, _prefixed(page, prefix) if prefix else page
        return None

    def _siblings(self, path: str) -> Iterator[tuple[str, TaskList]]:
        """The modules of a package of tasks, named by module and task."""
        folder = posixpath.dirname(path)
        for other in self.files.find(f"{folder}/*.py"):
            page = self.page("invoke", other) if other != path else None
            if page is not None and page.tasks:
                module = posixpath.basename(other).removesuffix(".py")
                yield other, _collected(page, module)

    def page(self, runner: str, path: str) -> TaskList | None:
        """The tasks of one file for a runner."""
        reader = READERS.get(runner, _toml(runner))
        return reader(self.documents, path)

    def yaml(self, path: str) -> YamlFile | None:
        """A YAML file of the tree."""
        return self.documents.find(YamlFile, path)


def _make(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(Makefile, path)
    return found.content if found is not None else None


def _just(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(Justfile, path)
    return found.content if found is not None else None


def _tox(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(ToxFile, path)
    return found.content if found is not None else None


def _npm(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(PackageJson, path)
    return found.content if found is not None else None


def _nox(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(PythonFile, path)
    return python_tasks.sessions(found) if found is not None else None


def _invoke(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(PythonFile, path)
    return python_tasks.tasks(found) if found is not None else None


def _taskfile(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(YamlFile, path)
    return yaml_tasks.taskfile(found.root) if found is not None else None


def _dvc(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(YamlFile, path)
    return yaml_tasks.dvc(found.root) if found is not None else None


def _mlproject(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(YamlFile, path)
    return yaml_tasks.mlproject(found.root) if found is not None else None


def _batect(documents: Documents, path: str) -> TaskList | None:
    found = documents.find(YamlFile, path)
    return yaml_tasks.batect(found.root) if found is not None else None


def _toml(runner: str) -> Callable[[Documents, str], TaskList | None]:
    def read(documents: Documents, path: str) -> TaskList | None:
        found = documents.find(TomlTasks, path)
        if found is None:
            return None
        own = found.runners.get("own") if posixpath.basename(path) in OWN else None
        return found.runners.get(runner) or own

    return read


READERS: Mapping[str, Callable[[Documents, str], TaskList | None]] = {
    "make": _make,
    "just": _just,
    "tox": _tox,
    "npm": _npm,
    "nox": _nox,
    "invoke": _invoke,
    "task": _taskfile,
    "dvc": _dvc,
    "mlflow": _mlproject,
    "batect": _batect,
}


def _above(folder: str) -> list[str]:
    found = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        found.append(folder)
    return found


def _prefixed(page: TaskList, prefix: str) -> TaskList:
    return TaskList(tuple(_named(task, f"{prefix}:{task.name}") for task in page.tasks), page.variables)


def _collected(page: TaskList, module: str) -> TaskList:
    """The tasks of one module: by dotted name, the default or all of them by the module's name."""
    standard = [task for task in page.tasks if task.default] or list(page.tasks)
    return TaskList(
        tuple(_named(task, f"{module}.{task.name}", *((module,) if task in standard else ())) for task in page.tasks)
    )


def _named(task: Task, *names: str) -> Task:
    return Task(
        task.name, task.line, task.commands, task.needs, (*task.names, *names), task.folder, task.lost, task.default
    )
