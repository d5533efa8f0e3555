"""From the tree of a Python file to the instructions of `parsers.flow`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, ClassVar

from ml_readiness.parsers.flow import Body
from ml_readiness.parsers.flow_expressions import Expressions, Function, Shared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_OPS = 120_000
"""Instructions of one file."""


def lower(tree: ast.Module) -> tuple[tuple[tuple[str, str], ...], tuple[Body, ...], bool]:
    """The pool, the bodies and whether something was left out."""
    file = Shared()
    bodies: dict[int, Body] = {}
    module = Statements(file, "", "module", bodies)
    module.block(tree.body)
    bodies[0] = module.finished(1)
    while file.later:
        index, name, node = file.later.pop()
        bodies[index] = _function(file, bodies, name, node)
    return tuple(file.pool), tuple(bodies[index] for index in range(file.reserved)), file.count > MAX_OPS


def _function(file: Shared, bodies: dict[int, Body], name: str, node: Function) -> Body:
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    body = Statements(file, name, "lambda" if isinstance(node, ast.Lambda) else "function", bodies)
    body.parameters = tuple(each.arg for each in parameters)
    body.annotations = tuple(_annotation(each.annotation) for each in parameters)
    body.rest = arguments.vararg.arg if arguments.vararg else ""
    body.extra = arguments.kwarg.arg if arguments.kwarg else ""
    body.line = node.lineno
    if isinstance(node, ast.Lambda):
        body.emit("return", (body.expr(node.body),))
    else:
        body.block(node.body)
    return body.finished(node.lineno)


def _annotation(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value[:80]
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return ast.unparse(node)[:80]
    return ""


def _is_main_guard(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _timed(node: ast.expr) -> list[ast.stmt] | None:
    """The code of a `%%time` cell, as notebooks that were exported to scripts write it."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or len(node.args) != 3:
        return None
    name, _, code = (getattr(each, "value", None) for each in node.args)
    if (
        node.func.attr != "run_cell_magic"
        or name not in {"time", "timeit", "capture", "prun"}
        or not isinstance(code, str)
    ):
        return None
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return None
    for inner in ast.walk(tree):
        if isinstance(inner, ast.stmt | ast.expr):
            inner.lineno = node.lineno
    return tree.body


class Statements(Expressions):
    """Lowers the statements of one body."""

    def __init__(self, file: Shared, name: str, kind: str, bodies: dict[int, Body]) -> None:
        super().__init__(file, name, kind)
        self.bodies = bodies

    def finished(self, line: int) -> Body:
        """The body with all its instructions."""
        return Body(
            self.name,
            self.kind,
            line,
            tuple(self.ops),
            self.parameters,
            self.rest,
            self.extra,
            self.annotations,
            self.is_generator,
            frozenset(self.calls),
        )

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Statements in order; one that is nested too deeply is left out."""
        for statement in statements:
            if self.file.count > MAX_OPS:
                return
            lowering = self.STATEMENTS.get(type(statement))
            if lowering is None:
                continue
            self.line = statement.lineno
            try:
                lowering(self, statement)
            except RecursionError:
                continue

    def _expression(self, node: ast.Expr) -> None:
        magic = _timed(node.value)
        if magic is not None:
            self.block(magic)
            return
        if not isinstance(node.value, ast.Constant | ast.Name):
            self.expr(node.value)

    def _assign(self, node: ast.Assign) -> None:
        value = self.expr(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.expr(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        result = self.emit("bin", (self.expr(node.target), self.expr(node.value)), type(node.op).__name__)
        self.assign(node.target, result)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        element = self.emit("for", (self.expr(node.iter),))
        self.assign(node.target, element)
        self.block(node.body)
        self.emit("endfor")
        self.block(node.orelse)

    def _while(self, node: ast.While) -> None:
        self.emit("while", (self.expr(node.test),))
        self.block(node.body)
        self.emit("endfor")
        self.block(node.orelse)

    def _if(self, node: ast.If) -> None:
        """An `elif` chain is lowered in a loop: it may be as long as the file."""
        depth = 0
        while True:
            if _is_main_guard(node.test):
                self.block(node.body)
            else:
                self.emit("if", (self.expr(node.test),))
                self.block(node.body)
                self.emit("else")
                depth += 1
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                break
            node = node.orelse[0]
        self.block(node.orelse)
        for _ in range(depth):
            self.emit("endif")

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        self.block(node.body)
        self.block(node.orelse)
        for handler in node.handlers:
            self.emit("if")
            self.block(handler.body)
            self.emit("else")
            self.emit("endif")
        self.block(node.finalbody)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            entered = self.emit("enter", (self.expr(item.context_expr),))
            if item.optional_vars is not None:
                self.assign(item.optional_vars, entered)
        self.block(node.body)

    def _match(self, node: ast.Match) -> None:
        subject = self.expr(node.subject)
        for case in node.cases:
            self.emit("if", (subject,))
            self.block(case.body)
            self.emit("else")
        for _ in node.cases:
            self.emit("endif")

    def _return(self, node: ast.Return) -> None:
        self.emit("return", (self.expr(node.value),) if node.value is not None else ())

    def _leave(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Raise) and node.exc is not None:
            self.expr(node.exc)
        self.emit("leave", name=type(node).__name__)

    def _assert(self, node: ast.Assert) -> None:
        self.expr(node.test)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self.emit("delitem", (self.expr(target.value), self.expr(target.slice)))

    def _global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.emit("global", keys=tuple(node.names))

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.emit("import", name=alias.name, keys=(alias.asname or "",))

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            self.emit("from", name=module, keys=(alias.name, alias.asname or alias.name))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        value = self._define(node, node.name, node.decorator_list)
        self.emit("store", (value,), node.name)

    def _class(self, node: ast.ClassDef) -> None:
        bases = tuple([self.expr(base) for base in node.bases])
        index = self.file.reserve()
        body = Statements(self.file, f"{self.name}.{node.name}".lstrip("."), "class", self.bodies)
        self.bodies[index] = Body(body.name, "class", node.lineno)
        body.block(node.body)
        self.bodies[index] = body.finished(node.lineno)
        self.emit("store", (self.emit("class", bases, str(index), line=node.lineno),), node.name)

    STATEMENTS: ClassVar[Mapping[type[ast.stmt], Callable[[Any, Any], None]]] = {
        ast.Expr: _expression,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.If: _if,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Match: _match,
        ast.Return: _return,
        ast.Raise: _leave,
        ast.Break: _leave,
        ast.Continue: _leave,
        ast.Assert: _assert,
        ast.Delete: _delete,
        ast.Global: _global,
        ast.Nonlocal: _global,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
    }
