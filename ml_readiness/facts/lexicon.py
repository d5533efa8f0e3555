"""What programs do: the knowledge file of commands, and how it is matched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KNOWLEDGE = Path(__file__).parent / "knowledge" / "commands.yml"
SUFFIXES = (".exe", ".cmd")
PYTHON = re.compile(
    r"(?:.*/)?(?:python|pypy|py)(?:\d+(?:\.\d+)?)?t?|\$\{?\w*(?:PYTHON|python)\w*\}?|\$\{?PY\}?|\$\{\{[^}]*python[^}]*\}\}"
)
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A program that runs another command given behind it."""

    subcommands: tuple[tuple[str, ...], ...] = ()
    values: frozenset[str] = frozenset()
    flags: frozenset[str] | None = None
    skip: int = 0
    optional: str = ""
    dashes: bool = False
    behind: frozenset[str] = frozenset()
    text: frozenset[str] = frozenset()
    python: bool = False
    """Whether what follows is a Python script or `-m` and a module."""


@dataclass(frozen=True, slots=True)
class Runner:
    """How a task runner is called."""

    programs: tuple[str, ...]
    values: frozenset[str] = frozenset()
    many: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    factors: frozenset[str] = frozenset()
    folder: frozenset[str] = frozenset()
    file: frozenset[str] = frozenset()
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
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


@dataclass(frozen=True, slots=True)
class Lexicon:
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
    data: dict[str, Any] = yaml.load(KNOWLEDGE.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    rules: dict[str, list[Rule]] = {}
    for role, entries in data["roles"].items():
        for entry in entries:
            rule = _rule(role, entry)
            for program in entry["run"]:
                rules.setdefault(program, []).append(rule)
    actions: dict[str, set[str]] = {}
    for role, names in data["actions"].items():
        for name in names:
            actions.setdefault(name, set()).add(role)
    runners = {
        program: (name, _runner(entry)) for name, entry in data["runners"].items() for program in entry["program"]
    }
    return Lexicon(
        wrappers={name: _wrapper(entry) for name, entry in data["wrappers"].items()},
        runners=runners,
        rules={program: tuple(found) for program, found in rules.items()},
        actions={name: frozenset(roles) for name, roles in actions.items()},
        shells=frozenset(data["shells"]),
    )


def _wrapper(entry: Mapping[str, Any]) -> Wrapper:
    return Wrapper(
        subcommands=tuple(tuple(each.split()) for each in entry.get("subcommands", ())),
        values=frozenset(entry.get("values", ())),
        flags=frozenset(entry["flags"]) if "flags" in entry else None,
        skip=entry.get("skip", 0),
        optional=entry.get("optional", ""),
        dashes=entry.get("dashes", False),
        behind=frozenset(entry.get("behind", ())),
        text=frozenset(entry.get("text", ())),
        python=entry.get("python", False),
    )


def _runner(entry: Mapping[str, Any]) -> Runner:
    return Runner(
        programs=tuple(entry["program"]),
        variable=entry.get("variable", ""),
        **{
            key: frozenset(entry.get(key, ()))
            for key in ("values", "many", "chosen", "labels", "factors", "folder", "file")
        },
    )


def _rule(role: str, entry: Mapping[str, Any]) -> Rule:
    return Rule(
        role=role,
        first=frozenset(entry.get("first", ())),
        any=re.compile(entry["any"]) if "any" in entry else None,
        all=frozenset(entry.get("all", ())),
        without=frozenset(entry.get("without", ())),
        also=re.compile(entry["with"]) if "with" in entry else None,
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
    yield from known.get(name, ())
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
