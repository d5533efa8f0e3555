"""The commands of a shell text, and whether the failure of each would be noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from msgspec import Struct, structs

from ml_readiness import regex as re
from ml_readiness.parsers.shell_tree import Block, CommandList, Pipeline, Simple, Statement, tree
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_COMMANDS = 5_000
MAX_INNER = 2

GOES_ON = "the script goes on when it fails (no `set -e`)"

_ARGUMENT = re.compile(r"\$(?:\d|\{\d(?::?-[^{}]*)?\})")
_VARIABLE = re.compile(r"\$\{?[#!]?(\w+)")
_SHEBANG = re.compile(r"#![ \t]*(?P<program>\S+)(?:[ \t]+(?P<options>[^\n]*))?")
_TESTS = frozenset({"exit", "return", "[", "[[", "((", "test", "if"})


class Command(Struct, frozen=True):
    """One simple command of a shell text."""

    words: tuple[str, ...]
    """Without quotes, redirections and assignments; empty where only variables are set."""
    line: int
    variables: dict[str, str] = {}
    """Set in front of the command, for it alone if it has words."""
    folder: str = ""
    """Where `cd` has led, from where the text began; variables as written."""
    lost: str = ""
    """Why its failure would not be noticed; empty if it would be."""
    noted: bool = False
    """Whether its failure is kept in a variable that decides how the script ends."""
    function: str = ""
    """The shell function in whose body it stands."""
    cases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(variable, patterns) of the `case` arms around it."""
    stdin: str = ""
    """The here-document that it reads."""
    stdin_line: int = 0
    writes: str = ""
    """The file that its output goes to."""


class Options(Struct, frozen=True):
    """How a shell treats failures from the start."""

    errexit: bool = False
    """Whether it stops at the first command that fails."""
    pipefail: bool = False


AS_IT_STARTS = Options()


class ShellScript(Struct, frozen=True):
    """A shell script of its own."""

    patterns: ClassVar[tuple[str, ...]] = ("*.sh", "*.bash", "*.ksh", "*.zsh")
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 2

    commands: tuple[Command, ...]
    program: str = ""
    """What the first line names: `bash`, `sh`, `python3`; empty if it names nothing."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The commands; ValueError for binary files."""
        if b"\0" in data[:8000]:
            raise ValueError("a binary file")
        text = decode(data).replace("\r\n", "\n")
        program, options = shebang(text)
        return cls(commands(text, options=options), program)


def shebang(text: str) -> tuple[str, Options]:
    """The program that the first line of a script names, and the options it is given."""
    match = _SHEBANG.match(text)
    if match is None:
        return "", Options()
    words = [match["program"], *(match["options"] or "").split()]
    if words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-S") and "=" not in word] or [""]
    state = _State()
    state.set(("set", *words[1:]))
    return words[0].rpartition("/")[2], Options(state.errexit, state.pipefail)


def commands(text: str, line: int = 1, options: Options = AS_IT_STARTS) -> tuple[Command, ...]:
    """The commands of a text whose first line has this number, in order of writing."""
    return tuple(_Reader(text, line, options).read())


class _State(Struct):
    """What earlier commands have changed for later ones."""

    errexit: bool = False
    pipefail: bool = False
    folder: str = ""
    before: tuple[str, ...] = ()

    def set(self, words: tuple[str, ...]) -> None:
        """Notes `set -e`, `set -o pipefail` and their opposites."""
        for position, word in enumerate(words[1:], 1):
            on = word[:1] == "-"
            if word[:1] not in {"-", "+"} or word.startswith("--"):
                continue
            if "e" in word[1:]:
                self.errexit = on
            if word.endswith("o") and position + 1 < len(words):
                if words[position + 1] == "pipefail":
                    self.pipefail = on
                elif words[position + 1] == "errexit":
                    self.errexit = on

    def enter(self, words: tuple[str, ...]) -> None:
        """Follows `cd`, `pushd` and `popd`."""
        targets = [word for word in words[1:] if not word.startswith("-") or word == "-"]
        if words[0] == "popd" or targets[:1] == ["-"]:
            self.folder, self.before = (self.before[-1], self.before[:-1]) if self.before else ("", ())
            return
        self.before = (*self.before[-20:], self.folder)
        target = targets[0] if targets else "~"
        self.folder = target if target[:1] in {"/", "~", "$"} or not self.folder else f"{self.folder}/{target}"[:500]


