"""The report as JSON, and the JSON Schema that describes it."""

from __future__ import annotations

import ast
import inspect
import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from ml_readiness.render.text import readable

if TYPE_CHECKING:
    from ml_readiness.report import Report

    Value = str | float | bool | None | dict[str, "Value"] | list["Value"] | tuple["Value", ...]


def render(report: Report, indent: int | None = 2) -> str:
    """JSON in plain ASCII: whatever file names hold, every reader gets the same text."""
    return json.dumps(readable_all(cast("Value", msgspec.to_builtins(report))), indent=indent, ensure_ascii=True) + "\n"


def readable_all(value: Value) -> Value:
    """A value whose strings can all be encoded."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {readable(key): readable_all(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [readable_all(inner) for inner in value]
    return value


def schema() -> str:
    """The JSON Schema of the report."""
    from ml_readiness import answers, border, changes, report  # noqa: PLC0415

    described = border.described(report.Report)
    for path in (answers.__file__, changes.__file__, report.__file__):
        for name, fields in _field_docs(Path(path).read_text("utf-8")).items():
            for field, text in fields.items():
                if name in described["$defs"]:
                    described["$defs"][name]["properties"][field]["description"] = text
    described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(described, indent=2) + "\n"


def _field_docs(source: str) -> dict[str, dict[str, str]]:
    """The docstrings below the fields of each class: read here, since looking for them at import costs every audit."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            fields = found.setdefault(node.name, {})
            for field, below in pairwise(node.body):
                match field, below:
                    case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                        fields[name] = inspect.cleandoc(text)
                    case _:
                        pass
    return found
