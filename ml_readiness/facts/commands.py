"""What a command comes to in the end: through scripts, task runners, containers and wrappers of the tree."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Self

from ml_readiness.documents import Documents
from ml_readiness.facts.builds import Builds
from ml_readiness.facts.hooks import Hooks
from ml_readiness.facts.lexicon import lexicon, program, roles
from ml_readiness.facts.places import Places
from ml_readiness.facts.runners import Book, Call, Runners, read_call
from ml_readiness.facts.scripts import Scripts
from ml_readiness.facts.wrappers import Bare, unwrap
from ml_readiness.parsers.shell import Command, Options, commands
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ml_readiness.parsers.tasks import Task

MAX_HOPS = 8
MAX_RUNS = 4_000
SILENT = frozenset(
    ("cd", "pushd", "popd", "echo", "printf", "true", "false", ":", "set", "shopt", "exit", "return", "if", "for",
     "read", "[", "[[", "test", "((", "then", "else", "fi", "do", "done", "unset", "trap", "wait", "shift", "local", "sleep", "break",
     "continue", "case", "esac", "Write-Host", "Write-Output", "alias", "umask", "ulimit", "type", "which", "hash", "command")
)  # fmt: skip
SETTING = frozenset(("export", "declare", "readonly", "typeset", "local", "set", "setx"))
DOES_NOTHING = frozenset(
    ("-l", "--list", "--listenvs", "-a", "--listenvs-all", "--showconfig", "--notest", "--help", "-h", "--version",
     "--list-sessions", "-n", "--dry-run", "-q", "--question", "--summary", "list", "config", "devenv", "quickstart", "schema")
)  # fmt: skip
NPM_TEST = frozenset(("test", "t", "tst"))
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?[-=]([^{}]*))?\}|(\w+)|env:(\w+))")
_OPEN = re.compile(r"\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\w+|\$\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Hop:
    """A command that led to another one."""

    text: str
    path: str
    line: int

    @property
    def location(self) -> Location:
        """Where it is written."""
        return Location(path=self.path, line=self.line or None)


@dataclass(frozen=True, slots=True)
class Run:
    """A command that is run in the end."""

    words: tuple[str, ...]
    roles: frozenset[str]
    path: str
    line: int
    lost: str = ""
    """Why its failure would not be noticed; empty if it would be."""
    trail: tuple[Hop, ...] = ()
    """How it is reached, outermost first."""
    folder: str = ""
    missing: str = ""
    """A script or task that it names and the tree does not hold."""

    @property
    def location(self) -> Location:
        """Where it is written."""
        return Location(path=self.path, line=self.line or None)

    @property
    def shown(self) -> str:
        """Its first words."""
        return " ".join(self.words)[:60]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command is written, and what holds there."""

    path: str
    folder: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    lost: str = ""
    trail: tuple[Hop, ...] = ()
    arguments: tuple[str, ...] = ()
    """`$1` and so on, where they are known."""
    images: dict[str, str] = field(default_factory=dict[str, str])
    """Images that were built before, with their Dockerfiles; filled while commands are followed."""
    left: list[int] = field(default_factory=lambda: [MAX_RUNS])
    """How many more commands may be followed."""


