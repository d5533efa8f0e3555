"""What expressions are noted for: the calls, strings, names and decisions in them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ml_readiness.parsers.expressions import LENGTH, OPERATORS, Expr, clean, shape
from ml_readiness.parsers.names import Scope, called, receiver, resolve, text_of
from ml_readiness.parsers.python import Assign, Call, Class, Condition, Function, Import, Text
from ml_readiness.parsers.trees import callee

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.trees import FunctionNode

COMPARISONS = 40
"""Operands of one test, and arguments of one call, that are looked at."""

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
        self.guards: list[str] = []
        self.later: list[tuple[FunctionNode, Scope, tuple[str, ...]]] = []
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
        return shape(node, self.resolve)

    def expression(self, node: ast.expr, role: str = "", targets: tuple[str, ...] = ()) -> None:
        """Notes the calls, strings and names of an expression, however deep, with a stack of its own."""
        stack: list[tuple[ast.AST, str]] = [(node, role)]
        names = self.names
        while stack:
            inner, role = stack.pop()
            kind = type(inner)
            if kind is ast.Name:
                names.add(inner.id)  # type: ignore[attr-defined]
            elif kind is ast.Constant:
                self._text(inner)  # type: ignore[arg-type]
            elif kind is ast.Attribute:
                names.add(inner.attr)  # type: ignore[attr-defined]
                stack.append((inner.value, ""))  # type: ignore[attr-defined]
            elif isinstance(inner, ast.Call):
                self._call(inner, role, targets if inner is node else ())
                stack.extend([(keyword.value, "argument") for keyword in reversed(inner.keywords)])
                stack.extend([(argument, "argument") for argument in reversed(inner.args)])
                stack.append((inner.func, ""))
            else:
                passed = self._other(inner, role)
                stack.extend([(child, passed) for child in children(inner)])

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
        self.calls.append(
            Call(
                name=called(node.func, self.scope),
                receiver=receiver(node.func),
                line=node.lineno,
                column=node.col_offset + 1,
                end_line=node.end_lineno or node.lineno,
                scope=self.scope.name,
                args=tuple([self.shape(argument) for argument in node.args[:COMPARISONS]]),
                keywords={k.arg or "**": self.shape(k.value) for k in node.keywords},
                targets=targets,
                role=role,
                guards=tuple(self.guards),
            )
        )

    def _text(self, node: ast.Constant) -> None:
        value = node.value
        if type(value) is str and value:
            text = clean(value[:LENGTH])
            self.texts.append(Text(text, len(value), node.lineno, node.col_offset + 1, self.scope.name))

    def condition(self, test: ast.expr, effect: str, line: int) -> None:
        """Notes a test that decides something."""
        nodes = list(_walk(test))
        operators = tuple(OPERATORS[type(op)] for node in nodes if isinstance(node, ast.Compare) for op in node.ops)
        if effect == "other" and not operators:
            return
        names = tuple(text_of(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute))
        calls = tuple(self.resolve(node.func) for node in nodes if isinstance(node, ast.Call))
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


def _walk(test: ast.expr) -> Iterator[ast.AST]:
    """The nodes of a test, names and attribute chains whole, as far as anybody would read."""
    stack: list[ast.AST] = [test]
    seen = 0
    while stack and seen < 4 * COMPARISONS:
        node = stack.pop()
        seen += 1
        yield node
        if type(node) is ast.Attribute:
            if type(node.value) is not ast.Name:
                stack.append(node.value)
        else:
            stack.extend(children(node))
