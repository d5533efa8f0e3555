"""Which part each file has in the life of a model, and which code a test runs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.modelling.preparation import Preparation
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.testing.tests import Tests, is_request
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.report import FileRole, MappedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.facts.serving.serving import Route
    from ml_readiness.facts.source.units import Unit

MOST = 2000
"""Files on the map, the largest first."""
LARGEST = 1_000_000
"""Bytes from which on a file is data or generated, whatever its name."""

CODE = re.compile(
    r"\.(?:py|pyx|ipynb|r|rmd|jl|scala|java|kt|go|rs|c|cc|cpp|cu|h|hpp|[cm]?[jt]sx?|vue|svelte|sql|sh|bash|ps1)$", re.I
)
OPERATION = re.compile(
    r"(?:^|/)(?:[^/]*dockerfile[^/]*|containerfile|makefile|justfile|procfile|jenkinsfile|mlproject|codeowners|pipfile"
    r"|environment[^/]*|\.gitlab-ci\.yml|[^/]*requirements[^/]*\.(?:txt|in))$|\.(?:ya?ml|toml|cfg|ini|tf|hcl|env|j2|tpl)$",
    re.I,
)
TEXT = re.compile(r"\.(?:md|mdx|rst|adoc)$|(?:^|/)(?:readme|license|changelog|contributing)[^/]*$", re.I)
LOCK = re.compile(r"(?:^|/)(?:[^/]*\.lock|[^/]*[-.]lock\.\w+|conda-lock[^/]*)$", re.I)
NAMES = {
    FileRole.TRAIN: re.compile(r"^train(?:_|$)|(?:^|_)(?:train|trainer|training|finetune|finetuning)$", re.I),
    FileRole.EVALUATE: re.compile(r"^(?:evaluate|eval)(?:_|$)|(?:^|_)(?:evaluate|evaluation|metrics)$", re.I),
    FileRole.PREPROCESS: re.compile(
        r"^(?:preprocess|features)(?:_|$)|(?:^|_)(?:features?|preprocess(?:ing|or)?)$", re.I
    ),
}


class RepositoryMap(Struct, frozen=True, dict=True):
    """The files that people wrote, each with its role."""

    entries: Files
    code: Code
    graph: CallGraph
    tests: Tests
    lifecycle: Lifecycle
    preparation: Preparation
    serving: Serving

    @classmethod
    def gather(
        cls,
        entries: Files,
        code: Code,
        graph: CallGraph,
        tests: Tests,
        lifecycle: Lifecycle,
        preparation: Preparation,
        serving: Serving,
    ) -> Self:
        """From what each file's calls do, and from what the tests call."""
        return cls(entries, code, graph, tests, lifecycle, preparation, serving)

    @cached_property
    def files(self) -> tuple[MappedFile, ...]:
        """The largest files, sorted by path."""
        largest = sorted(self._all(), key=lambda file: (-file.size, file.path))[:MOST]
        return tuple(sorted(largest, key=lambda file: file.path))

    def _all(self) -> Iterator[MappedFile]:
        for path in self.entries.own:
            role, unit = self._role(path), self.code.by_path.get(path)
            size = _size(unit) if unit is not None and unit.is_notebook else self.entries.entries[path].size or 0
            if role is not None and 0 < size <= LARGEST:
                is_asked = unit is not None and unit.is_production and bool(unit.python.functions)
                yield MappedFile(path=path, size=size, role=role, tested=path in self._tested if is_asked else None)

    def _role(self, path: str) -> FileRole | None:
        if path in self.code.by_path or (CODE.search(path) and not OPERATION.search(path)):
            return FileRole.TEST if is_test(path) else self._parts.get(path, FileRole.CODE)
        if LOCK.search(path):
            return None
        if OPERATION.search(path):
            return FileRole.OPERATE
        return FileRole.EXPLAIN if TEXT.search(path) else None

    @cached_property
    def _parts(self) -> Mapping[str, FileRole]:
        """What each unit does; what matters most in production wins."""
        return {
            **dict.fromkeys(self.lifecycle.units("measuring"), FileRole.EVALUATE),
            **dict.fromkeys((each.unit.path for each in self.preparation.functions), FileRole.PREPROCESS),
            **{unit.path: role for unit in self.code.units if (role := _named(unit.path)) is not None},
            **dict.fromkeys(self.lifecycle.units("training"), FileRole.TRAIN),
            **dict.fromkeys((route.unit.path for route in self._routes), FileRole.SERVE),
            **dict.fromkeys((unit.path for unit in self.serving.model_demos), FileRole.SERVE),
            **dict.fromkeys((place.path for place in self.serving.servers), FileRole.SERVE),
        }

    @cached_property
    def _routes(self) -> tuple[Route, ...]:
        return tuple(each for each in (*self.serving.routes, *self.serving.handlers) if not each.unit.is_example)

    @cached_property
    def _tested(self) -> frozenset[str]:
        """Paths of the units of which a test runs something."""
        started = {key(test.unit, test.function.name) for test in self.tests.functions}
        for test in self.tests.functions:
            started.update(site.name for site in test.sites if site.name.startswith(":"))
            if any(map(is_request, test.sites)):
                started |= self._answering
        return frozenset(name[1:].partition(":")[0] for name in self.graph.reached_from(started))

    @cached_property
    def _answering(self) -> frozenset[str]:
        return frozenset(key(route.unit, route.function.name) for route in self._routes if route.function)


def _named(path: str) -> FileRole | None:
    """What a file says it does by its name, where its calls leave that open."""
    name = path.rpartition("/")[2].rpartition(".")[0]
    return next((role for role, pattern in NAMES.items() if pattern.search(name)), None)


def _size(unit: Unit) -> int:
    cells = unit.notebook.code_cells if unit.notebook is not None else ()
    return sum(len(line) + 1 for cell in cells for line in cell.source)
