"""Who runs in each round: the floor, this product in every state of its cache, and other tools."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speed.running import Cost, run
from ml_readiness.kept import Kept
from ml_readiness.reports import KIND

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
FLOOR = "floor"
PEERS = {
    "rrdoctor": ("rrdoctor", "scan", "."),
    "adduce": ("adduce", "check", "."),
    "ml-project-doctor": ("ml-project-doctor", "."),
    "reprolint": ("reprolint", "."),
    "radon cc": ("radon", "cc", "-s", "."),
    "bandit": ("bandit", "-q", "-r", "."),
    "ruff C901": ("ruff", "check", "--select", "C901", "--no-cache", "."),
}


@dataclass(frozen=True)
class Contender:
    """Something that runs on a repository once a round."""

    name: str
    run: Callable[[], Cost]


class Ours:
    """This product on one repository, with caches that are in a certain state before each run."""

    def __init__(self, repository: Path, scratch: Path) -> None:
        self._repository = repository
        self._cache = scratch / "cache"
        self._before = scratch / "before"
        """A cache that knows the commit before the last one."""
        self._after = scratch / "after"
        """A cache that knows the last commit."""
        self._out = scratch / "report.json"
        self._compiled = scratch / "compiled"
        """Byte code, which an installed product has, whatever the environment says."""
        self.has_parent = run(["git", "rev-parse", "--verify", "HEAD~1^{commit}"], repository).code == 0

    def prepare(self) -> None:
        """Fills the caches."""
        for cache, revision in ((self._before, "HEAD~1"), (self._after, "HEAD")):
            if revision == "HEAD" or self.has_parent:
                shutil.rmtree(cache, ignore_errors=True)
                self._audit(cache, "--rev", revision)

    def contenders(self, jobs: int) -> list[Contender]:
        """Every state that is measured."""
        found = [
            Contender("cold", lambda: self._from(None, "--rev", "HEAD", "--jobs", "1")),
            Contender(f"cold, {jobs} jobs", lambda: self._from(None, "--rev", "HEAD", "--jobs", str(jobs))),
            Contender("judged again, nothing parsed", self._judged),
            Contender("unchanged", lambda: self._from(self._after, "--rev", "HEAD")),
        ]
        if self.has_parent:
            found += [
                Contender("last commit, its parent known", lambda: self._from(self._before, "--rev", "HEAD")),
                Contender(
                    "the same with --base", lambda: self._from(self._before, "--rev", "HEAD", "--base", "HEAD~1")
                ),
            ]
        return found

    def _judged(self) -> Cost:
        self._take(self._after)
        Kept(self._cache).forget(KIND)
        return self._audit(self._cache, "--rev", "HEAD")

    def _from(self, state: Path | None, *options: str) -> Cost:
        self._take(state)
        return self._audit(self._cache, *options)

    def _take(self, state: Path | None) -> None:
        shutil.rmtree(self._cache, ignore_errors=True)
        if state is not None:
            shutil.copytree(state, self._cache)

    def _audit(self, cache: Path, *options: str) -> Cost:
        command = [sys.executable, "-m", "ml_readiness", "audit", str(self._repository), "-q", *options]
        command += ["--format", f"json={self._out}"]
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(self._compiled)}
        cost = run(command, ROOT, {"ML_READINESS_CACHE": str(cache), **compiled})
        if cost.code:
            raise SystemExit(f"exit code {cost.code}: {' '.join(command)}")
        return cost


def floor(repository: Path) -> Contender:
    """Reading and parsing, and nothing else."""
    command = [sys.executable, str(Path(__file__).with_name("floor.py")), str(repository)]
    return Contender(FLOOR, lambda: run(command, repository))


def nothing(repository: Path) -> Contender:
    """An interpreter that starts and ends."""
    return Contender("python -c pass", lambda: run([sys.executable, "-c", "pass"], repository))


def peers(repository: Path, programs: Path | None) -> tuple[list[Contender], list[str]]:
    """The other tools that are there, and the names of those that are not."""
    found: list[Contender] = []
    missing: list[str] = []
    for name, (program, *rest) in PEERS.items():
        path = shutil.which(program, path=str(programs)) if programs is not None else shutil.which(program)
        if path is None:
            missing.append(name)
        else:
            found.append(_peer(name, [path, *rest], repository))
    return found, missing


def _peer(name: str, command: list[str], repository: Path) -> Contender:
    return Contender(name, lambda: run(command, repository))
