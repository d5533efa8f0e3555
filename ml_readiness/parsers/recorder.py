"""What expressions are noted for: the calls, strings, names and decisions in them."""

from __future__ import annotations

import ast
from collections import deque
from sys import intern
from typing import TYPE_CHECKING, Any

from ml_readiness.parsers.expressions import LENGTH, OPERATORS, Expr, clean, shape
from ml_readiness.parsers.names import Scope, called, resolve, text_of
from ml_readiness.parsers.python import Assign, Call, Class, Condition, Function, Import, Text
from ml_readiness.parsers.trees import callee

if TYPE_CHECKING:
    from ml_readiness.parsers.trees import FunctionNode

COMPARISONS = 40
"""Operands of one test, and arguments of one call, that are looked at."""

NO_KEYWORDS: dict[str, Expr] = {}
"""Shared by all calls without any, which are most."""

CHILDREN: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Attribute: ("value",),
    ast.Subscript: ("value", "slice"),
    ast.BinOp: ("left", "right"),
    ast.BoolOp: ("values",),
    ast.UnaryOp: ("operand",),
    ast.Compare: ("left", "comparators"),
    ast.IfExp: ("test", "body", "orelse"),
    ast.List: ("elts",),
    ast.Tuple: ("elts",),
    ast.Set: ("elts",),
    ast.Dict: ("keys", "values"),
    ast.JoinedStr: ("values",),
    ast.FormattedValue: ("value", "format_spec"),
    ast.Starred: ("value",),
    ast.Await: ("value",),
    ast.Yield: ("value",),
    ast.YieldFrom: ("value",),
    ast.NamedExpr: ("value",),
    ast.Slice: ("lower", "upper", "step"),
    ast.Lambda: ("args", "body"),
    ast.arguments: ("defaults", "kw_defaults"),
    ast.Call: ("func", "args", "keywords"),
    ast.keyword: ("value",),
    ast.ListComp: ("elt", "generators"),
    ast.SetComp: ("elt", "generators"),
    ast.GeneratorExp: ("elt", "generators"),
    ast.DictComp: ("key", "value", "generators"),
    ast.comprehension: ("iter", "ifs"),
}
"""Where expressions have other expressions; written down, since asking each node for all its fields is slow."""


def children(node: ast.AST) -> list[Any]:
    """The expressions directly inside an expression, the last one first."""
    found: list[Any] = []
    for name in CHILDREN.get(type(node), ()):
        value = getattr(node, name)
        if isinstance(value, list):
            found.extend(value)  # pyright: ignore[reportUnknownArgumentType]
        elif value is not None:
            found.append(value)
    found.reverse()
    return found


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
        self.exports: tuple[str, ...] = ()
        self.main_guard = 0
        self.statements: int = 0
        self.returns: list[Expr] = []
        self.yields = False

    def resolve(self, node: ast.expr) -> str:
        """The dotted name of an expression in the scope being read."""
        return resolve(node, self.scope)

    def shape(self, node: ast.expr | None) -> Expr:
        """The shape of an expression in the scope being read."""
        return shape(node, self.scope)

    def expression(self, node: ast.expr, role: str = "", targets: tuple[str, ...] = ()) -> None:
        """Notes the calls, strings and names of an expression, however deep, with a stack of its own.

        Most of the time that reading takes is spent here, so the commonest nodes come first and without detours.
        """
        stack: list[tuple[Any, str]] = [(node, role)]
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
                for keyword in reversed(inner.keywords):
                    push((keyword.value, "argument"))
                for argument in reversed(inner.args):
                    push((argument, "argument"))
                push((inner.func, ""))
            else:
                passed = self._other(inner, role)
                for child in children(inner):
                    push((child, passed))

    def _other(self, node: ast.AST, role: str) -> str:
        """Notes what rarer nodes do; gives the role of the calls directly inside."""
        if isinstance(node, ast.NamedExpr):
            self.bind(node.target, node.value, node.lineno)
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            self.yields = True
        elif isinstance(node, ast.Await):
            return "await"
        return role if isinstance(node, ast.IfExp | ast.BoolOp) else ""

    def bind(self, target: ast.expr, value: ast.expr, line: int, annotation: str = "") -> None:
        """Notes an assignment, and what the target stands for from here on."""
        raise NotImplementedError

    def _call(self, node: ast.Call, role: str, targets: tuple[str, ...]) -> None:
        scope, func = self.scope, node.func
        self.calls.append(
            Call(
                intern(called(func, scope)),
                text_of(func.value) if isinstance(func, ast.Attribute) else "",
                node.lineno,
                node.col_offset + 1,
                node.end_lineno or node.lineno,
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
            text = clean(value[:LENGTH])
            self.texts.append(Text(text, len(value), node.lineno, node.col_offset + 1, self.scope.name))

    def condition(self, test: ast.expr, effect: str, line: int) -> None:
        """Notes a test that decides something."""
        nodes = _walk(test)
        operators = tuple([OPERATORS[type(op)] for node in nodes if type(node) is ast.Compare for op in node.ops])
        if effect == "other" and not operators:
            return
        names = tuple([text_of(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute)])
        calls = tuple([self.resolve(node.func) for node in nodes if isinstance(node, ast.Call)])
        shown = self.shape(test)
        self.conditions.append(Condition(effect, shown, names, calls, operators, line, self.scope.name))

    def brief(self, test: ast.expr) -> str:
        """A test in a few words, for `Call.guards`."""
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


def _walk(test: ast.expr) -> list[ast.AST]:
    """The nodes of a test, names and attribute chains whole, as far as anybody would read."""
    found: list[ast.AST] = []
    stack: list[ast.AST] = [test]
    while stack and len(found) < 4 * COMPARISONS:
        node = stack.pop()
        found.append(node)
        if type(node) is ast.Attribute:
            if type(node.value) is not ast.Name:
                stack.append(node.value)
        elif type(node) is not ast.Name and type(node) is not ast.Constant:
            stack.extend(children(node))
    return found
