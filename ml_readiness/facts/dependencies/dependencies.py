"""What the project depends on: which manifest decides, what is declared at all, and what is fixed."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.dependencies.includes import Declared
from ml_readiness.facts.dependencies.installations import (
    CONTAINER,
    PIPELINE,
    README,
    SCRIPT,
    Installation,
    Installations,
)
from ml_readiness.facts.dependencies.locks import LockFile, Locks
from ml_readiness.facts.dependencies.manifests import Manifest, Manifests
from ml_readiness.facts.dependencies.python_versions import PythonVersions
from ml_readiness.facts.knowledge.distributions import distributions
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.requirement import canonical
from ml_readiness.report import ProjectKind

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


class Dependencies(Struct, frozen=True, dict=True):
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
        for source, reason in (
            (CONTAINER, "the container installs it"),
            (README, "the README installs it"),
            (SCRIPT, "a script installs it"),
            (PIPELINE, "the pipeline installs it"),
        ):
            named = self._installed_by(source)
            if source != CONTAINER:
                named = _first_of_each_folder(named)
            if named:
                return tuple((manifest, f"{reason} ({place})") for manifest, place in named)
        return tuple((manifest, "") for manifest in self._nearest)

    def _installed_by(self, source: str) -> list[tuple[Manifest, str]]:
        found: dict[Manifest, str] = {}
        for each in self.installations.of(source):
            for manifest in self._named(each):
                for serving in self._for_running(manifest):
                    if source != CONTAINER or self._serves_code(serving):
                        found.setdefault(serving, f"{each.path}:{each.command.line}")
        return list(found.items())

    def _for_running(self, manifest: Manifest) -> tuple[Manifest, ...]:
        """The manifest, if it is for running; of one for developers, what it includes for running."""
        if manifest.role == "runtime":
            return (manifest,) if manifest.wanted else ()
        included = (self.manifests.by_path.get(path) for path in sorted(manifest.files))
        return _outermost([each for each in included if each is not None and each.role == "runtime" and each.wanted])

    def _serves_code(self, manifest: Manifest) -> bool:
        """Whether there is code where a manifest belongs; an image of somebody else's server has none."""
        home = _home(manifest)
        code = [path for path in self.files.own if path.endswith((".py", ".ipynb"))]
        return not code or any(path.startswith(f"{home}/" if home else "") for path in code)

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
        useful = [each for each in self.manifests.runtime if each.wanted]
        of_project = [each for each in self.manifests.runtime if each.kind != "script"]
        useful = [each for each in useful if each.kind != "script" or not of_project]
        if not useful:
            return tuple(each for each in self.manifests.runtime if each.is_package)[:1]
        useful = [each for each in useful if not self._falls_short(each, useful)]
        locked = [each for each in useful if each.folder == "" and self.locks.covering(each) is not None]
        if locked:
            return (locked[0],)
        top = min(each.path.count("/") for each in useful)
        nearest = [each for each in useful if each.path.count("/") == top]
        by_folder: dict[str, list[Manifest]] = {}
        for each in nearest:
            by_folder.setdefault(each.folder, []).append(each)
        return tuple(each for found in by_folder.values() for each in _preferred(found))

    def _falls_short(self, manifest: Manifest, others: list[Manifest]) -> bool:
        """Whether a lock covers a manifest that lacks most of what another one beside it lists."""
        lock = self.locks.covering(manifest)
        if lock is None:
            return False
        beside = [each for each in others if each is not manifest and each.folder == manifest.folder]
        lacking = [[each for each in other.wanted if each.key not in lock.packages] for other in beside]
        return any(2 * len(lost) > len(other.wanted) for lost, other in zip(lacking, beside, strict=True))

    def judged(self, kind: ProjectKind) -> tuple[tuple[Manifest, str], ...]:
        """The manifests by which the project is judged: those of every member of a collection, else the deciding."""
        return tuple((each, "") for each in self._of_members) if kind is ProjectKind.COLLECTION else self.deciding

    def is_published_tool(self, kind: ProjectKind) -> bool:
        """Whether it is a tool without a model that people install, so that its users choose the versions."""
        return kind is ProjectKind.NOT_ML and any(each.is_package and not each.folder for each in self.manifests.all)

    @cached_property
    def _of_members(self) -> tuple[Manifest, ...]:
        by_home: dict[str, list[Manifest]] = {}
        for each in self.manifests.runtime:
            if each.wanted:
                by_home.setdefault(_home(each), []).append(each)
        return tuple(min(found, key=_rank) for found in by_home.values())

    def serving(self, path: str) -> tuple[Manifest, ...]:
        """The manifests that serve the code of one file: those above it, root and component taken together; where
        there are none, those that decide for the whole."""
        folder = path.rpartition("/")[0]
        if folder not in self._serving:
            self._serving[folder] = self._above(folder) or tuple(manifest for manifest, _ in self.deciding)
        return self._serving[folder]

    @cached_property
    def _serving(self) -> dict[str, tuple[Manifest, ...]]:
        return {}

    def _above(self, folder: str) -> tuple[Manifest, ...]:
        above = {""} | {"/".join(folder.split("/")[:end]) for end in range(1, folder.count("/") + 2)}
        return tuple(
            each
            for each in self.manifests.all
            if each.role in {"runtime", "development"} and (each.all_names or each.is_package) and _home(each) in above
        )

    def lock_of(self, manifest: Manifest) -> LockFile | Manifest | None:
        """What fixes everything that installing a manifest installs: a lock file, or a fully compiled list."""
        return self.locks.covering(manifest) or self.locks.compiled(manifest)

    def locked_elsewhere(self, manifest: Manifest) -> LockFile | Manifest | None:
        """A lock or complete environment of another tool that fixes all the same, as the manifest asks."""
        return self.locks.fitting(manifest)

    @cached_property
    def listed_in_readme(self) -> tuple[str, int, tuple[str, ...]] | None:
        """(path, line, names) of a list of required libraries in the README; prose about libraries is none."""
        for path in self.files.find("README", "README.*"):
            if "/" not in path and (found := listed(self.files.text(path))) is not None:
                return (path, *found)
        return None


