"""What the project depends on: which manifest decides, what is declared at all, and what is fixed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from ml_readiness.facts.files import Files
from ml_readiness.facts.includes import Declared
from ml_readiness.facts.installations import CONTAINER, PIPELINE, README, SCRIPT, Installation, Installations
from ml_readiness.facts.locks import LockFile, Locks
from ml_readiness.facts.manifests import Manifest, Manifests
from ml_readiness.facts.python_versions import PythonVersions

PRECEDENCE = {
    "pixi": 0,
    "pyproject": 1,
    "requirements": 2,
    "Pipfile": 3,
    "conda": 4,
    "setup.cfg": 5,
    "setup.py": 6,
    "bentofile": 7,
    "cog": 7,
    "script": 8,
}


@dataclass(frozen=True)
class Dependencies:
    """The project's dependencies, from every file that declares or installs them."""

    manifests: Manifests
    locks: Locks
    installations: Installations
    python_versions: PythonVersions
    files: Files

    @classmethod
    def gather(
        cls,
        manifests: Manifests,
        locks: Locks,
        installations: Installations,
        python_versions: PythonVersions,
        files: Files,
    ) -> Self:
        """All of them together."""
        return cls(manifests, locks, installations, python_versions, files)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every distribution that some manifest declares, extras and development groups included."""
        return self.manifests.names

    def declares(self, *distributions: str) -> bool:
        """Whether some manifest declares one of these distributions, named as indexes compare them."""
        return not self.names.isdisjoint(distributions)

    def declared(self, *distributions: str) -> tuple[Declared, ...]:
        """Where these distributions are declared."""
        wanted = frozenset(distributions)
        return tuple(
            each
            for manifest in self.manifests.all
            for group in (manifest.declared, *manifest.extras.values(), *manifest.development.values())
            for each in group
            if each.key in wanted
        )

    @cached_property
    def deciding(self) -> tuple[tuple[Manifest, str], ...]:
        """The manifests that whoever runs the project installs from, each with the reason why it is the one.

        What a container installs decides; then what the README says; then what scripts and pipelines run; else the
        manifest that is nearest to the root.
        """
        for sources, reason in (
            ((CONTAINER,), "the container installs it"),
            ((README,), "the README installs it"),
            ((SCRIPT,), "a script installs it"),
            ((PIPELINE,), "the pipeline installs it"),
        ):
            named = self._installed_by(*sources)
            if named:
                return tuple((manifest, f"{reason} ({place})") for manifest, place in named)
        return tuple((manifest, "") for manifest in self._nearest)

    def _installed_by(self, *sources: str) -> list[tuple[Manifest, str]]:
        found: dict[Manifest, str] = {}
        for each in self.installations.of(*sources):
            for manifest in self._named(each):
                if manifest.role == "runtime" and (manifest.wanted or manifest.is_package):
                    found.setdefault(manifest, f"{each.path}:{each.command.line}")
        return list(found.items())

    def _named(self, each: Installation) -> list[Manifest]:
        """The manifests that a command installs."""
        named = [self.manifests.by_path[path] for path in each.files if path in self.manifests.by_path]
        if each.project is not None and not named:
            named = self._of_project(each.project, each.command.tool)
        return named

    def _of_project(self, folder: str, tool: str) -> list[Manifest]:
        kinds = ("Pipfile",) if tool == "pipenv" else ("pixi",) if tool == "pixi" else PROJECT_KINDS
        found = [each for each in self.manifests.all if each.folder == folder and each.kind in kinds]
        return sorted(found, key=lambda each: PRECEDENCE[each.kind])[:1]

    @cached_property
    def _nearest(self) -> tuple[Manifest, ...]:
        """The runtime manifests nearest to the root; of several kinds in a folder the one that tools prefer."""
        useful = [each for each in self.manifests.runtime if each.wanted or each.doubtful]
        if not useful:
            return tuple(each for each in self.manifests.runtime if each.is_package)[:1]
        locked = [each for each in useful if each.folder == "" and self.locks.covering(each) is not None]
        if locked:
            return (locked[0],)
        top = min(each.path.count("/") for each in useful)
        nearest = [each for each in useful if each.path.count("/") == top]
        by_folder: dict[str, list[Manifest]] = {}
        for each in nearest:
            by_folder.setdefault(each.folder, []).append(each)
        return tuple(min(found, key=_rank) for found in by_folder.values())

    def lock_of(self, manifest: Manifest) -> LockFile | Manifest | None:
        """What fixes everything that installing a manifest installs: a lock file, or a fully compiled list."""
        return self.locks.covering(manifest) or self.locks.compiled(manifest)


PROJECT_KINDS = ("pyproject", "setup.cfg", "setup.py")


def _rank(manifest: Manifest) -> tuple[int, int, str]:
    return (PRECEDENCE[manifest.kind], len(manifest.path), manifest.path)
