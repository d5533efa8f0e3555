"""What deploy files name: sources, modules, contexts and ports, and which of it does not fit the tree."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.deployment.applications import Applications
from ml_readiness.facts.deployment.clusters import ClusterObject, Clusters
from ml_readiness.facts.deployment.containers import Containers, Image, sources
from ml_readiness.facts.tree.files import Files, is_example, is_test
from ml_readiness.parsers.dockerfile import fill
from ml_readiness.parsers.shell import Command, commands
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml_readiness.facts.deployment.compose import Service
    from ml_readiness.parsers.dockerfile import Instruction, Stage

PRODUCED = re.compile(
    r"(?:^|/)(?:dist|build|target|out|bin|node_modules|\.next|wheels?|wheelhouse|\.venv|venv|artifacts?|public)(?:/|$)"
    r"|\.(?:whl|jar|war|tar\.gz|tgz|zip|deb|pem|key|crt|env)$|(?:^|/)\.env(?:\.\w+)?$",
    re.IGNORECASE,
)
"""What builds make and nobody commits."""
MAKERS = ("Makefile", "justfile", "*.sh", ".github/workflows/*.y*ml", ".gitlab-ci.yml", "dvc.yaml", "*.dvc",
          "Taskfile.y*ml", "cloudbuild*.y*ml", "azure-pipelines*.y*ml")  # fmt: skip


class Mismatch(Struct, frozen=True):
    """One thing that a deploy file names and the tree does not bear out."""

    kind: str
    """`missing`, `uncommitted` (made or kept elsewhere) or `port`."""
    message: str
    location: Location


class References(Struct, frozen=True, dict=True):
    """Every reference of every deploy file."""

    files: Files
    containers: Containers
    clusters: Clusters
    applications: Applications

    @classmethod
    def gather(cls, files: Files, containers: Containers, clusters: Clusters, applications: Applications) -> Self:
        """From Dockerfiles, compose files, manifests and Procfiles; tests and examples left out."""
        return cls(files, containers, clusters, applications)

    @cached_property
    def deploy_files(self) -> tuple[str, ...]:
        """The files that are judged."""
        images = [image.path for image in self.containers.images if not image.is_development]
        clusters = [each.path for each in self.clusters.objects if not each.template]
        every = dict.fromkeys([*images, *self.containers.compose.by_file, *clusters, *self.files.find("Procfile")])
        return tuple(path for path in every if not is_test(path) and not is_example(path))

    @cached_property
    def mismatches(self) -> tuple[Mismatch, ...]:
        """What does not fit, in order of files."""
        every = (*self._in_images(), *self._in_compose(), *self._in_procfiles(), *self._in_clusters())
        judged = frozenset(self.deploy_files)
        return tuple(each for each in every if each.location.path in judged)

    # Dockerfiles

    def _in_images(self) -> Iterator[Mismatch]:
        for image in self.containers.images:
            contexts = self._contexts(image)
            for stage in image.document.stages:
                for each in stage.of("COPY", "ADD"):
                    if "from" not in each.flags and not each.bodies:
                        yield from self._copied(image, stage, each, contexts)
                yield from self._installed(image, stage)
            for command in image.starts:
                yield from self._started(image.path, command)
            yield from self._exposed(image)

    def _contexts(self, image: Image) -> tuple[str, ...]:
        """The folders that the image may be built from."""
        composed = [s.context for s in self.containers.compose.services if s.dockerfile == image.path]
        return tuple(dict.fromkeys(composed)) or tuple(dict.fromkeys((posixpath.dirname(image.path), "")))

    def _copied(self, image: Image, stage: Stage, each: Instruction, contexts: tuple[str, ...]) -> Iterator[Mismatch]:
        at = Location(path=image.path, line=each.line)
        values = image.document.arguments | _arguments(stage)
        for written in sources(each.value, each.words):
            source = posixpath.normpath(fill(written.strip("\"'"), values).lstrip("/"))
            if source in {".", ""} or "$" in source or "://" in written or written.startswith(("git@", "<<")):
                continue
            if any(self._exists(context, source) for context in contexts) or PRODUCED.search(source):
                if excluded := next(filter(None, (self._is_ignored(c, source) for c in contexts)), ""):
                    yield Mismatch("missing", f"`{source}` is excluded by `{excluded}`", at)
            elif self._is_made(source):
                yield Mismatch("uncommitted", f"`{source}` is not committed; something must make it first", at)
            else:
                yield Mismatch("missing", f"`{source}` is copied, and is not in the repository", at)

    def _exists(self, context: str, source: str) -> bool:
        path = posixpath.normpath(posixpath.join(context, source))
        if self.files.exists(path) or f"{path}.dvc" in self.files.entries or path.startswith(".."):
            return True
        if not any(mark in source for mark in "*?["):
            return False
        known = (*self.files.entries, *self.files.folders)
        return any(fnmatchcase(each, path) for each in known)

    def _is_ignored(self, context: str, source: str) -> str:
        """The `.dockerignore` that keeps a source out, if one does."""
        ignore = posixpath.join(context, ".dockerignore")
        kept_out = False
        for line in self.files.text(ignore).split("\n") if ignore in self.files.entries else ():
            pattern = line.strip()
            if not pattern or pattern.startswith("#"):
                continue
            bare = pattern.lstrip("!").strip("/").removeprefix("**/")
            if (
                fnmatchcase(source, bare)
                or source.startswith(bare + "/")
                or (pattern[:1] == "!" and bare.startswith(source))
            ):
                kept_out = pattern[0] != "!"
        return ignore if kept_out else ""

    def _is_made(self, source: str) -> bool:
        """Whether something in the tree makes a file, or git is told to leave it out."""
        name = source.rstrip("/*").rpartition("/")[2]
        if not name or self._is_left_out(source):
            return bool(name)
        makes = re.compile_once(
            rf"(?:>|-o|--output|-O|\btee|\bouts?\b|\bpath:|\btouch|\bcp\b|\bmv\b)[^\n]{{0,200}}?{re.escape(name)}"
        )
        return any(makes.search(text) for text in self._makers)

    def _is_left_out(self, source: str) -> bool:
        """Whether a pattern for git covers a file or a folder above it."""
        parts = source.rstrip("/").split("/")
        above = {"/".join(parts[: n + 1]) for n in range(len(parts))} | set(parts)
        return any(fnmatchcase(each, pattern) for each in above for pattern in self._git_patterns)

    @cached_property
    def _git_patterns(self) -> tuple[str, ...]:
        lines = [line.strip() for path in self.files.find(".gitignore") for line in self.files.text(path).split("\n")]
        return tuple(line.strip("/").removeprefix("**/") for line in lines if line.strip("/*") and line[0] not in "#!")[
            :500
        ]

    @cached_property
    def _makers(self) -> tuple[str, ...]:
        return tuple(self.files.text(path) for path in self.files.find(*MAKERS))

    def _installed(self, image: Image, stage: Stage) -> Iterator[Mismatch]:
        """Requirements files that a build installs and does not make or copy under this name."""
        named = [each.value for s in image.document.stages for each in s.of("COPY", "ADD")]
        made = [" ".join([*c.words, c.writes]) for s in image.document.stages for c in s.runs if "-r" not in c.words]
        for command in stage.runs:
            words = command.words
            if "install" not in words or "pip" not in " ".join(words[:3]):
                continue
            for position, word in enumerate(words[:-1]):
                name = words[position + 1].rpartition("/")[2]
                if word in {"-r", "--requirement"} and not self._is_known(name, (*named, *made)):
                    at = Location(path=image.path, line=command.line)
                    kind = "uncommitted" if self._is_made(name) else "missing"
                    yield Mismatch(kind, f"`{name}` is installed, and is not in the repository", at)

    def _is_known(self, name: str, elsewhere: tuple[str, ...]) -> bool:
        named = "$" in name or name in {"", "stdin", "-"} or any(name in text for text in elsewhere)
        return named or bool(self.files.find(name))

    def _started(self, path: str, command: Command) -> Iterator[Mismatch]:
        for problem in self.applications.problems(command):
            yield Mismatch("missing", problem, Location(path=path, line=command.line or None))

    def _exposed(self, image: Image) -> Iterator[Mismatch]:
        opened = frozenset[int]().union(*(self.applications.ports(command) for command in image.starts))
        exposed = _exposed(image)
        if opened and exposed and not opened & exposed:
            line = next((each.line for stage in image.lineage for each in stage.of("EXPOSE")), None)
            shown = f"port {min(opened)} is opened, and port {min(exposed)} is exposed"
            yield Mismatch("port", shown, Location(path=image.path, line=line))

    # Compose, Procfile, Kubernetes

    def _in_compose(self) -> Iterator[Mismatch]:
        for service in self.containers.compose.services:
            yield from self._built(service)
            for command in service.commands:
                yield from self._started(service.path, command) if service.dockerfile else ()
            yield from self._published(service)

    def _built(self, service: Service) -> Iterator[Mismatch]:
        build = service.node.get("build")
        if (
            build is None
            or "$" in service.dockerfile
            or "://" in service.dockerfile
            or service.context.startswith("..")
        ):
            return
        at = Location(path=service.path, line=build.line)
        beside = posixpath.dirname(service.path)
        rooted = service.dockerfile.removeprefix(f"{beside}/") if beside else service.dockerfile
        if (
            service.context not in self.files.folders
            and service.context.removeprefix(f"{beside}/") not in self.files.folders
        ):
            yield Mismatch(
                "missing", f"the folder `{service.context}` that `{service.name}` is built from is not there", at
            )
        elif not {service.dockerfile, rooted} & self.files.entries.keys() and build.get("dockerfile_inline") is None:
            yield Mismatch("missing", f"`{service.dockerfile}` that `{service.name}` is built by is not there", at)

    def _published(self, service: Service) -> Iterator[Mismatch]:
        image = next((each for each in self.containers.images if each.path == service.dockerfile), None)
        run = service.commands or (image.starts if image is not None else ())
        opened = frozenset[int]().union(*(self.applications.ports(command) for command in run))
        published = {
            int(target): node.line
            for node in service.node.list("ports")
            if (target := (node.text or node.string("target")).partition("/")[0].rpartition(":")[2]).isdigit()
        }
        if opened and published and not opened & published.keys():
            port, line = next(iter(published.items()))
            shown = f"port {port} of `{service.name}` is published, and it opens port {min(opened)}"
            yield Mismatch("port", shown, Location(path=service.path, line=line))

    def _in_procfiles(self) -> Iterator[Mismatch]:
        for path in self.files.find("Procfile"):
            for number, line in enumerate(self.files.text(path).split("\n"), 1):
                for command in commands(line.partition(":")[2].strip(), number):
                    yield from self._started(path, command) if command.words else ()

    def _in_clusters(self) -> Iterator[Mismatch]:
        opened: list[tuple[ClusterObject, frozenset[str]]] = [
            (each, frozenset(_ports_of(each))) for each in self.clusters.objects if each.containers
        ]
        for service in self.clusters.objects:
            wanted = service.node.entries("spec", "selector")
            if service.kind != "Service" or service.template or not wanted:
                continue
            behind = [
                ports
                for each, ports in opened
                if ports and _labels(each).items() >= {k: v.text for k, v in wanted}.items()
            ]
            for port in service.node.list("spec", "ports") if behind else ():
                target = port.string("targetPort") or port.string("port")
                if target and not any(target in ports for ports in behind):
                    shown = f"the service forwards to port {target}, which no container behind it opens"
                    yield Mismatch("port", shown, Location(path=service.path, line=port.line))


def _arguments(stage: Stage) -> dict[str, str]:
    pairs = (each.value.partition("=") for each in stage.of("ARG", "ENV"))
    return {name.strip(): value.strip("\"' ") for name, equals, value in pairs if equals and " " not in value.strip()}


def _exposed(image: Image) -> frozenset[int]:
    texts = [word for stage in image.lineage for each in stage.of("EXPOSE") for word in each.value.split()]
    bare = [text.partition("/")[0] for text in texts]
    return (
        frozenset()
        if any(not text.isdigit() for text in bare)
        else frozenset(int(text) for text in bare if len(text) < 6)
    )


def _ports_of(each: ClusterObject) -> Iterator[str]:
    for container in each.containers:
        for port in container.list("ports"):
            yield port.string("containerPort")
            yield port.string("name")


def _labels(each: ClusterObject) -> Mapping[str, str | None]:
    spec = each.node.get("spec", "template", "metadata", "labels") or each.node.get("metadata", "labels")
    return {name: node.text for name, node in (spec.pairs or {}).items()} if spec is not None else {}
