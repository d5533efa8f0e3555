"""Reading regular files below a folder, and nothing else: no links, pipes or devices, nothing outside, no surprises."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ml_readiness.snapshot import Absent

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0)
_BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.scandir in os.supports_fd


def is_plain(path: str) -> bool:
    """Whether a relative path names something below the root, and nothing that belongs to git."""
    return _is_below(path) and (".git" not in (lower := path.lower()) or ".git" not in lower.split("/"))


def read_regular(root: Path, path: str, limit: int) -> bytes:
    """The content of the regular file at a relative path; raises `Absent` where it is anything else."""
    return read_with_status(root, path, limit)[0]


def read_with_status(root: Path, path: str, limit: int) -> tuple[bytes, os.stat_result]:
    """The content of a regular file, and what its status was before it was read; raises `Absent`."""
    if not _is_below(path):
        raise Absent("not a path below the root")
    folder, _, name = path.rpartition("/")
    try:
        with open_folder(root, folder) as where:
            opened = os.open(name if isinstance(where, int) else os.path.join(where, name), _FILE, **_relative(where))  # noqa: PTH118
            with os.fdopen(opened, "rb") as file:
                return _content(file.fileno(), limit)
    except Absent:
        raise
    except OSError as error:
        raise Absent(_reason(error)) from error


def _is_below(path: str) -> bool:
    return not {"", ".", ".."} & set(path.split("/")) and "\0" not in path


def _content(descriptor: int, limit: int) -> tuple[bytes, os.stat_result]:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Absent("not a regular file")
    if status.st_size > limit:
        raise Absent(f"{status.st_size:,} bytes, over the limit of {limit:,}; not read")
    parts: list[bytes] = []
    left = limit + 1
    while left and (part := os.read(descriptor, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    if not left:
        raise Absent(f"over the limit of {limit:,} bytes; not read")
    return b"".join(parts), status


@contextmanager
def open_folder(root: Path, folder: str) -> Generator[int | str]:
    """A folder below the root reached without following a link: a descriptor, or a path where those do not work."""
    if not _BY_DESCRIPTOR:
        yield _checked(root, folder)
        return
    here = os.open(root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        for part in folder.split("/") if folder else ():
            below = os.open(part, _FOLDER, dir_fd=here)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def _checked(root: Path, folder: str) -> str:
    wanted = root.resolve() / folder
    if wanted.resolve() != wanted:
        raise Absent("below a link")
    return str(wanted)


def _relative(where: int | str) -> dict[str, int]:
    return {"dir_fd": where} if isinstance(where, int) else {}


def _reason(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "a symbolic link; not followed"
    if error.errno == errno.ENOTDIR:
        return "below a link or a file; not followed"
    return error.strerror or type(error).__name__
