"""Which programs read the code before people do: linters, type checkers, security scanners; run, or only set up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness.documents import Documents
from ml_readiness.facts.automation.ci import ContinuousIntegration
from ml_readiness.facts.automation.hooks import Hooks
from ml_readiness.facts.automation.wrappers import unwrap
from ml_readiness.facts.knowledge.lexicon import program, roles
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.pyproject import PyProject
from ml_readiness.parsers.setup_cfg import SetupCfg
from ml_readiness.report import Location

ROLES = ("lint", "types", "security")
CONFIGURED = {
    ".flake8": "lint", ".pylintrc": "lint", "pylintrc": "lint", "ruff.toml": "lint", ".ruff.toml": "lint",
    ".eslintrc.json": "lint", ".eslintrc.js": "lint", ".eslintrc.cjs": "lint", "eslint.config.js": "lint",
    "mypy.ini": "types", ".mypy.ini": "types", "pyrightconfig.json": "types", "tsconfig.json": "types",
    ".bandit": "security", ".semgrep.yml": "security", "sonar-project.properties": "security",
}  # fmt: skip
TOOLS = {"ruff": "lint", "flake8": "lint", "pylint": "lint", "mypy": "types", "pyright": "types",
         "basedpyright": "types", "ty": "types", "bandit": "security"}  # fmt: skip
TOLERANT = frozenset(("--exit-zero", "--exit-zero-even-if-changed", "--exit-code=0", "--no-fail"))


class Reading(Struct, frozen=True):
    """One program that reads the code."""

    role: str
    """`lint`, `types` or `security`."""
    name: str
    location: Location
    lost: str = ""
    """Why its complaints stop nothing; empty if they do."""


class Analysis(Struct, frozen=True, dict=True):
    """Every program that reads the code."""

    ci: ContinuousIntegration
    hooks: Hooks
    files: Files
    documents: Documents

    @classmethod
    def gather(cls, ci: ContinuousIntegration, hooks: Hooks, files: Files, documents: Documents) -> Self:
        """From pipelines, hooks and configuration."""
        return cls(ci, hooks, files, documents)

    @cached_property
    def run(self) -> tuple[Reading, ...]:
        """What continuous integration runs, or pre-commit.ci on every pull request."""
        found: list[Reading] = []
        for run in self.ci.runs:
            tolerant = next((f"`{word}`" for word in run.run.words if word in TOLERANT), "")
            name = program(run.run.words[0]).partition("@")[0] if run.run.words else ""
            played = [role for role in ROLES if role in run.roles and not run.disabled]
            found.extend(Reading(role, name, run.location, run.lost or tolerant) for role in played)
        return (*found, *(self.hooked if self.served else ()))

    @property
    def served(self) -> bool:
        """Whether pre-commit.ci runs the hooks: the configuration speaks to it, or the README shows its badge."""
        readme = next(iter(self.files.find("README.md", "README.rst")), "")
        return self.hooks.service or "results.pre-commit.ci" in self.files.text(readme)

    @cached_property
    def hooked(self) -> tuple[Reading, ...]:
        """What the hooks of pre-commit run."""
        return tuple(
            Reading(role, hook.id, Location(path=self.hooks.path, line=hook.line))
            for hook in self.hooks.hooks
            for role in ROLES
            if role in roles(unwrap(hook.words).words)
        )

    @cached_property
    def configured(self) -> tuple[Reading, ...]:
        """What is set up, whether or not anything runs it."""
        return (*self.hooked, *self._sections(), *self._files())

    def _files(self) -> Iterator[Reading]:
        for name, role in CONFIGURED.items():
            if name in self.files.entries:
                yield Reading(role, _tool(name), Location(path=name))

    def _sections(self) -> Iterator[Reading]:
        project = self.documents.find(PyProject, "pyproject.toml")
        for tool in sorted(project.tools) if project is not None else ():
            if tool in TOOLS:
                yield Reading(TOOLS[tool], tool, Location(path="pyproject.toml"))
        for path in ("setup.cfg", "tox.ini"):
            config = self.documents.find(SetupCfg, path)
            for section in config.sections if config is not None else ():
                if section.split(":")[0] in TOOLS:
                    yield Reading(TOOLS[section.split(":")[0]], section, Location(path=path))


def _tool(name: str) -> str:
    """The tool that a configuration file is for: `pylint` of `.pylintrc`."""
    bare = name.rpartition("/")[2].lstrip(".").partition(".")[0]
    return bare.removesuffix("rc").removesuffix("-project")
