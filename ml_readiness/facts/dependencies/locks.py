"""Which files fix every version, of direct dependencies and of those they bring along, and what they cover."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.documents import Documents
from ml_readiness.facts.dependencies.manifests import DEVELOPER_TOOLS, RUNTIME, Manifest, Manifests, is_fixed
from ml_readiness.facts.knowledge.distributions import distributions
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.lock import Lock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml_readiness.facts.dependencies.includes import Declared

FRONT_END = ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lockb")
READ_BY = {
    "poetry.lock": ("pyproject",),
    "uv.lock": ("pyproject",),
    "pdm.lock": ("pyproject",),
    "pylock.toml": ("pyproject", "requirements", "setup.py", "setup.cfg"),
    "Pipfile.lock": ("Pipfile",),
    "conda-lock.yml": ("conda",),
    "pixi.lock": ("pixi", "pyproject"),
}
FEWEST_LINKS = 3
CLOSED = 0.8


class LockFile(Struct, frozen=True, eq=False):
    """One lock file and what it locks."""

    path: str
    form: str
    packages: Mapping[str, str]
    """Compared name to version."""

    @property
    def folder(self) -> str:
        """Where it is."""
        return self.path.rpartition("/")[0]

    def missing(self, manifest: Manifest) -> tuple[Declared, ...]:
        """What a manifest needs and the lock does not fix as the manifest asks: it is stale then."""
        return tuple(each for each in manifest.wanted if not self.fixes(each))

    def fixes(self, each: Declared, name: str = "") -> bool:
        """Whether a requirement is met, under its own name or another one."""
        requirement = each.requirement
        name = name or requirement.key
        if not requirement.name or requirement.marker or requirement.is_local:
            return True
        if name not in self.packages:
            return False
        version = self.packages[name]
        return not version or requirement.is_url or _allows(requirement.specifier, version)


class Locks(Struct, frozen=True, dict=True):
    """Every lock file of the project's Python."""

    all: tuple[LockFile, ...]
    front_end: tuple[str, ...]
    """Locks of other languages, which fix nothing that Python installs."""
    manifests: Manifests

    @classmethod
    def gather(cls, documents: Documents, files: Files, manifests: Manifests) -> Self:
        """From the lock files of every tool."""
        found = [
            LockFile(path, lock.form, {p.key: p.version for p in lock.packages})
            for path, lock in documents.all(Lock)
            if not files.is_vendored(path)
        ]
        return cls(tuple(found), files.find(*FRONT_END), manifests)

    def covering(self, manifest: Manifest) -> LockFile | None:
        """The lock that fixes everything a manifest needs."""
        return next((lock for lock in self.beside(manifest) if not lock.missing(manifest)), None)

    def stale(self, manifest: Manifest) -> tuple[LockFile, ...]:
        """Locks that were made for a manifest and no longer fit it."""
        return tuple(lock for lock in self.beside(manifest) if lock.missing(manifest))

    def beside(self, manifest: Manifest) -> tuple[LockFile, ...]:
        """Locks that a tool would read for a manifest: beside it, or above it in a workspace."""
        return tuple(
            lock
            for lock in self.all
            if manifest.kind in READ_BY.get(lock.form, ())
            and (lock.folder == manifest.folder or (lock.form == "uv.lock" and self._is_member(lock, manifest)))
        )

    def _is_member(self, lock: LockFile, manifest: Manifest) -> bool:
        above = manifest.folder.startswith(f"{lock.folder}/" if lock.folder else "")
        return above and bool(manifest.name) and _key(manifest.name) in lock.packages

    def fitting(self, manifest: Manifest) -> LockFile | Manifest | None:
        """Any lock or complete environment that happens to fix everything as this manifest asks."""
        for lock in self.all:
            if not lock.missing(manifest):
                return lock
        for other in self._complete:
            if other.role == RUNTIME and all(_is_met(each, _as_lock(other)) for each in manifest.wanted):
                return other
        return None

    def compiled(self, manifest: Manifest) -> Manifest | None:
        """The fully compiled list that fixes what a manifest needs; often the manifest itself."""
        if is_complete(manifest):
            return manifest
        for other in self._complete:
            near = other.folder == manifest.folder or other.folder.rpartition("/")[0] == manifest.folder
            made_from_it = any(name.rpartition("/")[2] in _names(manifest) for name in other.compiled_from)
            if near and (made_from_it or _stem(other.path) == _stem(manifest.path)) and _covers(other, manifest):
                return other
        return None

    @cached_property
    def _complete(self) -> tuple[Manifest, ...]:
        return tuple(each for each in self.manifests.all if is_complete(each))


def is_complete(manifest: Manifest) -> bool:
    """Whether a manifest fixes everything that gets installed, so is its own lock.

    A tool's header says so; without one, every package must have one version, and the packages that the listed ones
    are known to bring along must be listed too, as in a freeze.
    """
    if manifest.open or not manifest.wanted:
        return manifest.exported and not _unusable(manifest)
    return manifest.exported or manifest.compiled or is_closed(manifest)


