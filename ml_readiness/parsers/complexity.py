"""How many ways lead through the functions of a file, as radon counts them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, ClassVar, Self

from msgspec import Struct

from ml_readiness.parsers import source
from ml_readiness.parsers.python import PythonFile
from ml_readiness.parsers.trees import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 10
"""Functions around a function that is still measured, since what is inside counts for all of them."""


class Complexity(Struct, frozen=True):
    """The cyclomatic complexity of every function of a Python file, closures included, by the line of its `def`."""

    patterns: ClassVar[tuple[str, ...]] = PythonFile.patterns
    max_bytes: ClassVar[int] = PythonFile.max_bytes
    version: ClassVar[int] = 1

    by_line: dict[int, int]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """From the tree of the file."""
        return cls({function.lineno: _measured(function) for function in _functions(source.read(data).tree)})


def _functions(tree: ast.Module) -> Iterator[FunctionNode]:
    stack: list[tuple[ast.AST, int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, FunctionNode):
            yield node
            depth += 1
        if depth < DEEPEST:
            stack += [(child, depth) for child in ast.iter_child_nodes(node) if isinstance(child, _HOLDERS)]


_HOLDERS = (ast.stmt, ast.excepthandler, ast.match_case)
"""What functions may be defined in."""


def _measured(function: FunctionNode) -> int:
    from radon.visitors import ComplexityVisitor  # noqa: PLC0415

    visitor: Any = ComplexityVisitor.from_ast(function)  # pyright: ignore[reportUnknownMemberType]
    return int(visitor.functions[0].complexity)
