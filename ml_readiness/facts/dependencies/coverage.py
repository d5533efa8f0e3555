"""Whether the manifests cover what the code imports."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts.dependencies.dependencies import Dependencies
from ml_readiness.facts.dependencies.third_party import ThirdParty
from ml_readiness.facts.knowledge.distributions import distributions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.dependencies.manifests import Manifest
    from ml_readiness.facts.dependencies.third_party import Needed


class Coverage(Struct, frozen=True, eq=False, dict=True):
    """Imports against declarations, each file against the manifests that serve it."""

    imports: ThirdParty
    dependencies: Dependencies

    @classmethod
    def gather(cls, imports: ThirdParty, dependencies: Dependencies) -> Self:
        """From the imports and the manifests."""
        return cls(imports, dependencies)

    @cached_property
    def missing(self) -> tuple[tuple[Needed, str], ...]:
        """(import, distribution) of what no serving manifest declares and none of theirs installs; one a package."""
        found: dict[str, tuple[Needed, str]] = {}
        for needed, wanted, by in self._undeclared:
            if not by:
                found.setdefault(wanted, (needed, wanted))
        return tuple(found.values())

    @cached_property
    def brought(self) -> tuple[tuple[Needed, str], ...]:
        """(import, what installs it) of what is undeclared but there; one a package."""
        lost = {wanted for _, wanted in self.missing}
        found: dict[str, tuple[Needed, str]] = {}
        for needed, wanted, by in self._undeclared:
            if by and wanted not in lost:
                found.setdefault(wanted, (needed, by))
        return tuple(found.values())

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """The distributions of everything that the judged code imports, what most files import first."""
        used = Counter(distributions().providing(needed.module)[0] for needed in self.imports.judged)
        return tuple(name for name, _ in used.most_common())

    @cached_property
    def brought_names(self) -> tuple[str, ...]:
        """The distributions of what is undeclared but there."""
        lost = {wanted for _, wanted in self.missing}
        return tuple(dict.fromkeys(wanted for _, wanted, by in self._undeclared if by and wanted not in lost))

    @cached_property
    def nothing_declared(self) -> bool:
        """Whether no manifest serves the judged code at all."""
        folders = {needed.unit.path for needed in self.imports.judged}
        return not any(each.all_names for path in folders for each in self.dependencies.serving(path))

    @cached_property
    def first_manifest(self) -> str | None:
        """A manifest to show."""
        serving = [each for needed in self.imports.judged[:1] for each in self.dependencies.serving(needed.unit.path)]
        return serving[0].path if serving else None

    @cached_property
    def only_manifest(self) -> str | None:
        """The manifest that serves all the code where something is undeclared, if it is one."""
        paths = {needed.unit.path for needed, _, _ in self._undeclared}
        serving = {tuple(each.path for each in self.dependencies.serving(path))[:1] for path in paths}
        return next(iter(serving))[0] if len(serving) == 1 and () not in serving else None

    @cached_property
    def _undeclared(self) -> tuple[tuple[Needed, str, str], ...]:
        """(import, distribution, what installs it if anything); what most files import first."""
        used = Counter(needed.top for needed in self.imports.judged)
        return tuple(sorted(self._unmet(), key=lambda unmet: -used[unmet[0].top]))

    def _unmet(self) -> Iterator[tuple[Needed, str, str]]:
        for needed in self.imports.judged:
            if needed.guarded:
                continue
            serving = self.dependencies.serving(needed.unit.path)
            declared = frozenset(name for each in serving for name in each.all_names)
            providers = distributions().providing(needed.module)
            if not providers or not declared.isdisjoint(providers):
                continue
            if any(distributions().provides(name, needed.module) for name in declared):
                continue
            if not distributions().is_known(providers[0]) and _from_address(serving, needed.top):
                continue
            yield needed, providers[0], self._bringer(serving, providers)

    def _bringer(self, serving: tuple[Manifest, ...], providers: tuple[str, ...]) -> str:
        """What installs one of the distributions although nobody asked for it."""
        for manifest in serving:
            for name, brought in self._brings(manifest).items():
                if not brought.isdisjoint(providers):
                    return f"`{name}`"
        for manifest in serving:
            for lock in self.dependencies.locks.beside(manifest):
                if not lock.packages.keys().isdisjoint(providers):
                    return f"something in `{lock.path}`"
        return ""

    def _brings(self, manifest: Manifest) -> dict[str, frozenset[str]]:
        if manifest.path not in self._brought:
            groups = (manifest.declared, *manifest.extras.values(), *manifest.development.values())
            self._brought[manifest.path] = {
                each.key: distributions().brought_by(each.key, each.requirement.extras)
                for group in groups
                for each in group
                if each.key
            }
        return self._brought[manifest.path]

    @cached_property
    def _brought(self) -> dict[str, dict[str, frozenset[str]]]:
        return {}


def _from_address(manifests: tuple[Manifest, ...], top: str) -> bool:
    """Whether a requirement that is an address speaks of a module that no index knows: only a build could tell."""
    words = (
        word
        for manifest in manifests
        for each in manifest.wanted
        if each.requirement.is_url and not each.requirement.name
        for word in re.split(r"[^A-Za-z0-9]+", each.requirement.url.lower())
    )
    return top.lower().replace("_", "") in {*words}
