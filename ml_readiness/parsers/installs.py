"""Commands that install something, in any text: Dockerfiles, scripts, READMEs, task files, notebook cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.parsers.conda_spec import conda_spec
from ml_readiness.parsers.requirement import Requirement, pip_argument
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_COMMANDS = 500
LONGEST_COMMAND = 8_000

COMMAND = re.compile(
    r"(?<![\w./-])(?:(?:/[\w.-]+)*/)?(?P<tool>pip(?:\d(?:\.\d+)?)?|uv pip|uv|poetry|pipenv|pdm|conda|mamba|micromamba"
    r"|pixi|rye|pip-sync)(?P<global>(?: +--?[\w-]+(?:=\S+)?)*) +(?P<verb>install|sync|add|env +create|env +update"
    r"|create|requirements\.txt|run +pip +install)(?![\w-])(?P<rest>[^\n]*)"
)
SEPARATOR = re.compile(r"&&|\|\||[;|]|(?<!\\)\)(?=\s|$)|`|</")
WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s\"']+)")
COPY = re.compile(r"^\s*(?:COPY|ADD)\s+(.+)$", re.IGNORECASE)
ENTER = re.compile(r"(?:^|&&|;)[\s$>@\-`]*(?:WORKDIR\s+(?=\.)|cd\s+)([\w./-]+)")
NEAR = 12
"""Lines within which a `cd` still holds."""
EXPRESSION = re.compile(r"\$?\{\{[^{}]*\}\}|\$\{[^{}]*\}")
EXEC_FORM = re.compile(r"[\[\]\"',]+\s*")
WITH_VALUE = frozenset({
    "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "--prefix", "--root", "--src",
    "--python-version", "--implementation", "--abi", "--no-binary", "--only-binary", "--trusted-host", "--timeout",
    "--retries", "--proxy", "--cert", "--cache-dir", "--log", "--platform", "-C", "--config-settings", "--progress-bar",
    "--use-feature", "--python", "-p", "--index", "--group", "-G", "--extra", "-E", "--with", "--without", "--only",
    "-n", "--name", "-c", "--channel", "--channels", "--index-strategy", "--constraint", "--report", "--default-index",
    "--torch-backend", "--prerelease", "--resolution", "--keyring-provider", "--platform-tag", "--override",
})  # fmt: skip
BOOTSTRAP = frozenset(
    {"pip", "setuptools", "wheel", "uv", "poetry", "pipenv", "pip-tools", "virtualenv", "conda", "pdm"}
)
PROSE = frozenset({
    "the", "following", "all", "these", "packages", "package", "dependencies", "dependency", "required", "requirements",
    "and", "to", "with", "from", "it", "in", "this", "using", "or", "for", "via", "a", "an", "of", "by", "libraries",
    "any", "your", "them", "is", "on", "command", "commands", "into", "inside", "if", "then", "needed", "everything",
})  # fmt: skip
SYNCS = {"poetry": "install", "uv": "sync", "pdm": "install", "pixi": "install", "rye": "sync"}


class Install(Struct, frozen=True):
    """One command that installs something."""

    tool: str
    """`pip`, `conda`, `poetry`, `uv`, `pipenv`, `pdm`, `pixi` or `rye`."""
    line: int
    files: tuple[str, ...] = ()
    """Requirements or environment files that it names, as written."""
    constraints: tuple[str, ...] = ()
    project: str = ""
    """The folder of the project that it installs, as written; empty where it installs none."""
    folder: str = ""
    """Where the `cd` before it goes, as written."""
    requirements: tuple[Requirement, ...] = ()
    """What it names itself, installers left out."""
    text: str = ""


class Installs(Struct, frozen=True):
    """The installing commands of one text."""

    patterns: ClassVar[tuple[str, ...]] = (
        "Dockerfile*",
        "*.Dockerfile",
        "Containerfile*",
        "README*",
        "Makefile",
        "*.mk",
        "justfile",
        "*.sh",
        "Taskfile.yml",
        "Procfile",
        "INSTALL*",
    )
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    commands: tuple[Install, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    """(source, target) of what a Dockerfile copies."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The commands, in order; lines that end in a backslash go on in the next."""
        text = decode(data)
        commands: list[Install] = []
        copies: list[tuple[str, str]] = []
        entered, since = "", 0
        for number, line in joined_lines(text):
            if len(line) > LONGEST_COMMAND or len(commands) >= MOST_COMMANDS:
                continue
            if copy := COPY.match(line):
                copies.extend(_copies(copy[1]))
            if line.lstrip().startswith(("```", "#", "FROM")) or number - since > NEAR:
                entered = ""
            commands.extend(commands_of(line, number, entered))
            for moved in ENTER.finditer(line):
                entered, since = moved[1].strip("'\""), number
        return cls(tuple(commands[:MOST_COMMANDS]), tuple(copies[:MOST_COMMANDS]))