class _Around(Struct, frozen=True):
    """What the blocks around a command mean for its failure."""

    masked: str = ""
    last: bool = True
    """Whether the exit code of the last command is that of the whole."""
    ignored: bool = False
    """Whether `set -e` has no effect here."""
    noted: bool = False
    function: str = ""
    cases: tuple[tuple[str, tuple[str, ...]], ...] = ()


class _Reader:
    def __init__(self, text: str, line: int, options: Options, depth: int = 0) -> None:
        self.root = tree(text, line)
        self.state = _State(options.errexit, options.pipefail)
        self.depth = depth
        every = list(self.root.simples())
        self.watched = {name for s in every if s.words[:1] and s.words[0] in _TESTS for name in _names(s)}
        self.watched |= _decisive(self.root)
        self.exits = any(_fails(simple) for simple in every)
        self.waits = any(simple.words[:1] == ["wait"] for simple in every)
        self.left = MAX_COMMANDS

    def read(self) -> Iterator[Command]:
        yield from self._list(self.root, _Around())

    def _list(self, found: CommandList, around: _Around) -> Iterator[Command]:
        for position, statement in enumerate(found.statements):
            following = found.statements[position + 1] if position + 1 < len(found.statements) else None
            inside = structs.replace(around, last=around.last and following is None)
            if statement.background and not self.waits:
                inside = structs.replace(inside, masked=inside.masked or "it runs in the background")
            alternatives = _alternatives(statement)
            for part, alternative in zip(statement.parts, alternatives, strict=True):
                is_last = part is statement.parts[-1]
                reason = inside.masked or self._unnoticed(part, alternative, is_last, inside, following)
                yield from self._pipeline(
                    part, structs.replace(inside, masked=reason, ignored=around.ignored or not is_last)
                )

    def _unnoticed(
        self, part: Pipeline, alternative: Pipeline | None, is_last: bool, around: _Around, following: Statement | None
    ) -> str:
        """Why a failure at this place of a statement has no effect; empty if it has one."""
        if part.negated and not around.ignored:
            return "`!` turns its result around"
        if alternative is not None:
            return (
                ""
                if _passes_on(alternative) or self._is_failure(alternative)
                else f"`|| {_shown(alternative)}` swallows a failure"
            )
        if around.last or (following is not None and self.exits and _looks_at_result(following)):
            return ""
        if not is_last and self.state.errexit:
            return "a failure in front of `&&` does not stop the script"
        if self.state.errexit and not around.ignored:
            return ""
        return GOES_ON

    def _is_failure(self, part: Pipeline) -> bool:
        """Whether an alternative keeps the failure: it exits, or notes it in a variable that is looked at."""
        simples = [item for item in part.items if isinstance(item, Simple)]
        for block in (item for item in part.items if isinstance(item, Block)):
            simples.extend(simple for each in block.lists for simple in each.simples())
        return any(_fails(s) or (not s.words and self.watched & s.variables.keys()) for s in simples)

    def _pipeline(self, part: Pipeline, around: _Around) -> Iterator[Command]:
        for index, item in enumerate(part.items):
            inside = around
            if index + 1 < len(part.items) and not self.state.pipefail and not around.masked:
                inside = structs.replace(around, masked="it feeds a pipe, whose result is that of the last command")
            if isinstance(item, Simple):
                yield from self._simple(item, inside)
            else:
                yield from self._block(item, inside)

    def _block(self, block: Block, around: _Around) -> Iterator[Command]:
        outside = structs.replace(self.state)
        inside = structs.replace(around, last=True)
        if block.kind == "function":
            inside = _Around(function=block.name)
        kept = [simple for each in block.lists if each.role in {"then", "else"} for simple in each.simples()]
        decides = not any(_fails(s) or (not s.words and self.watched & s.variables.keys()) for s in kept)
        for each in block.lists:
            here = inside
            if each.role == "cond":
                reason = f"its result only decides {'an `if`' if block.kind == 'if' else 'a loop'}" if decides else ""
                noted = not decides and block.kind == "if" and inside.masked in {"", GOES_ON}
                here = structs.replace(
                    inside, masked="" if noted else inside.masked or reason, ignored=True, noted=noted
                )
            elif each.role == "arm":
                here = structs.replace(inside, cases=(*inside.cases, (block.subject, each.patterns)))
            elif each.role == "then" and (asked := _asked(block, each)) is not None:
                here = structs.replace(inside, cases=(*inside.cases, asked))
            yield from self._list(each, here)
        if block.kind in {"function", "paren"}:
            self.state = outside

    def _simple(self, simple: Simple, around: _Around) -> Iterator[Command]:
        self.left -= 1
        words = tuple(simple.words)
        if self.left < 0:
            return
        yield from self._inner(simple, around)
        yield Command(
            words=words,
            line=simple.line,
            variables=simple.variables,
            folder=self.state.folder,
            lost=around.masked,
            noted=around.noted,
            function=around.function,
            cases=around.cases,
            stdin=simple.stdin[0],
            stdin_line=simple.stdin[1],
            writes=simple.writes,
        )
        if words[:1] == ("set",):
            self.state.set(words)
        elif words[:1] and words[0] in {"cd", "pushd", "popd"}:
            self.state.enter(words)

    def _inner(self, simple: Simple, around: _Around) -> Iterator[Command]:
        """The commands that are run to make words of this one."""
        if self.depth >= MAX_INNER:
            return
        reason = around.masked or ("only its output is used" if simple.words else "")
        for text, line in simple.inner[:20]:
            for command in _Reader(text, line, Options(), self.depth + 1).read():
                if command.words:
                    folder = command.folder or self.state.folder
                    lost = reason or command.lost
                    yield structs.replace(command, folder=folder, lost=lost, function=around.function)


