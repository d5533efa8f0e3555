"""Where the git directory of a folder is, and what its references say, read without asking git."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ml_readiness.errors import RepositoryError
from ml_readiness.regular import read_regular
from ml_readiness.snapshot import Absent

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_REFERENCES = 200_000
MAX_FILE = 64_000_000
MAX_ALTERNATES = 5

_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"refs/[^\x00-\x20\x7f~^:?*\[\\]+")
_SHA256 = re.compile(r"^\s*objectformat\s*=\s*\"?sha256", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class GitDir:
    """A git directory: its own files, and those it shares with other work trees of the repository."""

    path: Path
    common: Path

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        """The git directory that a folder is, or has as `.git`; parents are not searched."""
        for place in (folder / ".git", folder):
            found = place if place.is_dir() else _pointed(place)
            if found is not None and (found / "HEAD").is_file():
                shared = _line(found, "commondir")
                common = (found / shared).resolve() if shared else found
                if (common / "objects").is_dir():
                    return cls(found, common)
        return None

    @property
    def is_sha256(self) -> bool:
        """Whether objects are named by SHA-256."""
        return _SHA256.search(_text(self.common, "config")) is not None

    @property
    def index(self) -> Path | None:
        """The index, where it is a regular file."""
        path = self.path / "index"
        return path if path.is_file() and not path.is_symlink() else None

    @cached_property
    def objects(self) -> Path:
        """The object database; RepositoryError where something in it could make a reader hang."""
        folder = self.common / "objects"
        for database in [folder, *self.alternates]:
            for path in _special(database):
                raise RepositoryError(f"{path}: expected a git object, found something that is not a file")
        return folder

    @cached_property
    def alternates(self) -> tuple[Path, ...]:
        """Other object databases that this one borrows from."""
        found: dict[Path, None] = {}
        level = [self.common / "objects"]
        for _ in range(MAX_ALTERNATES):
            level = [path for database in level for path in _borrowed(database) if path not in found]
            found.update(dict.fromkeys(level))
        return tuple(found)

    @cached_property
    def references(self) -> dict[str, str]:
        """Every reference and the object it names; symbolic ones resolved, broken ones left out."""
        found = dict(_packed(self.common))
        symbolic: dict[str, str] = {}
        for name in _loose(self.common):
            value = _line(self.common, name)
            if _ID.fullmatch(value):
                found[name] = value
            elif value.startswith("ref: "):
                symbolic[name] = value.removeprefix("ref: ")
        for name, target in symbolic.items():
            if target in found:
                found[name] = found[target]
        return found

    def head(self, name: str = "HEAD") -> str:
        """What HEAD, or another file like it, says: `ref: refs/...`, an object's name, or nothing."""
        value = _line(self.path, name).partition("\t")[0]
        target = value.removeprefix("ref: ")
        return value if _ID.fullmatch(value) or (target != value and _NAME.fullmatch(target)) else ""

    @property
    def shallow(self) -> str:
        """The commits whose parents are not here."""
        return "\n".join(line for line in _text(self.common, "shallow").split() if _ID.fullmatch(line))

    @property
    def exclude(self) -> str:
        """The ignore rules that are not committed."""
        return _text(self.common / "info", "exclude")


def _text(folder: Path, name: str) -> str:
    try:
        return read_regular(folder, name, MAX_FILE).decode("utf-8", "surrogateescape")
    except Absent:
        return ""


def _line(folder: Path, name: str) -> str:
    try:
        content = read_regular(folder, name, 8192)
    except Absent:
        return ""
    return content.decode("utf-8", "surrogateescape").partition("\n")[0].strip()


def _pointed(path: Path) -> Path | None:
    target = _line(path.parent, path.name) if path.name != ".git" else _git_file(path)
    prefix = "gitdir: "
    if not target.startswith(prefix):
        return None
    found = (path.parent / target.removeprefix(prefix)).resolve()
    return found if found.is_dir() else None


def _git_file(path: Path) -> str:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > 8192:
            return ""
        return path.read_text("utf-8", "surrogateescape").partition("\n")[0].strip()
    except OSError:
        return ""


def _packed(common: Path) -> Iterator[tuple[str, str]]:
    for line in _text(common, "packed-refs").splitlines()[:MAX_REFERENCES]:
        value, _, name = line.partition(" ")
        if _ID.fullmatch(value) and _NAME.fullmatch(name):
            yield name, value


def _loose(common: Path) -> Iterator[str]:
    left = MAX_REFERENCES
    for folder, _, names in os.walk(common / "refs"):
        for name in names:
            path = (Path(folder) / name).relative_to(common).as_posix()
            if left and _NAME.fullmatch(path):
                left -= 1
                yield path


def _borrowed(database: Path) -> list[Path]:
    lines = _text(database / "info", "alternates").splitlines()
    return [(database / line).resolve() for line in lines if line and not line.startswith("#")]


def _special(database: Path) -> Iterator[str]:
    for depth in (1, 2):
        pattern = [database] if depth == 1 else [path for path in _entries(database) if path.is_dir()]
        for folder in pattern:
            for path in _entries(folder):
                if not (path.is_file() or path.is_dir()):
                    yield path.path


def _entries(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
