"""What the call of a task runner asks for, and which tasks that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field, structs

from ml_readiness import regex as re
from ml_readiness.facts.automation.wrappers import unwrap
from ml_readiness.facts.knowledge.lexicon import program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ml_readiness.facts.automation.runners import Book
    from ml_readiness.facts.knowledge.lexicon import Runner
    from ml_readiness.parsers.tasks import Task

NOTHING = "-"
"""A task that a call names when it means none."""
NPM_TEST = frozenset(("test", "t", "tst"))
_OPEN = re.compile(r"\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\w+|\$\([^()]*\)")


class Call(Struct, frozen=True):
    """What a call of a runner asks for."""

    wanted: tuple[str, ...]
    labels: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    folder: str = ""
    file: str = ""
    variables: dict[str, str] = field(default_factory=dict[str, str])


def call_of(name: str, runner: Runner, words: tuple[str, ...], variables: Mapping[str, str]) -> Call | None:
    """What the words of a call ask a runner for; None where they ask it for nothing that runs."""
    if not runner.idle.isdisjoint(words[1:4]):
        return None
    call = read_call(runner, words[1:], variables)
    if name == "npm":
        return _npm_call(words, call)
    if name in {"mise", "pixi", "dvc", "mlflow"}:
        return structs.replace(call, wanted=_behind_subcommand(name, call.wanted))
    return call


def read_call(runner: Runner, words: Sequence[str], variables: Mapping[str, str]) -> Call:
    """What the words behind a runner's name ask for."""
    wanted: list[str] = []
    chosen: list[str] = []
    labels: list[str] = []
    factors: list[str] = []
    folder = file = ""
    passed: dict[str, str] = {}
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        name, equals, value = word.partition("=")
        if word == "--":
            break
        if not word.startswith("-"):
            if equals and re.fullmatch(r"\w+", name):
                passed[name] = value
            else:
                wanted.append(word)
            continue
        takes = [value] if equals else []
        if not equals and name in runner.values:
            takes = list(words[position : position + 1])
            position += 1
            while name in runner.many and position < len(words) and not words[position].startswith("-"):
                takes.append(words[position])
                position += 1
        if name in runner.chosen:
            chosen.extend(part for each in takes for part in re.split(r"[,\s]+", each) if part)
        elif name in runner.labels:
            labels.extend(takes)
        elif name in runner.factors:
            factors.extend(takes)
        elif name in runner.folder and takes:
            folder = takes[0]
        elif name in runner.file and takes:
            file = takes[0]
    named = next((variables[name] for name in runner.variables if name in variables and not chosen), "")
    chosen.extend(part for part in re.split(r"[,\s]+", named) if part)
    return Call(tuple(chosen if runner.chosen else wanted), tuple(labels), tuple(factors), folder, file, passed)


def called(book: Book, call: Call) -> Iterator[tuple[str, Task, str]]:
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
        wanted = ["test"] if wanted[:1] and wanted[0] in NPM_TEST else [NOTHING]
    return structs.replace(call, wanted=tuple(wanted[:1]))


def _behind_subcommand(name: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The tasks behind `run`, `repro` and the like; what names no task becomes a name that none has."""
    if name == "mise":
        return wanted[1:] if wanted[:1] and wanted[0] in {"run", "r"} else wanted or (NOTHING,)
    if name == "dvc":
        if wanted[:1] == ("repro",):
            return tuple(word.partition(":")[2] or word.removesuffix(".dvc") for word in wanted[1:])
        return () if wanted[:2] in {("exp", "run"), ("experiments", "run")} else (NOTHING,)
    return wanted[1:] if wanted[:1] == ("run",) else (NOTHING,)


def task_of_wrapper(words: tuple[str, ...]) -> tuple[str, str]:
    """(runner, task) that `pdm run x`, `hatch run env:x` and the like may mean; empty where they cannot."""
    name = program(words[0])
    runner = {"poetry": "taskipy", "uv": "taskipy", "task": "taskipy"}.get(name, name)
    if runner not in {"pdm", "hatch", "rye", "pipenv", "pixi", "taskipy"} or (name != "task" and "run" not in words):
        return "", ""
    inner = words[1:] if name == "task" else unwrap((name, *words[1:])).words
    rest = [word for word in inner if not word.startswith("-")]
    if name in {"poetry", "uv"}:
        rest = rest[1:] if rest[:1] == ["task"] else []
    return (runner, rest[0]) if rest and rest[0][0] != "*" else ("", "")
