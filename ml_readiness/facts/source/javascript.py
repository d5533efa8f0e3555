"""The part of a project that is written in JavaScript or TypeScript, as far as packages and consoles tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Self

import msgspec
from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.report import Location

SCRIPT = re.compile(r"\.[cm]?[jt]sx?$")
OWN = ("./", "../", "@/", "~/", "#/", "src/")
"""How imports of the project's own modules begin."""
SOURCES = ("*.ts", "*.tsx", "*.js", "*.jsx", "*.mjs", "*.cjs", "*.vue", "*.svelte")
IMPORT = re.compile(r"""(?:\bfrom\s*|\bimport\s*(?:\(\s*)?|\brequire\s*\(\s*)["']([^"'\n]{1,200})["']""")
CONSOLE = re.compile(r"\bconsole\.(?:log|error|warn|info|debug)\s*\(")
LOGGERS = frozenset(["winston", "pino", "bunyan", "log4js", "loglevel", "consola", "signale", "tslog", "next-logger"])
CARRIED = re.compile(
    r"\b(?:fastify|app|server|req|request|instance)\.log\.(?:trace|debug|info|warn|error|fatal)\("
    r"|\bnew Logger\(\s*(?:\w+\.name|[\"'])"
)
"""Fastify's logger, and that of NestJS."""
MODEL_PACKAGES = re.compile(
    r"^(?:openai|@anthropic-ai/|@ai-sdk/|ai$|langchain|@langchain/|llamaindex|@google/gen|cohere-ai|ollama|@mistralai/|@azure/openai"
    r"|groq-sdk|replicate|@huggingface/|@tensorflow/|onnxruntime|@xenova/transformers)"
)
FROM_HUB = frozenset(["@xenova/transformers", "@huggingface/transformers", "@mlc-ai/web-llm"])
ROUTE = re.compile(
    r"""\.(?:get|all|head|route)\(\s*["'`](/[^"'`\n]{0,100})["'`]|\b(?:url|path)\s*:\s*["'`](/[^"'`\n]{0,100})["'`]"""
)
"""A route as frameworks for servers are told of one."""
MOST_TEXT = 8_000_000


class JavaScript(Struct, frozen=True, dict=True):
    """Packages and consoles of the project's own sources; empty where there is no `package.json`."""

    files: Files

    @classmethod
    def gather(cls, files: Files) -> Self:
        """From manifests and import statements."""
        return cls(files)

    @cached_property
    def declared(self) -> Mapping[str, Location]:
        """Packages that a manifest asks for at run time."""
        found: dict[str, Location] = {}
        for path in self.files.find("package.json"):
            for name in _dependencies(self.files.text(path)):
                found.setdefault(name, Location(path=path))
        return found

    @cached_property
    def imported(self) -> Mapping[str, Location]:
        """Packages that sources import, each where first seen."""
        found: dict[str, Location] = {}
        for path, text in self.sources:
            for match in IMPORT.finditer(text):
                name = _package(match[1])
                if name and name not in found:
                    found[name] = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
        return found

    @cached_property
    def answering(self) -> tuple[tuple[str, str], ...]:
        """Sources that call a model, with their text."""
        return tuple((path, text) for path, text in self.sources if _calls_model(text))

    @cached_property
    def fetched(self) -> tuple[Location, ...]:
        """Where sources import a library that fetches a published model by its name and runs it here."""
        return tuple(place for name, place in self.imported.items() if name in FROM_HUB)

    @cached_property
    def leading(self) -> tuple[tuple[str, str], ...]:
        """Sources that call a model, or import one that leads there, with their text."""
        known = {module_name(path) for path, _ in self.answering}
        found = {path for path, _ in self.answering}
        grown = bool(known)
        while grown:
            more = {path for path, names in self._imports_of_own.items() if path not in found and names & known}
            known |= {module_name(path) for path in more}
            found |= more
            grown = bool(more)
        return tuple((path, text) for path, text in self.sources if path in found)

    @cached_property
    def _imports_of_own(self) -> Mapping[str, frozenset[str]]:
        return {
            path: frozenset(module_name(name) for name in IMPORT.findall(text) if name.startswith(OWN))
            for path, text in self.sources
        }

    @cached_property
    def consoles(self) -> tuple[Location, ...]:
        """Where sources that call a model write to the console."""
        return tuple(
            Location(path=path, line=text.count("\n", 0, found.start()) + 1)
            for path, text in self.answering
            if (found := CONSOLE.search(text)) is not None
        )

    @cached_property
    def routes(self) -> Mapping[str, Location]:
        """Paths that a server answers, each where first seen."""
        found: dict[str, Location] = {}
        for path, text in self.sources:
            for match in ROUTE.finditer(text):
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                found.setdefault(match[1] or match[2], at)
        return found

    @cached_property
    def loggers(self) -> tuple[Location, ...]:
        """Where a logging package is imported, or the logger that a server's framework carries is written to."""
        imported = (place for name, place in self.imported.items() if name in LOGGERS)
        carried = (
            Location(path=path, line=text.count("\n", 0, found.start()) + 1)
            for path, text in self.sources
            if (found := CARRIED.search(text)) is not None
        )
        return (*imported, *carried)

    @cached_property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """The project's own sources outside tests, with their text."""
        return tuple(self._read()) if self.declared else ()

    def _read(self) -> Iterator[tuple[str, str]]:
        total = 0
        for path in self.files.find(*SOURCES):
            if not is_test(path) and not re.search(r"\.(?:test|spec)\.", path):
                text = self.files.text(path)
                total += len(text)
                if total > MOST_TEXT:
                    return
                yield path, text


def _calls_model(text: str) -> bool:
    return any(MODEL_PACKAGES.match(found) for found in IMPORT.findall(text))


def module_name(path: str) -> str:
    """The name of a module, without its ending; that of the folder for an index."""
    *folders, last = SCRIPT.sub("", path).split("/")
    return folders[-1] if last == "index" and folders else last


def _package(name: str) -> str:
    if name.startswith((".", "/", "@/", "~", "#")):
        return ""
    parts = name.removeprefix("node:").split("/")
    return "/".join(parts[:2]) if name.startswith("@") else parts[0]


class _Manifest(Struct):
    dependencies: dict[str, object] = {}


def _dependencies(text: str) -> tuple[str, ...]:
    try:
        return tuple(msgspec.json.decode(text, type=_Manifest).dependencies)
    except (ValueError, RecursionError):
        return ()
