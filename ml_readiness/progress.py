"""A line on the terminal that says how far the audit is, once it takes longer than a second."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE = 1.0
BEAT = 0.2
WIDTH = 20


class Meter:
    """Shows a bar on a terminal while it is open, or nothing without one; leaves nothing behind."""

    def __init__(self, terminal: TextIO | None) -> None:
        self._terminal = terminal
        self._done, self._total, self._check = 0, 0, "reading"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __call__(self, done: int, total: int, check: str) -> None:
        """`done` of `total` checks are answered, `check` is next."""
        self._done, self._total, self._check = done, total, check

    def __enter__(self) -> Self:
        if self._terminal is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._terminal is not None:
            self._thread.join()

    def _beat(self) -> None:
        started = time.monotonic()
        if self._over.wait(PATIENCE):
            return
        while not self._over.wait(BEAT):
            filled = WIDTH * self._done // max(self._total, 1)
            bar = "#" * filled + "." * (WIDTH - filled)
            count = f"{self._done}/{self._total} " if self._total else ""
            self._say(f"[{bar}] {count}{time.monotonic() - started:.0f}s {self._check}")
        self._say("")

    def _say(self, line: str) -> None:
        if self._terminal is not None:
            self._terminal.write(f"\r\x1b[K{line}")
            self._terminal.flush()