@dataclass(frozen=True)
class Commands:
    """Follows commands to what they do."""

    documents: Documents
    places: Places
    runners: Runners
    scripts: Scripts
    builds: Builds
    hooks: Hooks

    @classmethod
    def gather(
        cls, documents: Documents, places: Places, runners: Runners, scripts: Scripts, builds: Builds, hooks: Hooks
    ) -> Self:
        """Nothing is followed before it is asked for."""
        return cls(documents, places, runners, scripts, builds, hooks)

    def text(self, text: str, line: int, place: Place, options: Options) -> Iterator[Run]:
        """What a shell text runs."""
        yield from self.listed(commands(text, line, options), place)

    def listed(self, found: Sequence[Command], place: Place) -> Iterator[Run]:
        """What the commands of a script run, with the variables and functions of the script."""
        functions: dict[str, list[Command]] = {}
        for command in found:
            if command.function:
                functions.setdefault(command.function, []).append(command)
        known = dict(place.variables)
        for command in found:
            if not command.function:
                yield from self._command(command, known, functions, place)

    def task(self, path: str, task: Task, book: Book, place: Place, stem: str = "") -> Iterator[Run]:
        """What a task runs, with the tasks it needs; `stem` is what the `*` of its name stands for."""
        hop = Hop(f"{task.name}", path, task.line)
        if len(place.trail) >= MAX_HOPS or hop in place.trail:
            return
        folder = self.places.folder(task.folder, posixpath.dirname(path)) if task.folder else posixpath.dirname(path)
        inside = replace(place, path=path, folder=folder, lost=place.lost or task.lost, trail=(*place.trail, hop))
        for need in task.needs:
            for where, needed in book.find(need):
                if needed.name != "*":
                    yield from self.task(where, needed, book, inside)
        listed = task.commands
        if stem:
            listed = tuple(_stemmed(command, stem) for command in listed)
        yield from self.listed(listed, inside)

    def _command(
        self, command: Command, known: dict[str, str], functions: Mapping[str, list[Command]], place: Place
    ) -> Iterator[Run]:
        place.left[0] -= 1
        if place.left[0] < 0 or not _meant(command, known, place):
            return
        if not command.words or command.words[0] in SETTING:
            pairs = (word.partition("=") for word in command.words[1:])
            own = command.variables | {name: value for name, equals, value in pairs if equals}
            known.update({name: _put_in(value, known) for name, value in own.items()})
            return
        variables = {**known, **command.variables}
        words = tuple(_words(command.words, variables, place.arguments))
        folder = (
            self.places.folder(_put_in(command.folder, variables), place.folder) if command.folder else place.folder
        )
        inside = replace(place, variables=variables, folder=folder, lost=place.lost or command.lost)
        name = words[0] if words else ""
        hop = Hop(f"{name}()", place.path, command.line)
        if name in functions and len(place.trail) < MAX_HOPS and hop not in place.trail:
            inside = replace(inside, trail=(*inside.trail, hop), arguments=words[1:])
            for inner in functions[name]:
                yield from self._command(_outside(inner), dict(variables), functions, inside)
        elif (
            words
            and not (name in SILENT and name not in {"test", "command"})
            and not (name == "test" and len(words) > 1)
        ):
            yield from self.words(words, command.line, inside, stdin=(command.stdin, command.stdin_line))

    def words(self, words: tuple[str, ...], line: int, place: Place, stdin: tuple[str, int] = ("", 0)) -> Iterator[Run]:
        """What one command runs."""
        if len(place.trail) >= MAX_HOPS:
            return
        yielded = False
        for run in self._followed(words, line, place, stdin):
            yielded = True
            yield run
        if not yielded:
            yield self._run(words, line, place, roles(unwrap(words).words))

    def _followed(self, words: tuple[str, ...], line: int, place: Place, stdin: tuple[str, int]) -> Iterator[Run]:
        hop = Hop(" ".join(words)[:80], place.path, line)
        inside = replace(place, trail=(*place.trail, hop))
        if own := self._task_of_wrapper(words, place):
            for path, task, book in own:
                yield from self.task(path, task, book, inside)
            return
        bare = unwrap(words)
        if bare.folder:
            inside = replace(inside, folder=self.places.folder(bare.folder, place.folder))
        name = program(bare.words[0]) if bare.words else ""
        if bare.text:
            yield from self.text(bare.text, line, inside, Options())
        elif stdin[0] and (name in lexicon().shells or name in {"ssh", "docker", "kubectl"}):
            yield from self.text(stdin[0], stdin[1], inside, Options())
        elif name in {"python", "coverage"} or bare.python:
            yield from self._python(bare, line, inside, place)
        elif found := roles(bare.words):
            yield self._run(bare.words, line, place, found)
            if "hooks" in found:
                yield from self._hooks(bare.words, inside)
            if "image" in found:
                yield from self._built(bare.words, inside)
        elif name in lexicon().runners:
            yield from self._runner(bare.words, line, inside, place)
        elif name in lexicon().shells or name in {"source", "."}:
            rest = tuple(word for n, word in enumerate(bare.words[1:]) if n or not word.startswith(("-", "+")))
            yield from self._file(rest, line, inside, place)
        elif name in {"docker", "podman", "docker-compose"}:
            yield from self._container(bare.words, line, inside)
        elif "/" in bare.words[0] or bare.words[0].endswith((".sh", ".py", ".ps1", ".bat", ".cmd", ".bash")):
            yield from self._file(bare.words, line, inside, place)
        else:
            yield from self._other(bare.words, line, inside)

    def _run(
        self, words: tuple[str, ...], line: int, place: Place, found: frozenset[str] = frozenset(), missing: str = ""
    ) -> Run:
        return Run(words, found, place.path, line, place.lost, place.trail, place.folder, missing)

    def _python(self, bare: Bare, line: int, inside: Place, place: Place) -> Iterator[Run]:
        """A Python script, module or text."""
        words = bare.words
        if bare.python and words:
            if found := roles(words):
                yield self._run(words, line, place, found)
                return
            if program(words[0]) in lexicon().runners:
                yield from self._runner(words, line, inside, place)
                return
            path = self.places.file(words[0].replace(".", "/") + ".py", place.folder)
            path = path or self.places.file(words[0].replace(".", "/") + "/__main__.py", place.folder)
            yield from self._python_file(path, words, line, inside, place)
        elif words[1:2] == ("-c",):
            if self.scripts.is_test_code(" ".join(words[2:])):
                yield self._run(words, line, place, frozenset({"test"}))
        elif words[:2] == ("coverage", "run"):
            yield from self.text(f"python {self.scripts.coverage_command or '-V'}", line, inside, Options())
        elif len(words) < 2 or words[0] == "coverage":
            return
        elif found := roles(words[1:]):
            yield self._run(words, line, place, found)
        else:
            yield from self._python_file(self.places.file(words[1], place.folder), words[1:], line, inside, place)

    def _python_file(self, path: str, words: tuple[str, ...], line: int, inside: Place, place: Place) -> Iterator[Run]:
        if not path:
            yield self._run(words, line, place, missing=words[0])
            return
        if self.scripts.is_test_run(path, words[1:]):
            yield self._run(("python", *words), line, place, frozenset({"test"}))
            return
        below = replace(inside, path=path)
        for command in self.scripts.run_by_python(path):
            yield from self.listed((command,), below)
        if "--" in words:
            yield from self.words(words[words.index("--") + 1 :] or ("true",), line, inside)

    def _file(self, words: tuple[str, ...], line: int, inside: Place, place: Place) -> Iterator[Run]:
        """A script file of the tree, by its kind."""
        path = self.places.file(words[0], place.folder) if words else ""
        if not path:
            yield self._run(words, line, place, missing=words[0] if words else "")
            return
        script = self.scripts.shell(path)
        if script is not None:
            folder = place.folder if words[0].startswith(("./", "../")) or "/" in words[0] else posixpath.dirname(path)
            yield from self.listed(script.commands, replace(inside, path=path, folder=folder, arguments=words[1:]))
        elif self.scripts.is_python(path):
            yield from self._python_file(path, (path, *words[1:]), line, inside, place)
        else:
            yield self._run(words, line, place)

    def _other(self, words: tuple[str, ...], line: int, inside: Place) -> Iterator[Run]:
        """A program that is not known: an entry point of the project, or one that is handed a job or a command."""
        if path := self.scripts.entry_point(words[0]):
            yield from self._python_file(path, words, line, inside, inside)
        for word in words[1:]:
            if word.endswith((".yml", ".yaml")) and (job := self.places.file(word, inside.folder)):
                for text, at, options in self.scripts.job(job):
                    yield from self.text(text, at, replace(inside, path=job, folder=""), options)
        if "--" in words[:-1]:
            yield from self.words(words[words.index("--") + 1 :], line, inside)

    def _hooks(self, words: tuple[str, ...], inside: Place) -> Iterator[Run]:
        for hook in self.hooks.run_by(words):
            yield from self.words(hook.words, hook.line, replace(inside, path=self.hooks.path))

    def _built(self, words: tuple[str, ...], inside: Place) -> Iterator[Run]:
        build = self.builds.of(words, inside.folder)
        if build is not None:
            for tag in build.tags:
                inside.images[tag] = build.path
            yield from self.listed(build.commands, replace(inside, path=build.path, folder=build.folder))

    def _container(self, words: tuple[str, ...], line: int, inside: Place) -> Iterator[Run]:
        """A container that is started without a command of its own."""
        for path, found, folder in self.builds.started(words, inside.folder, inside.images):
            yield from self.listed(found, replace(inside, path=path, folder=folder))

    def _task_of_wrapper(self, words: tuple[str, ...], place: Place) -> list[tuple[str, Task, Book]]:
        """The task that `pdm run x`, `hatch run env:x` and the like mean, if they mean one."""
        name = program(words[0])
        runner = {"poetry": "taskipy", "uv": "taskipy", "task": "taskipy"}.get(name, name)
        if runner not in {"pdm", "hatch", "rye", "pipenv", "pixi", "taskipy"}:
            return []
        inner = words[1:] if name == "task" else unwrap((name, *words[1:])).words
        rest = [word for word in inner if not word.startswith("-")]
        if name in {"poetry", "uv"}:
            if rest[:1] != ["task"]:
                return []
            rest = rest[1:]
        if not rest or (name != "task" and "run" not in words):
            return []
        book = self.runners.book(runner, place.folder)
        exact = book.find(rest[0]) if not rest[0].startswith("*") else []
        return [(path, task, book) for path, task in exact]

    def _runner(self, words: tuple[str, ...], line: int, inside: Place, place: Place) -> Iterator[Run]:
        name, how = lexicon().runners[program(words[0])]
        if not DOES_NOTHING.isdisjoint(words[1:3]) and name not in {"npm", "invoke", "just"}:
            return
        call = read_call(how, words[1:], place.variables)
        if name == "npm":
            call = _npm_call(words, call)
        elif name in {"mise", "pixi", "dvc", "mlflow"}:
            call = replace(call, wanted=_behind_subcommand(name, call.wanted))
        folder = self.places.folder(call.folder, place.folder) if call.folder else place.folder
        inside = replace(inside, folder=folder, variables={**inside.variables, **call.variables})
        if name == "make" and "-i" in words[1:]:
            inside = replace(inside, lost=inside.lost or "`make -i` ignores failures")
        book = self.runners.book(name, folder, call.file)
        found = list(_called(book, call))
        for path, task, stem in found:
            yield from self.task(path, task, book, inside, stem)
        if not found and (call.wanted or not book.pages):
            for wanted in call.wanted or ("",):
                script = self.places.file(f"tasks/{wanted}") if name == "mise" and wanted else ""
                if script:
                    yield from self._file((script,), line, inside, place)
                else:
                    yield self._run(words, line, place, missing=f"{name} {wanted}".strip())


