"""Tasks of runners that are configured in YAML: Taskfile, DVC stages, MLflow projects, batect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ml_readiness import regex as re
from ml_readiness.parsers.shell import Command, Options, commands
from ml_readiness.parsers.tasks import Task, TaskList

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.yaml import Node

STOPS = Options(errexit=True)
_HOLE = re.compile(r"\$?\{\{?([^{}]*)\}\}?")


def taskfile(root: Node) -> TaskList:
    """A `Taskfile.yml`."""
    tasks = tuple(_task(name, node) for name, node in root.entries("tasks"))
    includes = tuple(
        f"{name} {node.text or node.string('taskfile')}" for name, node in root.entries("includes") if node is not root
    )
    return TaskList(tasks, includes=includes)


def _task(name: str, node: Node) -> Task:
    listed = node if node.pairs is None else (node.get("cmds") or node.get("cmd"))
    items = listed.list() if listed is not None else ()
    needs = [each.text or each.string("task") for each in node.list("deps")]
    needs.extend(each.string("task") for each in items if each.string("task"))
    run: list[Command] = []
    for each in items:
        text = each.text or each.string("cmd") or each.string("defer")
        ignored = each.string("ignore_error") == "true" or node.string("ignore_error") == "true"
        for command in _commands(text, (each.get("cmd") or each).inner or each.line):
            run.append(structs.replace(command, lost="`ignore_error`") if ignored else command)  # noqa: PERF401
    return Task(
        name,
        node.line,
        tuple(run),
        tuple(need for need in needs if need),
        names=node.strings("aliases"),
        folder=node.string("dir"),
        default=name == "default",
    )


def dvc(root: Node) -> TaskList:
    """The stages of a `dvc.yaml`."""
    found: list[Task] = []
    for name, node in root.entries("stages"):
        body = node.get("do") or node
        run = tuple(c for each in body.list("cmd") for c in _commands(each.text or "", each.inner))
        found.append(Task(name, node.line, run, names=(f"{name}@*",), folder=body.string("wdir"), default=True))
    return TaskList(tuple(found))


def mlproject(root: Node) -> TaskList:
    """The entry points of an `MLproject` file."""
    found = [
        Task(name, node.line, tuple(_commands(node.string("command"), node.line)), default=name == "main")
        for name, node in root.entries("entry_points")
    ]
    return TaskList(tuple(found))


def batect(root: Node) -> TaskList:
    """The tasks of a `batect.yml`, each run in a container."""
    found: list[Task] = []
    for name, node in root.entries("tasks"):
        run = node.get("run") or node
        commands = tuple(_commands(run.string("command"), run.line))
        found.append(Task(name, node.line, commands, node.strings("prerequisites")))
    return TaskList(tuple(found))


def _commands(text: str, line: int) -> Iterator[Command]:
    filled = _HOLE.sub(lambda match: "${" + (re.sub(r"\W+", "_", match[1].strip()).strip("_") or "_") + "}", text)
    yield from commands(filled, line, STOPS)