def _alternatives(statement: Statement) -> list[Pipeline | None]:
    """For each pipeline of a statement, what `||` puts in its place when it fails."""
    found: list[Pipeline | None] = []
    current: Pipeline | None = None
    for part in reversed(statement.parts):
        found.append(current)
        current = part if part.before == "||" else current
    return found[::-1]


def _fails(simple: Simple) -> bool:
    """Whether a command ends the script with a failure."""
    if simple.words[:1] == ["false"]:
        return True
    return simple.words[:1] in (["exit"], ["return"]) and simple.words[1:2] not in ([], ["0"])


def _passes_on(part: Pipeline) -> bool:
    """Whether an alternative ends the script or function with the failure that led to it: a bare `exit` comes first."""
    item = part.items[0] if part.items else None
    first = (
        item
        if isinstance(item, Simple)
        else next((s for each in item.lists for s in each.simples()), None)
        if item
        else None
    )
    return first is not None and first.words in (["exit"], ["return"])


def _decisive(root: CommandList) -> set[str]:
    """The variables in conditions under which the script fails."""
    found: set[str] = set()
    for block in root.blocks():
        branches = [simple for each in block.lists if each.role in {"then", "else"} for simple in each.simples()]
        if block.kind == "if" and any(_fails(simple) for simple in branches):
            conditions = (simple for each in block.lists if each.role == "cond" for simple in each.simples())
            words = [word for simple in conditions for word in simple.words]
            found.update(_VARIABLE.findall(" ".join(words)), filter(str.isidentifier, words))
    return found


def _asked(block: Block, branch: CommandList) -> tuple[str, tuple[str, ...]] | None:
    """(argument, value) of `if [ "$1" = "test" ]`, by which a script takes a branch as by an arm of a `case`."""
    condition = block.lists[block.lists.index(branch) - 1]
    simples = list(condition.simples())
    words = simples[0].words if len(simples) == 1 else []
    if len(words) != 5 or words[0] not in {"[", "[["} or words[2] not in {"=", "=="} or "$" in words[3]:
        return None
    return (words[1], (words[3],)) if _ARGUMENT.fullmatch(words[1]) else None


def _names(simple: Simple) -> set[str]:
    text = " ".join(simple.words)
    return {*_VARIABLE.findall(text), *(simple.words if simple.words[0] in {"((", "[["} else ())}


def _looks_at_result(statement: Statement) -> bool:
    """Whether a statement uses `$?`."""
    for item in (item for part in statement.parts for item in part.items):
        simples = [item] if isinstance(item, Simple) else [s for each in item.lists[:1] for s in each.simples()]
        if any("$?" in text or "${?}" in text for s in simples for text in (*s.words, *s.variables.values())):
            return True
    return False


def _shown(part: Pipeline) -> str:
    first = part.items[0] if part.items else None
    if isinstance(first, Simple):
        return " ".join(first.words[:3] or [f"{name}=…" for name in first.variables])[:40]
    return "…"
