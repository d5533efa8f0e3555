"""Makefiles: targets, what they need, and the commands of their recipes with variables put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from msgspec import Struct, field, structs

from ml_readiness import regex as re
from ml_readiness.parsers.shell import Command, Options, commands, shebang
from ml_readiness.parsers.tasks import Task, TaskList
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINES = 50_000
MAX_EXPANDED = 20_000
MAX_DEPTH = 12
MAX_RECIPES = 20_000

_ASSIGNMENT = re.compile(
    r"[ \t]*(?:(?:export|override|private|unexport)[ \t]+)*(?P<name>[\w.\-/%]+)[ \t]*(?P<how>[:?+!]{0,3}=)"
    r"[ \t]*(?P<value>.*)"
)
_DEFINE = re.compile(r"[ \t]*(?:override[ \t]+)?define[ \t]+(?P<name>[\w.-]+)")
_DIRECTIVE = re.compile(r"[ \t]*(?:ifeq|ifneq|ifdef|ifndef|else|endif|vpath|undefine|export|unexport)\b")
_INCLUDE = re.compile(r"[ \t]*[-s]?include[ \t]+(?P<files>.+)")
_RULE = re.compile(r"(?P<targets>[^\t:=#][^:=#]*?)[ \t]*(?P<colons>&?::?)(?![=])[ \t]*(?P<rest>.*)")
_SPECIFIC = re.compile(r"(?:export[ \t]+)?[\w.-]+[ \t]*[:?+]{0,2}=")
_REFERENCE = re.compile(r"(?P<escaped>\$\$)|\$(?:\((?P<round>[^()$\0]*)\)|\{(?P<curly>[^{}$\0]*)\})")
_AUTOMATIC = re.compile(r"(?<!\$)\$(?:([@<^*])|\(([@<^*])[DF]?\))")
_SUBSTITUTION = re.compile(r"([\w.-]+):[^:=]*=.*")
_KEPT = "\0"
"""Stands for a dollar sign that is no reference, while others are put in."""
_COMMENT = re.compile(r"(?<!\\)#.*")


class Makefile(Struct, frozen=True):
    """One Makefile, or a part of one that others include."""

    patterns: ClassVar[tuple[str, ...]] = ("Makefile", "GNUmakefile", "Makefile.*", "*.mk", "*.mak")
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    content: TaskList

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The targets; ValueError for binary files."""
        if b"\0" in data[:8000]:
            raise ValueError("a binary file")
        return cls(_Reader(decode(data).replace("\r\n", "\n")).read())