def is_closed(manifest: Manifest) -> bool:
    """Whether a list holds what its members are known to bring along."""
    known = distributions()
    links = [(name, brought) for name in manifest.names for brought in known.installs.get(name, ())]
    usual = [(name, brought) for name, brought in links if brought in ALWAYS.get(name, ())]
    listed = sum(brought in manifest.names for _, brought in usual)
    return len(usual) >= FEWEST_LINKS and listed >= CLOSED * len(usual)


ALWAYS: dict[str, tuple[str, ...]] = {
    "pandas": ("numpy", "python-dateutil"),
    "matplotlib": ("cycler", "kiwisolver", "pyparsing", "python-dateutil", "numpy"),
    "requests": ("certifi", "idna", "urllib3"),
    "scikit-learn": ("numpy", "scipy"),
    "flask": ("click", "itsdangerous", "jinja2", "werkzeug"),
    "jinja2": ("markupsafe",),
    "fastapi": ("pydantic", "starlette"),
    "uvicorn": ("click", "h11"),
    "python-dateutil": ("six",),
    "boto3": ("botocore", "jmespath", "s3transfer"),
    "aiohttp": ("attrs", "multidict", "yarl"),
    "httpx": ("anyio", "certifi", "httpcore", "idna"),
    "starlette": ("anyio",),
    "pydantic": ("typing-extensions",),
    "gitpython": ("gitdb",),
    "gitdb": ("smmap",),
    "torchvision": ("numpy", "pillow", "torch"),
    "transformers": ("filelock", "huggingface-hub", "numpy", "packaging", "pyyaml", "regex", "tokenizers", "tqdm"),
    "huggingface-hub": ("filelock", "packaging", "pyyaml", "tqdm", "typing-extensions"),
    "tensorflow": (
        "absl-py",
        "astunparse",
        "gast",
        "google-pasta",
        "grpcio",
        "h5py",
        "opt-einsum",
        "protobuf",
        "wrapt",
    ),
    "keras": ("h5py", "numpy"),
    "streamlit": ("altair", "blinker", "cachetools", "pandas", "pyarrow", "requests", "toml", "tornado"),
    "mlflow": ("alembic", "cloudpickle", "docker", "flask", "gitpython", "pandas", "pyyaml", "sqlalchemy"),
    "seaborn": ("matplotlib", "numpy", "pandas"),
    "ipython": ("decorator", "jedi", "prompt-toolkit", "pygments", "traitlets"),
    "langchain": ("langchain-core", "pydantic", "langsmith"),
    "openai": ("httpx", "pydantic", "tqdm"),
    "xgboost": ("numpy", "scipy"),
    "lightgbm": ("scipy", "numpy"),
    "scipy": ("numpy",),
    "jax": ("jaxlib", "ml-dtypes", "opt-einsum"),
    "flax": ("jax", "msgpack", "optax"),
    "optuna": ("alembic", "colorlog", "sqlalchemy", "tqdm"),
    "wandb": ("click", "gitpython", "protobuf", "psutil", "pyyaml", "requests", "sentry-sdk"),
    "spacy": ("cymem", "murmurhash", "preshed", "thinc"),
    "nltk": ("click", "joblib", "regex", "tqdm"),
    "beautifulsoup4": ("soupsieve",),
    "django": ("asgiref", "sqlparse"),
    "celery": ("billiard", "kombu", "vine"),
    "pytest": ("packaging", "pluggy"),
    "rich": ("pygments",),
    "cryptography": ("cffi",),
    "cffi": ("pycparser",),
}
"""What has always been brought along, by every version of the last years: only that tells a freeze from a list."""


def _is_met(each: Declared, lock: LockFile) -> bool:
    """Whether an environment that was made by hand has what is asked for, maybe under another of its names; tools of
    developers need not be in it."""
    return each.key in DEVELOPER_TOOLS or any(lock.fixes(each, name) for name in distributions().same_as(each.key))


def _as_lock(manifest: Manifest) -> LockFile:
    versions = {each.key: _version(each) for each in manifest.declared if each.key}
    return LockFile(manifest.path, manifest.kind, versions)


def _version(each: Declared) -> str:
    return each.requirement.specifier.lstrip("=").partition("=")[0].partition(",")[0]


def _unusable(manifest: Manifest) -> bool:
    return any(each.requirement.is_local for each in manifest.open)


def _covers(complete: Manifest, manifest: Manifest) -> bool:
    fixed = {each.key for each in complete.declared if is_fixed(each)}
    return all(each.key in fixed for each in manifest.wanted if each.key and not each.requirement.marker)


def _names(manifest: Manifest) -> frozenset[str]:
    return frozenset(path.rpartition("/")[2] for path in manifest.files)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _key(name: str) -> str:
    return name.replace("_", "-").replace(".", "-").lower()


def _allows(specifier: str, version: str) -> bool:
    """Whether a locked version meets what the manifest asks; what is not standard gets the benefit of the doubt."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415
    from packaging.version import InvalidVersion  # noqa: PLC0415

    try:
        return not specifier or SpecifierSet(specifier).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True
