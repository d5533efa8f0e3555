"""Justfiles: recipes, what they need, and their commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from msgspec import Struct, structs

from ml_readiness import regex as re
from ml_readiness.parsers.shell import Command, Options, commands, shebang
from ml_readiness.parsers.tasks import Task, TaskList
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINES = 20_000

_VARIABLE = re.compile(r"(?:export[ \t]+)?(?P<name>[A-Za-z_][\w-]*)[ \t]*:=[ \t]*(?P<value>.*)")
_ALIAS = re.compile(r"alias[ \t]+(?P<name>[\w-]+)[ \t]*:=[ \t]*(?P<target>[\w:-]+)")
_IMPORT = re.compile(r"(?:import|!include)\??[ \t]+['\"]?(?P<file>[^'\"\s]+)")
_RECIPE = re.compile(r"@?(?P<name>[A-Za-z_][\w-]*)(?P<parameters>(?:[ \t]+[^:\n]*?)?)[ \t]*:(?!=)(?P<needs>.*)")
_NEED = re.compile(r"\(\s*([\w:-]+)[^()]*\)|([\w:-]+)")
_REFERENCE = re.compile(r"\{\{[ \t]*([A-Za-z_][\w-]*)[ \t]*\}\}")
_HOLE = re.compile(r"\{\{([^{}]*)\}\}")
_SHELL = re.compile(r"set[ \t]+shell[ \t]*:=[ \t]*\[(?P<words>[^\]]*)\]")


class Justfile(Struct, frozen=True):
    """One justfile, or a part of one that others import."""

    patterns: ClassVar[tuple[str, ...]] = ("justfile", ".justfile", "*.just")
    max_bytes: ClassVar[int] = 200_000
    version: ClassVar[int] = 1

    content: TaskList

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The recipes; ValueError for binary files."""
        if b"\0" in data[:8000]:
            raise ValueError("a binary file")
        return cls(_read(decode(data).replace("\r\n", "\n").split("\n")[:MAX_LINES]))


def _read(lines: list[str]) -> TaskList:
    variables: dict[str, str] = {}
    aliases: dict[str, list[str]] = {}
    includes: list[str] = []
    options = Options()
    recipes: list[tuple[re.Match[str], int, list[tuple[str, int]]]] = []
    for number, line in enumerate(lines, 1):
        if line[:1] in {" ", "\t"}:
            if recipes and line.strip():
                recipes[-1][2].append((line, number))
        elif shell := _SHELL.match(line):
            options = shebang("#!" + shell["words"].replace(",", " ").replace('"', "").replace("'", ""))[1]
        elif alias := _ALIAS.match(line):
            aliases.setdefault(alias["target"], []).append(alias["name"])
        elif imported := _IMPORT.match(line):
            includes.append(imported["file"])
        elif variable := _VARIABLE.match(line):
            variables[variable["name"]] = variable["value"].strip().strip("'\"")[:500]
        elif recipe := _RECIPE.match(line):
            recipes.append((recipe, number, []))
    tasks = [
        Task(
            match["name"],
            number,
            tuple(_commands(body, variables, options)),
            tuple(a or b for a, b in _NEED.findall(match["needs"].partition("#")[0])[:100]),
            names=tuple(aliases.get(match["name"], ())),
            default=position == 0,
        )
        for position, (match, number, body) in enumerate(recipes)
    ]
    return TaskList(tuple(tasks), variables, tuple(includes[:50]))


def _commands(body: list[tuple[str, int]], variables: dict[str, str], options: Options) -> Iterator[Command]:
    if not body:
        return
    indent = len(body[0][0]) - len(body[0][0].lstrip())
    if body[0][0].lstrip().startswith("#!"):
        text = "\n".join(_filled(line[indent:], variables) for line, _ in body)
        program, own = shebang(text)
        if program in {"bash", "sh", "zsh", "dash", "ksh"}:
            yield from commands(text, body[0][1], own)
        return
    parts: list[str] = []
    for line, number in body:
        parts.append(_filled(line.strip() if not parts else line, variables))
        if line.endswith("\\"):
            continue
        text, first = "\n".join(parts), number - len(parts) + 1
        marks = text[: len(text) - len(text.lstrip("@-"))]
        for command in commands(text[len(marks) :], first, options):
            lost = "`-` in front of the recipe line" if "-" in marks else command.lost
            yield structs.replace(command, lost=lost)
        parts = []


def _filled(line: str, variables: dict[str, str]) -> str:
    line = _REFERENCE.sub(lambda match: variables.get(match[1], match[0]), line)
    return _HOLE.sub(lambda match: "${" + match[1].strip().replace(" ", "_") + "}", line)
