"""`Pipfile`: what Pipenv installs."""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct

from ml_readiness.parsers import poetry, toml
from ml_readiness.parsers.requirement import Requirement


class Pipfile(Struct, frozen=True):
    """One `Pipfile`."""

    patterns: ClassVar[tuple[str, ...]] = ("Pipfile",)
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    dependencies: tuple[Requirement, ...] = ()
    groups: dict[str, tuple[Requirement, ...]] = {}
    """`dev-packages` and the package categories."""
    requires_python: str = ""
    requires_python_line: int = 0
    scripts: dict[str, str] = {}

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The sections; every table that Pipenv does not know by name is a category of packages."""
        document = toml.load(data)
        lines = toml.Lines(data)
        known = {"source", "packages", "requires", "scripts", "pipenv"}
        groups = {
            name: tuple(poetry.dependencies(toml.table(section), lines, name))
            for name, section in document.items()
            if name not in known and toml.table(section)
        }
        requires = toml.table(document, "requires")
        key = next((k for k in ("python_full_version", "python_version") if isinstance(requires.get(k), str)), "")
        scripts = toml.table(document, "scripts").items()
        return cls(
            dependencies=tuple(poetry.dependencies(toml.table(document, "packages"), lines, "packages")),
            groups=groups,
            requires_python=toml.text(requires, key),
            requires_python_line=lines.of_key(key, "requires") if key else 0,
            scripts={name: value for name, value in scripts if isinstance(value, str)},
        )
