"""Jenkinsfiles, declarative and scripted: the shell steps in them and the blocks around each."""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct, field, structs

from ml_readiness import regex as re
from ml_readiness.parsers.pipelines.model import GOES_ON, STOPS, Job, Pipeline, Step
from ml_readiness.parsers.text import decode

MAX_TOKENS = 100_000
STEPS = {"sh": "sh", "bat": "cmd", "powershell": "powershell", "pwsh": "powershell"}
DONE = "!"
"""Among the names of a statement: its command has been noted."""
FORGIVING = {"catchError", "warnError"}
_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<triple>'''(?:[^'\\]|\\.|'(?!''))*+'''|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+\"\"\")"
    r"|(?P<string>'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\")"
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<mark>[{}()\[\]:,=@+;\n])",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\([nt\\'\"$])")
_INTERPOLATED = re.compile(r"\$\{(?:env\.|params\.)?(\w+)\}")


class Jenkinsfile(Struct, frozen=True):
    """One Jenkinsfile."""

    patterns: ClassVar[tuple[str, ...]] = ("Jenkinsfile", "Jenkinsfile.*", "*.Jenkinsfile", "*.jenkinsfile")
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    commands: tuple[ShellStep, ...]
    crons: tuple[tuple[str, int], ...] = ()
    libraries: tuple[tuple[str, int], ...] = ()
    """Shared libraries, and groovy files that are loaded."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The shell steps; ValueError for binary files."""
        if b"\0" in data[:8000]:
            raise ValueError("a binary file")
        reader = _Reader(decode(data).replace("\r\n", "\n"))
        reader.read()
        return cls(tuple(reader.found), tuple(reader.crons), tuple(reader.libraries))

    def pipeline(self, path: str) -> Pipeline:
        """The steps as one job for each stage."""
        jobs: dict[str, list[ShellStep]] = {}
        for command in self.commands:
            jobs.setdefault(command.stage, []).append(command)
        made = tuple(Job(stage, steps[0].line, tuple(_step(each) for each in steps)) for stage, steps in jobs.items())
        triggers = ("push", "pull_request", *(("schedule",) if self.crons else ()))
        return Pipeline("jenkins", path, made, triggers, self.crons, () if self.commands else self.libraries)


class ShellStep(Struct, frozen=True):
    """One `sh`, `bat` or `powershell` step."""

    kind: str
    text: str
    line: int
    stage: str = ""
    folder: str = ""
    lost: str = ""


def _step(each: ShellStep) -> Step:
    return Step(
        line=each.line,
        text=each.text,
        text_line=each.line,
        options=STOPS if each.kind == "sh" else GOES_ON,
        dialect=STEPS[each.kind],
        folder=each.folder,
        lost=each.lost,
    )


class _Open(Struct):
    """A block that is still open."""

    name: str
    argument: str = ""


class _Reader(Struct):
    text: str
    found: list[ShellStep] = field(default_factory=list[ShellStep])
    crons: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    libraries: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    stack: list[_Open] = field(default_factory=list[_Open])
    name: str = ""
    """The last name that began a statement."""
    argument: str = ""
    words: set[str] = field(default_factory=set[str])
    """Names since then."""

    @property
    def unchecked(self) -> str:
        """Why a step that only returns its exit code does not fail: nothing in the file raises an error."""
        raises = re.search(r"\berror\b|currentBuild\.(?:currentR|r)esult|\bthrow\b", self.text)
        return "" if raises else "`returnStatus` hands the result to a script that raises no error"

    def read(self) -> None:
        """Notes every shell step with what stands around it."""
        line, position = 1, 0
        for number, token in enumerate(_TOKEN.finditer(self.text)):
            line += self.text.count("\n", position, token.start())
            position = token.start()
            if number > MAX_TOKENS:
                return
            kind = token.lastgroup or ""
            if kind in {"triple", "string"}:
                self._string(token[0], line)
            elif kind == "name":
                self._name(token[0])
            elif kind == "mark":
                self._mark(token[0])

    def _name(self, name: str) -> None:
        if name == "returnStatus" and DONE in self.words and not self.found[-1].lost:
            self.found[-1] = structs.replace(self.found[-1], lost=self.unchecked)
        elif name in STEPS or not self.name or name in {"stage", "dir", "cron", "load"}:
            self.name, self.argument, self.words = name, "", set()
        self.words.add(name)

    def _mark(self, mark: str) -> None:
        if mark == "{":
            self.stack.append(_Open(self.name, self.argument))
            self.name, self.argument, self.words = "", "", set()
        elif mark == "}":
            if self.stack:
                self.stack.pop()
            self.name, self.argument, self.words = "", "", set()
        elif mark in "\n;" and "(" not in self.words:
            self.name, self.words = "", set()
        elif mark in "()":
            (self.words.add if mark == "(" else self.words.discard)("(")

    def _string(self, written: str, line: int) -> None:
        quotes = 3 if written[:3] in {"'''", '"""'} else 1
        text = _ESCAPE.sub(lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), written[quotes:-quotes])
        if written[0] == '"':
            text = _INTERPOLATED.sub(r"${\1}", text)
        if self.name in STEPS:
            labelled = self.words & {"label", "encoding"} and "script" not in self.words
            if not labelled:
                self._shell(text, line)
        elif self.name == "cron":
            self.crons.append((text, line))
        elif self.name in {"Library", "library", "load"}:
            self.libraries.append((f"{self.name} {text}", line))
        self.argument = self.argument or text

    def _shell(self, text: str, line: int) -> None:
        around = [each.name for each in self.stack]
        lost = next((f"`{name}` around the step" for name in around if name in FORGIVING), "")
        if "returnStatus" in self.words and not lost:
            lost = self.unchecked
        folders = [each.argument for each in self.stack if each.name == "dir"]
        stages = [each.argument for each in self.stack if each.name == "stage"]
        self.found.append(ShellStep(self.name, text, line, stages[-1] if stages else "", "/".join(folders), lost))
        self.words.discard("script")
        self.words.add(DONE)
