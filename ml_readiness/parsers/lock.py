"""A lock file: the one version of every package, direct or not, that installing it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from msgspec import Struct

from ml_readiness.parsers.requirement import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping


class Locked(Struct, frozen=True):
    """One package of a lock."""

    name: str
    version: str = ""
    """Empty where the lock names none."""
    source: str = ""
    """`registry`, `git`, `directory`, `file`, `url`, `path`, `editable`, `virtual`, `archive`, `conda`, `pip`..."""
    hashed: bool = False
    requires: tuple[str, ...] = ()
    """The names of what it needs, where the lock says so."""

    @property
    def key(self) -> str:
        """The name as package indexes compare it."""
        return canonical(self.name)

    @property
    def is_own(self) -> bool:
        """Whether it is code of the same repository, so the project itself or a member of it."""
        return self.source in {"directory", "editable", "virtual"}


class Lock(Struct, frozen=True):
    """One lock file of any tool."""

    patterns: ClassVar[tuple[str, ...]] = (
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "Pipfile.lock",
        "pylock.toml",
        "pylock.*.toml",
        "conda-lock.yml",
        "conda-lock.yaml",
        "*.conda-lock.yml",
        "pixi.lock",
    )
    max_bytes: ClassVar[int] = 12_000_000
    version: ClassVar[int] = 1

    form: str
    """`poetry.lock`, `uv.lock`, `pdm.lock`, `Pipfile.lock`, `pylock.toml`, `conda-lock.yml` or `pixi.lock`."""
    packages: tuple[Locked, ...] = ()
    requires_python: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The packages; the content, not the name, tells which tool wrote it."""
        from ml_readiness.parsers import conda_locks, pipfile_lock, toml_locks  # noqa: PLC0415

        start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
        if start.startswith(b"{"):
            form, packages, python = pipfile_lock.read(data)
        elif conda_locks.recognises(data):
            form, packages, python = conda_locks.read(data)
        else:
            form, packages, python = toml_locks.read(data)
        return cls(form, packages, python)

    def by_key(self) -> Mapping[str, Locked]:
        """The packages by their compared names."""
        return {package.key: package for package in self.packages}
