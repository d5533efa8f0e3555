"""In which state the notebooks were committed, and who runs them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.notebook import Notebook
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.notebook import Cell

EXECUTES = re.compile(
    r"papermill|nbconvert[^\n]{0,200}--execute|--execute[^\n]{0,200}nbconvert|jupyter[ -]execute|nbmake|nbval|testbook"
    r"|notebook_task|notebook_path|NotebookTask|PapermillOperator|DatabricksNotebook|\bploomber\b|dagstermill|nbclient"
    r"|NotebookJobStep|nbdev_(?:test|prepare|export)"
)
"""Commands, operators and job keys that run a notebook."""
STRIPS = re.compile(
    r"nbstripout|nb-clean|nb_clean|jupytext|clear-output|ClearOutputPreprocessor|nbdev_(?:clean|install_hooks)"
)
EXPORTED = re.compile(r"^#\s*\|\s*(?:export|exporti)\b|^#\s*export\b")
RUNNERS = (
    "*.yml", "*.yaml", "Makefile", "*.mk", "justfile", "tox.ini", "noxfile.py", "*.toml", "*.cfg", "*.ini", "*.sh",
    "dvc.yaml", "*dag*.py", "**/dags/*.py", "**/flows/*.py", "**/pipelines/*.py", "Dockerfile*", ".gitattributes",
)  # fmt: skip
LARGEST = 200_000


class State(Struct, frozen=True):
    """How one notebook was left."""

    path: str
    runs_clean: bool
    problem: str
    """What a reader meets who runs it from top to bottom; empty where nothing is to be seen."""
    location: Location


class Notebooks(Struct, frozen=True, dict=True):
    """Every notebook of the project's own."""

    files: Files
    documents: Documents

    @classmethod
    def gather(cls, files: Files, documents: Documents) -> Self:
        """From the notebooks and the configuration that may run them."""
        return cls(files, documents)

    @cached_property
    def all(self) -> tuple[tuple[str, Notebook], ...]:
        """Path and content, readable ones only; those of tests are left out."""
        books = self.documents.all(Notebook)
        return tuple((path, book) for path, book in books if not self.files.is_vendored(path) and not is_test(path))

    @cached_property
    def states(self) -> tuple[State, ...]:
        """Those that hold outputs, each with what is wrong with it."""
        return tuple(_state(path, book) for path, book in self.all if any(cell.has_outputs for cell in book.code_cells))

    @cached_property
    def executed_by(self) -> Location | None:
        """Where an orchestrator, a pipeline or a task runs notebooks."""
        return next(self._lines(EXECUTES), None)

    @cached_property
    def stripped_by(self) -> Location | None:
        """Where a filter or hook takes the outputs out before a commit."""
        return next(self._lines(STRIPS), None)

    @cached_property
    def parameterised(self) -> tuple[str, ...]:
        """Notebooks with a cell that is tagged as the place of parameters."""
        return tuple(path for path, book in self.all if any("parameters" in cell.tags for cell in book.cells))

    @cached_property
    def exporting(self) -> tuple[str, ...]:
        """Notebooks whose cells are exported to modules."""
        return tuple(path for path, book in self.all if any(_exports(cell) for cell in book.code_cells))

    def _lines(self, pattern: re.Pattern[str]) -> Iterator[Location]:
        for path in self.files.find(*RUNNERS):
            size = self.files.entries[path].size
            text = self.files.text(path) if size is not None and size <= LARGEST else ""
            match = pattern.search(text)
            if match is not None:
                yield Location(path=path, line=text.count("\n", 0, match.start()) + 1)


def _state(path: str, book: Notebook) -> State:
    failed = next((cell for cell in book.code_cells if cell.has_error), None)
    if failed is not None:
        return State(path, False, "a cell ends in an error", Location(path=path, cell=failed.index))
    expected = 1
    for cell in book.code_cells:
        if not _is_run(cell):
            continue
        if cell.execution_count != expected:
            return State(path, False, _out_of_order(cell, expected), Location(path=path, cell=cell.index))
        expected += 1
    return State(path, True, "", Location(path=path))


def _is_run(cell: Cell) -> bool:
    """Whether running it leaves a number: not so for cells that hold comments only."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in cell.source)


def _out_of_order(cell: Cell, expected: int) -> str:
    if cell.execution_count is None:
        return f"this cell was not run; from top to bottom it would be number {expected}"
    return f"this cell was run as number {cell.execution_count}; from top to bottom it would be number {expected}"


def _exports(cell: Cell) -> bool:
    return any(EXPORTED.match(line.strip()) for line in cell.source[:3])
