"""Images that the project describes: what each starts, and whether that is something of the project."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.automation.wrappers import unwrap
from ml_readiness.facts.deployment.compose import Compose
from ml_readiness.facts.knowledge.lexicon import program
from ml_readiness.facts.tree.evidence_files import vocabulary
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.dockerfile import Dockerfile
from ml_readiness.parsers.shell import Command, commands
from ml_readiness.report import Location

if TYPE_CHECKING:
    from ml_readiness.parsers.dockerfile import Stage

DEVELOPMENT = re.compile(
    r"(?:^|/)(?:\.devcontainer|devcontainer|\.github|\.circleci|\.gitlab|\.ci|ci|docs?|\.gitpod)/"
    r"|(?:^|/)[^/]*(?:Dockerfile|Containerfile)[._-](?:dev|devel|development|ci|test|tests|docs|lint|base)\b"
    r"|(?:^|/)(?:dev|ci|test|docs|base)[._-]?(?:Dockerfile|Containerfile)$",
    re.IGNORECASE,
)
DEVCONTAINERS = (".devcontainer/devcontainer.json", ".devcontainer.json", "**/.devcontainer/**/devcontainer.json")


class Image(Struct, frozen=True, eq=False, dict=True):
    """One Dockerfile."""

    path: str
    document: Dockerfile

    @property
    def location(self) -> Location:
        """Where it begins."""
        return Location(path=self.path, line=self.document.final.line)

    @property
    def is_development(self) -> bool:
        """Whether its place or name says that it is for development, checks or documentation."""
        return bool(DEVELOPMENT.search(self.path)) or is_test(self.path)

    @cached_property
    def lineage(self) -> tuple[Stage, ...]:
        """The final stage and the stages it goes on from."""
        return self.document.lineage(self.document.final)

    @cached_property
    def starts(self) -> tuple[Command, ...]:
        """What a container of it runs: the entry point, if there is one, and the command."""
        for stage in self.lineage:
            entry, command = stage.starts("ENTRYPOINT"), stage.starts("CMD")
            if entry and command and stage.of("CMD")[-1].words is not None:
                joined = (*entry[-1].words, *command[0].words)
                return (*entry[:-1], Command(joined, entry[-1].line, folder=entry[-1].folder))
            if entry or command:
                return entry or command
        return ()

    @property
    def copies(self) -> bool:
        """Whether files of the project go into it."""
        names = {stage.name.lower() for stage in self.document.stages}
        built = [stage for stage in self.document.stages if stage in self.lineage or stage.name.lower() in names]
        copied = [each for stage in built for each in stage.of("COPY", "ADD") if "from" not in each.flags]
        code = [each for each in copied if not MANIFESTS.fullmatch(sources(each.value, each.words)[0].rstrip("/"))]
        cloned = any("clone" in command.words for stage in built for command in stage.runs)
        mounted = any("target=" in str(each.flags) or "mount" in each.flags for s in built for each in s.of("RUN"))
        return bool(code) or cloned or (bool(copied) and mounted)

    @property
    def health(self) -> Location | None:
        """Where it says how its health is asked for."""
        for stage in self.lineage:
            for each in stage.of("HEALTHCHECK"):
                if not each.value.upper().startswith("NONE"):
                    return Location(path=self.path, line=each.line)
        return None


MANIFESTS = re.compile(
    r"(?:.*/)?(?:(?:\w+[_-])?requirements[\w.-]*\.(?:txt|in)|requirements|pyproject\.toml|poetry\.lock|uv\.lock|setup\.(?:py|cfg)|pdm\.lock"
    r"|environment[\w.-]*\.ya?ml|conda[\w.-]*\.ya?ml|Pipfile(?:\.lock)?|package(?:-lock)?\.json|yarn\.lock|\*\.(?:toml|lock|txt)|pip\.conf)"
)


def sources(value: str, words: tuple[str, ...] | None) -> tuple[str, ...]:
    """What a COPY or ADD takes; the last word, which is where to, left out."""
    given = words if words is not None else tuple(value.replace("\\\n", " ").split())
    return given[:-1] or ("",)


class Containers(Struct, frozen=True, dict=True):
    """Every image that the project describes, and what is started in containers."""

    documents: Documents
    files: Files
    compose: Compose

    @classmethod
    def gather(cls, documents: Documents, files: Files, compose: Compose) -> Self:
        """From Dockerfiles and compose files."""
        return cls(documents, files, compose)

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """The Dockerfiles of the project's own, and what compose builds by; those of examples last."""
        built = {service.dockerfile for service in self.compose.services if self.files.exists(service.dockerfile)}
        paths = sorted({*self.documents.paths(Dockerfile), *built} - {""})
        found = [
            Image(path, document)
            for path, document in self.documents.all(Dockerfile, paths)
            if not self.files.is_vendored(path) and document.stages
        ]
        return tuple(sorted(found, key=lambda image: self.files.is_example(image.path)))

    @cached_property
    def devcontainers(self) -> tuple[str, ...]:
        """Descriptions of development containers."""
        return self.files.find(*DEVCONTAINERS)

    @cached_property
    def packaging(self) -> tuple[Image, ...]:
        """The images that hold the project and start something of it."""
        return tuple(image for image in self.images if not image.is_development and self.starts_project(image))

    def starts_project(self, image: Image) -> bool:
        """Whether a container of the image runs something of the project."""
        if any(self.is_own(command) for command in self.commands_of(image)):
            return True
        loads = any(_loading().search(stage.base) for stage in image.lineage)
        named = any(program(c.words[0]) in vocabulary().environment for c in image.starts if c.words)
        return loads and image.copies and not named

    def commands_of(self, image: Image) -> tuple[Command, ...]:
        """What its containers run: its own command, and those that compose and scripts give."""
        return (*image.starts, *self._given(image))

    def _given(self, image: Image) -> Iterator[Command]:
        """Commands that compose, Kubernetes or scripts give to a container of the image."""
        for service in self.compose.services:
            if service.dockerfile == image.path:
                yield from service.commands
        if not image.starts and image.copies:
            yield from self._docker_runs

    @cached_property
    def _docker_runs(self) -> tuple[Command, ...]:
        """What scripts and documentation give to `docker run`."""
        found: list[Command] = []
        for path in (*self.files.find("Makefile", "*.sh", "README*"),):
            for number, line in enumerate(self.files.text(path).split("\n"), 1):
                if "docker run" in line or "docker compose run" in line:
                    for command in commands(line.strip().lstrip("@$` "), number):
                        bare = unwrap(command.words)
                        if bare.elsewhere and bare.words:
                            found.append(Command(bare.words, number))
        return tuple(found)

    def is_own(self, command: Command) -> bool:
        """Whether a command starts something of the project, not a shell, a notebook or a program of others."""
        bare = unwrap(command.words)
        if bare.text:
            return any(self.is_own(inner) for inner in commands(bare.text, command.line) if inner.words)
        words = bare.words
        if not words:
            return False
        name = program(words[0])
        if name in {"python", "bash", "sh"}:
            given = next((word for word in words[1:] if not word.startswith("-")), "")
            return bool(given) and words[1] != "-i" and not given.startswith("/bin")
        return name not in vocabulary().environment | vocabulary().servers | SILENT


@cache
def _loading() -> re.Pattern[str]:
    return re.compile(vocabulary().loading, re.VERBOSE)


SILENT = frozenset(
    ("echo", "cd", "export", "set", "exec", "test", "[", "source", ".", "wait", "mkdir", "chmod", "if", "ls")
)