def _called(book: Book, call: Call) -> Iterator[tuple[str, Task, str]]:
    """The tasks that a call means, with what the `*` of their names stands for."""
    if call.labels or call.factors:
        for path, task in book.every:
            if set(call.labels) & set(task.labels) or any(
                set(f.split("-")) <= set(task.name.split("-")) for f in call.factors
            ):
                yield path, task, ""
        return
    if not call.wanted:
        yield from ((path, task, "") for path, task in book.defaults)
    for wanted in call.wanted:
        pattern = _OPEN.sub("*", wanted).replace("**", "*")
        bare = re.sub(r"\(.*|\\", "", pattern)
        matches = book.find(pattern) or book.find(bare) or book.find(bare + "*")
        yield from ((path, task, wanted if "*" in task.name else "") for path, task in matches[:50])


def _npm_call(words: tuple[str, ...], call: Call) -> Call:
    """The script that npm, yarn, pnpm or bun is asked for."""
    wanted = list(call.wanted)
    name = program(words[0])
    if name in {"run-s", "run-p", "npm-run-all"}:
        return call
    if wanted[:1] == ["workspaces"] or (wanted[:1] == ["workspace"] and len(wanted) > 1):
        wanted = wanted[1:] if wanted[0] == "workspaces" else wanted[2:]
        wanted = [word for word in wanted if word not in {"foreach"}]
    if wanted[:1] and wanted[0] in {"run", "run-script", "rum"}:
        wanted = wanted[1:2]
    elif name == "npm":
        wanted = ["test"] if wanted[:1] and wanted[0] in NPM_TEST else ["\0"]
    return replace(call, wanted=tuple(wanted[:1]))


