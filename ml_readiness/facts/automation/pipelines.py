"""The configuration of continuous integration in the tree, whatever the system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct, field

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.pipelines import azure, circleci, github, gitlab, simple, travis
from ml_readiness.parsers.pipelines.jenkins import Jenkinsfile
from ml_readiness.parsers.pipelines.model import Pipeline
from ml_readiness.parsers.yaml import YamlFile

if TYPE_CHECKING:
    from ml_readiness.parsers.yaml import Node

SYSTEMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (system, re.compile(pattern, re.IGNORECASE))
    for system, pattern in (
        ("github", r"\.github/workflows/[^/]+\.ya?ml"),
        ("gitlab", r"\.gitlab-ci\.ya?ml"),
        (
            "azure",
            r"(?:.*/)?\.?azure-pipelines?[^/]*\.ya?ml|\.?azure(?:-pipelines?|/pipelines)?/.*\.ya?ml|\.vsts-ci\.ya?ml",
        ),
        ("circleci", r"\.circleci/config\.ya?ml"),
        ("travis", r"\.travis\.ya?ml"),
        ("jenkins", r"(?:.*/)?(?:[^/]*\.)?jenkinsfile(?:[._-][^/]*)?"),
        ("cloudbuild", r"(?:.*/)?\.?cloud[-_]?build(?:[^/]*|/[^/]+)\.ya?ml"),
        ("bitbucket", r"bitbucket-pipelines\.ya?ml"),
        ("buildkite", r"\.buildkite/.*\.ya?ml"),
        ("drone", r"\.drone\.ya?ml"),
        ("woodpecker", r"\.woodpecker(?:\.ya?ml|/.*\.ya?ml)"),
        ("appveyor", r"\.?appveyor\.ya?ml"),
        ("codebuild", r"(?:.*/)?buildspec[^/]*\.ya?ml"),
        ("semaphore", r"\.semaphore/.*\.ya?ml"),
        ("cirrus", r"\.cirrus\.ya?ml"),
        ("codefresh", r"codefresh\.ya?ml"),
    )
)
NAMES = {
    "github": "GitHub Actions", "gitlab": "GitLab CI", "azure": "Azure Pipelines", "circleci": "CircleCI",
    "travis": "Travis CI", "jenkins": "Jenkins", "cloudbuild": "Cloud Build",
    "bitbucket": "Bitbucket Pipelines", "buildkite": "Buildkite",
    "drone": "Drone", "woodpecker": "Woodpecker", "appveyor": "AppVeyor",
    "codebuild": "CodeBuild", "semaphore": "Semaphore",
    "cirrus": "Cirrus CI", "codefresh": "Codefresh",
}  # fmt: skip
AT_ROOT = re.compile(r"\.?azure-pipelines?\.ya?ml", re.IGNORECASE)
STARTS = ("trigger", "pr", "schedules", "pool", "extends")
"""Keys that make an Azure file a pipeline and not a template."""
ANYWHERE = re.compile(
    r"(?:.*/)?(?:[^/]*(?:pipelines?|azure|devops|build|release|[-_.](?:ci|cd)|vsts)[^/]*/(?:.*/)?[^/]+|\.?(?:ado|ci|cd)/.*"
    r"|[^/]*(?:pipelines?|build|release|deploy|(?:^|[-_.])(?:ci|cd|pr))[^/]*)\.ya?ml",
    re.IGNORECASE,
)
"""Where else teams keep the pipelines of Azure DevOps, which takes any file that it is told of."""
AZURE = re.compile(r"^(?:trigger|pr|schedules)\s*:", re.MULTILINE)
STEPS = ("script", "bash", "task", "template", "checkout", "pwsh", "powershell", "download", "publish")


def is_azure(root: Node) -> bool:
    """Whether a file of any name reads as a pipeline of Azure: something starts it, and its work is a list."""
    starts = any(root.get(key) is not None for key in ("trigger", "pr", "schedules"))
    if not starts or any(
        root.get(key) is not None for key in ("on", "image", "kind", "apiVersion", "$schema", "version")
    ):
        return False
    if root.get("pool") is not None or root.string("extends", "template"):
        return True
    lists = [each for key in ("steps", "jobs", "stages") for each in root.list(key)]
    return any(each.get(key) is not None for each in lists for key in (*STEPS, "stage", "job", "deployment"))


def system_of(path: str) -> str:
    """The system that a path belongs to; empty for none."""
    return next((system for system, pattern in SYSTEMS if pattern.fullmatch(path)), "")


class Pipelines(Struct, frozen=True, dict=True):
    """Every pipeline of the repository, read as jobs and steps."""

    documents: Documents
    files: Files
    _read: dict[tuple[str, str], Pipeline | None] = field(default_factory=dict[tuple[str, str], "Pipeline | None"])

    @classmethod
    def gather(cls, documents: Documents, files: Files) -> Self:
        """From file names."""
        return cls(documents, files)

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """The files that configure a system, with the system of each."""
        found = {path: system_of(path) for path in self.files.own if "." in path or "enkinsfile" in path.lower()}
        named = {path: system for path, system in found.items() if system and self._starts(path, system)}
        return {**named, **{path: "azure" for path, system in found.items() if not system and self._is_azure(path)}}

    def _is_azure(self, path: str) -> bool:
        """Whether a file that no name gives away is a pipeline of Azure."""
        if not ANYWHERE.fullmatch(path) or path.startswith(".github/") or not AZURE.search(self.files.text(path)):
            return False
        root = self.node(path)
        return root is not None and is_azure(root)

    def _starts(self, path: str, system: str) -> bool:
        """Whether a file starts something by itself; Azure keeps templates beside its pipelines."""
        if system != "azure" or AT_ROOT.fullmatch(path):
            return True
        root = self.node(path)
        return root is not None and any(root.get(key) is not None for key in STARTS)

    @cached_property
    def all(self) -> tuple[Pipeline, ...]:
        """Every readable pipeline, by path."""
        found = (self.read(path, system) for path, system in self.paths.items())
        return tuple(pipeline for pipeline in found if pipeline is not None)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Files of a system that could not be understood."""
        return tuple(path for path, system in self.paths.items() if self.read(path, system) is None)

    def node(self, path: str) -> Node | None:
        """The content of a YAML file."""
        found = self.documents.find(YamlFile, path)
        return found.root if found is not None and found.documents else None

    def read(self, path: str, system: str) -> Pipeline | None:
        """One file as a pipeline of a system; None where it cannot be read."""
        key = (path, system)
        if key not in self._read:
            self._read[key] = self._open(path, system)
        return self._read[key]

    def _open(self, path: str, system: str) -> Pipeline | None:
        if system == "jenkins":
            script = self.documents.find(Jenkinsfile, path)
            return script.pipeline(path) if script is not None else None
        found = self.documents.find(YamlFile, path)
        if found is None or not found.documents:
            return None
        if system in {"drone", "woodpecker"}:
            return simple.drone(found.documents, path, system)
        reader = READERS.get(system)
        return reader(found.root, path, self.node) if reader is not None else None

    def action(self, folder: str) -> str:
        """The file of a composite action in a folder of the tree; empty where there is none."""
        return next(
            (
                p
                for name in ("action.yml", "action.yaml")
                if (p := f"{folder}/{name}".lstrip("/")) in self.files.entries
            ),
            "",
        )


Reader = Callable[["Node", str, Callable[[str], "Node | None"]], Pipeline]


def _alone(read: Callable[[Node, str], Pipeline]) -> Reader:
    return lambda root, path, _: read(root, path)


READERS: Mapping[str, Reader] = {
    "github": _alone(github.workflow),
    "gitlab": gitlab.read,
    "azure": azure.read,
    "circleci": _alone(circleci.read),
    "travis": _alone(travis.read),
    **{system: _alone(read) for system, read in simple.READERS.items()},
}
