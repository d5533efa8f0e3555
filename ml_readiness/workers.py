"""Processes that do a part of the work, with limits of memory and time for each piece of it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import BrokenExecutor, Executor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.context import BaseContext

P = ParamSpec("P")
T = TypeVar("T")

BUSY = 4
"""Workers that one process can give work to and take documents from, while it gathers facts."""
WORTH_WHILE = 1_000_000
"""Bytes of files whose parsing takes longer than starting workers."""
SECONDS = 10.0
"""Processor time for one file, a hundred times what the slowest that is read should need."""
MEMORY = 2_000_000_000
"""Bytes that a worker may ask for beyond what it starts with."""

_seconds = 0.0


class Workers(Executor):
    """Worker processes, started when there is something to do, and again after one has died of its work."""

    def __init__(self, count: int, *, least: int = 0, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.least = least
        """Bytes of files below which starting them costs more than it brings."""
        self._count = count
        self._limits = seconds, memory
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Work for the next one that is free."""
        try:
            return self._started().submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self.shutdown()
            return self._started().submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """Ends them."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait, cancel_futures=cancel_futures)

    @property
    def is_started(self) -> bool:
        """Whether there are processes."""
        return self._pool is not None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

            self._pool = ProcessPoolExecutor(self._count, _context(), _confine, self._limits)
        return self._pool


@contextmanager
def workers(jobs: int | None) -> Generator[Workers | None]:
    """So many workers, none where one process is enough; by default one a processor, for work that is worth while."""
    count = min(usable(), BUSY) if jobs is None else jobs
    if count == 1:
        yield None
        return
    with Workers(count, least=WORTH_WHILE if jobs is None else 0) as started:
        yield started


def usable() -> int:
    """How many processors this process may use."""
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def clock() -> Generator[None]:
    """A piece of work: in a worker, one that takes too much processor time ends the process."""
    if not _seconds:
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, _seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _context() -> BaseContext:
    """Copies of this process where that is safe, since they start in milliseconds."""
    import multiprocessing  # noqa: PLC0415

    return multiprocessing.get_context("fork" if sys.platform == "linux" else None)


def _confine(seconds: float, memory: int) -> None:
    """Makes this process a worker: limited, deaf to the keyboard, and gone with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    if hasattr(signal, "setitimer"):
        global _seconds  # noqa: PLW0603
        _seconds = seconds
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415

        size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _follow_parent() -> None:
    import multiprocessing  # noqa: PLC0415

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
