"""Tasks of runners that are configured in TOML: poe, PDM, Hatch, taskipy, Pixi, mise, rye and pyproject's tox."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from msgspec import Struct, structs

from ml_readiness import regex as re
from ml_readiness.parsers import loose, toml
from ml_readiness.parsers.shell import Command, Options, commands
from ml_readiness.parsers.tasks import Task, TaskList
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TASKS = 500

_QUOTED = re.compile(r"[\"']([^\"']*)[\"']")
KEYS = ("cmd", "shell", "run", "script", "interpreter", "expr", "call")


class TomlTasks(Struct, frozen=True):
    """The tasks of one file, by the runner that reads them."""

    patterns: ClassVar[tuple[str, ...]] = (
        "pyproject.toml",
        "hatch.toml",
        "pixi.toml",
        "mise.toml",
        ".mise.toml",
        "mise.local.toml",
        "poe_tasks.toml",
        "Pipfile",
    )
    max_bytes: ClassVar[int] = 1_000_000
    version: ClassVar[int] = 1

    runners: dict[str, TaskList]
    """`own` are those of a file that belongs to one runner alone."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The tasks of every runner that the file configures."""
        document, lines = toml.load(data), _Lines(data)
        tool = toml.table(document, "tool")
        hatch = toml.table(tool, "hatch", "envs") or toml.table(document, "envs")
        tasks = toml.table(document, "tasks")
        found = {
            "own": _tasks(tasks, lines),
            "poe": _tasks(toml.table(tool, "poe", "tasks"), lines),
            "pdm": _tasks(toml.table(tool, "pdm", "scripts"), lines),
            "rye": _tasks(toml.table(tool, "rye", "scripts"), lines),
            "taskipy": _tasks(toml.table(tool, "taskipy", "tasks"), lines),
            "pipenv": _tasks(toml.table(document, "scripts"), lines),
            "pixi": [*_tasks(toml.table(tool, "pixi", "tasks"), lines), *_features(document, tool, lines)],
            "hatch": [task for name, each in hatch.items() for task in _hatch(name, each, lines)],
        }
        return cls({runner: TaskList(tuple(tasks[:MAX_TASKS])) for runner, tasks in found.items() if tasks})


class _Lines:
    """Where a task begins: its key, or the header of its table."""

    def __init__(self, data: bytes) -> None:
        self._found: dict[str, int] = {}
        for number, line in enumerate(decode(data).splitlines()[:20_000], 1):
            name = line.partition("=")[0].strip()
            if name.startswith("["):
                name = _QUOTED.sub(lambda match: match[1].replace(".", "\0"), name.strip("[] ")).rpartition(".")[2]
            self._found.setdefault(name.strip(" \"'").replace("\0", "."), number)

    def of_key(self, name: str) -> int:
        """The line on which a name is given something; 0 where none does."""
        return self._found.get(name, 0)


def _features(document: toml.Table, tool: toml.Table, lines: _Lines) -> list[Task]:
    features = toml.table(tool, "pixi", "feature") or toml.table(document, "feature")
    return [task for each in features.values() for task in _tasks(toml.table(each, "tasks"), lines)]


def _hatch(environment: str, table: object, lines: _Lines) -> list[Task]:
    found = _tasks(toml.table(table, "scripts"), lines)
    return [structs.replace(task, names=(f"{environment}:{task.name}", f"*:{task.name}")) for task in found]


def _tasks(table: toml.Table, lines: _Lines) -> list[Task]:
    return [_task(name, value, lines) for name, value in list(table.items())[:MAX_TASKS]]


def _task(name: str, value: object, lines: _Lines) -> Task:
    line = lines.of_key(name) or 1
    options = loose.mapping(value)
    needs = [need for key in ("depends", "depends_on", "depends-on", "deps", "sequence", "composite", "pre", "wait_for")
             for need in _needs(options.get(key))]  # fmt: skip
    aliases = loose.sequence(options.get("aliases")) or loose.sequence(options.get("alias")) or [options.get("alias")]
    return Task(
        name,
        line,
        tuple(_commands(value, line)),
        tuple(need for need in needs if " " not in need),
        names=tuple(alias for alias in aliases if isinstance(alias, str)),
        folder=loose.text(options.get("dir") or options.get("cwd") or options.get("working_dir")),
        lost="`ignore_fail`" if options.get("ignore_fail") is True else "",
    )


def _needs(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in loose.sequence(value):
        if isinstance(each, str):
            yield each
        elif ref := toml.text(each, "task") or toml.text(each, "ref"):
            yield ref


def _commands(value: object, line: int, depth: int = 3) -> Iterator[Command]:
    """The commands of a task in any of the forms that runners know; names of other tasks are among them."""
    if isinstance(value, str):
        yield from commands(value, line, Options(errexit=True))
    elif items := loose.sequence(value):
        strings = [item for item in items[:100] if isinstance(item, str)]
        if strings and len(strings) == len(items) and not any(" " in text for text in strings) and len(strings) > 1:
            yield Command(tuple(strings), line)
        for item in items[:100] if depth else ():
            yield from _commands(item, line, depth - 1)
    elif depth:
        table = loose.mapping(value)
        for key in (*KEYS, "sequence", "composite"):
            if key == "cmd" and (words := loose.sequence(table.get(key))):
                yield Command(tuple(w for w in words if isinstance(w, str)), line)
            elif key in table:
                yield from _commands(table[key], line, depth - 1)
