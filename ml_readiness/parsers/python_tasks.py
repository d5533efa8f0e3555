"""Tasks written in Python: nox sessions, invoke tasks and their kin, from a file already read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.parsers.shell import Command, Options, commands
from ml_readiness.parsers.tasks import Task, TaskList

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Call, Function, PythonFile

MAX_DEPTH = 4
NOX = frozenset(("nox.session", "nox_poetry.session", "nox_uv.session", "nox_poetry.sessions.session"))
INVOKE = frozenset(("invoke.task", "fabric.task", "invoke.tasks.task", "doit.task"))
RUNS = frozenset(("run", "run_always", "run_install", "local", "sudo"))
SHELLS = frozenset(
    ("os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
     "subprocess.Popen", "sh")
)  # fmt: skip

SUBMITTED = ("command", "entrypoint", "cmd")
"""Keywords by which a job for a cluster is told what to run."""
STARTS = ("python", "pytest", "bash ", "sh ", "make ", "tox", "nox")


def sessions(file: PythonFile) -> TaskList:
    """The sessions of a noxfile."""
    return _Reader(file, NOX, "session").read()


def tasks(file: PythonFile) -> TaskList:
    """The tasks of an invoke file."""
    return _Reader(file, INVOKE, "task").read()


def run_by(file: PythonFile, function: str = "") -> tuple[Command, ...]:
    """Every command that a script, or one of its functions, gives to a shell, a program or a cluster."""
    reader = _Reader(file, frozenset(), "")
    inside = [call for call in file.calls if not function or call.scope == function]
    run = [command for call in inside if call.name in SHELLS for command in reader.command(call)]
    texts = [(call.keywords[key], call.line) for call in inside for key in SUBMITTED if key in call.keywords]
    for expression, line in texts:
        if expression.kind in {"str", "format"} and expression.text.lstrip().startswith(STARTS):
            run.extend(commands(expression.text.replace("*", "${_}"), line))
    return tuple(run)


class _Reader:
    def __init__(self, file: PythonFile, decorators: frozenset[str], word: str) -> None:
        self.file = file
        self.word = word
        self.decorators = decorators
        self.by_name = {function.name: function for function in file.functions}
        self.constants: Mapping[str, Expr] = {a.target: a.value for a in file.assigns if not a.scope}
        self.calls: dict[str, list[Call]] = {}
        for call in file.calls:
            self.calls.setdefault(call.scope, []).append(call)

    def read(self) -> TaskList:
        found = [self._task(function) for function in self.file.functions if self._is_task(function)]
        chosen = self._chosen()
        if chosen:
            found = [_defaulted(task, default=any(task.answers(name) for name in chosen)) for task in found]
        return TaskList(tuple(found))

    def _is_task(self, function: Function) -> bool:
        return any(d in self.decorators or d.rpartition(".")[2] == self.word for d in function.decorators)

    def _chosen(self) -> tuple[str, ...]:
        """The names of `nox.options.sessions`."""
        value = next((a.value for a in self.file.assigns if a.target.endswith("options.sessions")), None)
        return tuple(item.text for item in value.items if item.kind == "str") if value is not None else ()

    def _decorator(self, function: Function) -> Call | None:
        """The decorator with arguments, if there is one, just above the function."""
        candidates = [
            call
            for scope in ("", function.name)
            for call in self.calls.get(scope, ())
            if call.role == "decorator" and call.line <= function.line + 1 and call.method == self.word
        ]
        near = max(candidates, key=lambda call: call.line, default=None)
        before = max((f.end_line for f in self.file.functions if f.end_line < function.line), default=0)
        return near if near is not None and near.line > before else None

    def _task(self, function: Function) -> Task:
        decorator = self._decorator(function)
        options = decorator.keywords if decorator is not None else {}
        name = options["name"].text if "name" in options and options["name"].kind == "str" else function.name
        hidden = "default" in options and options["default"].text == "False"
        default = (self.word == "session" and not hidden) or (
            "default" in options and options["default"].text == "True"
        )
        needs = [
            self._text(item) for key in ("pre", "post", "requires") if key in options for item in options[key].items
        ]
        positional = decorator.args if decorator is not None and self.word == "task" else ()
        needs.extend(self._text(item) for item in positional)
        every = tuple(self._commands(function.name, MAX_DEPTH, {function.name}))
        notified = [c.words[1] for c in every if c.words[:1] == ("notify",)]
        return Task(
            name,
            function.line,
            tuple(c for c in every if c.words[:1] != ("notify",)),
            tuple(filter(None, (*needs, *notified))),
            names=(function.name, function.name.replace("_", "-"), f"{name}-*", f"{name}(*"),
            default=default,
            labels=tuple(item.text for item in options["tags"].items) if "tags" in options else (),
        )

    def _text(self, item: Expr) -> str:
        return item.text.lstrip(":?").rpartition(".")[2] if item.kind in {"name", "str", "call"} else ""

    def _commands(self, scope: str, depth: int, seen: set[str]) -> Iterator[Command]:
        """What a function runs, functions of the same file that it calls included."""
        for call in self.calls.get(scope, ()):
            target = call.name.removeprefix(":")
            if call.role == "decorator":
                continue
            if call.name in SHELLS or call.method in RUNS:
                yield from self.command(call)
            elif call.method == "notify" and call.args and call.args[0].kind == "str":
                yield Command(("notify", call.args[0].text), call.line)
            elif target in self.by_name and target not in seen and depth:
                seen.add(target)
                yield from self._commands(target, depth - 1, seen)
        nested = [name for name in self.calls if name.startswith(scope + ".") and name not in seen]
        for name in nested[:20]:
            seen.add(name)
            yield from self._commands(name, depth - 1, seen)

    def command(self, call: Call) -> Iterator[Command]:
        """What one call runs."""
        lost = ""
        if "success_codes" in call.keywords or _is(call, "warn", "True"):
            lost = "the call accepts any exit code"
        if call.name in {"os.system", "os.popen", "subprocess.call", "subprocess.Popen"} or (
            call.name == "subprocess.run" and not _is(call, "check", "True")
        ):
            lost = (
                ""
                if call.targets or call.role in {"return", "argument", "condition"}
                else "its exit code is not looked at"
            )
        words = [text for arg in call.args for text in self._words(arg)]
        if len(call.args) == 1 and call.args[0].kind in {"str", "format", "name"} and len(words) == 1:
            for command in commands(words[0].replace("*", "${_}"), call.line, Options(errexit=True)):
                yield Command(command.words, command.line, command.variables, command.folder, lost or command.lost)
        elif words:
            yield Command(tuple(words), call.line, lost=lost)

    def _words(self, arg: Expr, depth: int = 4) -> Iterator[str]:
        if arg.kind in {"str", "format", "int", "float"}:
            yield arg.text
        elif arg.kind == "name" and arg.text.lstrip(":?") in self.constants and depth:
            yield from self._words(self.constants[arg.text.lstrip(":?")], depth - 1)
        elif arg.kind in {"list", "star", "operation"} and depth:
            for item in arg.items:
                yield from self._words(item, depth - 1)
        elif arg.kind == "name" and arg.text == "sys.executable":
            yield "python"
        elif arg.kind in {"name", "call", "item"}:
            yield "${" + (arg.text.lstrip("?:").replace(".", "_") or "_") + "}"


def _is(call: Call, keyword: str, text: str) -> bool:
    return keyword in call.keywords and call.keywords[keyword].text == text


def _defaulted(task: Task, *, default: bool) -> Task:
    return Task(
        task.name, task.line, task.commands, task.needs, task.names, task.folder, task.lost, default, task.labels
    )