def _behind_subcommand(name: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The tasks behind `run`, `repro` and the like; what names no task becomes a name that none has."""
    if name == "mise":
        return wanted[1:] if wanted[:1] and wanted[0] in {"run", "r"} else wanted or ("\0",)
    if name == "dvc":
        if wanted[:1] == ("repro",):
            return tuple(word.partition(":")[2] or word.removesuffix(".dvc") for word in wanted[1:])
        return () if wanted[:2] in {("exp", "run"), ("experiments", "run")} else ("\0",)
    return wanted[1:] if wanted[:1] == ("run",) else ("\0",)


def _outside(command: Command) -> Command:
    """The command as if it stood outside of its function."""
    return Command(
        command.words, command.line, command.variables, command.folder, command.lost, "", command.cases,
        command.stdin, command.stdin_line,
    )  # fmt: skip


def _stemmed(command: Command, stem: str) -> Command:
    words = tuple(word.replace("*", stem) for word in command.words)
    return Command(
        words, command.line, command.variables, command.folder, command.lost, command.function, command.cases
    )


def _meant(command: Command, known: Mapping[str, str], place: Place) -> bool:
    """Whether the `case` arms around a command fit what is known of the variables."""
    for subject, patterns in command.cases:
        name = subject.strip("${}\"'").partition(":")[0]
        if name.isdigit() and place.arguments:
            number = int(name)
            value = place.arguments[number - 1] if 0 < number <= len(place.arguments) else ""
        else:
            value = known.get(name, "")
        if value and "$" not in value and not any(fnmatchcase(value, pattern) for pattern in patterns):
            return False
    return True


def _put_in(text: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[3] or match[4]
        return variables.get(name) or (match[2] if match[2] else match[0])

    return _VARIABLE.sub(value, text)[:5_000] if "$" in text else text


def _words(words: Sequence[str], variables: Mapping[str, str], arguments: tuple[str, ...]) -> Iterator[str]:
    """The words with variables put in; one that is nothing but a variable may become several."""
    numbered = {str(n): text for n, text in enumerate(arguments[:9], 1)}
    for word in words:
        if word in {"$@", "$*", "${@}"} and arguments:
            yield from arguments
            continue
        filled = _put_in(word, {**variables, **numbered} if numbered else variables)
        if filled != word and _VARIABLE.fullmatch(word):
            yield from filled.split()[:50]
        else:
            yield filled
