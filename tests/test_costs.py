"""What an audit costs, in things that no busy machine changes: modules, git processes, parsed files, statements."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ml_readiness import documents
from ml_readiness.audit import audit
from ml_readiness.kept import Kept
from ml_readiness.reports import KIND
from ml_readiness.snapshot import Memory
from ml_readiness.store import Store
from tests.repositories import INNOCENT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repositories import Made

HEAVY = frozenset(
    {
        "concurrent.futures.process",
        "markdown_it",
        "ml_readiness.assessment",
        "ml_readiness.facts.source.code",
        "ml_readiness.judge",
        "ml_readiness.parsers.python",
        "ml_readiness.score",
        "multiprocessing",
        "packaging",
        "radon",
        "urllib3",
        "yaml",
    }
)
"""What only those need who judge."""
RUN = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from ml_readiness.__main__ import main
main()
"""


def run(cache: Path, *arguments: str, path: str | None = None) -> set[str]:
    """Runs the command line; the modules that were imported."""
    environment = {**os.environ, "ML_READINESS_CACHE": str(cache), **({"PATH": path} if path is not None else {})}
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_an_unchanged_tree_costs_no_imports_that_judging_needs(made: Made, tmp_path: Path) -> None:
    made.commit(INNOCENT)
    command = ["audit", str(made.path), "-q", "--format", f"json={tmp_path / 'out'}"]
    assert run(tmp_path / "cache", *command) >= {"ml_readiness.assessment", "ml_readiness.facts.source.code", "yaml"}
    assert not run(tmp_path / "cache", *command) & (HEAVY | {"rich", "ml_readiness.documents"})


@pytest.mark.parametrize("command", ["--version", "--help"])
def test_help_costs_no_imports_of_an_audit(tmp_path: Path, command: str) -> None:
    assert not run(tmp_path, command) & (HEAVY | {"pydantic", "git", "rich", "sqlite3", "msgspec"})


def processes(tmp_path: Path, *arguments: str) -> list[str]:
    """What git was asked for, one command a process; GitPython asks for its version besides."""
    real = shutil.which("git")
    log, program = tmp_path / "log", tmp_path / "bin" / "git"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\necho "$1" >> "{log}"\nexec "{real}" "$@"\n')
    program.chmod(0o755)
    log.unlink(missing_ok=True)
    run(tmp_path / "cache", "audit", *arguments, "-q", path=f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return [command for command in log.read_text().split() if command != "version"]


@pytest.mark.skipif(os.name == "nt", reason="git is wrapped by a shell script")
def test_git_processes_of_an_audit(made: Made, tmp_path: Path) -> None:
    base = made.commit(INNOCENT)
    made.commit({"src/more.py": "import torch\n"})
    folder = str(made.path)
    assert processes(tmp_path, folder) == ["ls-files"]
    assert processes(tmp_path, folder) == ["ls-files"]
    assert processes(tmp_path, folder, "--rev", "HEAD") == ["rev-parse", "ls-tree"]
    assert processes(tmp_path, folder, "--rev", "HEAD", "--base", base) == ["rev-parse", "ls-tree"] * 2
    shutil.rmtree(tmp_path / "cache")
    assert processes(tmp_path, folder, "--rev", "HEAD") == ["rev-parse", "ls-tree", "cat-file"]


def many(count: int) -> Memory:
    """A repository with so many Python files, one of them broken."""
    return Memory({**INNOCENT, **{f"src/m{n}.py": f"import torch\nx = {n}\n" for n in range(count)}, "b.py": "def (:"})


def judged_again(tmp_path: Path, repository: Memory) -> Kept:
    """What is kept, after an audit with it that found every document and no report."""
    audit(repository, store=Store(Kept(tmp_path)))
    kept = Kept(tmp_path)
    kept.forget(KIND)
    kept.statements = 0
    audit(repository, store=Store(kept))
    return kept


def test_nothing_is_parsed_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = documents.parse

    def counting(kind: type[documents.Document], path: str, data: bytes) -> object:
        parsed.append(path)
        return parse(kind, path, data)

    audit(many(20), store=Store(Kept(tmp_path)))
    monkeypatch.setattr(documents, "parse", counting)
    judged_again(tmp_path, many(20))
    assert parsed == []


def test_statements_do_not_grow_with_files(tmp_path: Path) -> None:
    few, more = judged_again(tmp_path / "few", many(20)), judged_again(tmp_path / "more", many(200))
    assert more.statements == few.statements


def test_an_unchanged_tree_is_one_statement(tmp_path: Path) -> None:
    audit(many(20), store=Store(Kept(tmp_path)))
    kept = Kept(tmp_path)
    audit(many(20), store=Store(kept))
    assert kept.statements == 1


@pytest.mark.parametrize(
    ("arguments", "never"),
    [
        ("--version", {"click", "dataclasses", "re", "typing"}),
        ("--help", {"dataclasses", "git", "msgspec", "pydantic", "rich", "subprocess", "yaml"}),
        ("list", {"git", "radon", "rich", "sqlite3"}),
        (
            "audit {folder} --format json",
            {"git", "radon", "rich", "multiprocessing", "http.client", "pydantic"},
        ),
    ],
)
def test_what_a_command_does_not_need_is_not_loaded(tmp_path: Path, arguments: str, never: set[str]) -> None:
    (tmp_path / "train.py").write_text("import torch\n")
    command = [sys.executable, "-c", RUN, *arguments.format(folder=tmp_path).split()]
    loaded = subprocess.run(command, capture_output=True, text=True, check=False).stderr.split()
    assert "ml_readiness.__main__" in loaded
    assert never.isdisjoint(loaded)
