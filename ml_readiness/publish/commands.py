"""What the runner is told through its output and files; nothing from the repository is understood as a command."""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from ml_readiness import regex as re
from ml_readiness.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from pathlib import Path

SUMMARY_BYTES = 900 * 1024
"""GitHub drops a summary of more than a mebibyte."""
_NAME = re.compile(r"[a-z][a-z-]*")


def command(name: str, message: str, properties: Mapping[str, str | int] | None = None) -> str:
    """A workflow command, such as an annotation."""
    given = ",".join(f"{key}={_property(str(value))}" for key, value in (properties or {}).items())
    return f"::{name}{' ' if given else ''}{given}::{_data(printable(message, 2000))}"


@contextmanager
def literally(out: TextIO) -> Generator[None]:
    """Whatever is printed inside is text to the runner, also where it looks like a command."""
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", file=out)
    try:
        yield
    finally:
        print(f"::{token}::", file=out, flush=True)


def set_outputs(file: Path | None, values: Mapping[str, str]) -> None:
    """Outputs of the step; without a file, nothing happens."""
    _append(file, "".join(_output(name, value) for name, value in values.items()))


def add_summary(file: Path | None, lines: Iterable[str]) -> None:
    """A part of the job's summary, cut at the end of a line where it is too long."""
    text = "\n".join(lines) + "\n"
    data = text.encode("utf-8", "replace")
    if len(data) > SUMMARY_BYTES:
        kept = data[:SUMMARY_BYTES].rpartition(b"\n")[0].decode("utf-8")
        text = f"{kept}\n\n</details>\n\nThe rest is too long for a summary.\n"
    _append(file, text)


def _append(file: Path | None, text: str) -> None:
    if file is not None:
        with suppress(OSError), file.open("a", encoding="utf-8", newline="\n") as out:
            out.write(text)


def _output(name: str, value: str) -> str:
    assert _NAME.fullmatch(name)  # noqa: S101
    delimiter = f"end-{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{printable(value)}\n{delimiter}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text, 500)).replace(":", "%3A").replace(",", "%2C")
