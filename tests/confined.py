"""Runs audits one by one in processes with little memory and time, from a parent that has loaded everything already."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
import time
import traceback
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Any, NoReturn, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    Task = Callable[[Sequence[str]], None]

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """How an audit went."""

    status: int
    """The exit code; negative where a signal ended the process."""
    output: str
    errors: str
    seconds: float

    def assert_reported(self) -> None:
        """The process ended by itself, in time, with a whole report."""
        seen = f"{self.errors[:1000]} {self.output[:300]}"
        assert self.status == 0, f"status {self.status} after {self.seconds:.1f} s: {seen}"
        assert self.report["complete"] is True

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report."""
        report: dict[str, Any] = json.loads(self.output)
        return report


class Confined:
    """A process that forks for each audit; each has so much memory, and so many seconds of a processor."""

    def __init__(self, folder: Path, memory: int, seconds: int) -> None:
        self._folder = folder
        self._limits = (memory, seconds)
        self._process = Popen(
            [sys.executable, "-I", "-X", "faulthandler", __file__], stdin=PIPE, stdout=PIPE, cwd=folder, text=True
        )

    def audit(self, *arguments: str) -> Run:
        """The command line with these arguments."""
        return self._run("run_audit", arguments)

    def parse(self, *paths: Path) -> Run:
        """Every kind of document tried on each file; prints a line for each."""
        return self._run("run_parsers", [str(path) for path in paths])

    def _run(self, task: str, arguments: Sequence[str]) -> Run:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"task": task, "arguments": arguments, "folder": str(self._folder), "limits": self._limits}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        status, seconds = json.loads(self._process.stdout.readline())
        output, errors = ((self._folder / name).read_text("utf-8") for name in ("output", "errors"))
        return Run(status, output, errors, seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def serve() -> None:
    """Answers requests, a line each."""
    sys.path.insert(0, str(ROOT))
    tasks = {"run_audit": prepare_audit(), "run_parsers": prepare_parsers()}
    for line in sys.stdin:
        request = json.loads(line)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            confine(tasks[request["task"]], request["arguments"], Path(request["folder"]), *request["limits"])
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), time.monotonic() - began]) + "\n")
        sys.stdout.flush()


def prepare_audit() -> Task:
    """The command line, with everything loaded that it would load."""
    from ml_readiness import cli, library

    for name in ("ml_readiness.audit", "ml_readiness.render.json", "git"):
        importlib.import_module(name)
    library.load(library.folder())
    return cli.run


def prepare_parsers() -> Task:
    """A task that tries every document class of the package on files."""
    import msgspec

    from ml_readiness import documents, facts, parsers

    kinds: set[Any] = {
        value
        for package in (parsers, facts)
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
        for value in vars(importlib.import_module(found.name)).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and hasattr(value, "max_bytes")
    }

    def run(paths: Sequence[str]) -> None:
        for path in paths:
            data = Path(path).read_bytes()
            for kind in sorted(kinds, key=lambda kind: kind.__name__):
                print("trying", kind.__name__, flush=True)  # noqa: T201
                found: object = documents.parse(kind, path, data)
                if not isinstance(found, documents.Unreadable):
                    assert msgspec.json.decode(msgspec.json.encode(found), type=kind) == found, "changed by the cache"

    return run


def confine(run: Task, arguments: Sequence[str], folder: Path, memory: int, seconds: int) -> NoReturn:
    """Runs a task with little memory and time of a processor (more by the clock: machines are shared), and ends."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    signal.alarm(5 * seconds)
    status = 99
    with suppress(BaseException), (folder / "output").open("w") as output, (folder / "errors").open("w") as errors:
        try:
            with redirect_stdout(output), redirect_stderr(errors):
                run(arguments)
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 0
        except BaseException as error:
            frames = traceback.extract_tb(error.__traceback__)[-3:]
            errors.write(f"{type(error).__name__}: {str(error)[:200]} {[str(frame) for frame in frames]}")
            raise
        else:
            status = 0
    os._exit(status)


if __name__ == "__main__":
    serve()
