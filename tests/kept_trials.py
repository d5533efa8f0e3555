"""What is kept survives anything: audits killed at random moments, hundreds of audits at once, and a full disk.

`python -m tests.kept_trials --kills 100 --audits 200` runs the whole of it; the tests run a few of each.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ml_readiness.audit import audit
from ml_readiness.kept import Kept
from ml_readiness.snapshot import Memory
from ml_readiness.store import Store
from tests.repositories import INNOCENT

if TYPE_CHECKING:
    from collections.abc import Callable

VARIANTS = 5


def repository(number: int) -> Memory:
    """One of a few repositories that have most files in common."""
    many = {f"src/part_{n}.py": f"import torch\n\n\ndef part_{n}(x):\n    return x * {n}\n" * 8 for n in range(60)}
    return Memory({**INNOCENT, **many, "src/own.py": f"own = {number % VARIANTS}\n"})


def report(number: int, folder: Path | None) -> str:
    """The report on one of them, with what is kept in a folder, or without anything."""
    return audit(repository(number), store=Store(Kept(folder) if folder is not None else None)).to_json()


def forked(work: Callable[[], bool]) -> int:
    """The id of a copy of this process that does something and ends with 0 if that was right."""
    child = os.fork()
    if child == 0:
        status = 2
        try:
            status = 0 if work() else 1
        finally:
            os._exit(status)
    return child


def status(child: int) -> int:
    """How a process ended; negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(count: int, folder: Path, expected: list[str]) -> list[str]:
    """What went wrong with audits that follow one killed at a random moment, of which half write all the time."""
    wrong: list[str] = []
    started = time.monotonic()
    report(0, folder / "first")
    whole = time.monotonic() - started
    chance = random.Random(count)  # noqa: S311
    for number in range(count):
        where = folder / f"killed-{number % 4}"
        child = forked(partial(_writing, where) if number % 2 else partial(_is_right, number, where, expected))
        time.sleep(chance.uniform(0, whole * 1.2))
        os.kill(child, signal.SIGKILL)
        status(child)
        after = status(forked(partial(_is_right, number, where, expected)))
        if after:
            wrong.append(f"after kill {number} the audit ended with {after}")
    return wrong


def together(count: int, folder: Path, expected: list[str]) -> list[str]:
    """What went wrong with audits that run at the same time and share what is kept."""
    where = folder / "shared"
    children = {forked(partial(_is_right, number, where, expected)): number for number in range(count)}
    ends = {number: status(child) for child, number in children.items()}
    return [f"audit {number} of {count} at once ended with {end}" for number, end in ends.items() if end]


def on_a_full_disk(folder: Path, expected: list[str]) -> list[str]:
    """What went wrong where no file can grow beyond some bytes, with an empty and with a full cache."""
    wrong: list[str] = []
    for size in (0, 1, 5_000, 20_000, 60_000):
        for where in (folder / f"full-{size}", folder / "shared"):
            end = status(forked(partial(_cramped, size, where, expected)))
            if end or status(forked(partial(_is_right, 0, where, expected))):
                wrong.append(f"with files of at most {size} bytes the audit ended with {end}")
    return wrong


def _is_right(number: int, where: Path, expected: list[str]) -> bool:
    return report(number, where) == expected[number % VARIANTS]


def _cramped(size: int, where: Path, expected: list[str]) -> bool:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return _is_right(0, where, expected)


def _writing(where: Path) -> bool:
    for number in range(1000):
        store = Store(Kept(where))
        for part in range(200):
            store.remember("trial", f"{number} {part}".encode(), os.urandom(2000))
        store.keep()
    return True


def trials(kills: int, audits: int, folder: Path) -> list[str]:
    """Everything that went wrong."""
    expected = [report(number, None) for number in range(VARIANTS)]
    wrong = killed(kills, folder, expected)
    wrong += together(audits, folder, expected)
    return wrong + on_a_full_disk(folder, expected)


def main() -> None:
    """Runs the trials; exits with 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.kept_trials", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--audits", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wrong = trials(options.kills, options.audits, Path(folder))
    for line in wrong or [f"{options.kills} kills, {options.audits} audits at once, full disks: all right"]:
        sys.stdout.write(line + "\n")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
