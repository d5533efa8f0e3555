"""Operations of an OpenAPI description that name the function which answers, as connexion routes them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.units import Definition
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.yaml import Node, YamlFile
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIBES = re.compile(r"^\s+operationId\s*:", re.MULTILINE)
CONTROLLERS = ("x-openapi-router-controller", "x-swagger-router-controller")
VERBS = ("get", "post", "put", "patch", "delete")


class Operation(Struct, frozen=True):
    """One path and method of the description."""

    path: str
    method: str
    """In capitals."""
    definition: Definition
    checked: bool
    """Whether it has a schema, by which the framework checks what comes in."""
    location: Location


class Operations(Struct, frozen=True, dict=True):
    """Every operation whose function is the project's own."""

    documents: Documents
    files: Files
    code: Code

    @classmethod
    def gather(cls, documents: Documents, files: Files, code: Code) -> Self:
        """From YAML files with operations, where some unit imports the framework that reads them."""
        return cls(documents, files, code)

    @cached_property
    def all(self) -> tuple[Operation, ...]:
        """In order of paths."""
        routed = any(unit.imports_any("connexion") for unit in self.code.production)
        return tuple(each for path in self.files.find("*.yaml", "*.yml") for each in self._in(path)) if routed else ()

    def _in(self, path: str) -> Iterator[Operation]:
        if is_test(path) or not DESCRIBES.search(self.files.text(path)):
            return
        document = self.documents.find(YamlFile, path)
        paths = document.root.get("paths") if document is not None else None
        for route, node in (paths.pairs or {}).items() if paths is not None else ():
            for verb in VERBS:
                inner = node.get(verb)
                definition = self._named(inner, node, path) if inner is not None else None
                if inner is not None and definition is not None:
                    at = Location(path=path, line=inner.line)
                    yield Operation(route, verb.upper(), definition, _has_schema(inner), at)

    def _named(self, operation: Node, around: Node, path: str) -> Definition | None:
        """The function that an operation names, by itself or within its controller."""
        named = (node.string(key) for node in (operation, around) for key in CONTROLLERS)
        within = (next((name for name in named if name), ""), operation.string("operationId"))
        module, _, function = ".".join(part for part in within if part).rpartition(".")
        for found in self.code.modules.candidates(module, path) if module else ():
            unit = self.code.by_path.get(found)
            if unit is not None and function in unit.functions:
                return Definition(unit, function)
        return None


def _has_schema(operation: Node) -> bool:
    content, listed = operation.get("requestBody", "content"), operation.get("parameters")
    bodies = (content.pairs or {}).values() if content is not None else ()
    parameters = (listed.items or ()) if listed is not None else ()
    typed = any(each.get("schema") is not None or each.get("type") is not None for each in parameters)
    return typed or any(body.get("schema") is not None for body in bodies)