class _Rule(Struct):
    targets: list[str]
    line: int
    needs: list[str]
    recipe: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")[:MAX_LINES]
        self.variables: dict[str, str] = {"MAKE": "make", "SHELL": "/bin/sh", ".SHELLFLAGS": "-c", "CURDIR": "."}
        self.rules: list[_Rule] = []
        self.rule: _Rule | None = None
        self.includes: list[str] = []
        self.left = 0
        """How much longer the text that is being expanded may become."""
        self.defined: tuple[str, list[str]] | None = None
        """The variable that a `define` is being read for."""

    def read(self) -> TaskList:
        for text, number in self._logical():
            if self.defined is not None:
                self._define(text)
            elif text.startswith("\t") and self.rule is not None:
                self.rule.recipe.append((text[1:], number))
            elif text.strip():
                self._statement(text, number)
        return TaskList(tuple(self._tasks()), self.variables, tuple(self.includes[:50]))

    def _logical(self) -> Iterator[tuple[str, int]]:
        """Lines with continuations joined, and where each begins; those of recipes keep their line ends."""
        parts: list[str] = []
        first = 0
        for number, line in enumerate([*self.lines, ""], 1):
            first = first or number
            parts.append(line)
            if not line.endswith("\\") or line.endswith("\\\\"):
                yield _joined(parts), first
                parts, first = [], 0

    def _define(self, text: str) -> None:
        assert self.defined is not None  # noqa: S101
        name, body = self.defined
        if text.strip().startswith("endef"):
            self.variables[name] = "\n".join(body)
            self.defined = None
        else:
            body.append(text.removeprefix("\t"))

    def _statement(self, text: str, number: int) -> None:
        if text.lstrip().startswith("#"):
            return
        if define := _DEFINE.match(text):
            self.defined = (define["name"], [])
        elif include := _INCLUDE.match(text):
            self.includes.extend(self.expand(_COMMENT.sub("", include["files"])).split())
        elif assignment := _ASSIGNMENT.match(text):
            self._assign(assignment)
        elif not _DIRECTIVE.match(text) and (rule := _RULE.match(text)):
            self._add(rule, number)

    def _assign(self, match: re.Match[str]) -> None:
        name, how, value = match["name"], match["how"], _COMMENT.sub("", match["value"]).strip()
        self.rule = None
        if how == "+=" and name in self.variables:
            self.variables[name] = f"{self.variables[name]} {value}"[:MAX_EXPANDED]
        elif how != "?=" or name not in self.variables:
            self.variables[name] = "" if how == "!=" else value

    def _add(self, match: re.Match[str], number: int) -> None:
        rest, _, recipe = _COMMENT.sub("", match["rest"]).partition(";")
        targets = self.expand(match["targets"]).split()
        if _SPECIFIC.match(rest):
            return
        if (pattern := rest.partition(":"))[1]:
            rest = pattern[2]
        needs = [need for need in self.expand(rest).split() if need != "|"]
        self.rule = _Rule(targets[:200], number, needs[:500])
        if recipe.strip():
            self.rule.recipe.append((recipe.strip(), number))
        self.rules.append(self.rule)

    def expand(self, text: str) -> str:
        """The text with the variables of the file put in; what is not known stays as written."""
        self.left = MAX_EXPANDED
        for _ in range(MAX_DEPTH):
            found = _REFERENCE.sub(self._value, text)
            if found == text:
                break
            text = found
        return text.replace(_KEPT, "$")

    def _value(self, match: re.Match[str]) -> str:
        name = match["round"] or match["curly"] or ""
        if match["escaped"]:
            return _KEPT
        if name.startswith("call "):
            function, *arguments = [part.strip() for part in name[5:].split(",")]
            body = self.variables.get(function, "")
            for position, argument in enumerate(arguments[:9], 1):
                body = body.replace(f"$({position})", argument)
            return self._afforded(body, match)
        changed = _SUBSTITUTION.fullmatch(name)
        if name in self.variables or (changed is not None and changed[1] in self.variables):
            return self._afforded(self.variables[name if changed is None else changed[1]], match)
        return _kept(match)

    def _afforded(self, value: str, match: re.Match[str]) -> str:
        self.left -= len(value)
        return value if self.left >= 0 else _kept(match)

    def _tasks(self) -> Iterator[Task]:
        shell = self.variables["SHELL"].split() + self.variables[".SHELLFLAGS"].split()
        options = shebang("#!" + " ".join(shell))[1]
        oneshell = any(".ONESHELL" in rule.targets for rule in self.rules)
        ignored = {name for rule in self.rules if ".IGNORE" in rule.targets for name in rule.needs}
        named = [rule for rule in self.rules if any(t[0] != "." or "/" in t for t in rule.targets)]
        goal = self.expand(self.variables.get(".DEFAULT_GOAL", "")) or next(
            (t for rule in named for t in rule.targets if "%" not in t and t[0] != "."), ""
        )
        left = MAX_RECIPES
        for rule in named:
            for target in rule.targets:
                left -= 1 + len(rule.recipe)
                if left < 0:
                    return
                lost = "`.IGNORE` covers the target" if target in ignored else ""
                yield Task(
                    target.replace("%", "*"),
                    rule.line,
                    tuple(self._commands(rule, target, options, oneshell=oneshell)),
                    tuple(need.replace("%", "*") for need in rule.needs),
                    lost=lost,
                    default=target == goal,
                )

    def _commands(self, rule: _Rule, target: str, options: Options, *, oneshell: bool) -> Iterator[Command]:
        first = rule.needs[0] if rule.needs else ""
        known = {"@": target.replace("%", "*"), "<": first, "^": " ".join(rule.needs), "*": "*"}
        recipe = [(self._filled(text, known), line) for text, line in rule.recipe]
        if oneshell and recipe:
            recipe = [("\n".join(text for text, _ in recipe), recipe[0][1])]
        for text, line in recipe:
            marks = text[: len(text) - len(text.lstrip("@-+ \t"))]
            for command in commands(text[len(marks) :], line, options):
                lost = "`-` in front of the recipe line" if "-" in marks else command.lost
                yield structs.replace(command, lost=lost) if lost != command.lost else command

    def _filled(self, text: str, known: dict[str, str]) -> str:
        text = _AUTOMATIC.sub(lambda match: known.get(match[1] or match[2], match[0]), text)
        return self.expand(text)


def _kept(match: re.Match[str]) -> str:
    """A reference that is not put in, such that a shell does not take it for a command."""
    name = match["round"] or ""
    return _KEPT + (f"{{{name}}}" if name and " " not in name else match[0][1:])


def _joined(parts: list[str]) -> str:
    if parts[0].startswith("\t"):
        return "\n".join([parts[0], *(part.removeprefix("\t") for part in parts[1:])])
    return (
        " ".join(
            [*(part[:-1].strip() if n else part[:-1].rstrip() for n, part in enumerate(parts[:-1])), parts[-1].strip()]
        )
        if parts[1:]
        else parts[0]
    )