def joined_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their continuations, and the number of the first; comments inside a continuation are left out."""
    parts: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), 1):
        if parts and line.lstrip().startswith("#"):
            continue
        first = first if parts else number
        if line.rstrip().endswith("\\") and len(parts) < 400:
            parts.append(line.rstrip()[:-1])
            continue
        yield first, " ".join([*parts, line])
        parts = []
    if parts:
        yield first, " ".join(parts)


def commands_of(line: str, number: int, folder: str = "") -> Iterator[Install]:
    """The installing commands of one line, which starts in a folder."""
    if "install" not in line and "sync" not in line and " add " not in line and "create" not in line:
        return
    if re.search(r"\[\s*\"", line):
        line = EXEC_FORM.sub(" ", line)
    for part in SEPARATOR.split(line):
        if part.lstrip().startswith("#") and not part.lstrip().startswith("#!"):
            continue
        if moved := ENTER.match(part):
            folder = moved[1].strip("'\"")
        if match := COMMAND.search(part):
            yield _install(match, number, part.strip()[:300], folder)


def _install(match: re.Match[str], line: int, text: str, folder: str) -> Install:
    tool = match["tool"]
    tool = "pip" if tool.startswith(("pip", "uv pip")) and tool != "pipenv" else tool
    tool = "conda" if tool in {"mamba", "micromamba"} else tool
    verb = " ".join(match["verb"].split())
    if verb == "run pip install":
        tool = "pip"
    words = [a or b or c for a, b, c in WORD.findall(EXPRESSION.sub("$", match["rest"]))]
    reading = _Arguments(tool, line)
    if match["tool"] == "pip-sync":
        reading.files.append("requirements.txt")
    reading.read(words)
    project = reading.project
    if SYNCS.get(tool) == verb:
        reading.requirements.clear()
    if SYNCS.get(tool) == verb or (tool == "pipenv" and not reading.requirements and not reading.files):
        project = project or "."
    return Install(
        tool,
        line,
        tuple(reading.files),
        tuple(reading.constraints),
        project,
        folder,
        tuple(reading.requirements),
        text,
    )


class _Arguments:
    """What the words behind an installing command mean."""

    def __init__(self, tool: str, line: int) -> None:
        self.tool = tool
        self.line = line
        self.files: list[str] = []
        self.constraints: list[str] = []
        self.requirements: list[Requirement] = []
        self.project = ""

    def read(self, words: list[str]) -> None:
        """Takes the words in."""
        position = 0
        while position < len(words):
            word = words[position]
            position += 1
            following = words[position] if position < len(words) else ""
            if word.rstrip(".,:").lower() in PROSE:
                return
            if not word.startswith("-"):
                self._argument(word)
            elif self._file_option(word, following):
                position += "=" not in word and len(word) == (2 if word[1] != "-" else len(word))
            elif word in {"-e", "--editable"}:
                self._argument(following)
                position += 1
            elif word in WITH_VALUE:
                position += 1

    def _file_option(self, word: str, following: str) -> bool:
        name, equals, value = word.partition("=")
        if not equals and word[1] != "-" and len(word) > 2:
            name, value = word[:2], word[2:]
        value = value or following
        if name in {"-r", "--requirement", "--requirements"} or (name in {"-f", "--file"} and self.tool != "pip"):
            self.files.append(value)
        elif name in {"-c", "--constraint"} and self.tool == "pip":
            self.constraints.append(value)
        elif name == "--file":
            self.files.append(value)
        else:
            return False
        return True

    def _argument(self, word: str) -> None:
        word = word.strip("\\,")
        if not word or "$(" in word or word.startswith(("<", "$", "{", "%", "#", ">", "&")):
            return
        if word.split("[")[0] in {".", "./"} or word.startswith("./") or word.startswith("../"):
            self.project = self.project or word.split("[")[0]
            return
        try:
            found = conda_spec(word, self.line) if self.tool == "conda" else pip_argument(word, self.line)
        except (ValueError, RecursionError):
            return
        if found.is_local and not found.name:
            self.project = self.project or found.url
        elif found.key not in BOOTSTRAP:
            self.requirements.append(found)


def _copies(words: str) -> Iterator[tuple[str, str]]:
    parts = [part for part in EXEC_FORM.sub(" ", words).split() if not part.startswith("--")]
    for source in parts[:-1]:
        yield source, parts[-1]
