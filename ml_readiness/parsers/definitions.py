"""What functions and classes are: their parameters, annotations, fields and places."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ml_readiness.parsers.bindings import Bindings
from ml_readiness.parsers.names import Scope, resolve
from ml_readiness.parsers.python import Class, Function, Parameter
from ml_readiness.parsers.trees import FunctionNode, callee, instance, size, without_docstring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_RETURNS = 20


class Definitions(Bindings):
    """Notes functions and classes; function bodies wait until the code around them is read."""

    def block(self, body: Iterable[ast.stmt]) -> None:
        """Reads statements in order."""
        raise NotImplementedError

    def declare(self, body: Iterable[ast.stmt]) -> None:
        """Binds what a block defines before it is read, since functions may use what comes later."""
        for statement in body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.scope.bind(statement.name, ":" + self.scope.qualify(statement.name))

    def function(self, node: FunctionNode) -> None:
        """A function where it is defined: its decorators and defaults."""
        self._decorators(node.decorator_list)
        arguments = node.args
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            if default is not None:
                self.expression(default)
        if (node.name not in self.scope.bindings or not self.scope.is_class) and not self.stands_in(node.name):
            self.scope.bind(node.name, ":" + self.scope.qualify(node.name))
        owner = self.scope if self.scope.is_class else self.scope.owner
        inner = Scope(self.scope.qualify(node.name), parent=self.scope, owner=owner)
        if node.name == "__init__":
            self.later.appendleft((node, inner, self.guards))
        else:
            self.later.append((node, inner, self.guards))

    def body(self, node: FunctionNode, scope: Scope, guards: tuple[str, ...]) -> None:
        """A function's body, in the scope that was made for it where it is defined."""
        self.scope, self.guards, self.returns = scope, guards, []
        parameters = self._parameters(node.args)
        for parameter in parameters:
            if parameter.name not in {"self", "cls"}:
                typed = parameter.annotation and not parameter.annotation.startswith("?")
                scope.bind(parameter.name, instance(parameter.annotation) if typed else "?" + parameter.name)
        self.declare(node.body)
        self.block(without_docstring(node.body))
        parent = scope.parent
        self.functions.append(
            Function(
                name=scope.name,
                line=node.lineno,
                end_line=node.end_lineno or node.lineno,
                parameters=parameters,
                decorators=tuple([self.resolve(callee(d)) for d in node.decorator_list]),
                returns=tuple(self.returns[:MOST_RETURNS]),
                is_async=isinstance(node, ast.AsyncFunctionDef),
                statements=size(node.body),
                in_class=parent.name if parent is not None and parent.is_class else "",
            )
        )

    def _parameters(self, node: ast.arguments) -> tuple[Parameter, ...]:
        plain = [*node.posonlyargs, *node.args]
        missing = len(plain) - len(node.defaults)
        defaults: list[ast.expr | None] = [*([None] * missing), *node.defaults, *node.kw_defaults]
        found = [
            Parameter(a.arg, self.annotation(a.annotation), self.shape(d) if d is not None else None)
            for a, d in zip([*plain, *node.kwonlyargs], defaults, strict=True)
        ]
        if node.vararg is not None:
            found.append(Parameter("*" + node.vararg.arg, self.annotation(node.vararg.annotation)))
        if node.kwarg is not None:
            found.append(Parameter("**" + node.kwarg.arg, self.annotation(node.kwarg.annotation)))
        return tuple(found)

    def class_(self, node: ast.ClassDef) -> None:
        """A class with what its body does; its methods are read later."""
        self._decorators(node.decorator_list)
        for base in [*node.bases, *(k.value for k in node.keywords)]:
            self.expression(base)
        outer = self.scope
        if not self.stands_in(node.name):
            outer.bind(node.name, ":" + outer.qualify(node.name))
        bases = tuple([self.annotation(base) or self.resolve(base) for base in node.bases])
        methods = tuple([s.name for s in node.body if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)])
        self.scope = Scope(
            outer.qualify(node.name),
            parent=outer,
            is_class=True,
            bases=bases,
            methods=frozenset(methods),
            owner=outer.owner,
        )
        self.block(without_docstring(node.body))
        fields = tuple(self._fields(node.body))
        decorators = tuple([resolve(callee(d), outer) for d in node.decorator_list])
        name, self.scope = self.scope.name, outer
        end = node.end_lineno or node.lineno
        self.classes.append(Class(name, node.lineno, end, bases, decorators, fields, methods))

    def _fields(self, body: list[ast.stmt]) -> Iterator[Parameter]:
        for statement in body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                default = self.shape(statement.value) if statement.value is not None else None
                yield Parameter(statement.target.id, self.annotation(statement.annotation), default)
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                yield Parameter(statement.targets[0].id, "", self.shape(statement.value))

    def _decorators(self, nodes: list[ast.expr]) -> None:
        for node in nodes:
            self.expression(node, "decorator" if isinstance(node, ast.Call) else "")
