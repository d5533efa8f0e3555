"""Who tells the project about newer and about vulnerable versions of what it depends on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.dependencies.installations import CONTAINER_FILES, PIPELINE_FILES
from ml_readiness.facts.dependencies.manifests import Manifests
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.yaml import YamlFile
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON, IMAGES, ACTIONS = "Python packages", "images", "actions"
ECOSYSTEMS = {
    "pip": PYTHON,
    "uv": PYTHON,
    "conda": PYTHON,
    "docker": IMAGES,
    "docker-compose": IMAGES,
    "github-actions": ACTIONS,
}
MANAGERS = {
    "pip_requirements": PYTHON,
    "pip_setup": PYTHON,
    "pip-compile": PYTHON,
    "pipenv": PYTHON,
    "poetry": PYTHON,
    "pep621": PYTHON,
    "pep723": PYTHON,
    "setup-cfg": PYTHON,
    "pixi": PYTHON,
    "dockerfile": IMAGES,
    "docker-compose": IMAGES,
    "github-actions": ACTIONS,
}
DEPENDABOT = ("**/.github/dependabot.yml", "**/.github/dependabot.yaml")
RENOVATE = ("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5")
PYUP = (".pyup.yml", ".pyup.yaml")
ENABLED = re.compile(r"[\"']?enabledManagers[\"']?\s*:\s*\[([^\]]*)\]")
DISABLED = re.compile(r"^\s*\{?\s*[\"']?enabled[\"']?\s*:\s*false", re.MULTILINE)
SCANNER = re.compile(
    r"\b(pip-audit|osv-scanner|safety\s+(?:check|scan)|trivy|grype|snyk\s+(?:test|monitor)|dependency-review-action"
    r"|safety-action|actions/dependency-review|cyclonedx-py)\b"
)
FORGIVING = re.compile(r"\|\|\s*(?:true|exit 0)|--exit-zero")


class Watcher(Struct, frozen=True):
    """A bot or scanner, and what it watches."""

    tool: str
    location: Location
    covers: frozenset[str]
    """`Python packages`, `images` and `actions`, those of them that it looks after."""
    counts: bool = True
    """Whether what it finds can fail something or open a request."""


class Updates(Struct, frozen=True, eq=False, dict=True):
    """Everything that watches dependencies, and what there is to watch."""

    documents: Documents
    files: Files
    manifests: Manifests

    @classmethod
    def gather(cls, documents: Documents, files: Files, manifests: Manifests) -> Self:
        """From the configuration of bots, and from pipelines."""
        return cls(documents, files, manifests)

    @cached_property
    def ecosystems(self) -> frozenset[str]:
        """What of the project could be out of date."""
        found: set[str] = set()
        if any(each.names or each.is_package for each in self.manifests.all):
            found.add(PYTHON)
        if self.files.find(*CONTAINER_FILES):
            found.add(IMAGES)
        if any("uses:" in self.files.text(path) for path in self.files.find("**/.github/workflows/*.y*ml")):
            found.add(ACTIONS)
        return frozenset(found)

    @cached_property
    def bots(self) -> tuple[Watcher, ...]:
        """What proposes newer versions."""
        return (*self._dependabot(), *self._renovate(), *self._pyup())

    @cached_property
    def scanners(self) -> tuple[Watcher, ...]:
        """What looks for known vulnerabilities in a pipeline."""
        return tuple(self._scanners())

    def _dependabot(self) -> Iterator[Watcher]:
        for path in self.files.find(*DEPENDABOT):
            found = self.documents.find(YamlFile, path)
            updates = found.root.list("updates") if found is not None else ()
            named = [each.string("package-ecosystem") for each in updates]
            covers = frozenset(ECOSYSTEMS[name] for name in named if name in ECOSYSTEMS)
            line = updates[0].line if updates else None
            yield Watcher("Dependabot", Location(path=path, line=line), covers)

    def _renovate(self) -> Iterator[Watcher]:
        for path in self.files.find(*RENOVATE):
            text = self.files.text(path)
            listed = ENABLED.search(text)
            covers = frozenset((PYTHON, IMAGES, ACTIONS))
            if listed is not None:
                named = re.findall(r"[\w-]+", listed[1])
                covers = frozenset(MANAGERS[name] for name in named if name in MANAGERS)
            yield Watcher("Renovate", Location(path=path), frozenset() if DISABLED.search(text) else covers)

    def _pyup(self) -> Iterator[Watcher]:
        for path in self.files.find(*PYUP):
            yield Watcher("PyUp", Location(path=path), frozenset((PYTHON,)))

    def _scanners(self) -> Iterator[Watcher]:
        for path in self.files.find(*PIPELINE_FILES, ".pre-commit-config.yaml"):
            for number, line in enumerate(self.files.text(path).split("\n"), 1):
                if not line.lstrip().startswith("#") and (found := SCANNER.search(line[:2_000])):
                    tool = found[1].split()[0]
                    yield Watcher(
                        tool, Location(path=path, line=number), frozenset((PYTHON,)), not FORGIVING.search(line)
                    )
                    break
