"""What expressions are noted for: the calls, strings, names and decisions in them."""

from __future__ import annotations

import ast
from collections import deque
from sys import intern
from typing import TYPE_CHECKING, Any

from ml_readiness.parsers.expressions import LENGTH, OPERATORS, SHORT, Expr, clean, shape
from ml_readiness.parsers.names import Scope, called, resolve, text_of
from ml_readiness.parsers.python import Assign, Call, Class, Condition, Function, Import, Text
from ml_readiness.parsers.trees import callee

if TYPE_CHECKING:
    from collections.abc import Callable

    from ml_readiness.parsers.python import Effect, Role
    from ml_readiness.parsers.trees import FunctionNode

COMPARISONS = 40
"""Operands of one test, and arguments of one call, that are looked at."""

NO_KEYWORDS: dict[str, Expr] = {}
"""Shared by all calls without any, which are most."""

CHILDREN: dict[type[ast.AST], Callable[[Any], list[Any]]] = {
    ast.Attribute: lambda node: [node.value],
    ast.Subscript: lambda node: [node.slice, node.value],
    ast.BinOp: lambda node: [node.right, node.left],
    ast.BoolOp: lambda node: node.values[::-1],
    ast.UnaryOp: lambda node: [node.operand],
    ast.Compare: lambda node: [*node.comparators[::-1], node.left],
    ast.IfExp: lambda node: [node.orelse, node.body, node.test],
    ast.List: lambda node: node.elts[::-1],
    ast.Tuple: lambda node: node.elts[::-1],
    ast.Set: lambda node: node.elts[::-1],
    ast.Dict: lambda node: [*node.values[::-1], *node.keys[::-1]],
    ast.JoinedStr: lambda node: node.values[::-1],
    ast.FormattedValue: lambda node: [node.format_spec, node.value],
    ast.Starred: lambda node: [node.value],
    ast.Await: lambda node: [node.value],
    ast.Yield: lambda node: [node.value],
    ast.YieldFrom: lambda node: [node.value],
    ast.NamedExpr: lambda node: [node.value],
    ast.Slice: lambda node: [node.step, node.upper, node.lower],
    ast.Lambda: lambda node: [node.body, node.args],
    ast.arguments: lambda node: [*node.kw_defaults[::-1], *node.defaults[::-1]],
    ast.Call: lambda node: [*node.keywords[::-1], *node.args[::-1], node.func],
    ast.keyword: lambda node: [node.value],
    ast.ListComp: lambda node: [*node.generators[::-1], node.elt],
    ast.SetComp: lambda node: [*node.generators[::-1], node.elt],
    ast.GeneratorExp: lambda node: [*node.generators[::-1], node.elt],
    ast.DictComp: lambda node: [*node.generators[::-1], node.value, node.key],
    ast.comprehension: lambda node: [*node.ifs[::-1], node.iter],
}
"""The expressions directly inside an expression, the last one first and None where there is none; written down, since
asking each node for all its fields is slow."""
ACTING: frozenset[type[ast.AST]] = frozenset({ast.NamedExpr, ast.Await, ast.IfExp, ast.BoolOp})
"""Expressions that do something besides holding others."""
NAMED: frozenset[type[ast.AST]] = frozenset({ast.Name, ast.Attribute})


def children(node: ast.AST) -> list[Any]:
    """The expressions directly inside an expression, the last one first."""
    inside = CHILDREN.get(type(node))
    return [] if inside is None else inside(node)


