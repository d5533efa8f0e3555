"""A conda environment file: packages from channels, and those that pip adds."""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.parsers.conda_spec import conda_spec
from ml_readiness.parsers.requirement import Requirement
from ml_readiness.parsers.requirements import Broken, Include, Reading
from ml_readiness.parsers.yaml import Node, YamlFile

SHAPE = re.compile(r"^dependencies:\s*(?:#.*)?$", re.MULTILINE)
EXPORTED = re.compile(r"==?[^=*<>,|]+(?:=[^=*]+)?")
SYSTEM = frozenset({
    "_libgcc_mutex", "_openmp_mutex", "blas", "bzip2", "ca-certificates", "certifi", "freetype", "intel-openmp", "jpeg",
    "libcxx", "libffi", "libgcc-ng", "libpng", "libstdcxx-ng", "mkl", "ncurses", "openssl", "readline", "setuptools",
    "sqlite", "tk", "vc", "vs2015_runtime", "wheel", "xz", "zlib",
})  # fmt: skip
"""What conda installs below every Python; nobody lists these by hand."""


class CondaEnvironment(Struct, frozen=True):
    """One `environment.yml`."""

    patterns: ClassVar[tuple[str, ...]] = ("*.yml", "*.yaml")
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    is_environment: bool = False
    """Whether it lists packages at all; most YAML files do not."""
    name: str = ""
    dependencies: tuple[Requirement, ...] = ()
    """From channels, `python` included."""
    pip: tuple[Requirement, ...] = ()
    includes: tuple[Include, ...] = ()
    """Requirements files that its pip section names."""
    broken: tuple[Broken, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The packages; a file of another purpose is no environment."""
        root = YamlFile.parse(data).root
        listed = root.get("dependencies")
        if listed is None or listed.items is None or not any(_belongs(item) for item in listed.items):
            return cls()
        broken: list[Broken] = []
        channels: list[Requirement] = []
        reading = Reading()
        for item in listed.items:
            if item.text:
                try:
                    channels.append(conda_spec(item.text, item.line))
                except ValueError as error:
                    broken.append(Broken(item.line, str(error)))
            for argument in item.list("pip"):
                if argument.text:
                    reading.read(argument.text, argument.line)
        return cls(
            is_environment=True,
            name=root.string("name"),
            dependencies=tuple(channels),
            pip=tuple(reading.requirements),
            includes=tuple(reading.includes),
            broken=tuple(broken + reading.broken),
        )

    @property
    def python(self) -> Requirement | None:
        """The interpreter, where it is among the packages."""
        return next((package for package in self.dependencies if package.name == "python"), None)

    @property
    def is_export(self) -> bool:
        """Whether it is the export of a whole environment: every package with a version, system libraries too."""
        versions = [package.specifier for package in self.dependencies if package.name != "pip"]
        system = sum(package.name in SYSTEM for package in self.dependencies)
        return len(versions) >= 8 and system >= 3 and all(EXPORTED.fullmatch(version) for version in versions)


def _belongs(item: Node) -> bool:
    return bool(item.text) or item.get("pip") is not None
