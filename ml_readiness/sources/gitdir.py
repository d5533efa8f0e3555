"""Where the git directory of a folder is, and what its references say, read without asking git."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.errors import RepositoryError
from ml_readiness.snapshot import Absent
from ml_readiness.sources.regular import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_REFERENCES = 200_000
MAX_FILE = 64_000_000
MAX_INDEX = 256_000_000
MAX_ALTERNATES = 5

_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"refs/[^\x00-\x20\x7f~^:?*\[\\]+")
_SHA256 = re.compile(r"^\s*objectformat\s*=\s*\"?sha256", re.IGNORECASE | re.MULTILINE)


class GitDir(Struct, frozen=True, dict=True):
    """A git directory: its own files, and those it shares with other work trees of the repository."""

    path: Path
    common: Path

    @classmethod
    def around(cls, folder: Path) -> tuple[Self, str] | None:
        """The git directory of the repository that a folder is or belongs to, and the folder's path in it."""
        if (found := cls.find(folder)) is not None:
            return found, ""
        for parent in folder.resolve().parents:
            found = cls.find(parent) if (parent / ".git").exists() else None
            if found is not None:
                return found, folder.resolve().relative_to(parent).as_posix()
        return None

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        """The git directory that a folder is, or has as `.git`."""
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
    def is_reftable(self) -> bool:
        """Whether references are kept in a binary format that is not read here."""
        return (self.common / "reftable").is_dir()

    @property
    def index(self) -> Path | None:
        """The index, where it is a regular file of a sensible size."""
        path = self.path / "index"
        is_usable = path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_INDEX
        return path if is_usable else None

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
        for name in islice(_loose(self.common), MAX_REFERENCES):
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
    target = _line(path.parent, path.name)
    if not target.startswith("gitdir: "):
        return None
    found = (path.parent / target.removeprefix("gitdir: ")).resolve()
    return found if found.is_dir() else None


def _packed(common: Path) -> Iterator[tuple[str, str]]:
    for line in _text(common, "packed-refs").splitlines()[:MAX_REFERENCES]:
        value, _, name = line.partition(" ")
        if _ID.fullmatch(value) and _NAME.fullmatch(name):
            yield name, value


def _loose(common: Path) -> Iterator[str]:
    for folder, _, names in os.walk(common / "refs"):
        for name in names:
            path = (Path(folder) / name).relative_to(common).as_posix()
            if _NAME.fullmatch(path):
                yield path


def _borrowed(database: Path) -> list[Path]:
    lines = _text(database / "info", "alternates").splitlines()
    return [(database / line).resolve() for line in lines if line and not line.startswith("#")]


def _special(database: Path) -> Iterator[str]:
    for found in _entries(database):
        if found.is_dir():
            yield from (path.path for path in _entries(found) if not (path.is_file() or path.is_dir()))
        elif not found.is_file():
            yield found.path


def _entries(folder: Path | os.DirEntry[str]) -> Iterator[os.DirEntry[str]]:
    with suppress(FileNotFoundError, PermissionError), os.scandir(folder) as entries:
        yield from entries
