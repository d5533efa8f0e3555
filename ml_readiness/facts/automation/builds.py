"""Images that commands build and containers that they start, by the Dockerfiles and compose files of the tree."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.documents import Documents
from ml_readiness.facts.automation.places import Places
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.dockerfile import Dockerfile
from ml_readiness.parsers.shell import Command, commands
from ml_readiness.parsers.yaml import YamlFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ml_readiness.parsers.yaml import Node

COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
SCRIPTS = (".sh", ".bash")


class Build(Struct, frozen=True):
    """An image that is built."""

    path: str
    folder: str
    commands: tuple[Command, ...]
    """What building runs."""
    tags: tuple[str, ...]


class Builds(Struct, frozen=True):
    """Finds what `docker build`, `docker run` and compose mean."""

    documents: Documents
    files: Files
    places: Places

    @classmethod
    def gather(cls, documents: Documents, files: Files, places: Places) -> Self:
        """Nothing is read before it is asked for."""
        return cls(documents, files, places)

    def of(self, words: Sequence[str], folder: str) -> Build | None:
        """The image that `docker build` with these words makes."""
        options, rest = _options(words[1:])
        context = rest[-1] if rest and rest[-1] not in {"build", "buildx"} else "."
        base = self.places.folder(context, folder) if context not in {".", "./"} else folder
        named = next(iter(options.get("-f", options.get("--file", ()))), "")
        path = self.places.file(named, folder) if named else posixpath.join(base, "Dockerfile")
        return self.image(path, target=next(iter(options.get("--target", ())), ""), tags=_tags(options))

    def image(self, path: str, *, target: str = "", tags: tuple[str, ...] = ()) -> Build | None:
        """The image of a Dockerfile, of one of its stages if one is named."""
        found = self.documents.find(Dockerfile, path)
        if found is None:
            return None
        stage = (found.stage(target) if target else None) or found.final
        wanted = {each.line for each in found.lineage(stage)}
        copied = {flag for s in found.stages if s.line in wanted for i in s.of("COPY") if (flag := i.flags.get("from"))}
        wanted |= {s.line for name in copied if (s := found.stage(name)) is not None}
        run = tuple(command for each in found.stages if each.line in wanted for command in each.runs)
        return Build(path, posixpath.dirname(path), run, tags)

    def started(
        self, words: Sequence[str], folder: str, images: Mapping[str, str]
    ) -> Iterator[tuple[str, tuple[Command, ...], str]]:
        """What a container runs that is started without a command: (file, commands, folder)."""
        if words[0].endswith("docker-compose"):
            yield from self._composed(words[1:], folder)
        elif words[1:2] == ("run",):
            for word in words[2:]:
                path = images.get(word) or images.get(word.partition(":")[0])
                found = self.documents.find(Dockerfile, path) if path else None
                if path and found is not None:
                    yield path, (*found.final.starts("ENTRYPOINT"), *found.final.starts("CMD")), posixpath.dirname(path)
                    return

    def entry_script(self, words: Sequence[str], images: Mapping[str, str]) -> str:
        """The script that a container is entered by, which is handed the words behind the image: that of the image's
        Dockerfile, or the one that all Dockerfiles of the tree name; empty where there is none or more than one."""
        named = {path for word in words if (path := images.get(word) or images.get(word.partition(":")[0]))}
        found = {path: each for path, each in self.documents.all(Dockerfile) if not named or path in named}
        scripts = {self._entry(path, each) for path, each in found.items() if each.stages} - {""}
        return scripts.pop() if len(scripts) == 1 else ""

    def _entry(self, path: str, image: Dockerfile) -> str:
        folder = posixpath.dirname(path)
        words = [word for command in image.final.starts("ENTRYPOINT") for word in command.words[:2]]
        scripts = (word for word in words if word.endswith(SCRIPTS))
        names = (name for word in scripts for name in (word.lstrip("./"), posixpath.basename(word)))
        return next((found for name in names if (found := self.places.file(name, folder))), "")

    def service_folder(self, words: Sequence[str], folder: str) -> str | None:
        """The folder that the image of a compose service is built from, if a service is named."""
        if not any(word.endswith("compose") for word in words[:3]):
            return None
        for path in (posixpath.join(folder, name) for name in COMPOSE):
            found = self.documents.find(YamlFile, path)
            for name, service in found.root.entries("services") if found is not None else ():
                build = service.get("build")
                if name in words and build is not None:
                    return self.places.folder(build.text or build.string("context"), posixpath.dirname(path))
        return None

    def _composed(self, words: Sequence[str], folder: str) -> Iterator[tuple[str, tuple[Command, ...], str]]:
        options, rest = _options(words)
        if not rest or rest[0] not in {"up", "run", "build"}:
            return
        wanted = set(rest[1:])
        named = options.get("-f", ()) or options.get("--file", ())
        paths = [self.places.file(name, folder) for name in named] or [posixpath.join(folder, n) for n in COMPOSE]
        for path in paths:
            found = self.documents.find(YamlFile, path) if path else None
            for name, service in found.root.entries("services") if found is not None else ():
                if not wanted or name in wanted:
                    yield from self._service(path, service, rest[0])

    def _service(self, path: str, service: Node, verb: str) -> Iterator[tuple[str, tuple[Command, ...], str]]:
        folder = posixpath.dirname(path)
        command = service.get("command") or service.get("entrypoint")
        if verb != "build" and command is not None:
            if command.items is not None:
                yield path, (Command(command.strings(), command.line),), folder
            else:
                yield path, commands(command.text or "", command.inner), folder
        build = service.get("build")
        if build is not None:
            context = posixpath.normpath(posixpath.join(folder, build.text or build.string("context") or "."))
            file = posixpath.normpath(posixpath.join(context, build.string("dockerfile") or "Dockerfile"))
            image = self.image(file, target=build.string("target"))
            if image is not None:
                yield file, image.commands, image.folder
            if image is not None and verb != "build" and command is None:
                found = self.documents.find(Dockerfile, file)
                if found is not None:
                    yield file, (*found.final.starts("ENTRYPOINT"), *found.final.starts("CMD")), folder


def _options(words: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Options with the values that follow them, and the words that are left."""
    options: dict[str, list[str]] = {}
    rest: list[str] = []
    position = 0
    flags = {
        "--push",
        "--load",
        "--no-cache",
        "--pull",
        "-q",
        "--quiet",
        "-d",
        "--build",
        "--rm",
        "--abort-on-container-exit",
        "--detach",
        "-T",
    }
    while position < len(words):
        word = words[position]
        position += 1
        if not word.startswith("-"):
            rest.append(word)
            continue
        name, equals, value = word.partition("=")
        if equals:
            options.setdefault(name, []).append(value)
        elif name not in flags and position < len(words):
            options.setdefault(name, []).append(words[position])
            position += 1
    return options, rest


def _tags(options: Mapping[str, list[str]]) -> tuple[str, ...]:
    tags = [*options.get("-t", ()), *options.get("--tag", ())]
    return tuple({*tags, *(tag.partition(":")[0] for tag in tags)})
