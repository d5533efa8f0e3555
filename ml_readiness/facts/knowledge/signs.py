"""By which imports, calls, files and commands a tool shows, and in which role: the knowledge base, indexed."""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec
import yaml
from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.errors import SettingsError
from ml_readiness.facts import knowledge
from ml_readiness.facts.knowledge.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FOLDER = knowledge.FOLDER / "tools"
PATTERN = re.compile(r"\.?[\w*\[\]-]+(?:\.[\w*\[\]-]+)*(?:\(\w+\))?")


class Sign(Struct, frozen=True, forbid_unknown_fields=True):
    """How one tool shows when it plays one role."""

    title: str = ""
    """What people call it; its distribution when empty."""
    also: tuple[str, ...] = ()
    """Further distributions that bring it."""
    imports: tuple[str, ...] | None = None
    """Import names; the distribution with underscores when left out."""
    calls: tuple[str, ...] = ()
    """What is called, used as a decorator or subclassed below an import: `Run.log` meets `aim.sdk.Run.log` and
    `aim.Run.log.x`, `*` anything, `Report(include_tests)` only with this keyword."""
    methods: tuple[str, ...] = ()
    """Method names telling enough to count on objects of unknown origin where the file imports the tool."""
    files: tuple[str, ...] = ()
    """Paths that only this tool reads, as `Document.patterns` means them."""
    commands: tuple[str, ...] = ()
    """Beginnings of command lines."""
    env: tuple[str, ...] = ()
    """Environment variables that switch it on."""
    npm: tuple[str, ...] = ()
    """Packages of its JavaScript edition."""
    generic: bool = False
    """Its import name is so common that the distribution must be declared too."""
    broad: bool = False
    """It does much else: only a call tells that it plays this role, neither import nor declaration."""
    stdlib: bool = False
    """Part of Python, so never declared."""


class OwnTables(Struct, frozen=True):
    """The folders in which whoever audits describes tools of their own; a given fact."""

    folders: tuple[Path, ...] = ()

    @classmethod
    def gather(cls) -> Self:
        """None, where nobody gives any."""
        return cls()


class Match(Struct, frozen=True):
    """A tool in a role, as one name reveals it."""

    tool: str
    role: str
    keyword: str = ""
    """The match holds only for calls with this keyword."""


class _Root:
    """What may stand behind one import name."""

    def __init__(self) -> None:
        self.everything: list[Match] = []
        self.by_last: dict[str, list[tuple[tuple[str, ...], Match]]] = {}
        self.globs: list[tuple[tuple[str, ...], Match]] = []

    def add(self, pattern: str, tool: str, role: str) -> None:
        name, _, keyword = pattern.removeprefix(".").rstrip(")").partition("(")
        match = Match(tool, role, keyword)
        parts = tuple(name.split("."))
        if name == "*":
            self.everything.append(match)
        elif "*" in name:
            self.globs.append((parts, match))
        else:
            self.by_last.setdefault(parts[-1], []).append((parts[:-1], match))

    def meets(self, parts: tuple[str, ...]) -> Iterator[Match]:
        yield from self.everything
        for end, part in enumerate(parts):
            for before, match in self.by_last.get(part, ()):
                if not before or parts[end - len(before) : end] == before:
                    yield match
        for globs, match in self.globs:
            if any(all(map(fnmatchcase, parts[start:], globs)) for start in range(len(parts) - len(globs) + 1)):
                yield match


