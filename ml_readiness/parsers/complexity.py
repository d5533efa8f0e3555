"""How many ways lead through a function, as radon counts them."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any

from ml_readiness.documents import PARSE_ERRORS
from ml_readiness.parsers import source
from ml_readiness.parsers.trees import FunctionNode

REMEMBERED = 10_000
"""Functions that are not measured again: most are the same from one revision to the next."""


@lru_cache(maxsize=REMEMBERED)
def complexity(lines: tuple[str, ...]) -> int | None:
    """The cyclomatic complexity of the function on these lines, closures included; None where it cannot be read.

    The lines stay indented under an `if`, for taking the indentation away could change what strings hold.
    """
    code = "\n".join(["if 1:", *lines] if lines[0][:1].isspace() else lines)
    try:
        tree = source.read(code.encode("utf-8", "replace")).tree
    except PARSE_ERRORS:
        return None
    function = next((node for node in ast.walk(tree) if isinstance(node, FunctionNode)), None)
    return _measured(function) if function is not None else None


def _measured(function: FunctionNode) -> int:
    from radon.visitors import ComplexityVisitor  # noqa: PLC0415

    visitor: Any = ComplexityVisitor.from_ast(function)  # pyright: ignore[reportUnknownMemberType]
    return int(visitor.functions[0].complexity)
