"""The commands that documents give their readers: what each is for, and whether it can work with what is here."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts import knowledge
from ml_readiness.facts.prose.pages import Page, Pages
from ml_readiness.facts.prose.targets import Targets
from ml_readiness.facts.source.modules import Modules
from ml_readiness.parsers.pyproject import PyProject
from ml_readiness.parsers.setup_py import SetupPy
from ml_readiness.parsers.shell import commands
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.prose import Code

GROUPS = ("neither", "tests", "both", "install", "run")
SHELLS = frozenset(
    {"", "bash", "sh", "shell", "console", "zsh", "cmd", "powershell", "bat", "batch", "text", "txt", "terminal", "ps1"}
    | {
        "shell-session",
        "shellsession",
        "dos",
        "fish",
        "plaintext",
        "makefile",
        "command",
        "commandline",
        "pwsh",
        "none",
    }
    | {"setup", "install", "train", "eval", "predict", "run"}
    | {"sh-session", "bash-session", "ps", "winbatch", "cli", "prompt", "dockerfile", "code", "ini", "markdown", "md"}
)
PROMPT = re.compile(
    r"^[ \t]*(?:\([\w.-]{1,40}\)[ \t]*)?(?:-?~[\w./-]{0,60}[ \t]*)?"
    r"(?:[\w.-]{1,40}@[\w.-]{1,60}[:~/\w. -]{0,60})?(?:(?:\$|%|>|>>|PS[^>\n]{0,80}>"
    r"|[A-Z]:\\[^>\n]{0,80}>)[ \t]+|!)"
)
QUOTED = re.compile(r"`([^`]+)`")
"""A command that stands in quotes although it is in a block of its own."""
COMMAND_LINE = re.compile(r"(?!.*<-)[A-Za-z.~/\"'$(_]")
"""What a line of commands begins with; folder trees begin otherwise."""
ENVIRONMENT = re.compile(r"^(?:[\w./~$-]*/)?\.?v?env/(?:bin|Scripts)/")
"""Where a program is in a virtual environment that is not activated."""
PRINTED = re.compile(r"\.{5}|^\S+/(?: |$)")
"""What is no command: a line that a program printed, the name of a folder."""
CAPITAL = re.compile(r"^(?:Make|Pip|Python|Docker|Conda|Poetry|Streamlit|Uvicorn|Flask|Npm)(?= )")
"""Programs that people write with a capital letter, as keyboards of phones do."""
BESIDE = re.compile(r"install|set-?_?up|bootstrap|download|fetch|test|lint|format|clean|build", re.IGNORECASE)
"""Programs of a project that do something else than its job."""
PYTHON_PROMPT = re.compile(r"^\s*(?:(?:>>>|\.\.\.|In \[\d*\]:)\s?)?")
IMPORT = re.compile(
    r"\s*(?:import ([A-Za-z_][\w.]*)(?: as \w+| *, *[\w.]+)*\s*(?:#.*)?$|from ([A-Za-z_][\w.]*) import \S)"
)
LOADS = re.compile(r"from_pretrained\(|hub\.load\(|load_model\(")
"""Calls that load a published model."""
SENTENCE = re.compile(
    r"(?<![\w/.-])(?P<command>pip3? install (?:-[re] ?\S+|[\w.\[\]=<>-]+)"
    r"|python3? (?:-m [\w.]+|[\w./\\-]+\.py\b)[^\n,;)]{0,80}"
    r"|(?:conda (?:env create|install)|docker (?:build|run)) [^\n,;)]{0,80}|(?:streamlit|chainlit) run [\w./-]+\.py"
    r"|docker[ -]compose up|uvicorn [\w.]+:\w+|(?:poetry|npm|pipenv|uv|pdm) (?:install|sync)\b|dvc repro|flask run"
    r"|jupyter (?:notebook|lab) ?\S*)"
)
"""Commands that are sure to be meant as such inside a sentence or alone on a line."""


class Instruction(Struct, frozen=True):
    """One command or usage example."""

    page: str
    line: int
    text: str
    role: str
    """`install`, `run`, `both`, `tests` or `neither`."""
    missing: str = ""
    """What it needs that is not in the tree; empty where it can work."""

    @property
    def location(self) -> Location:
        """Where the reader finds it."""
        return Location(path=self.page, line=self.line)


@cache
def _knowledge() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    known = knowledge.table(knowledge.FOLDER / "instructions.yml")
    wrappers = re.compile(rf"(?:{known['wrappers'].replace(chr(10), ' ')})\s+".replace(" |", "|"))
    return wrappers, {group: re.compile("|".join(f"(?:{p})" for p in known[group])) for group in GROUPS}


class Instructions(Struct, frozen=True, dict=True):
    """The instructions of the README, of what it links to, and of the members' READMEs."""

    pages: Pages
    modules: Modules
    targets: Targets
    documents: Documents

    @classmethod
    def gather(cls, pages: Pages, modules: Modules, targets: Targets, documents: Documents) -> Self:
        """From code blocks, code within sentences and whole lines that are commands."""
        return cls(pages, modules, targets, documents)

    @cached_property
    def all(self) -> tuple[Instruction, ...]:
        """In reading order, the README's first."""
        return tuple(found for page in self.pages.all for found in self._of(page))

    @cached_property
    def installing(self) -> tuple[Instruction, ...]:
        """What installs the project or its libraries."""
        return tuple(found for found in self.all if found.role in {"install", "both"})

    @cached_property
    def running(self) -> tuple[Instruction, ...]:
        """What runs the main job, or shows how to call it."""
        return tuple(found for found in self.all if found.role in {"run", "both"})

    def _of(self, page: Page) -> Iterator[Instruction]:
        folder = page.folder
        for code in page.prose.code:
            if _is_python(code):
                yield from self._usage(page, code)
            elif code.language in SHELLS:
                yield from self._block(page, code, folder)
        for line, span in page.prose.spans:
            if " " in span or span.startswith("./"):
                yield from self._commands(page, span, line, folder)
        for block in page.prose.blocks:
            for match in SENTENCE.finditer(re.sub(r"`[^`]*`", "", block.text)):
                line = block.line + block.text.count("\n", 0, match.start())
                yield from self._commands(page, match["command"], line, folder)

    def _block(self, page: Page, code: Code, folder: str) -> Iterator[Instruction]:
        for line, text in _logical_lines(code):
            for command in commands(text, line):
                if command.words[:1] == ("cd",) and len(command.words) > 1:
                    folder = self.targets.enter(folder, command.words[1])
            yield from self._commands(page, text, line, folder)

    def _commands(self, page: Page, text: str, line: int, folder: str) -> Iterator[Instruction]:
        for command in commands(text, line):
            words = CAPITAL.sub(lambda word: word[0].lower(), ENVIRONMENT.sub("", " ".join(command.words)), count=1)
            role = "" if PRINTED.search(words) else self._role(words)
            if role:
                bare = _unwrapped(words)
                yield Instruction(page.path, line, words[:200], role, self.targets.missing(bare, folder))

    def _role(self, words: str) -> str:
        bare = _unwrapped(words)
        _, patterns = _knowledge()
        for role in GROUPS:
            if patterns[role].match(words) or patterns[role].match(bare):
                return role
        name = bare.partition(" ")[0]
        if words != bare and not words.startswith("sudo"):
            return "run"
        if name in self._scripts or name.lower().replace("-", "_") in self._own_names:
            return "run"
        return "run" if "/" in name and not BESIDE.search(name) and self.targets.is_program(name) else ""

    @cached_property
    def _scripts(self) -> frozenset[str]:
        """The commands that installing the project makes."""
        found = {name for _, project in self.documents.all(PyProject) for name in (*project.scripts, *project.tasks)}
        return frozenset(found | {name for _, setup in self.documents.all(SetupPy) for name in setup.scripts})

    @cached_property
    def _own_names(self) -> frozenset[str]:
        named = {project.name for _, project in self.documents.all(PyProject)}
        named |= {setup.name for _, setup in self.documents.all(SetupPy)}
        return frozenset(name.lower().replace("-", "_") for name in named if name)

    def _usage(self, page: Page, code: Code) -> Iterator[Instruction]:
        """A Python example that imports the project, or loads its published model."""
        usage = False
        for number, line in enumerate(code.lines, code.line):
            text = PYTHON_PROMPT.sub("", line).strip()
            if text[:1] in {"!", "%"} or SENTENCE.match(text):
                yield from self._commands(page, text.lstrip("!%"), number, page.folder)
                continue
            match = IMPORT.match(text)
            if not usage and ((match and self._is_own(match[1] or match[2])) or LOADS.search(text)):
                usage = True
                yield Instruction(page.path, number, text[:200], "run")

    def _is_own(self, module: str) -> bool:
        top = module.partition(".")[0]
        return top.lower() in self._own_names or top in self.modules.by_name or top in self.modules.folders