LIST_HEADING = re.compile(
    r"^(?:#+|=+|\*\*|\s*[-*]\s+\*\*)?.{0,40}\b(?:requirements?|dependenc(?:y|ies)|prerequisites?"
    r"|required (?:packages|libraries)|(?:packages|libraries) (?:used|required|needed))\b.{0,40}$"
    r"|^#+\s*(?:[A-Za-z]+ ){0,2}(?:libraries|packages|modules)(?: \w+)?\s*:?\s*$",
    re.IGNORECASE,
)
LIST_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+[\[`*]*([A-Za-z][\w.-]*(?:[ -](?:learn|image|cv))?)")
NEXT_HEADING = re.compile(r"^#+\s|^[=-]{4,}\s*$")
FEWEST_LISTED = 2


def listed(text: str) -> tuple[int, tuple[str, ...]] | None:
    """(line, names) of the first list below a heading about requirements that names at least two known libraries."""
    lines = text.split("\n")[:2_000]
    for start, line in enumerate(lines):
        if len(line) > 200 or not LIST_HEADING.match(line) or LIST_ITEM.match(line):
            continue
        names: list[str] = []
        for item in lines[start + 1 : start + 60]:
            if NEXT_HEADING.match(item) and names:
                break
            if (found := LIST_ITEM.match(item[:200])) is not None and _is_library(found[1]):
                names.append(found[1])
        if len(names) >= FEWEST_LISTED:
            return start + 1, tuple(names)
    return None


def _is_library(word: str) -> bool:
    known = distributions()
    name = canonical(word.replace(" ", "-").rstrip(".-"))
    return known.is_known(name) or word in known.imports


PROJECT_KINDS = ("pyproject", "setup.cfg", "setup.py")


MAIN = re.compile(
    r"(?:requirements?|reqs?|base|main|common|core|prod(?:uction)?|app|all|full|run(?:time)?)(?:[-_.]requirements?)?\.\w+"
    r"|requirements?[-_.](?:base|main|common|core|prod(?:uction)?|all|full|run(?:time)?)\.\w+",
    re.IGNORECASE,
)
"""What the list of requirements for all of a folder's code is called."""


def _preferred(found: list[Manifest]) -> tuple[Manifest, ...]:
    """Of the manifests of one folder the one that tools prefer; lists for several jobs count all."""
    best = min(found, key=_rank)
    lists = [each for each in found if each.kind == best.kind]
    if best.kind != "requirements" or len(lists) == 1:
        return (best,)
    main = [each for each in lists if MAIN.fullmatch(each.path.rpartition("/")[2])]
    return (min(main, key=_rank),) if main else _outermost(lists)


def _outermost(found: list[Manifest]) -> tuple[Manifest, ...]:
    """Those that no other one of them includes."""
    return tuple(each for each in found if not any(each.path in o.files for o in found if o is not each))


def _first_of_each_folder(named: list[tuple[Manifest, str]]) -> list[tuple[Manifest, str]]:
    """Where the same component may be installed in several ways, the first one named is the one that counts."""
    first: dict[str, tuple[Manifest, str]] = {}
    for manifest, place in named:
        first.setdefault(_home(manifest), (manifest, place))
    return list(first.values())


def _home(manifest: Manifest) -> str:
    """The folder a manifest is for: the one above where it lies in a folder of its kind."""
    folder = manifest.folder
    while FOR_MANIFESTS.fullmatch(folder.rpartition("/")[2]):
        folder = folder.rpartition("/")[0]
    return folder


FOR_MANIFESTS = re.compile(
    r"\.?(?:requirements?(?:_?files)?|reqs?|deps|dependencies|envs?|environments?|conda|docker(?:files?)?|containers?"
    r"|deploy(?:ment)?|build|install(?:ation)?|setup|config(?:s|uration)?|ci|devcontainer|github|binder|infra)",
    re.IGNORECASE,
)


def _rank(manifest: Manifest) -> tuple[int, int, str]:
    return (PRECEDENCE[manifest.kind], len(manifest.path), manifest.path)
