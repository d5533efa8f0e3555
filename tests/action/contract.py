"""GitHub's own description of its API: is a request one that it allows?"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from jsonschema import Draft4Validator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.action.hub import Request


class Contract:
    """The description, read once."""

    def __init__(self, path: Path) -> None:
        self._document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        self._paths = [
            (re.compile("/".join(_pattern(part) for part in template.split("/"))), template)
            for template in self._document["paths"]
        ]

    def violations(self, request: Request) -> list[str]:
        """What is wrong with a request, in words; nothing where it is as described."""
        return [f"{request.method} {request.target}: {problem}" for problem in self._problems(request)]

    def _problems(self, request: Request) -> Iterator[str]:
        path = request.path.removeprefix("/api/v3")
        found = [(match, template) for pattern, template in self._paths if (match := pattern.fullmatch(path))]
        if not found:
            yield "no such path"
            return
        match, template = min(found, key=lambda pair: pair[1].count("{"))
        item = self._document["paths"][template]
        operation = item.get(request.method.lower())
        if operation is None:
            yield "no such method"
            return
        parameters = [self._resolved(p) for p in (*item.get("parameters", ()), *operation.get("parameters", ()))]
        yield from self._parameters(request, match.groupdict(), parameters)
        yield from self._body(request, self._resolved(operation.get("requestBody", {})))
        if "application/json" not in request.headers.get("accept", ""):
            yield "JSON is not asked for"

    def _parameters(self, request: Request, path: dict[str, str], parameters: list[dict[str, Any]]) -> Iterator[str]:
        known = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "query"}
        for name, values in request.query.items():
            if name not in known:
                yield f"no such parameter: {name}"
            else:
                yield from self._value(name, values[0], known[name])
        yield from (f"missing parameter: {n}" for n, p in known.items() if p.get("required") and n not in request.query)
        for parameter in parameters:
            if parameter["in"] == "path":
                yield from self._value(parameter["name"], unquote(path[_name(parameter["name"])]), parameter)

    def _value(self, name: str, text: str, parameter: dict[str, Any]) -> Iterator[str]:
        schema = self._resolved(parameter["schema"])
        value: object = int(text) if schema.get("type") == "integer" and text.isdigit() else text
        yield from (f"{name}: {problem}" for problem in self._errors(schema, value))

    def _body(self, request: Request, described: dict[str, Any]) -> Iterator[str]:
        if not described:
            if request.body:
                yield "a body where none is expected"
            return
        if request.headers.get("content-type") != "application/json":
            yield "the body is not declared as JSON"
        schema = described["content"]["application/json"]["schema"]
        yield from (f"body: {problem}" for problem in self._errors(schema, json.loads(request.body or b"null")))

    def _errors(self, schema: dict[str, Any], value: Any) -> Iterator[str]:
        validator = Draft4Validator({**schema, "components": self._document["components"]})
        return (error.message[:200] for error in validator.iter_errors(value))  # pyright: ignore[reportUnknownMemberType]

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self._document
            for key in node["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            node = found
        return node


def _pattern(part: str) -> str:
    return re.sub(r"\\{(.+?)\\}", lambda found: f"(?P<{_name(found[1])}>[^/]+)", re.escape(part).replace("\\-", "-"))


def _name(parameter: str) -> str:
    return parameter.replace("-", "_")
