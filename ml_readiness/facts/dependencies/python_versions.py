"""Where the Python version is stated so that a tool reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.dependencies.manifests import belongs_to_model
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.conda import CondaEnvironment
from ml_readiness.parsers.inline_script import InlineScript
from ml_readiness.parsers.lock import Lock
from ml_readiness.parsers.pipfile import Pipfile
from ml_readiness.parsers.pixi import Pixi
from ml_readiness.parsers.pyproject import PyProject
from ml_readiness.parsers.setup_cfg import SetupCfg
from ml_readiness.parsers.setup_py import SetupPy
from ml_readiness.parsers.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VERSION = r"[23](?:\.\d{1,2}){0,2}(?:\.[x*])?(?!\d)"
MINOR = r"[23]\.\d{1,2}(?:\.\d{1,2})?(?:\.[x*])?(?!\d)"
"""A version that says more than which line of Python: `3.x` in a pipeline takes any."""

IMAGE = re.compile(r"^\s*FROM\s+(?:--\S+\s+)?(\S+)|\bimage[\"']?\s*:\s*[\"']?([\w./:@-]+)", re.IGNORECASE)
PYTHON_IMAGE = re.compile(rf"(?:^|/)(?:python|pypy)(?:-\w+)?:(?:[\w.]*?-)??v?({VERSION})", re.IGNORECASE)
TAGGED_IMAGE = re.compile(r"py(?:thon)?[-_]?(3\.?\d{1,2}|2\.?7)(?!\d)", re.IGNORECASE)
ARGUMENT = re.compile(
    rf"^\s*(?:ARG|ENV)\s+\w*(?:PYTHON|PY_?VER)\w*\s*[= ]\s*[\"']?(?:python[:-]?)?({VERSION})", re.IGNORECASE
)
PACKAGE = re.compile(
    r"\b(?:apt(?:-get)?|dnf|yum|apk|conda|mamba|micromamba|uv|pyenv|brew)\b[^\n#]*?\bpython"
    r"(?:==?|@|\s+(?:install\s+)?)?([23]\.\d{1,2}(?:\.\d{1,2}|\.\*)?(?!\d))",
    re.IGNORECASE,
)
PIPELINE_KEY = re.compile(
    r"(?:python[-_ ]?versions?|versionSpec|\bpython|\bpy)[\"']?\s*[:=]\s*[\[\"'(\s-]*"
    rf"(?:[<>=~^]+\s*)?(?:python)?({MINOR})",
    re.IGNORECASE,
)
PIPELINE_LIST = re.compile(rf"^\s*-\s*[\"']?(?:py(?:thon)?[-:]?)?({MINOR})[\"']?\s*(?:#.*)?$", re.IGNORECASE)
LIST_KEY = re.compile(
    r"^\s*(?:-\s+)?[\"']?(?:python(?:[-_]?versions?)?|py|versions?)[\"']?\s*:\s*\[?\s*$", re.IGNORECASE
)
RUNTIME_KEY = re.compile(r"runtime[\"']?\s*[:=]\s*[\"']?python[_-]?(\d(?:\.?\d+)?)", re.IGNORECASE)
TOX = re.compile(r"^\s*(?:env_?list|basepython)\s*=.*?py(?:thon)?\{?([23]\.?\d{1,2})", re.IGNORECASE | re.MULTILINE)
PLAIN_VERSION = re.compile(rf"\s*(?:python\s*[-=]*\s*)?[\"']?({VERSION}|[\w.-]*-?3\.\d+[\w.-]*)[\"']?\s*(?:#.*)?$")

CONTAINERS = ("Dockerfile*", "*.Dockerfile", "Containerfile*", "*.dockerfile", "docker-compose*.y*ml", "compose*.y*ml")
DEVCONTAINERS = ("**/.devcontainer/*.json", ".devcontainer.json", "devcontainer.json")
PIPELINES = (
    "**/.github/workflows/*.yml",
    "**/.github/workflows/*.yaml",
    "**/.github/actions/*/action.yml",
    ".gitlab-ci.yml",
    "**/.gitlab/*.yml",
    ".travis.yml",
    "azure-pipelines*.yml",
    "**/.azure-pipelines/*.yml",
    "**/.pipelines/*.yml",
    "**/devops-pipelines/*.yml",
    "**/.azure/*.yml",
    "**/.circleci/config.yml",
    "bitbucket-pipelines.yml",
    "cloudbuild*.y*ml",
    "buildspec*.yml",
    "appveyor.yml",
    ".appveyor.yml",
    "Jenkinsfile*",
    ".readthedocs.y*ml",
    "readthedocs.yml",
)
PLATFORMS = (
    "app.yaml",
    "app.yml",
    "serverless.y*ml",
    "template.y*ml",
    "cog.yaml",
    "bentofile.yaml",
    "render.yaml",
    "*.tf",
    "python_env.yaml",
    "project.toml",
    "netlify.toml",
    "vercel.json",
    "databricks.yml",
)
PLAIN = (
    ".python-version",
    "runtime.txt",
    ".tool-versions",
    "mise.toml",
    ".mise.toml",
    ".python-versions",
    ".pyenv-version",
)


class Declaration(Struct, frozen=True):
    """One statement of the Python version."""

    path: str
    line: int
    version: str
    """As written: `>=3.10`, `3.11-slim`; `?` where it is computed."""
    how: str
    """What reads it, for a reader: `the package metadata`, `the image`, `the pipeline`..."""


class PythonVersions(Struct, frozen=True):
    """Every statement of the Python version that some tool reads, at the root first."""

    all: tuple[Declaration, ...]

    @classmethod
    def gather(cls, documents: Documents, files: Files) -> Self:
        """From package metadata, environments, version files, containers, pipelines and platforms."""
        found = [*_metadata(documents, files), *_plain(files), *_texts(documents, files)]
        return cls(tuple(sorted(found, key=lambda each: each.path.count("/"))))


Stating = PyProject | SetupPy | SetupCfg | Pipfile | Pixi


def _stated(found: Iterable[tuple[str, Stating]], how: str) -> Iterator[Declaration]:
    for path, document in found:
        if document.requires_python:
            yield Declaration(path, document.requires_python_line, document.requires_python, how)


def _plainly(specifier: str) -> str:
    """A conda pin as people write it: `3.10` for `=3.10`, `3.6.1` for `=3.6.1=2`."""
    pinned = re.fullmatch(rf"==?({VERSION})(?:=[\w.]+)?", specifier.replace(" ", ""))
    return pinned[1] if pinned is not None else specifier


def _metadata(documents: Documents, files: Files) -> Iterator[Declaration]:
    stated = (
        *_stated(documents.all(PyProject), "the package metadata"),
        *_stated(documents.all(SetupPy), "the package metadata"),
        *_stated(documents.all(SetupCfg), "the package metadata"),
        *_stated(documents.all(Pipfile), "the Pipfile"),
        *_stated(documents.all(Pixi), "the environment"),
    )
    yield from (each for each in stated if not files.is_vendored(each.path))
    for path in files.find("*.yml", "*.yaml"):
        text = documents.find(Text, path) if not belongs_to_model(path, files) else None
        if text is not None and "dependencies:" in text.lines[:200]:
            environment = documents.find(CondaEnvironment, path)
            python = environment.python if environment is not None else None
            if python is not None and python.specifier:
                yield Declaration(path, python.line, _plainly(python.specifier), "the conda environment")
    for path, lock in documents.all(Lock):
        if lock.requires_python and not files.is_vendored(path):
            yield Declaration(path, 0, lock.requires_python, "the lock file")
    for path, script in documents.all(InlineScript, [path for path in files.find("*.py") if path.count("/") <= 1]):
        if script.requires_python:
            yield Declaration(path, script.line, script.requires_python, "the script's metadata")


def _plain(files: Files) -> Iterator[Declaration]:
    for path in files.find(*PLAIN):
        for number, line in enumerate(files.text(path).split("\n")[:50], 1):
            if found := re.match(
                rf"\s*(?:python\s*[-=]*\s*)?[\"']?({VERSION}|[\w-]*3\.\d+[\w.-]*)[\"']?\s*(?:#.*)?$", line
            ):
                yield Declaration(path, number, found[1], "the version file")
                break


def _texts(documents: Documents, files: Files) -> Iterator[Declaration]:
    for patterns, how in (
        (CONTAINERS, "the image"),
        (DEVCONTAINERS, "the development container"),
        (PIPELINES, "the pipeline"),
        (PLATFORMS, "the platform"),
    ):
        for path, text in documents.all(Text, files.find(*patterns)):
            if (found := _first(text.lines, how)) is not None:
                yield Declaration(path, found[0], found[1], how)
    for path in files.find("tox.ini"):
        if match := TOX.search(files.text(path)[:20_000]):
            yield Declaration(path, files.text(path).count("\n", 0, match.start()) + 1, _dotted(match[1]), "tox")


def _dotted(version: str) -> str:
    """`3.10` for tox's `310`."""
    return version if "." in version else f"{version[0]}.{version[1:]}"


