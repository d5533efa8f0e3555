"""Whether the project is a package that others install and import."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.project.elsewhere import Elsewhere
from ml_readiness.facts.project.introduction import Introduction
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.files import Files, is_example, is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.units import Unit

Reasons = tuple[str, ...]
PUBLISHES = re.compile(
    r"gh-action-pypi-publish|twine upload|(?:poetry|flit|hatch|uv|pdm) publish|maturin publish|upload\.pypi\.org/legacy"
)
INSTALLS = r"(?:pip3?|uv|conda|mamba)(?: pip| tool)? (?:install|add)(?: +(?:-[\w-]+|conda-forge))* +[\"']?"
INDEX = (
    r"(?:pypi|badge\.fury\.io/py|pepy\.tech|anaconda\.org/conda-forge|anaconda\.org/pytorch|conda/vn/[\w-]+"
    r"|anaconda\.org/[\w-]+)"
)
"""Addresses of published packages, and of badges that speak of them."""
NAMES = {
    "pyproject.toml": r"(?m)^\s*name\s*=\s*[\"']([\w.-]+)",
    "setup.cfg": r"(?m)^\s*name\s*=\s*([\w.-]+)",
    "setup.py": r"(?mi)(?<![a-zA-Z.])name\s*=\s*[\"']([\w.-]+)",
}
"""How manifests give the name of a distribution."""
COMMANDS = re.compile(
    r"(?ms)^\[(?:project|tool\.poetry)\.scripts\]\s*\n(.*?)(?=^\[|\Z)|console_scripts[\"']?\s*[:=]\s*\[?(.*?)(?:\]|\n\S|\Z)"
)
"""How manifests give the names of commands."""
FOR_AN_INDEX = re.compile(r"Development Status ::|Intended Audience ::")
LIBRARY = re.compile(
    r"(?:^#.*|\b(?:is|are|provides|offers)\b[^.\n]{0,100}?|\A[^\n]*)"
    r"\b(library|toolkit|toolbox|framework|python package|package for|sdk)\b",
    re.MULTILINE | re.IGNORECASE,
)
"""How a README says that it is made to be imported, in its title or a sentence."""
BEGINNING = 2500
"""Characters of a README in which it says so."""
DEEPEST = 2
"""Folders above a manifest of the project's own distribution: `libs/name/pyproject.toml`."""
COMMON = frozenset({"src", "tests", "app", "utils", "examples", "scripts", "docs"})
"""Folders with code that are called like no package."""