def _unwrapped(words: str) -> str:
    """The command that a wrapper such as `uv run` starts."""
    wrappers, _ = _knowledge()
    for _ in range(3):
        match = wrappers.match(words)
        if match is None:
            break
        words = words[match.end() :]
    return words


def _is_python(code: Code) -> bool:
    if code.language in {"python", "py", "python3", "pycon", "ipython", "ipython3", "jupyter"}:
        return True
    imports = any(
        re.match(r"\s*(?:>>>\s*)?(?:import [\w.]+(?: as \w+)?|from [\w.]+ import .+)$", line) for line in code.lines
    )
    return not code.language and imports


def _logical_lines(code: Code) -> Iterator[tuple[int, str]]:
    """The lines with prompts taken off and continued lines joined, each with its number."""
    joined, start = "", 0
    for number, line in enumerate(code.lines, code.line):
        text = PROMPT.sub("", line, count=1).strip()
        quoted = QUOTED.match(text)
        text = quoted[1].strip() if quoted is not None else text
        start = start or number
        if text.endswith(("\\", "^", "`")) and not text.endswith("``"):
            joined += text[:-1] + " "
            continue
        joined += text
        if COMMAND_LINE.match(joined):
            yield start, joined[:2000]
        joined, start = "", 0
    if COMMAND_LINE.match(joined):
        yield start, joined[:2000]
