"""Where things come from when the project is built, and whether they can change without a change here."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.dependencies.installations import (
    CONTAINER,
    CONTAINER_FILES,
    NOTEBOOK,
    PIPELINE,
    Installation,
    Installations,
)
from ml_readiness.facts.dependencies.manifests import Manifests, is_fixed, is_named_version
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.files import Files, is_example, is_test
from ml_readiness.parsers.installs import commands_of
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.dependencies.includes import Declared
    from ml_readiness.parsers.requirement import Requirement

USES = re.compile(r"^\s*(?:-\s+)?uses:\s*[\"']?([\w.-]+)/([\w./-]+)@([\w./-]+)")
PIPED = re.compile(r"\b(?:curl|wget)\b[^|#\n]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b")
CHECKSUM = re.compile(r"sha\d+sum|gpg\s+--verify|--checksum")
COMMIT = re.compile(r"[0-9a-f]{40}")
BRANCH = re.compile(r"(?:main|master|develop|dev|trunk|latest|HEAD|edge|nightly|staging)$", re.IGNORECASE)
GITHUB = frozenset({"actions", "github"})
SHELLS = ("os.system", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.Popen", "pip.main")


class Origin(Struct, frozen=True):
    """One thing that is fetched, and how it may change."""

    what: str
    location: Location
    why: str
    """Why it may change: `follows a branch`, `has no version`..."""
    severe: bool
    """Whether nothing but luck keeps it the same; else somebody would have to move a tag."""


class Origins(Struct, frozen=True, eq=False, dict=True):
    """Everything that building or running the project fetches by an address or without a version."""

    files: Files
    manifests: Manifests
    installations: Installations
    code: Code

    @classmethod
    def gather(cls, files: Files, manifests: Manifests, installations: Installations, code: Code) -> Self:
        """From manifests, workflows, containers, notebooks and code."""
        return cls(files, manifests, installations, code)

    @cached_property
    def mutable(self) -> tuple[Origin, ...]:
        """What may change, the worst first."""
        found = [*self._requirements(), *self._actions(), *self._installs(), *self._downloads(), *self._at_run_time()]
        return tuple(sorted(dict.fromkeys(found), key=lambda each: not each.severe))

    @cached_property
    def exist(self) -> bool:
        """Whether anything is fetched at all."""
        return bool(self.manifests.names or self.installations.all or self._workflows or self._containers)

    @cached_property
    def _workflows(self) -> tuple[str, ...]:
        return self.files.find("**/.github/workflows/*.yml", "**/.github/workflows/*.yaml")

    @cached_property
    def _containers(self) -> tuple[str, ...]:
        return self.files.find(*CONTAINER_FILES)

    def _requirements(self) -> Iterator[Origin]:
        seen: set[Declared] = set()
        for manifest in self.manifests.runtime:
            for each in manifest.wanted:
                found = each.requirement
                if each not in seen and found.is_url and not is_fixed(each):
                    seen.add(each)
                    at = Location(path=each.path, line=found.line or None)
                    yield Origin(f"`{found.label}`", at, _why(found), severe=not is_named_version(found))

    def _actions(self) -> Iterator[Origin]:
        for path in self._workflows:
            for number, line in enumerate(self.files.text(path).split("\n"), 1):
                found = USES.match(line[:500])
                if found is None or COMMIT.fullmatch(found[3]) or (found[1] in GITHUB and not BRANCH.match(found[3])):
                    continue
                branch = BRANCH.match(found[3]) is not None
                why = "follows a branch" if branch else "follows a tag"
                at = Location(path=path, line=number)
                yield Origin(f"`{found[1]}/{found[2]}@{found[3]}`", at, why, severe=branch)

    def _installs(self) -> Iterator[Origin]:
        for each in self.installations.of(CONTAINER, NOTEBOOK, PIPELINE):
            if is_test(each.path):
                continue
            severe = each.source == CONTAINER
            yield from (
                Origin(f"`{requirement.label}`", _place(each), "is installed without a fixed version", severe)
                for requirement in each.command.requirements
                if not requirement.is_local and not requirement.is_pinned and not _is_conda_version(requirement)
            )

    def _downloads(self) -> Iterator[Origin]:
        for path in self._containers:
            for number, line in enumerate(self.files.text(path).split("\n"), 1):
                if PIPED.search(line[:2_000]) and not CHECKSUM.search(line) and not line.lstrip().startswith("#"):
                    yield Origin(
                        "a script from the network", Location(path=path, line=number), "is run unseen", severe=True
                    )

    def _at_run_time(self) -> Iterator[Origin]:
        for site in self.code.calls_to(*SHELLS):
            if not site.unit.is_production or is_example(site.unit.path):
                continue
            words = " ".join(
                part.text for arg in site.call.args[:1] for part in (arg, *arg.items) if part.kind == "str"
            )
            for command in commands_of(words, site.call.line):
                for requirement in command.requirements:
                    if not requirement.is_pinned and not requirement.is_local:
                        what = f"`{requirement.label}`"
                        yield Origin(
                            what, site.location, "is installed while the code runs, without a version", severe=True
                        )


def _place(each: Installation) -> Location:
    return Location(path=each.path, line=each.command.line, cell=each.cell or None)


def _is_conda_version(requirement: Requirement) -> bool:
    return requirement.kind == "wildcard" and requirement.specifier.startswith("=")


def _why(found: Requirement) -> str:
    if found.kind == "vcs_no_ref":
        return "follows the default branch"
    if found.kind == "vcs_ref":
        return "follows a tag" if is_named_version(found) else "follows a branch"
    return "is an address without a checksum"