class Package(Struct, frozen=True, dict=True):
    """Signs of a distribution."""

    code: Code
    files: Files
    lifecycle: Lifecycle
    introduction: Introduction
    elsewhere: Elsewhere

    @classmethod
    def gather(
        cls, code: Code, files: Files, lifecycle: Lifecycle, introduction: Introduction, elsewhere: Elsewhere
    ) -> Self:
        """From manifests, workflows and the README."""
        return cls(code, files, lifecycle, introduction, elsewhere)

    @cached_property
    def published(self) -> Reasons:
        """What shows that others install it: by its name from an index, or to import it as a library."""
        return self.indexed or self._described_as_library or self._only_imported or self.elsewhere.published

    @cached_property
    def indexed(self) -> Reasons:
        """What shows that others install it by its name from an index."""
        if self.installed_by_name:
            return (f"the README installs it by name: {self.installed_by_name}",)
        readme = self.introduction.readme
        for name in self.names:
            if found := re.search_once(rf"{INDEX}[\w./-]*?[/=]{_loose(name)}(?![\w-])", readme, re.IGNORECASE):
                return (f"the README points to the published package: {found[0]}",)
        workflows = self.files.find(
            ".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitlab-ci.yml", ".travis.yml"
        )
        for path in (*workflows, *self.files.find("Makefile")) if self.names else ():
            is_library = self.called_library or not self._trains_at_top_level
            if is_library and PUBLISHES.search(self.files.text(path)):
                return (f"{path} publishes the package",)
        return ()

    @cached_property
    def installed_by_name(self) -> str:
        """The command of the README that installs it by its name; empty where there is none."""
        for name in self.names:
            pattern = re.compile_once(INSTALLS + _loose(name) + r"(?:\[[\w,-]*\])?(?=[\s`'\",;<=>~]|$)", re.IGNORECASE)
            if found := pattern.search(self.introduction.readme):
                return found[0].strip()
        return ""

    @cached_property
    def called_library(self) -> str:
        """How the README calls it, if that means something that is imported."""
        readme = self.introduction.readme[:BEGINNING]
        said = LIBRARY.search(readme) or LIBRARY.search(self.introduction.opening)
        return said[1] if said is not None else ""

    @cached_property
    def imports_shown(self) -> int:
        """How many times the README imports it."""
        return max((self.introduction.imports(name) for name in self.names), default=0)

    @cached_property
    def for_an_index(self) -> bool:
        """Whether its metadata is made for an index of packages."""
        return any(FOR_AN_INDEX.search(self.files.text(path)) for path in self._manifests)

    @cached_property
    def commands(self) -> tuple[str, ...]:
        """The commands that it installs."""
        return tuple(sorted({name for path in self._manifests for name in _commands(self.files.text(path))}))

    @cached_property
    def _described_as_library(self) -> Reasons:
        """A package with metadata for an index, whose README calls it a library and shows how to import it."""
        if self.for_an_index and self.called_library and self.imports_shown:
            return (f"the README calls it a {self.called_library} and imports it",)
        title = LIBRARY.search(self.introduction.title)
        if title and self.imports_shown > 1:
            return (f"its title calls it a {title[1].lower()}, and the README imports it",)
        return self._taken_into_projects or self._taken_from_its_address

    @property
    def _taken_into_projects(self) -> Reasons:
        """A package that the README calls a library by its name, installs from the clone, and shows in use."""
        readme = self.introduction.readme
        names = self.names if re.search(r"pip3? install (?:-e )?[\"']?(?:\.|git\+)", readme) else ()
        for name in names:
            said = re.search_once(
                rf"\bthe [`*]*{_loose(name)}[`*]* (?:library|package|toolkit|framework)\b"
                rf"|\b(?:import|use)\W{{1,3}}{_loose(name)}\W{{1,3}}(?:in|into|from|within) your\b",
                readme,
                re.IGNORECASE,
            )
            if said and self.introduction.imports(name):
                return (f"the README takes it into other projects: {said[0]}",)
        return ()

    @property
    def _taken_from_its_address(self) -> Reasons:
        """A package that the README installs without a clone, and imports."""
        for name in self.names if self.imports_shown else ():
            address = rf"pip3? install [^\n`]{{0,40}}(?:git\+)?https?://[^\s`'\"]+/{_loose(name)}(?![\w-])"
            if found := re.search(address, self.introduction.readme, re.IGNORECASE):
                return (f"the README installs it from its address: {found[0]}",)
        return ()

    @cached_property
    def _only_imported(self) -> Reasons:
        """A package of which nothing can be started: no script, command, page or notebook but those that show it."""
        training = {site.unit.path for site in self.lifecycle.training if not site.call.scope}
        started = any(_starts(unit) or unit.path in training for unit in self.code.production)
        if started or self.commands or not self._installable:
            return ()
        books = [book for book in self.code.notebooks if not is_example(book.path)]
        if books and not self.called_library:
            return ()
        return (f"{self._installable} installs a package, and nothing of it can be started",)

    @property
    def _installable(self) -> str:
        """The manifest of a distribution, in the root, that has a package beside it."""
        inside = any(path.count("/") in {1, 2} for path in self.files.own if path.endswith("/__init__.py"))
        root = (path for path in self._manifests if "/" not in path)
        named = (path for path in root if re.search(NAMES[path.lower()], self.files.text(path)))
        return next(named, "") if inside else ""

    @cached_property
    def _trains_at_top_level(self) -> bool:
        """Whether some script trains when it is run, so that the package is more than a library."""
        training = self.lifecycle.units("training")
        return any(_starts(unit) for unit in self.code.production if unit.path in self.code.reaching(training))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the project's distributions may be called: as manifests say, and as its packages are called."""
        named = (re.search(NAMES[path.rpartition("/")[2].lower()], self.files.text(path)) for path in self._manifests)
        found = [name[1] for name in named if name is not None]
        if self._manifests:
            found += self._folders()
        return tuple(dict.fromkeys(name for name in found if len(name) > 1 and name not in COMMON))

    @cached_property
    def _manifests(self) -> tuple[str, ...]:
        return tuple(
            path
            for path in self.files.find(*NAMES)
            if path.count("/") <= DEEPEST and not is_test(path) and not is_example(path)
        )

    def _folders(self) -> Iterator[str]:
        """Outermost folders that are packages."""
        inits = {path.rpartition("/")[0] for path in self.files.own if path.endswith("/__init__.py")}
        for folder in sorted(inits):
            outer, _, name = folder.rpartition("/")
            if (
                outer not in inits
                and outer.count("/") < DEEPEST
                and not is_test(f"{folder}/")
                and not is_example(f"{folder}/")
            ):
                yield name


def _starts(unit: Unit) -> bool:
    """Whether a file is a program."""
    return unit.path != "setup.py" and (bool(unit.python.main_guard) or unit.python.statements > 3)


def _commands(manifest: str) -> Iterator[str]:
    for found in COMMANDS.finditer(manifest):
        yield from re.findall(r"(?m)^\s*[\"']?([\w.-]+)[\"']?\s*=", found[1] or found[2] or "")


def _loose(name: str) -> str:
    return re.sub(r"[-_.]+", "[-_.]+", re.escape(name).replace(r"\-", "-").replace(r"\_", "_").replace(r"\.", "."))
