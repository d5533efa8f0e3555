"""Dockerfiles: stages, instructions and the commands they run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self, cast

import msgspec
from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.parsers.shell import Command, Options, commands, shebang
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_INSTRUCTIONS = 5_000
MAX_EXPANDED = 4_000
MAX_FLAGS = 20
MAX_LINEAGE = 50

TAKES_FLAGS = frozenset(("FROM", "RUN", "COPY", "ADD", "HEALTHCHECK"))

KEYWORDS = frozenset(
    ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
     "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)  # fmt: skip
_ESCAPE = re.compile(r"#[ \t]*escape[ \t]*=[ \t]*([\\`])[ \t]*$", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#[ \t]*\w+[ \t]*=")
_INSTRUCTION = re.compile(r"[ \t]*(?P<keyword>[A-Za-z]+)(?:[ \t]+(?P<value>.*))?$", re.DOTALL)
_FLAG = re.compile(r"[ \t]*--(?P<name>[\w-]+)(?:=(?P<value>\"[^\"]*\"|\S*))?(?=\s|$)")
_HEREDOC = re.compile(r"<<-?[ \t]*(['\"]?)(\w+)\1")
_REFERENCE = re.compile(r"(?<!\\)\$(?:(?P<bare>\w+)|\{(?P<name>\w+)(?::?(?P<how>[-+])(?P<word>[^{}]*))?\})")
_FROM = re.compile(r"(?P<image>\S+)(?:\s+as\s+(?P<name>\S+))?\s*$", re.IGNORECASE)
_PAIR = re.compile(r"(?P<name>[\w.-]+)=(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|\S*)")


class Instruction(Struct, frozen=True):
    """One instruction."""

    keyword: str
    """In capitals."""
    value: str
    """With continuation lines joined, flags taken off."""
    line: int
    words: tuple[str, ...] | None = None
    """The JSON form, if it is one."""
    flags: dict[str, str] = {}
    bodies: tuple[tuple[str, int], ...] = ()
    """The here-documents that follow, with the line of each."""


class Stage(Struct, frozen=True, dict=True):
    """One `FROM` and what follows it."""

    image: str
    """As written; another stage's name or number where the build goes on from it."""
    base: str
    """The image with the defaults of build arguments put in; `$` where one has none."""
    line: int
    name: str = ""
    instructions: tuple[Instruction, ...] = ()
    flags: dict[str, str] = {}

    def of(self, *keywords: str) -> tuple[Instruction, ...]:
        """The instructions of these kinds, in order."""
        return tuple(each for each in self.instructions if each.keyword in keywords)

    @cached_property
    def runs(self) -> tuple[Command, ...]:
        """The commands of all RUN instructions."""
        options = Options()
        found: list[Command] = []
        for each in self.instructions:
            if each.keyword == "SHELL" and each.words:
                options = shebang("#!" + " ".join(each.words))[1]
            elif each.keyword == "RUN":
                found.extend(_commands(each, options))
        return tuple(found)

    def starts(self, keyword: str) -> tuple[Command, ...]:
        """The commands of the last CMD, ENTRYPOINT or HEALTHCHECK."""
        found = self.of(keyword)
        return tuple(_commands(found[-1], Options())) if found else ()


class Dockerfile(Struct, frozen=True):
    """One Dockerfile."""

    patterns: ClassVar[tuple[str, ...]] = (
        "Dockerfile",
        "Dockerfile.*",
        "Dockerfile-*",
        "Dockerfile_*",
        "*.Dockerfile",
        "*_Dockerfile",
        "*-Dockerfile",
        "Containerfile",
        "Containerfile.*",
        "*.containerfile",
        *("!*.dockerignore", "!*.md", "!*.rst", "!*.txt", "!*.py", "!*.sh", "!*.json", "!*.yml", "!*.yaml", "!*.toml"),
    )
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    stages: tuple[Stage, ...]
    arguments: dict[str, str] = {}
    """The defaults of build arguments in front of the first stage."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The stages; ValueError where the text is no Dockerfile."""
        if b"\0" in data[:8000]:
            raise ValueError("a binary file")
        return cast("Self", _build(list(_instructions(decode(data).replace("\r\n", "\n")))))

    @property
    def final(self) -> Stage:
        """The stage that an image is made of unless another is named."""
        return self.stages[-1]

    def stage(self, name: str) -> Stage | None:
        """A stage by name or number."""
        if name.isdigit() and len(name) < 5 and int(name) < len(self.stages):
            return self.stages[int(name)]
        return next((stage for stage in self.stages if stage.name and stage.name.lower() == name.lower()), None)

    def lineage(self, stage: Stage) -> tuple[Stage, ...]:
        """A stage and the stages it goes on from, itself first."""
        found = [stage]
        while len(found) < MAX_LINEAGE and (below := self.stage(found[-1].base)) is not None and below not in found:
            found.append(below)
        return tuple(found)

    @property
    def external(self) -> tuple[Stage, ...]:
        """The stages that begin with an image from elsewhere; `scratch` is none."""
        seen: set[str] = set()
        found: list[Stage] = []
        for number, stage in enumerate(self.stages):
            if stage.base.lower() not in seen | {"scratch"} and not (stage.base.isdigit() and int(stage.base) < number):
                found.append(stage)
            seen.add(stage.name.lower())
        return tuple(found)


