"""The model servers that the repository names: started by a command or image, or run by a cloud as an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts import knowledge
from ml_readiness.facts.automation.wrappers import unwrap
from ml_readiness.facts.deployment.clusters import Clusters
from ml_readiness.facts.deployment.containers import Containers
from ml_readiness.facts.knowledge.lexicon import program
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.evidence_files import Telling, found
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.makefile import Makefile
from ml_readiness.parsers.shell import Command, ShellScript, commands
from ml_readiness.report import Location


class Vocabulary(Struct, frozen=True, forbid_unknown_fields=True):
    """The knowledge file."""

    images: str
    commands: tuple[tuple[str, ...], ...]
    objects: frozenset[str]
    files: tuple[Telling, ...]
    calls: str


@cache
def vocabulary() -> Vocabulary:
    """How model servers are named."""
    return knowledge.read("model_servers.yml", Vocabulary)


@cache
def _image() -> re.Pattern[str]:
    return re.compile(vocabulary().images, re.VERBOSE | re.IGNORECASE)


@cache
def _call() -> re.Pattern[str]:
    return re.compile(vocabulary().calls, re.VERBOSE)


class ModelServer(Struct, frozen=True):
    """One place that names a model server."""

    what: str
    location: Location


class ModelServers(Struct, frozen=True, dict=True):
    """Every model server that the project names outside what its own Python code answers."""

    code: Code
    files: Files
    clusters: Clusters
    containers: Containers

    @classmethod
    def gather(cls, code: Code, files: Files, clusters: Clusters, containers: Containers) -> Self:
        """From manifests, images, commands and calls of cloud SDKs."""
        return cls(code, files, clusters, containers)

    @cached_property
    def all(self) -> tuple[ModelServer, ...]:
        """Those of tests and examples left out."""
        every = (*self._objects(), *self._files(), *self._images(), *self._commands(), *self._calls())
        return tuple(
            each for each in every if not is_test(path := each.location.path) and not self.files.is_example(path)
        )

    def _objects(self) -> Iterator[ModelServer]:
        for each in self.clusters.objects:
            if each.kind in vocabulary().objects:
                yield ModelServer(f"a Kubernetes {each.kind}", each.location)

    def _files(self) -> Iterator[ModelServer]:
        for what, location in found(self.files, vocabulary().files):
            yield ModelServer(what, location)

    def _images(self) -> Iterator[ModelServer]:
        for image in self.containers.images:
            for stage in image.lineage:
                if _image().search(stage.base) and not image.is_development:
                    yield ModelServer(f"an image of `{stage.base[:60]}`", image.location)
        for service in self.containers.compose.services:
            if _image().search(service.image):
                yield ModelServer(f"the compose service `{service.name}`", service.location)

    def _commands(self) -> Iterator[ModelServer]:
        for path, command in self._started():
            if (words := _serving(command)) is not None:
                yield ModelServer(f"`{words}`", Location(path=path, line=command.line))

    def _started(self) -> Iterator[tuple[str, Command]]:
        """What images, compose files, task files and scripts start."""
        documents = self.files.documents
        for image in self.containers.images:
            yield from ((image.path, command) for command in image.starts)
        for service in self.containers.compose.services:
            yield from ((service.path, command) for command in service.commands)
        for path, makefile in documents.all(Makefile):
            if not self.files.is_vendored(path):
                yield from ((path, command) for task in makefile.content.tasks for command in task.commands)
        for path, script in documents.all(ShellScript):
            if not self.files.is_vendored(path):
                yield from ((path, command) for command in script.commands)

    def _calls(self) -> Iterator[ModelServer]:
        for site in self.code.calls_where(_call().match):
            if site.unit.is_production:
                yield ModelServer(f"`{site.name.rpartition('.')[2]}` creates an endpoint", site.location)


def _serving(command: Command) -> str | None:
    """The words by which a command starts a model server."""
    bare = unwrap(command.words)
    if bare.text:
        inner = (_serving(each) for each in commands(bare.text, command.line) if each.words)
        return next((words for words in inner if words is not None), None)
    if not bare.words:
        return None
    words = (program(bare.words[0]), *bare.words[1:])
    return next((" ".join(known) for known in vocabulary().commands if words[: len(known)] == known), None)