def _first(lines: tuple[str, ...], how: str) -> tuple[int, str] | None:
    """The first line that states a version, and the version."""
    listing = False
    for number, line in enumerate(lines[:3_000], 1):
        line = line[:500]
        if line.lstrip().startswith(("#", "//")):
            continue
        image = IMAGE.search(line)
        version = of_image(image[1] or image[2]) if image is not None else ""
        stated = next((_all(found) for pattern in PATTERNS[how] if (found := pattern.search(line))), "")
        listed = PIPELINE_LIST.match(line) if listing else None
        if version or stated or listed is not None:
            return number, version or stated or (listed[1] if listed is not None else "")
        listing = LIST_KEY.match(line) is not None or (listing and not line.strip())
    return None


def _all(found: re.Match[str]) -> str:
    """The version that was found, and those after it in the same list."""
    begin, end = found.span(1)
    inside, _, _ = found.string[end:].partition("]")
    others = re.findall(rf"[\"',\s]({VERSION})", inside) if "[" in found.string[:begin] else []
    return ", ".join(dict.fromkeys([found[1], *others]))


def of_image(reference: str) -> str:
    """The Python version that an image's name states; empty where it states none."""
    name = reference.partition("@")[0]
    found = PYTHON_IMAGE.search(name) or TAGGED_IMAGE.search(name)
    return found[1] if found is not None else ""


PATTERNS = {
    "the image": (ARGUMENT, PACKAGE),
    "the development container": (PIPELINE_KEY, RUNTIME_KEY),
    "the pipeline": (PIPELINE_KEY, PACKAGE),
    "the platform": (RUNTIME_KEY, PIPELINE_KEY),
}