class Signs:
    """The knowledge base with its indexes: names are looked up, tools are never looped over."""

    def __init__(self, by_role: Mapping[str, Mapping[str, Sign]]) -> None:
        self.by_role = by_role
        self._known: dict[str, frozenset[Match]] = {}

    @classmethod
    def gather(cls, own: OwnTables) -> Signs:
        """The product's tables with those of whoever audits."""
        return signs(*own.folders)

    def sign(self, role: Role, tool: str) -> Sign:
        """How a tool shows in a role."""
        return self.by_role[role][tool]

    def title(self, tool: str, role: str = "") -> str:
        """What people call a tool; some have a name of their own for one role."""
        own = self.by_role[role][tool].title if role else ""
        return own or self._titles.get(tool, tool)

    def of(self, name: str) -> frozenset[Match]:
        """What a resolved dotted name reveals; empty for names that no tool claims."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = frozenset(self._look_up(name))
        return found

    def method(self, name: str) -> tuple[tuple[tuple[str, ...], Match], ...]:
        """What a method of an unknown object may reveal, each with the imports of which the file must have one."""
        exact = self._methods.get(name, ())
        return (*exact, *(found for glob, found in self._method_globs if fnmatchcase(name, glob)))

    def importing(self, module: str) -> frozenset[Match]:
        """What an imported module reveals."""
        parts = module.split(".")
        return frozenset(
            match for end in range(1, len(parts) + 1) for match in self._imports.get(".".join(parts[:end]), ())
        )

    def distribution(self, name: str) -> frozenset[Match]:
        """What a declared distribution, by its normalised name, reveals."""
        return frozenset(self._distributions.get(name, ()))

    def npm(self, name: str) -> frozenset[Match]:
        """What a declared JavaScript package reveals."""
        return frozenset(self._npm.get(name, ()))

    def distributions(self, tool: str, role: str) -> tuple[str, ...]:
        """Every distribution that brings a tool."""
        return (tool, *self.by_role[role][tool].also)

    @cached_property
    def tops(self) -> frozenset[str]:
        """The first parts of all import names."""
        return frozenset(root.partition(".")[0] for root in self._roots)

    @cached_property
    def with_files(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """For each role, the tools that files reveal, and their patterns."""
        return {
            role: {tool: sign.files for tool, sign in tools.items() if sign.files}
            for role, tools in self.by_role.items()
        }

    @cached_property
    def with_env(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """For each role, the tools that environment variables switch on, and the variables."""
        found = {role: {tool: s.env for tool, s in tools.items() if s.env} for role, tools in self.by_role.items()}
        return {role: tools for role, tools in found.items() if tools}

    @cached_property
    def with_commands(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """For each role, the tools that command lines reveal, and how these begin."""
        found = {role: {tool: s.commands for tool, s in ts.items() if s.commands} for role, ts in self.by_role.items()}
        return {role: tools for role, tools in found.items() if tools}

    def _look_up(self, name: str) -> Iterator[Match]:
        parts = tuple(name.split("."))
        if parts[0] not in self.tops:
            return
        for end in range(1, len(parts)):
            root = self._roots.get(".".join(parts[:end]))
            if root is not None:
                yield from root.meets(parts[end:])

    def _each(self) -> Iterator[tuple[str, str, Sign, tuple[str, ...]]]:
        for role, tools in self.by_role.items():
            for tool, sign in tools.items():
                yield role, tool, sign, imports(tool, sign)

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {tool: sign.title for _, tool, sign, _ in self._each() if sign.title and not sign.broad}

    @cached_property
    def _roots(self) -> dict[str, _Root]:
        found: dict[str, _Root] = defaultdict(_Root)
        for role, tool, sign, names in self._each():
            for name in names:
                for pattern in sign.calls:
                    found[name].add(pattern, tool, role)
        return dict(found)

    @cached_property
    def _imports(self) -> dict[str, list[Match]]:
        found: dict[str, list[Match]] = defaultdict(list)
        for role, tool, sign, names in self._each():
            if not sign.broad:
                for name in names:
                    found[name].append(Match(tool, role))
        return found

    @cached_property
    def _distributions(self) -> dict[str, list[Match]]:
        found: dict[str, list[Match]] = defaultdict(list)
        for role, tool, sign, _ in self._each():
            if not (sign.broad or sign.stdlib):
                for name in (tool, *sign.also):
                    found[name].append(Match(tool, role))
        return found

    @cached_property
    def _npm(self) -> dict[str, list[Match]]:
        found: dict[str, list[Match]] = defaultdict(list)
        for role, tool, sign, _ in self._each():
            for name in sign.npm:
                found[name].append(Match(tool, role))
        return found

    @cached_property
    def _methods(self) -> dict[str, tuple[tuple[tuple[str, ...], Match], ...]]:
        found: dict[str, list[tuple[tuple[str, ...], Match]]] = defaultdict(list)
        for role, tool, sign, names in self._each():
            for method in sign.methods:
                if "*" not in method:
                    found[method].append((names, Match(tool, role)))
        return {name: tuple(matches) for name, matches in found.items()}

    @cached_property
    def _method_globs(self) -> tuple[tuple[str, tuple[tuple[str, ...], Match]], ...]:
        return tuple(
            (method, (names, Match(tool, role)))
            for role, tool, sign, names in self._each()
            for method in sign.methods
            if "*" in method
        )


def imports(tool: str, sign: Sign) -> tuple[str, ...]:
    """The import names of a tool."""
    return sign.imports if sign.imports is not None else (tool.replace("-", "_"),)


def parse(texts: Iterable[str]) -> Signs:
    """The knowledge base from its files' texts; `msgspec.ValidationError` or ValueError where they break the schema."""
    return _built(knowledge.parse(text) for text in texts)


def _built(tables: Iterable[object]) -> Signs:
    by_role: dict[str, dict[str, Sign]] = {}
    for loaded in tables:
        for role, tools in msgspec.convert(loaded, dict[Role, dict[str, Sign]]).items():
            if role in by_role:
                raise ValueError(f"the role {role} is described twice")
            by_role[role] = tools
    for described, tools in by_role.items():
        for tool, sign in tools.items():
            _validate(described, tool, sign)
    return Signs(by_role)


def _validate(role: str, tool: str, sign: Sign) -> None:
    if not (sign.calls or sign.files or sign.commands or sign.env or sign.npm):
        raise ValueError(f"{role}: nothing would reveal {tool}")
    for pattern in (*sign.calls, *sign.methods):
        if not PATTERN.fullmatch(pattern):
            raise ValueError(f"{role}: {tool}: {pattern!r} is not a pattern of names")
    if sign.calls and not imports(tool, sign):
        raise ValueError(f"{role}: {tool} has calls, but no import")


@cache
def signs(*folders: Path) -> Signs:
    """The knowledge base that comes with the product, with the tables of further folders; SettingsError where one of
    those breaks the schema."""
    known = _built(knowledge.table(path) for path in sorted(FOLDER.glob("*.yml")))
    by_role = dict(known.by_role)
    for path in (path for folder in folders for path in sorted(folder.glob("tools/*.yml"))):
        try:
            own = parse([path.read_text("utf-8")])
        except (ValueError, OSError, yaml.YAMLError) as error:
            raise SettingsError(f"{path}: expected a table of tools by role: {error}") from error
        for role, tools in own.by_role.items():
            by_role[role] = {**by_role.get(role, {}), **tools}
    return Signs(by_role) if folders else known
