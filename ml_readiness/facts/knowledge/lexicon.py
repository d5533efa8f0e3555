"""What programs do: the knowledge file of commands, and how it is matched."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ml_readiness import regex as re
from ml_readiness.facts import knowledge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIXES = (".exe", ".cmd")
PYTHON = re.compile(
    r"(?:.*/)?(?:python|pypy|py)(?:\d+(?:\.\d+)?)?t?|\$\{?\w*(?:PYTHON|python)\w*\}?|\$\{?PY\}?|\$\{\{[^}]*python[^}]*\}\}"
)
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")


class Wrapper(Struct, frozen=True, forbid_unknown_fields=True):
    """A program that runs another command given behind it."""

    subcommands: tuple[str, ...] = ()
    values: frozenset[str] = frozenset()
    flags: frozenset[str] | None = None
    skip: int = 0
    optional: str = ""
    dashes: bool = False
    behind: frozenset[str] = frozenset()
    text: frozenset[str] = frozenset()
    python: bool = False
    """Whether what follows is a Python script or `-m` and a module."""


class Runner(Struct, frozen=True, forbid_unknown_fields=True):
    """How a task runner is called."""

    program: tuple[str, ...]
    values: frozenset[str] = frozenset()
    many: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    factors: frozenset[str] = frozenset()
    folder: frozenset[str] = frozenset()
    file: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    """Environment variables that name tasks, too."""
    idle: frozenset[str] = frozenset()
    """Words with which it runs nothing."""


class Pattern(Struct, frozen=True, forbid_unknown_fields=True):
    """What a command of some programs must look like."""

    run: tuple[str, ...]
    first: frozenset[str] = frozenset()
    any: str = ""
    all: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    also: str = field(name="with", default="")


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """The knowledge file."""

    wrappers: dict[str, Wrapper]
    shells: frozenset[str]
    runners: dict[str, Runner]
    roles: dict[str, tuple[Pattern, ...]]
    actions: dict[str, tuple[str, ...]]


class Rule(Struct, frozen=True):
    """What a command must look like to have a role."""

    role: str
    first: frozenset[str]
    any: re.Pattern[str] | None
    all: frozenset[str]
    without: frozenset[str]
    also: re.Pattern[str] | None

    def holds(self, words: Sequence[str]) -> bool:
        """Whether the words behind the program fit."""
        if self.first and next((word for word in words if word[:1] not in {"-", "+"}), "") not in self.first:
            return False
        if self.any is not None and not any(self.any.fullmatch(word) for word in words):
            return False
        if self.also is not None and not any(self.also.fullmatch(word) for word in words):
            return False
        return self.all.issubset(words) and self.without.isdisjoint(words)


class Lexicon(Struct, frozen=True):
    """The knowledge file, indexed."""

    wrappers: Mapping[str, Wrapper]
    """By program, or by program and subcommand where these behave differently."""
    runners: Mapping[str, tuple[str, Runner]]
    """By program: the runner's name, and how it is called."""
    rules: Mapping[str, tuple[Rule, ...]]
    actions: Mapping[str, frozenset[str]]
    shells: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """The knowledge file, read once."""
    data = knowledge.read("commands.yml", File)
    rules: dict[str, list[Rule]] = {}
    for role, patterns in data.roles.items():
        for pattern in patterns:
            for name in pattern.run:
                rules.setdefault(name, []).append(_rule(role, pattern))
    actions: dict[str, set[str]] = {}
    for role, names in data.actions.items():
        for name in names:
            actions.setdefault(name, set()).add(role)
    return Lexicon(
        wrappers=data.wrappers,
        runners={program: (name, runner) for name, runner in data.runners.items() for program in runner.program},
        rules={name: tuple(found) for name, found in rules.items()},
        actions={name: frozenset(roles) for name, roles in actions.items()},
        shells=data.shells,
    )


def _rule(role: str, pattern: Pattern) -> Rule:
    return Rule(
        role=role,
        first=pattern.first,
        any=re.compile(pattern.any) if pattern.any else None,
        all=pattern.all,
        without=pattern.without,
        also=re.compile(pattern.also) if pattern.also else None,
    )


def program(word: str) -> str:
    """The name of the program that a word runs: without folders and suffixes; `$PYTEST` is taken at its word."""
    name = word.replace("\\", "/").rpartition("/")[2]
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    variable = _VARIABLE.fullmatch(name)
    return variable[1].lower().replace("_", "-") if variable is not None else name


def roles(words: Sequence[str]) -> frozenset[str]:
    """What a command is for, its wrappers taken off."""
    if not words:
        return frozenset()
    return frozenset(rule.role for rule in _candidates(words) if rule.holds(words[1:]))


def _candidates(words: Sequence[str]) -> Iterator[Rule]:
    known = lexicon().rules
    name = program(words[0])
    yield from known.get(name) or known.get("*", ())
    if len(words) > 1:
        yield from known.get(f"{name} {words[1]}", ())


def action_roles(uses: str) -> frozenset[str]:
    """What an action of somebody else is for, by its name without version."""
    name = uses.partition("@")[0].lower()
    known = lexicon().actions
    for end in range(len(name), 0, -1):
        if (end == len(name) or name[end] == "/") and name[:end] in known:
            return known[name[:end]]
    return frozenset()
