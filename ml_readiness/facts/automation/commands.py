"""What a command comes to in the end: through scripts, task runners, containers and wrappers of the tree."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Self

from msgspec import Struct, structs

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.automation.builds import Builds
from ml_readiness.facts.automation.following import Hop, Place, Run
from ml_readiness.facts.automation.hooks import Hooks
from ml_readiness.facts.automation.places import Places
from ml_readiness.facts.automation.runner_calls import NOTHING, call_of, called, task_of_wrapper
from ml_readiness.facts.automation.runners import Book, Runners
from ml_readiness.facts.automation.scripts import Scripts
from ml_readiness.facts.automation.shell_values import (
    lost_at,
    meant,
    note_written,
    outside,
    put_in,
    shifted,
    stemmed,
    words_of,
)
from ml_readiness.facts.automation.wrappers import Bare, unwrap
from ml_readiness.facts.knowledge.lexicon import lexicon, program, roles
from ml_readiness.parsers.shell import Command, Options, commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ml_readiness.parsers.tasks import Task

MAX_HOPS = 8
SILENT = frozenset(
    ("cd", "pushd", "popd", "echo", "printf", "true", "false", ":", "set", "shopt", "exit", "return", "if", "for",
     "read", "[", "[[", "test", "((", "then", "else", "fi", "do", "done", "unset", "trap", "wait", "shift", "local",
     "sleep", "break", "case", "continue", "esac", "Write-Host", "Write-Output", "alias", "umask", "ulimit", "type",
     "which", "hash")
)  # fmt: skip
"""What a shell does by itself."""
GENERATED = frozenset(("test", "tests", "check", "distcheck"))
"""Targets of Makefiles that CMake, configure and the like generate, which run tests."""
SUBMITS = frozenset(("submit", "launch", "exec", "create", "run", "job", "jobs"))
"""Words behind a program that hands a job file to a cluster."""
ASKING = frozenset((("command", "-v"), ("command", "-V")))
SETTING = frozenset(("export", "declare", "readonly", "typeset", "local", "set", "setx"))
COMPILED_TEST = re.compile(r"(?:.*/)(?:(?:unit|integration|run)[_-]?)?(?:tests?(?:[_-]?\w+)?|\w+[_-]tests?)(?:\.exe)?")
"""A program that the build makes, by its name a test."""


class Commands(Struct, frozen=True):
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
        inside = structs.replace(
            place, path=path, folder=folder, lost=place.lost or task.lost, trail=(*place.trail, hop)
        )
        for need in task.needs:
            for where, needed in book.find(need):
                if needed.name != "*":
                    yield from self.task(where, needed, book, inside)
        listed = task.commands
        if stem:
            listed = tuple(stemmed(command, stem) for command in listed)
        yield from self.listed(listed, inside)

    def _command(
        self, command: Command, known: dict[str, str], functions: Mapping[str, list[Command]], place: Place
    ) -> Iterator[Run]:
        place.left[0] -= 1
        if place.left[0] < 0 or not meant(command, known, place):
            return
        if not command.words or command.words[0] in SETTING:
            pairs = (word.partition("=") for word in command.words[1:])
            own = command.variables | {name: value for name, equals, value in pairs if equals}
            known.update({name: put_in(value, known) for name, value in own.items()})
            return
        note_written(command, place)
        variables = {**known, **command.variables}
        words = tuple(words_of(command.words, variables, place.arguments))
        folder = self.places.folder(put_in(command.folder, variables), place.folder) if command.folder else place.folder
        inside = structs.replace(place, variables=variables, folder=folder, lost=lost_at(command, place))
        name = words[0] if words else ""
        hop = Hop(f"{name}()", place.path, command.line)
        if name in functions and len(place.trail) < MAX_HOPS and hop not in place.trail:
            inside = structs.replace(inside, trail=(*inside.trail, hop), arguments=words[1:])
            for inner in functions[name]:
                if inner.words[:1] == ("shift",):
                    inside = structs.replace(inside, arguments=inside.arguments[shifted(inner) :])
                yield from self._command(outside(inner), dict(variables), functions, inside)
        elif words and name not in SILENT and words[:2] not in ASKING:
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
        if hop in place.trail:
            return
        inside = structs.replace(place, trail=(*place.trail, hop))
        runner, wanted = task_of_wrapper(words)
        if runner and (own := self.runners.book(runner, place.folder).find(wanted)):
            for path, task in own:
                yield from self.task(path, task, self.runners.book(runner, place.folder), inside)
            return
        bare = unwrap(words)
        if bare.elsewhere and (service := self.builds.service_folder(words, place.folder)) is not None:
            inside = structs.replace(inside, folder=service)
        if bare.folder:
            inside = structs.replace(inside, folder=self.places.folder(bare.folder, inside.folder))
        place = structs.replace(place, folder=inside.folder)
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
            if "pipeline" in found and name in lexicon().runners:
                yield from self._runner(bare.words, line, inside, place)
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
            if bare.elsewhere and "run" in words[:4]:
                yield from self._handed(bare.words, words, inside)

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
        below = structs.replace(inside, path=path)
        for command in self.scripts.run_by_python(path):
            yield from self.listed((command,), below)
        if "--" in words:
            yield from self.words(words[words.index("--") + 1 :] or ("true",), line, inside)

    def _file(self, words: tuple[str, ...], line: int, inside: Place, place: Place) -> Iterator[Run]:
        """A script file of the tree, by its kind."""
        path = self.places.file(words[0], place.folder) if words else ""
        if not path:
            text, at, where = inside.written.get(posixpath.basename(words[0]) if words else "", ("", 0, ""))
            if text:
                yield from self.text(text, at, structs.replace(inside, path=where), Options())
            elif words and COMPILED_TEST.fullmatch(words[0]):
                yield self._run(words, line, place, frozenset({"test"}))
            else:
                yield self._run(words, line, place, missing=words[0] if words else "")
            return
        script = self.scripts.shell(path)
        if script is not None:
            folder = place.folder if words[0].startswith(("./", "../")) or "/" in words[0] else posixpath.dirname(path)
            yield from self.listed(script, structs.replace(inside, path=path, folder=folder, arguments=words[1:]))
        elif self.scripts.is_python(path):
            yield from self._python_file(path, (path, *words[1:]), line, inside, place)
        else:
            yield self._run(words, line, place)

    def _other(self, words: tuple[str, ...], line: int, inside: Place) -> Iterator[Run]:
        """A program that is not known: an entry point of the project, or one that is handed a job or a command."""
        if path := self.scripts.entry_point(words[0]):
            yield from self._python_file(path, words, line, inside, inside)
        for word in words[2:] if SUBMITS.intersection(words[1:4]) else ():
            if (
                word.endswith((".yml", ".yaml"))
                and not word.startswith(".github/")
                and (job := self.places.file(word, inside.folder))
            ):
                for text, at, options in self.scripts.job(job):
                    yield from self.text(text, at, structs.replace(inside, path=job, folder=""), options)
        if "--" in words[:-1]:
            yield from self.words(words[words.index("--") + 1 :], line, inside)

    def _hooks(self, words: tuple[str, ...], inside: Place) -> Iterator[Run]:
        for hook in self.hooks.run_by(words):
            yield from self.words(hook.words, hook.line, structs.replace(inside, path=self.hooks.path))

    def _built(self, words: tuple[str, ...], inside: Place) -> Iterator[Run]:
        build = self.builds.of(words, inside.folder)
        if build is not None:
            for tag in build.tags:
                inside.images[tag] = build.path
            yield from self.listed(build.commands, structs.replace(inside, path=build.path, folder=build.folder))

    def _container(self, words: tuple[str, ...], line: int, inside: Place) -> Iterator[Run]:
        """A container that is started without a command of its own."""
        for path, found, folder in self.builds.started(words, inside.folder, inside.images):
            yield from self.listed(found, structs.replace(inside, path=path, folder=folder))

    def _handed(self, arguments: tuple[str, ...], words: tuple[str, ...], inside: Place) -> Iterator[Run]:
        """What the script by which a container is entered does with the words that it is handed."""
        path = self.builds.entry_script(words, inside.images)
        script = self.scripts.shell(path) if path else None
        if script is not None:
            yield from self.listed(script, structs.replace(inside, path=path, folder="", arguments=arguments))

    def _runner(self, words: tuple[str, ...], line: int, inside: Place, place: Place) -> Iterator[Run]:
        name, how = lexicon().runners[program(words[0])]
        call = call_of(name, how, words, place.variables)
        if call is None:
            return
        folder = self.places.folder(call.folder, place.folder) if call.folder else place.folder
        inside = structs.replace(inside, folder=folder, variables={**inside.variables, **call.variables})
        if name == "make" and "-i" in words[1:]:
            inside = structs.replace(inside, lost=inside.lost or "`make -i` ignores failures")
        generated = bool(call.folder) and not self.places.holds(call.folder, place.folder)
        book = Book() if generated else self.runners.book(name, folder, call.file)
        if name == "make" and not book.pages and GENERATED.intersection(call.wanted):
            yield self._run(words, line, place, frozenset({"test"}))
            return
        found = list(called(book, call))
        for path, task, stem in found:
            yield from self.task(path, task, book, inside, stem)
        if not found and (call.wanted or not book.pages):
            for wanted in call.wanted or ("",):
                script = self.places.file(f"tasks/{wanted}") if name == "mise" and wanted else ""
                if script:
                    yield from self._file((script,), line, inside, place)
                elif wanted != NOTHING:
                    yield self._run(words, line, place, missing=f"{name} {wanted}".strip())
