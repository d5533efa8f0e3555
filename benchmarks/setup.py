"""How long does the Action take, from the start of its step to the report, where nothing is installed yet?

Runs the step's script on a small pull request, each time in an empty temporary folder, and prints the seconds by the
clock and those of a processor. A package index must be reachable.

    python -m benchmarks.setup [--uv FILE] [--python FILE] [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.action import checkouts
from tests.action.checkouts import Checkout, run_step

SCRIPT = Path(__file__).resolve().parent.parent / "action/run.sh"


@dataclass(frozen=True)
class Way:
    """A runner that has some of what is needed."""

    name: str
    programs: Path
    """A folder that is first on the path."""
    keeps_libraries: bool = False

    def seconds(self, checkout: Checkout, scratch: Path, python: str) -> tuple[float, float]:
        """By the clock, and of a processor."""
        folder = scratch / "kept" if self.keeps_libraries else Path(tempfile.mkdtemp(dir=scratch))
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        environment = checkout.environment(folder, comment="never", python=python, PATH=path)
        began, used = time.perf_counter(), _used()
        done = run_step(SCRIPT, environment)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return time.perf_counter() - began, _used() - used


def main() -> None:
    """Measures every way in turn, several times."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.setup", description=__doc__)
    parser.add_argument("--uv", type=Path, default=shutil.which("uv"), help="uv, for the way where it is there")
    parser.add_argument("--python", default="", help="the Python that runs it; else the first that is found")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="setup-") as folder:
        scratch = Path(folder)
        checkout = checkouts.opened(scratch / "pull")
        found: dict[str, list[tuple[float, float]]] = {}
        for _ in range(options.rounds):
            for way in _ways(scratch, options.uv):
                found.setdefault(way.name, []).append(way.seconds(checkout, scratch, options.python))
    print(f"median of {options.rounds}: seconds by the clock, of a processor")
    for name, seconds in found.items():
        clock, processor = (statistics.median(column) for column in zip(*seconds, strict=True))
        print(f"{name:40} {clock:6.2f} {processor:6.2f}")


def _ways(scratch: Path, uv: Path | None) -> list[Way]:
    nothing, broken, there = (scratch / name for name in ("nothing", "broken", "there"))
    for folder in (nothing, broken, there):
        folder.mkdir(exist_ok=True)
    (broken / "uv").write_text("#!/bin/sh\nexit 1\n")
    (broken / "uv").chmod(0o755)
    ways = [
        Way("uv installed by pip, as on hosted runners", nothing),
        Way("pip alone", broken),
        Way("libraries there: the audit itself", nothing, keeps_libraries=True),
    ]
    if uv is not None:
        (there / "uv").unlink(missing_ok=True)
        (there / "uv").symlink_to(uv.resolve())
        ways.insert(0, Way("uv there", there))
    return ways


def _used() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    main()
