"""Scripts that commands start: shell, Python and job files, and whether a Python script is a run of tests."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct, field

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers import python_tasks
from ml_readiness.parsers.batch import BatchScript
from ml_readiness.parsers.pyproject import PyProject
from ml_readiness.parsers.python import PythonFile
from ml_readiness.parsers.setup_cfg import SetupCfg
from ml_readiness.parsers.shell import Options, ShellScript
from ml_readiness.parsers.text import Text
from ml_readiness.parsers.yaml import YamlFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.parsers.shell import Command

SHELL_SUFFIXES = (".sh", ".bash", ".ksh", ".zsh", ".ci")
WINDOWS_SUFFIXES = (".ps1", ".bat", ".cmd")
SHELL_PROGRAMS = frozenset(("bash", "sh", "dash", "ash", "zsh", "ksh"))
TEST_CALLS = re.compile(
    r"(?:^|[.:?])(?:pytest\.(?:main|cmdline\.main|console_main)|unittest\.(?:main|TextTestRunner)|nose2?\.(?:run|main|runmodule|core\.run)"
    r"|doctest\.(?:testmod|testfile)|absltest\.main|(?:tf|tensorflow)\.test\.main|xdoctest\.doctest_module|testing\.(?:run_module_suite|run_tests)"
    r"|call_command)$"
)
TEST_CODE = re.compile(r"\b(?:pytest|unittest)\.main\(|\bdoctest\.testmod\(|\w\.test\(|\bnose\.run|run_tests?\(")
RUNS_TESTS = re.compile(
    r"pytest|unittest|nosetest|run[_-]?(?:all[_-]?|unit[_-]?)?tests?|tests?[_-]?runner", re.IGNORECASE
)
ASSERTING = re.compile(r"(?:^|\.)(?:testing\.assert\w*|assert_\w+|assert[A-Z]\w*)$")
TEST_WORD = re.compile(r"(?:^|[\W_])(?:unit|integration|self)?tests?(?:$|[\W_])", re.IGNORECASE)
KEYS = frozenset(("entrypoint", "run", "command", "args", "setup", "cmd", "script", "bash_command"))
LONGEST_SCRIPT = 400


class Scripts(Struct, frozen=True, dict=True):
    """Reads what a command starts."""

    documents: Documents
    files: Files
    _tested: dict[tuple[str, tuple[str, ...]], bool] = field(default_factory=dict[tuple[str, tuple[str, ...]], bool])

    @classmethod
    def gather(cls, documents: Documents, files: Files) -> Self:
        """Nothing is read before it is asked for."""
        return cls(documents, files)

    def shell(self, path: str) -> tuple[Command, ...] | None:
        """The commands of a script, by its suffix or its first line; None where it is none."""
        if path.endswith(WINDOWS_SUFFIXES):
            batch = self.documents.find(BatchScript, path)
            return batch.commands if batch is not None else None
        script = self._script(path)
        return script.commands if script is not None else None

    def _script(self, path: str) -> ShellScript | None:
        if path.endswith(SHELL_SUFFIXES):
            return self.documents.find(ShellScript, path)
        if "." in posixpath.basename(path).lstrip("."):
            return None
        found = self.documents.find(ShellScript, path)
        return found if found is not None and found.program in SHELL_PROGRAMS else None

    def is_python(self, path: str) -> bool:
        """Whether a file is Python, by its suffix or its first line."""
        if path.endswith(".py"):
            return True
        found = self.documents.find(Text, path) if "." not in posixpath.basename(path) else None
        return found is not None and found.lines[:1] != () and "python" in found.lines[0] and found.lines[0][:2] == "#!"

    def run_by_python(self, path: str) -> tuple[Command, ...]:
        """The commands that a Python script runs, by itself or by functions that it imports from its neighbours."""
        found = self.documents.find(PythonFile, path)
        if found is None:
            return ()
        every = list(python_tasks.run_by(found))
        for each in found.imports:
            beside = posixpath.join(posixpath.dirname(path), each.module.lstrip(".").replace(".", "/") + ".py")
            other = self.documents.find(PythonFile, beside) if each.name and beside in self.files.entries else None
            if other is not None:
                every.extend(python_tasks.run_by(other, each.name))
        return tuple(every)

    def is_test_run(self, path: str, arguments: tuple[str, ...] = ()) -> bool:
        """Whether running a Python script means running tests: it starts a test runner, or is a test itself."""
        key = (path, arguments[:3])
        if key not in self._tested:
            self._tested[key] = self._is_test_run(path, arguments)
        return self._tested[key]

    def _is_test_run(self, path: str, arguments: tuple[str, ...]) -> bool:
        found = self.documents.find(PythonFile, path)
        if found is None:
            return False
        starts = [call for call in found.calls if TEST_CALLS.search(call.name) and call.role != "decorator"]
        starts = [call for call in starts if call.method != "call_command" or _names_test(call.args[:1])]
        if starts:
            named = TEST_WORD.search(path) is not None or any(TEST_WORD.search(word) for word in arguments)
            return named or any(_is_direct(call.guards) and not call.scope for call in starts)
        if RUNS_TESTS.search(posixpath.basename(path)) and self.run_by_python(path):
            return True
        defines = any(function.name.rpartition(".")[2].startswith("test") for function in found.functions)
        if not TEST_WORD.search(posixpath.basename(path)) and not (defines and is_test(path)):
            return False
        asserts = any(each.effect == "assert" for each in found.conditions)
        raises = any(name.endswith("AssertionError") for _, _, name in found.raises)
        return asserts or raises or any(ASSERTING.search(call.name) for call in found.calls)

    @staticmethod
    def is_test_code(code: str) -> bool:
        """Whether a Python text given on the command line runs tests."""
        return TEST_CODE.search(code) is not None

    @cached_property
    def coverage_command(self) -> str:
        """What `coverage run` runs when it is given nothing: its `command_line` setting."""
        for path in ("pyproject.toml", ".coveragerc", "setup.cfg", "tox.ini"):
            if path == "pyproject.toml":
                project = self.documents.find(PyProject, path)
                found = project.settings.get("coverage.run.command_line", ()) if project is not None else ()
                if found:
                    return found[0]
                continue
            config = self.documents.find(SetupCfg, path)
            sections: Mapping[str, Mapping[str, str]] = config.sections if config is not None else {}
            for section in ("run", "coverage:run"):
                if command := sections.get(section, {}).get("command_line"):
                    return command
        return ""

    @cached_property
    def _entry_points(self) -> Mapping[str, str]:
        """The files of the commands that installing the project creates."""
        found: dict[str, str] = {}
        for path, project in self.documents.all(PyProject):
            for name, target in project.scripts.items():
                found.setdefault(name, self._module(target.partition(":")[0], posixpath.dirname(path)))
        for path, config in self.documents.all(SetupCfg):
            for name, target in config.scripts.items():
                found.setdefault(name, self._module(target.partition(":")[0], posixpath.dirname(path)))
        return found

    def _module(self, module: str, folder: str) -> str:
        base = module.strip().replace(".", "/")
        for start in (folder, posixpath.join(folder, "src")):
            for ending in (".py", "/__init__.py", "/__main__.py"):
                path = posixpath.join(start, base) + ending
                if path in self.files.entries:
                    return path
        return ""

    def entry_point(self, name: str) -> str:
        """The file behind a command that the project itself installs; empty where it installs none of that name."""
        return self._entry_points.get(name, "")

    def job(self, path: str) -> Iterator[tuple[str, int, Options]]:
        """The shell texts of a job file that is handed to a cluster, with the line of each."""
        found = self.documents.find(YamlFile, path)
        if found is None:
            return
        for document in found.documents:
            for node in document.walk():
                for key, value in (node.pairs or {}).items():
                    if key not in KEYS:
                        continue
                    if value.text is not None:
                        yield value.text, value.inner or value.line, Options()
                    elif key == "command" and value.items:
                        words = [*value.strings(), *node.strings("args")]
                        yield " ".join(_quoted(word) for word in words), value.line, Options()


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'" if re.search(r"[\s;&|'\"$]", word) else word


def _is_direct(guards: tuple[str, ...]) -> bool:
    return all("__name__" in guard or guard in {"try", "with"} for guard in guards)


def _names_test(arguments: tuple[object, ...]) -> bool:
    return any(getattr(argument, "text", "") == "test" for argument in arguments)
