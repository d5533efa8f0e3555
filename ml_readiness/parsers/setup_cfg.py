"""`setup.cfg`: what setuptools reads from it, and the settings of tools that live there."""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct

from ml_readiness.parsers.requirement import Requirement, pep508
from ml_readiness.parsers.text import decode


class SetupCfg(Struct, frozen=True):
    """One `setup.cfg` or `tox.ini`-like file."""

    patterns: ClassVar[tuple[str, ...]] = ("setup.cfg",)
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    name: str = ""
    license: str = ""
    declares: bool = False
    """Whether it has a place for run-time dependencies."""
    dependencies: tuple[Requirement, ...] = ()
    extras: dict[str, tuple[Requirement, ...]] = {}
    dependency_files: tuple[str, ...] = ()
    requires_python: str = ""
    requires_python_line: int = 0
    scripts: dict[str, str] = {}
    sections: dict[str, dict[str, str]] = {}
    """Everything as written, by section and key."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The sections; duplicates are forgiven, interpolation is left alone; ValueError where it is broken."""
        text = decode(data)
        import configparser  # noqa: PLC0415

        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        try:
            parser.read_string(text)
        except configparser.Error as error:
            raise ValueError(str(error)) from error
        sections = {name: dict(parser[name]) for name in parser.sections()}
        options = sections.get("options", {})
        lines: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            lines.setdefault(line.strip(), number)
            lines.setdefault(line.partition("=")[0].strip() + " =", number)
        wanted = options.get("install_requires", "")
        extras = sections.get("options.extras_require", {})
        python = options.get("python_requires", "")
        return cls(
            name=sections.get("metadata", {}).get("name", ""),
            license=sections.get("metadata", {}).get("license", ""),
            declares="install_requires" in options,
            dependencies=_requirements(wanted, lines),
            extras={name: _requirements(value, lines) for name, value in extras.items()},
            dependency_files=_files(wanted),
            requires_python=python,
            requires_python_line=lines.get("python_requires =", 0),
            scripts=_scripts(sections.get("options.entry_points", {})),
            sections=sections,
        )


def _requirements(value: str, lines: dict[str, int]) -> tuple[Requirement, ...]:
    found: list[Requirement] = []
    for part in value.replace(";;", "\n").splitlines():
        line = lines.get(part.strip(), 0)
        written = part.partition(" #")[0].strip()
        if not written or written.startswith(("#", "file:")):
            continue
        try:
            found.append(pep508(written, line))
        except (ValueError, RecursionError):
            continue
    return tuple(found)


def _files(value: str) -> tuple[str, ...]:
    if not value.strip().startswith("file:"):
        return ()
    return tuple(name.strip() for name in value.strip().removeprefix("file:").split(",") if name.strip())


def _scripts(entry_points: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in entry_points.get("console_scripts", "").splitlines():
        name, equals, target = line.partition("=")
        if equals:
            found[name.strip()] = target.strip()
    return found
