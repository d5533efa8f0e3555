"""tox: the environments of `tox.ini`, `setup.cfg`, `tox.toml` and `pyproject.toml`, and what they run."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, ClassVar, Self

from msgspec import Struct, structs

from ml_readiness import regex as re
from ml_readiness.parsers import loose, toml
from ml_readiness.parsers.shell import Command, commands
from ml_readiness.parsers.tasks import Task, TaskList
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_ENVIRONMENTS = 500
MAX_EXPANDED = 20_000
MAX_DEPTH = 5

_BRACES = re.compile(r"\{([^{}]*)\}")
_SECTION = re.compile(r"\{\[([^\]{}]+)\]([\w-]+)\}")
_HOLE = re.compile(r"(?<!\$)\{(?:posargs:?|env:)?([^{}]*)\}")
_CONDITION = re.compile(r"^(?P<factors>!?[\w.{},!-]+):\s+(?P<rest>\S.*)$")
_TOML = re.compile(
    r"^[ \t]*(?:env_list|requires|legacy_tox_ini)[ \t]*=[ \t]*[\[\"']|^\[(?:env\.|env_run_base|project\]|tool\.)",
    re.MULTILINE,
)

Sections = dict[str, dict[str, str]]


class ToxFile(Struct, frozen=True):
    """The environments of one file; an empty list where the file does not configure tox."""

    patterns: ClassVar[tuple[str, ...]] = ("tox.ini", "tox.toml", "setup.cfg")
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    content: TaskList

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The environments of an INI or TOML text; ValueError where it is neither."""
        if b"\0" in data[:8000]:
            raise ValueError("a binary file")
        text = decode(data).replace("\r\n", "\n")
        if re.search(
            r"^\s*(?:env_list|requires|legacy_tox_ini)\s*=\s*[\[\"']|^\[(?:env\.|env_run_base|project\]|tool\.)",
            text,
            re.MULTILINE,
        ):
            return cls(_from_toml(toml.load(data), text))
        return cls(_from_ini(text))


def _from_toml(document: toml.Table, text: str) -> TaskList:
    table = toml.table(document, "tool", "tox") or (document if "project" not in document else {})
    if legacy := loose.text(table.get("legacy_tox_ini")):
        return _from_ini(legacy)
    base = toml.table(table, "env_run_base")
    own = toml.table(table, "env")
    default = [name for name in loose.sequence(table.get("env_list")) if isinstance(name, str)]
    found: list[Task] = []
    for name in dict.fromkeys([*default, *own]):
        settings = {**base, **toml.table(own, name)}
        line = next((n for n, each in enumerate(text.split("\n"), 1) if f"env.{name}]" in each), 1)
        words = [loose.sequence(command) for command in loose.sequence(settings.get("commands"))]
        run = tuple(Command(tuple(w for w in command if isinstance(w, str)), line) for command in words)
        found.append(Task(name, line, run, default=name in default))
    if base:
        words = [loose.sequence(command) for command in loose.sequence(base.get("commands"))]
        found.append(Task("*", 1, tuple(Command(tuple(w for w in c if isinstance(w, str)), 1) for c in words)))
    return TaskList(tuple(found))


def _from_ini(text: str) -> TaskList:
    import configparser  # noqa: PLC0415

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, inline_comment_prefixes=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error)) from None
    sections = {name: {k: v or "" for k, v in parser[name].items()} for name in parser.sections()}
    if not any(name.startswith(("tox", "testenv")) for name in sections):
        return TaskList(())
    return _Reader(sections, text).read()


