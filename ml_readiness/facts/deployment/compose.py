"""Compose files: services, what each is made of, and what it runs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.shell import Command, commands
from ml_readiness.parsers.yaml import Node, YamlFile
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

PATTERNS = (
    "docker-compose*.yml",
    "docker-compose*.yaml",
    "compose*.yml",
    "compose*.yaml",
    "*.docker-compose.y*ml",
    "*-compose.y*ml",
)
CONTINUED = re.compile(r"[ \t]*\n[ \t]*(?=-)")
"""The end of a line whose command goes on with its options on the next: Compose knows no lines."""
_DEFAULT = re.compile(r"\$\{\w+:?-([^{}]*)\}")


class Service(Struct, frozen=True, eq=False, dict=True):
    """One service of a compose file."""

    name: str
    path: str
    node: Node
    image: str
    """As written, with the defaults of variables; empty where it is only built."""
    context: str
    """The folder that it is built from; empty for the root, and where it is not built."""
    dockerfile: str
    """The Dockerfile that it is built by; empty where it is not built."""

    @property
    def location(self) -> Location:
        """Where it is declared."""
        return Location(path=self.path, line=self.node.line)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """What it runs in place of the image's own command."""
        found: list[Command] = []
        for key in ("entrypoint", "command"):
            node = self.node.get(key)
            if node is not None and node.items is not None:
                found.append(Command(node.strings(), node.line))
            elif node is not None and node.text:
                found.extend(commands(CONTINUED.sub(" ", node.text), node.inner))
        return tuple(found)

    @property
    def only_options(self) -> bool:
        """Whether its command is nothing but options for what the image starts."""
        return all(command.words[:1] == () or command.words[0].startswith("-") for command in self.commands)

    @property
    def volumes(self) -> tuple[str, ...]:
        """What is mounted from the tree: paths as written."""
        texts = [each.text or each.string("source") for each in self.node.list("volumes")]
        return tuple(text.partition(":")[0] for text in texts if text.startswith((".", "/", "$", "~")))


class Compose(Struct, frozen=True, dict=True):
    """Every service of every compose file."""

    documents: Documents
    files: Files

    @classmethod
    def gather(cls, documents: Documents, files: Files) -> Self:
        """From files by name that hold services."""
        return cls(documents, files)

    @cached_property
    def by_file(self) -> Mapping[str, tuple[Service, ...]]:
        """The services of each file."""
        found: dict[str, tuple[Service, ...]] = {}
        for path in self.files.find(*PATTERNS):
            document = self.documents.find(YamlFile, path)
            services = document.root.get("services") if document is not None else None
            if services is not None and services.pairs is not None:
                found[path] = tuple(_services(path, services.pairs))
        return found

    @property
    def services(self) -> tuple[Service, ...]:
        """Every service."""
        return tuple(service for services in self.by_file.values() for service in services)


def _services(path: str, pairs: Mapping[str, Node]) -> Iterator[Service]:
    folder = posixpath.dirname(path)
    for name, node in pairs.items():
        if node.pairs is None:
            continue
        build = node.get("build")
        context = dockerfile = ""
        if build is not None:
            written = _DEFAULT.sub(r"\1", build.text or build.string("context") or ".")
            context = _joined(folder, written)
            dockerfile = _joined(context, build.string("dockerfile") or "Dockerfile")
        yield Service(name, path, node, _DEFAULT.sub(r"\1", node.string("image")), context, dockerfile)


def _joined(folder: str, written: str) -> str:
    path = posixpath.normpath(posixpath.join(folder, written))
    return "" if path == "." else path.lstrip("/")
