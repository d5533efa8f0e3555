"""One command run once: processor time, wall time and peak memory of it and everything it waited for."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took."""

    cpu: float
    wall: float
    peak: float
    """Megabytes of the largest process."""
    code: int


def run(command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None) -> Cost:
    """The cost of a command."""
    started = time.perf_counter()
    running = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **(more or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, running.returncode)
