"""Which files say what has to be installed, for whom, and what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Self

from msgspec import Struct, field

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.dependencies.includes import Declared, Problem
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.requirement import LOCAL, WILDCARD, Requirement

RUNTIME, DEVELOPMENT, EXAMPLE, ARTEFACT = "runtime", "development", "example", "artefact"

DEVELOPMENT_NAME = re.compile(
    r"(?:^|[/_.-])(?:dev|devel|develop|development|tests?|testing|lint|linters?|linting|docs?|documentation|rtd|mkdocs"
    r"|sphinx|ci|build|style|format|typing|mypy|quality|checks?|pre-?commit|release|publish|bench|benchmarks?|tox|nox"
    r"|precommit|dev-?tools|tooling|coverage|setup|packaging|notebooks?|jupyter)(?=[/_.-]|$)",
    re.IGNORECASE,
)
DEVELOPMENT_FOLDER = re.compile(r"(?:^|/)(?:dev|ci|lint|tests?|benchmarks?|tooling)$", re.IGNORECASE)
ARTEFACT_FOLDER = re.compile(r"(?:^|/)(?:mlruns|mlartifacts|artifacts/model[^/]*|wandb/run-[^/]*)/", re.IGNORECASE)
INSTALLERS = frozenset({"pip", "setuptools", "wheel", "pkg-resources", "python"})
"""Names whose version does not change what the project computes."""
DEVELOPER_TOOLS = frozenset({
    "autopep8", "black", "build", "bumpversion", "coverage", "flake8", "ipykernel", "isort", "jupyter", "jupyterlab",
    "mkdocs", "mypy", "nbqa", "notebook", "pre-commit", "pylint", "pyright", "pytest", "pytest-cov", "pytest-mock",
    "ruff", "sphinx", "tox", "twine",
})  # fmt: skip
"""What developers run, not the project."""


class Manifest(Struct, frozen=True, eq=False, dict=True):
    """One list of what has to be installed, with the files it includes."""

    path: str
    kind: str
    """`requirements`, `pyproject`, `setup.py`, `setup.cfg`, `Pipfile`, `conda`, `pixi`, `bentofile`, `cog` or
    `script`."""
    role: str
    """`runtime`, `development`, `example` or `artefact` (what a saved model says that it was made with)."""
    declared: tuple[Declared, ...] = ()
    """What it needs to run."""
    extras: Mapping[str, tuple[Declared, ...]] = field(default_factory=dict[str, tuple[Declared, ...]])
    development: Mapping[str, tuple[Declared, ...]] = field(default_factory=dict[str, tuple[Declared, ...]])
    """Groups that only developers install."""
    doubtful: tuple[Declared, ...] = ()
    """What lines mean that no installer reads as they are."""
    constraints: tuple[Declared, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: frozenset[str] = frozenset()
    """Every file that it is made of, itself included."""
    is_package: bool = False
    """Whether it describes something that others can install."""
    compiled: bool = False
    """Whether a tool wrote it, with everything that gets installed."""
    compiled_from: tuple[str, ...] = ()
    exported: bool = False
    """Whether it is the export of a whole conda environment."""
    name: str = ""
    """What the package is called."""

    @property
    def folder(self) -> str:
        """Where it is, without a slash at the end; the root is the empty string."""
        return self.path.rpartition("/")[0]

    @cached_property
    def wanted(self) -> tuple[Declared, ...]:
        """What it needs to run, without installers and without the project itself; what refused lines mean too."""
        meant = (*self.declared, *self.doubtful)
        return tuple(each for each in meant if each.key not in INSTALLERS and not is_own(each))

    @cached_property
    def open(self) -> tuple[Declared, ...]:
        """What is not fixed to one version, neither here nor by a constraint; tools of developers do not count."""
        stated = (*self.declared, *self.doubtful, *self.constraints)
        fixed = {each.key for each in stated if self._fixes(each) and each.key}
        fixed |= DEVELOPER_TOOLS
        return tuple(each for each in self.wanted if not self._fixes(each) and each.key not in fixed)

    def _fixes(self, each: Declared) -> bool:
        """An exported environment has one version of everything, whatever conda makes of `=1.2` in another file."""
        return is_fixed(each) or (self.exported and each.requirement.kind == WILDCARD)

    @cached_property
    def names(self) -> frozenset[str]:
        """The distributions it needs to run, by their compared names."""
        return frozenset(each.requirement.likely_key for each in (*self.declared, *self.doubtful)) - {""}

    @cached_property
    def all_names(self) -> frozenset[str]:
        """Those of its extras and development groups too."""
        groups = (*self.extras.values(), *self.development.values())
        return self.names | {each.key for group in groups for each in group if each.key}


def _is_tooling(manifest: Manifest) -> bool:
    return bool(manifest.wanted) and all(each.key in DEVELOPER_TOOLS for each in manifest.wanted)


def is_own(each: Declared) -> bool:
    """Whether it is a path to something inside the repository, such as the project itself."""
    url = each.requirement.url
    return each.requirement.is_local and not url.startswith(("/", "file:///", "~")) and url[1:2] != ":"


def is_fixed(each: Declared) -> bool:
    """Whether a requirement selects one version: conda's `=1.2.3` and an address that names the version included."""
    found = each.requirement
    if found.is_pinned:
        return True
    if found.kind == LOCAL:
        return False
    if found.kind == "url_no_hash":
        return VERSIONED_ADDRESS.search(found.url) is not None
    return found.kind == "wildcard" and FULL_CONDA_VERSION.fullmatch(found.specifier) is not None


