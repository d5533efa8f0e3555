"""Small questions about the nodes of a Python tree."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
NO_STATEMENTS: frozenset[type[ast.AST]] = frozenset({ast.ExceptHandler, ast.match_case})
"""Parts of statements that hold statements."""


BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.FunctionDef: ("body",), ast.AsyncFunctionDef: ("body",), ast.ClassDef: ("body",),
    ast.With: ("body",), ast.AsyncWith: ("body",), ast.ExceptHandler: ("body",), ast.match_case: ("body",),
    ast.If: ("body", "orelse"), ast.While: ("body", "orelse"),
    ast.For: ("body", "orelse"), ast.AsyncFor: ("body", "orelse"), ast.Match: ("cases",),
    ast.Try: ("body", "handlers", "orelse", "finalbody"), ast.TryStar: ("body", "handlers", "orelse", "finalbody"),
}  # fmt: skip
"""Where statements have other statements."""


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """A block without its docstring."""
    return body[1:] if _documented(body) is not None else body


def docstring(body: list[ast.stmt]) -> str:
    """The docstring of a block as it is written; empty where there is none."""
    return _documented(body) or ""


def _documented(body: list[ast.stmt]) -> str | None:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.value.value
    return None


def size(body: list[ast.stmt]) -> int:
    """Statements in a body, nested ones included; 0 for a stub."""
    own: list[ast.AST] = [s for s in without_docstring(body) if type(s) is not ast.Pass]
    if all(isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in own):
        return 0
    count, stack = 0, own
    while stack:
        statement = stack.pop()
        kind = type(statement)
        count += kind not in NO_STATEMENTS
        for name in BLOCKS.get(kind, ()):
            stack.extend(getattr(statement, name))
    return count


def does_something(statement: ast.stmt) -> bool:
    """Whether a module-level statement does more than define, import or name a constant."""
    if isinstance(statement, ast.Import | ast.ImportFrom | FunctionNode | ast.ClassDef | ast.Pass):
        return False
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return isinstance(statement.value, ast.Call | ast.BinOp | ast.Subscript | ast.ListComp)
    if isinstance(statement, ast.If):
        return not is_main(statement.test)
    return not isinstance(statement, ast.Try)


def is_main(test: ast.expr) -> bool:
    """Whether a test is `__name__ == "__main__"`."""
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def is_elif(orelse: list[ast.stmt]) -> bool:
    """Whether an else branch is nothing but another `if`."""
    return len(orelse) == 1 and isinstance(orelse[0], ast.If)


def flat(target: ast.expr) -> Iterator[ast.expr]:
    """The single targets of an assignment target, however nested."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from flat(part)
    else:
        yield target.value if isinstance(target, ast.Starred) else target


def callee(node: ast.expr) -> ast.expr:
    """The called thing of a call, or the node itself."""
    return node.func if isinstance(node, ast.Call) else node


def types(node: ast.expr | None) -> list[ast.expr]:
    """The exception types of a handler."""
    if node is None:
        return []
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def instance(annotation: str) -> str:
    """The class an annotation promises: the first that is not None, without its parameters for optional types."""
    for part in annotation.split(" | "):
        if part not in {"None", ""}:
            head, _, inner = part.partition("[")
            if head in {"typing.Optional", "typing.Annotated"}:
                return inner.rstrip("]").partition(",")[0]
            return head
    return annotation
