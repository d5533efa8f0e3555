"""What files of task runners have in common: named tasks that run commands and other tasks."""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec import Struct

from ml_readiness.parsers.shell import Command


class Task(Struct, frozen=True):
    """A target, recipe, session, environment or script by name."""

    name: str
    line: int
    commands: tuple[Command, ...] = ()
    needs: tuple[str, ...] = ()
    """Other tasks of the same runner that it runs, before or after its own commands."""
    names: tuple[str, ...] = ()
    """Other names for it; `*` stands for anything."""
    folder: str = ""
    """Where it runs, if it says so, relative to the file."""
    lost: str = ""
    """Why its failure would not be noticed; empty if it would be."""
    default: bool = False
    """Whether the runner runs it when no task is named."""
    labels: tuple[str, ...] = ()
    """Groups that it belongs to."""

    def answers(self, wanted: str) -> bool:
        """Whether it is meant by a name; `*` in either may stand for anything."""
        if wanted == self.name or wanted in self.names:
            return True
        own = (self.name, *self.names)
        return any("*" in name and fnmatchcase(wanted, name) for name in own) or (
            "*" in wanted and any(fnmatchcase(name, wanted) for name in own)
        )


class TaskList(Struct, frozen=True):
    """The tasks of one file for one runner."""

    tasks: tuple[Task, ...]
    variables: dict[str, str] = {}
    """What the file itself sets for its commands."""
    includes: tuple[str, ...] = ()
    """Other files of the same kind whose tasks belong to it."""

    @property
    def defaults(self) -> tuple[Task, ...]:
        """What runs when no task is named."""
        return tuple(task for task in self.tasks if task.default)

    def find(self, wanted: str) -> tuple[Task, ...]:
        """The tasks that a name means; an exact name comes before patterns."""
        exact = tuple(task for task in self.tasks if wanted == task.name or wanted in task.names)
        return exact or tuple(task for task in self.tasks if task.answers(wanted))
