"""`package.json`: the scripts that npm, yarn, pnpm and bun run."""

from __future__ import annotations

import json
from typing import ClassVar, Self

from msgspec import Struct

from ml_readiness.parsers import loose
from ml_readiness.parsers.shell import commands
from ml_readiness.parsers.tasks import Task, TaskList
from ml_readiness.parsers.text import decode

MAX_SCRIPTS = 500


class PackageJson(Struct, frozen=True):
    """The scripts and declared packages of one manifest."""

    patterns: ClassVar[tuple[str, ...]] = ("package.json",)
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    content: TaskList
    packages: tuple[str, ...] = ()
    """Names of declared dependencies of any kind."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The scripts; ValueError where the text is no JSON."""
        text = decode(data)
        document = loose.mapping(json.loads(text))
        lines = {
            line.partition(":")[0].strip().strip('"'): n for n, line in reversed(list(enumerate(text.split("\n"), 1)))
        }
        scripts = {k: v for k, v in loose.mapping(document.get("scripts")).items() if isinstance(v, str)}
        tasks = [
            Task(
                name,
                lines.get(name, 1),
                commands(_escaped(body), lines.get(name, 1)),
                tuple(around for around in (f"pre{name}", f"post{name}") if around in scripts),
            )
            for name, body in list(scripts.items())[:MAX_SCRIPTS]
        ]
        kinds = ("dependencies", "devDependencies", "optionalDependencies")
        packages = [name for kind in kinds for name in loose.mapping(document.get(kind))]
        return cls(TaskList(tuple(tasks)), tuple(name.encode("utf-8", "replace").decode() for name in packages[:2_000]))


def _escaped(body: str) -> str:
    return body.encode("utf-8", "replace").decode()
