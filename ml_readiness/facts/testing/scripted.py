"""Tests in JavaScript or TypeScript: which of the project's modules each one imports."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.source.javascript import IMPORT, OWN, SCRIPT, JavaScript, module_name
from ml_readiness.facts.testing.tests import Tests
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator

PREPARES = re.compile(
    r"chunk|split|pars(?:e|er|ing)|process|ingest|embed|clean|prompt|html|pdf|document|extract|normali[sz]|tokeni[sz]",
    re.IGNORECASE,
)
"""Names of modules that prepare prompts and documents."""


class ScriptedTests(Struct, frozen=True, dict=True):
    """What the tests that expect something import."""

    tests: Tests
    javascript: JavaScript
    files: Files

    @classmethod
    def gather(cls, tests: Tests, javascript: JavaScript, files: Files) -> Self:
        """From import statements."""
        return cls(tests, javascript, files)

    @cached_property
    def of_model(self) -> tuple[tuple[str, str], ...]:
        """Tests of modules that call a model, each with the module's name."""
        answering = {module_name(path) for path, _ in self.javascript.answering}
        return tuple((test, module) for test, module in self._imports if module_name(module) in answering)

    @cached_property
    def of_preparation(self) -> tuple[tuple[str, str], ...]:
        """Tests of modules whose names say that they prepare prompts or documents."""
        return tuple((test, module) for test, module in self._imports if PREPARES.search(module_name(module)))

    @cached_property
    def _imports(self) -> tuple[tuple[str, str], ...]:
        """(test, module), those first that are named alike."""
        return tuple(sorted(self._read(), key=lambda pair: module_name(pair[1]) not in pair[0]))

    def _read(self) -> Iterator[tuple[str, str]]:
        for path in self.tests.scripts:
            for module in IMPORT.findall(self.files.text(path)) if SCRIPT.search(path) else ():
                if module.startswith(OWN):
                    yield path, module.lstrip("./")
