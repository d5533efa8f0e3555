"""`pixi.toml`: packages from conda channels and from the Python index."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from msgspec import Struct

from ml_readiness.parsers import loose, poetry, toml
from ml_readiness.parsers.conda_spec import conda_spec
from ml_readiness.parsers.requirement import UNPINNED, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator


class Pixi(Struct, frozen=True):
    """One `pixi.toml`."""

    patterns: ClassVar[tuple[str, ...]] = ("pixi.toml",)
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    dependencies: tuple[Requirement, ...] = ()
    groups: dict[str, tuple[Requirement, ...]] = {}
    """Features other than the default one."""
    requires_python: str = ""
    requires_python_line: int = 0
    tasks: dict[str, str] = {}

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Packages from channels and from the Python index, and the features that add some."""
        document = toml.load(data)
        lines = toml.Lines(data)
        python = toml.table(document, "dependencies").get("python")
        tasks = {
            name: loose.text(task) or toml.text(task, "cmd") for name, task in toml.table(document, "tasks").items()
        }
        return cls(
            dependencies=tuple(packages(document, lines, "")),
            groups={
                name: tuple(packages(toml.table(feature), lines, f"feature.{name}."))
                for name, feature in toml.table(document, "feature").items()
            },
            requires_python=loose.text(python) or toml.text(python, "version"),
            requires_python_line=lines.of_key("python", "dependencies"),
            tasks={name: task for name, task in tasks.items() if task},
        )


def packages(document: toml.Table, lines: toml.Lines, prefix: str) -> Iterator[Requirement]:
    """What the tables of one feature name, the interpreter left out."""
    for name, value in toml.table(document, "dependencies").items():
        if name != "python":
            written = loose.text(value) or toml.text(value, "version")
            line = lines.of_key(name, f"{prefix}dependencies")
            try:
                yield conda_spec(f"{name} {written}", line)
            except ValueError:
                yield Requirement(name, UNPINNED, line=line)
    yield from poetry.dependencies(toml.table(document, "pypi-dependencies"), lines, f"{prefix}pypi-dependencies")