class Recorder:
    """Collects what is seen in the scope being read."""

    def __init__(self) -> None:
        self.scope = Scope("")
        self.guards: tuple[str, ...] = ()
        self.later: deque[tuple[FunctionNode, Scope, tuple[str, ...]]] = deque()
        self.imports: list[Import] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.calls: list[Call] = []
        self.assigns: list[Assign] = []
        self.conditions: list[Condition] = []
        self.raises: list[tuple[int, str, str]] = []
        self.texts: list[Text] = []
        self.names: set[str] = set()
        self.main_guard = 0
        self.statements: int = 0
        self.returns: list[Expr] = []

    def resolve(self, node: ast.expr) -> str:
        """The dotted name of an expression in the scope being read."""
        return resolve(node, self.scope)

    def shape(self, node: ast.expr | None) -> Expr:
        """The shape of an expression in the scope being read."""
        return shape(node, self.scope)

    def expression(self, node: ast.expr, role: Role = "", targets: tuple[str, ...] = ()) -> None:
        """Notes the calls, strings and names of an expression, however deep, with a stack of its own.

        Most of the time that reading takes is spent here, so the commonest nodes come first and without detours.
        """
        stack: list[tuple[Any, Role]] = [(node, role)]
        push, note = stack.append, self.names.add
        while stack:
            inner, role = stack.pop()
            kind = type(inner)  # pyright: ignore[reportUnknownVariableType]
            if kind is ast.Name:
                note(inner.id)
            elif kind is ast.Constant:
                if type(inner.value) is str:
                    self._text(inner)
            elif kind is ast.Attribute:
                note(inner.attr)
                push((inner.value, ""))
            elif kind is ast.Call:
                self._call(inner, role, targets if inner is node else ())
                for argument in (*[keyword.value for keyword in inner.keywords[::-1]], *inner.args[::-1]):
                    held = type(argument)  # pyright: ignore[reportUnknownVariableType]
                    if held is ast.Name:
                        note(argument.id)
                    elif held is not ast.Constant:
                        push((argument, "argument"))
                    elif type(argument.value) is str:
                        self._text(argument)
                push((inner.func, ""))
            else:
                passed = self._other(inner, role) if kind in ACTING else ""
                for child in children(inner):
                    if type(child) is ast.Name:
                        note(child.id)
                    elif child is not None:
                        push((child, passed))

    def _other(self, node: ast.AST, role: Role) -> Role:
        """Notes what rarer nodes do; gives the role of the calls directly inside."""
        if isinstance(node, ast.NamedExpr):
            self.bind(node.target, node.value, node.lineno)
        elif isinstance(node, ast.Await):
            return "await"
        return role if isinstance(node, ast.IfExp | ast.BoolOp) else ""

    def bind(self, target: ast.expr, value: ast.expr, line: int) -> None:
        """Notes an assignment, and what the target stands for from here on."""
        raise NotImplementedError

    def _call(self, node: ast.Call, role: Role, targets: tuple[str, ...]) -> None:
        scope, func = self.scope, node.func
        self.calls.append(
            Call(
                intern(called(func, scope)),
                text_of(func.value) if isinstance(func, ast.Attribute) else "",
                node.lineno,
                node.col_offset + 1,
                _last_line(node),
                scope.name,
                tuple([shape(argument, scope) for argument in node.args[:COMPARISONS]]),
                {k.arg or "**": shape(k.value, scope) for k in node.keywords} if node.keywords else NO_KEYWORDS,
                targets,
                role,
                self.guards,
            )
        )

    def _text(self, node: ast.Constant) -> None:
        value = node.value
        if value and isinstance(value, str):
            text = intern(value) if len(value) < SHORT and value.isascii() else clean(value[:LENGTH])
            self.texts.append(Text(text, len(value), node.lineno, node.col_offset + 1, self.scope.name))

    def condition(self, test: ast.expr, effect: Effect, line: int, says: str = "") -> None:
        """Notes a test that decides something."""
        nodes = _walk(test)
        operators = tuple([OPERATORS[type(op)] for node in nodes if type(node) is ast.Compare for op in node.ops])
        if effect == "other" and not operators:
            return
        names = tuple([text_of(node) for node in nodes if type(node) in NAMED])
        calls = tuple([self.resolve(node.func) for node in nodes if type(node) is ast.Call])
        shown = self.shape(test)
        self.conditions.append(Condition(effect, shown, names, calls, operators, line, self.scope.name, says))

    def brief(self, test: ast.expr) -> str:
        """A test in a few words, for `Call.guards`."""
        if isinstance(test, ast.BoolOp):
            word = " and " if isinstance(test.op, ast.And) else " or "
            return word.join([self._brief_part(part) for part in test.values[:COMPARISONS]])
        return self._brief_part(test)

    def _brief_part(self, test: ast.expr) -> str:
        negations = ""
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and len(negations) < LENGTH:
            negations, test = negations + "not ", test.operand
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            right = test.comparators[0]
            shown = repr(right.value)[:40] if isinstance(right, ast.Constant) else text_of(right)
            return f"{negations}{text_of(test.left)} {OPERATORS[type(test.ops[0])]} {shown}"
        if isinstance(test, ast.Constant):
            return negations + repr(test.value)[:40]
        return negations + text_of(callee(test)) + ("()" if isinstance(test, ast.Call) else "")


def _last_line(node: ast.Call) -> int:
    """The line on which a call ends, as the same object where it is the first."""
    line = node.lineno
    return line if node.end_lineno == line else node.end_lineno or line


def _walk(test: ast.expr) -> list[Any]:
    """The nodes of a test, names and attribute chains whole, as far as anybody would read."""
    found: list[Any] = []
    stack: list[Any] = [test]
    while stack and len(found) < 4 * COMPARISONS:
        node = stack.pop()
        found.append(node)
        if type(node) is ast.Attribute:
            if type(node.value) is not ast.Name:
                stack.append(node.value)
        elif type(node) is not ast.Name and type(node) is not ast.Constant:
            stack.extend([child for child in children(node) if child is not None])
    return found