def _instructions(text: str) -> Iterator[Instruction]:
    lines = text.split("\n")
    escape = "\\"
    for line in lines:
        if not _DIRECTIVE.match(line.strip()):
            break
        if match := _ESCAPE.match(line.strip()):
            escape = match[1]
    position = 0
    while position < len(lines):
        start = position
        joined, position = _joined(lines, position, escape)
        match = _INSTRUCTION.match(joined)
        if match is None:
            continue
        bodies: list[tuple[str, int]] = []
        if match["keyword"].upper() in {"RUN", "COPY", "ADD"}:
            for heredoc in _HEREDOC.finditer(joined):
                body, after = _body(lines, position, heredoc[2])
                bodies.append((body, position + 1))
                position = after
        yield _instruction(match, start + 1, tuple(bodies))


def _joined(lines: list[str], position: int, escape: str) -> tuple[str, int]:
    """One instruction's lines as one text, comments between them left out, and the position behind it."""
    if not lines[position].strip() or lines[position].lstrip().startswith("#"):
        return "", position + 1
    parts: list[str] = []
    while position < len(lines):
        line = lines[position]
        position += 1
        if parts and (line.lstrip().startswith("#") or not line.strip()):
            parts.append("")
            continue
        goes_on = line.rstrip().endswith(escape)
        parts.append(line.rstrip()[:-1] if goes_on else line)
        if not goes_on:
            break
    return "\\\n".join(parts), position


def _body(lines: list[str], position: int, delimiter: str) -> tuple[str, int]:
    for end in range(position, len(lines)):
        if lines[end].strip() == delimiter:
            return "\n".join(lines[position:end]), end + 1
    return "\n".join(lines[position:]), len(lines)


def _instruction(match: re.Match[str], line: int, bodies: tuple[tuple[str, int], ...]) -> Instruction:
    keyword, value = match["keyword"].upper(), match["value"] or ""
    flags: dict[str, str] = {}
    while keyword in TAKES_FLAGS and len(flags) < MAX_FLAGS and (found := _FLAG.match(value)):
        flags[found["name"]] = (found["value"] or "").strip('"')
        value = value[found.end() :].lstrip(" \t\\\n")
        line += found[0].count("\n")
    return Instruction(keyword, value.strip(), line, _json(value), flags, bodies)


def _json(value: str) -> tuple[str, ...] | None:
    text = value.replace("\\\n", "\n").strip()
    if not text.startswith("["):
        return None
    try:
        return tuple(msgspec.json.decode(text, type=list[str]))
    except (msgspec.MsgspecError, RecursionError):
        return None


def _commands(each: Instruction, options: Options) -> Iterator[Command]:
    value = each.value
    if each.keyword == "HEALTHCHECK":
        value = value.removeprefix("CMD").lstrip()
    words = each.words or _json(value)
    if words is not None:
        yield Command(words, each.line)
    elif each.bodies and _HEREDOC.match(value):
        for body, line in each.bodies:
            program, own = shebang(body)
            if program in {"", "bash", "sh", "dash", "ash", "zsh"}:
                yield from commands(body, line, own if program else options)
    else:
        yield from commands(value, each.line, options)


def _build(found: list[Instruction]) -> Dockerfile:
    known = [each for each in found[:MAX_INSTRUCTIONS] if each.keyword in KEYWORDS]
    if not any(each.keyword == "FROM" for each in known):
        raise ValueError("no FROM instruction")
    arguments: dict[str, str] = {}
    starts = [position for position, each in enumerate(known) if each.keyword == "FROM"]
    for each in known[: starts[0]]:
        if each.keyword == "ARG":
            arguments |= {m["name"]: fill(_bare(m["value"]), arguments) for m in _PAIR.finditer(each.value)}
    stages: list[Stage] = []
    for start, end in zip(starts, [*starts[1:], len(known)], strict=True):
        each = known[start]
        match = _FROM.match(each.value.replace("\\\n", " "))
        image = match["image"] if match is not None else each.value
        name = (match["name"] or "") if match is not None else ""
        inside = tuple(known[start + 1 : end])
        stages.append(Stage(image, fill(image, arguments), each.line, name, inside, each.flags))
    return Dockerfile(tuple(stages), arguments)


def fill(text: str, variables: dict[str, str]) -> str:
    """A text with variables put in; one without a value stays as written."""

    def value(match: re.Match[str]) -> str:
        name = match["bare"] or match["name"]
        if match["how"] == "+":
            return match["word"] if name in variables else ""
        return variables.get(name) or (match["word"] if match["how"] else match[0])

    return _REFERENCE.sub(value, text)[:MAX_EXPANDED]


def _bare(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