def is_named_version(requirement: Requirement) -> bool:
    """Whether an address names a version by its tag, so that somebody would have to move it."""
    reference = requirement.url.partition("#")[0].rpartition("@")[2] if requirement.kind == "vcs_ref" else ""
    return VERSION_TAG.fullmatch(reference) is not None


VERSION_TAG = re.compile(r"(?:refs/tags/.+|[A-Za-z-]*v?\d+(?:[._-]\w+)*)")
FULL_CONDA_VERSION = re.compile(r"=\d+(?:\.\w+){2,}")
VERSIONED_ADDRESS = re.compile(r"[-_/]v?\d+\.\d+[\w.+%-]*?\.(?:whl|tar\.gz|zip)(?:#|$)|[-_]\d+\.\d+[\w.+%-]*\.whl")


def belongs_to_model(path: str, files: Files) -> bool:
    """Whether a file says what a saved model was made with: it lies beside an `MLmodel`, or among a tracker's runs."""
    folder = path.rpartition("/")[0]
    return f"{folder}/MLmodel".lstrip("/") in files.entries or ARTEFACT_FOLDER.search(f"{folder}/") is not None


def role_of(path: str, files: Files) -> str:
    """Whom a requirements or environment file is for, by its name and place."""
    folder, _, name = path.rpartition("/")
    if ARTEFACT_FOLDER.search(folder + "/"):
        return ARTEFACT
    if is_test(folder + "/x") or re.match(r"(?:.*/)?docs?(?:/|$)|\.github(?:/|$)|\.ci(?:/|$)", folder, re.IGNORECASE):
        return DEVELOPMENT
    if files.is_example(path):
        return EXAMPLE
    if DEVELOPMENT_NAME.search(name.rpartition(".")[0]) or DEVELOPMENT_FOLDER.search(folder):
        return DEVELOPMENT
    return RUNTIME


class Manifests(Struct, frozen=True, dict=True):
    """Every manifest of the project's own."""

    all: tuple[Manifest, ...]

    @classmethod
    def gather(cls, documents: Documents, files: Files) -> Self:
        """From every file that some installer reads."""
        from ml_readiness.facts.dependencies import manifest_kinds  # noqa: PLC0415

        found = manifest_kinds.read_all(documents, files)
        return cls(tuple(sorted(found, key=lambda each: (each.path.count("/"), each.path))))

    @cached_property
    def by_path(self) -> Mapping[str, Manifest]:
        """By path."""
        return {each.path: each for each in self.all}

    @cached_property
    def runtime(self) -> tuple[Manifest, ...]:
        """Those for whoever runs the project, root first; a list of nothing but developers' tools where it is all."""
        found = tuple(each for each in self.all if each.role == RUNTIME)
        return tuple(each for each in found if each.extras or not _is_tooling(each)) or found

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that installers would refuse."""
        return tuple(dict.fromkeys(problem for each in self.all for problem in each.problems))

    @cached_property
    def names(self) -> frozenset[str]:
        """Every distribution that some manifest names, whoever it is for."""
        return frozenset(name for each in self.all for name in each.all_names)