class _Reader:
    def __init__(self, sections: Sections, text: str) -> None:
        self.sections = sections
        self.lines = text.split("\n")
        self.headers = {line.strip()[1:-1]: n for n, line in enumerate(self.lines, 1) if line.startswith("[")}

    def read(self) -> TaskList:
        settings = self.sections.get("tox") or self.sections.get("tox:tox") or {}
        default = list(_names(self._filled(settings.get("envlist") or settings.get("env_list") or "")))
        named = [name.removeprefix("testenv:") for name in self.sections if name.startswith("testenv:")]
        own = {each: f"testenv:{name}" for name in named for each in _names(name)}
        tasks = [
            self._task(name, own.get(name, "testenv"), is_default=name in default)
            for name in list(dict.fromkeys([*default, *own]))[:MAX_ENVIRONMENTS]
        ]
        if "testenv" in self.sections:
            tasks.append(self._task("*", "testenv", is_default=not default))
        return TaskList(tuple(tasks))

    def _task(self, name: str, section: str, *, is_default: bool) -> Task:
        inherited = [section, *self._bases(section)]
        found = next((s for s in inherited if "commands" in self.sections.get(s, {})), "")
        every: list[Command] = []
        for key in ("commands_pre", "commands", "commands_post"):
            source = next((s for s in inherited if key in self.sections.get(s, {})), "")
            if source:
                every.extend(self._commands(source, key, name))
        settings: Mapping[str, str] = self.sections.get(section, {})
        labels = tuple(re.split(r"[,\s]+", settings.get("labels", "").strip()))
        lost = "`ignore_outcome`" if settings.get("ignore_outcome", "").strip().lower() == "true" else ""
        line = self.headers.get(section) or self.headers.get(found) or 1
        folder = (
            settings.get("changedir")
            or settings.get("change_dir")
            or self.sections.get("testenv", {}).get("changedir")
            or ""
        )
        folder = re.sub(r"\{(?:toxinidir|tox_root)\}/?", "", folder)
        return Task(name, line, tuple(every), folder=folder, lost=lost, default=is_default, labels=labels)

    def _bases(self, section: str) -> list[str]:
        declared = re.split(r"[,\s]+", self.sections.get(section, {}).get("base", "").strip())
        return [base if base in self.sections else f"testenv:{base}" for base in declared if base] + ["testenv"]

    def _commands(self, section: str, key: str, name: str) -> Iterator[Command]:
        start = self.headers.get(section, 0)
        text = self._filled(self.sections[section][key])
        for line in text.replace("\\\n", " ").split("\n"):
            text = _applying(line.strip(), name)
            if not text or text.startswith("#"):
                continue
            marks = text[: len(text) - len(text.lstrip("-! "))]
            written = _HOLE.sub(_hole, _HOLE.sub(_hole, text[len(marks) :]))
            number = self._line_of(line.strip(), start)
            for command in commands(written, number):
                yield structs.replace(command, lost="`-` in front of the command" if "-" in marks else command.lost)

    def _line_of(self, text: str, start: int) -> int:
        first = text[:40]
        within = range(start, min(start + 500, len(self.lines)))
        return next((n + 1 for n in within if first and first in self.lines[n]), start or 1)

    def _filled(self, text: str) -> str:
        """The text with references to other sections put in."""
        for _ in range(MAX_DEPTH):
            found = _SECTION.sub(lambda m: self.sections.get(m[1], {}).get(m[2], ""), text[:MAX_EXPANDED])
            if found == text:
                break
            text = found
        return text[:MAX_EXPANDED]


def _hole(match: re.Match[str]) -> str:
    """What stands for a substitution: its default for arguments, else a variable."""
    if match[0].startswith("{posargs"):
        return match[1]
    name, given, default = match[1].partition(":")
    return default if given else "${" + (name or "_") + "}"


def _applying(line: str, name: str) -> str:
    """The command of a line if its factors apply to an environment; `*` stands for any environment."""
    match = _CONDITION.match(line)
    if match is None:
        return line
    if name == "*":
        return match["rest"]
    own = set(name.split("-"))
    for alternative in _names(match["factors"]):
        parts = alternative.split("-")
        if all((part.lstrip("!") in own) != part.startswith("!") for part in parts):
            return match["rest"]
    return ""


def _names(text: str) -> Iterator[str]:
    """The names that a list with generative braces stands for: `py{39,310}-{a,b}, lint`."""
    left = MAX_ENVIRONMENTS
    for written in re.split(r"[,\s]+(?![^{]*\})", text[:5_000].strip()):
        parts = _BRACES.split(written.split("#")[0])
        choices = [part.replace(" ", "").split(",") if n % 2 else [part] for n, part in enumerate(parts[:12])]
        for made in product(*choices):
            left -= 1
            if left < 0:
                return
            if name := "".join(made).strip():
                yield name
