"""Expressions of the Python tree in the few shapes that checks need."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ml_readiness.parsers.names import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ml_readiness.parsers.names import Scope

DEPTH = 4
WIDTH = 60
LENGTH = 400
SHORT = 40


Kind = Literal[
    "str", "int", "float", "bool", "none", "bytes", "name", "call", "list", "dict", "format", "item", "compare",
    "operation", "lambda", "await", "star", "comprehension", "other",
]  # fmt: skip
"""Written out, so that all expressions share these few texts, those that were kept and are read again, too."""


class Expr(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """An expression as far as checks need it; nested at most a few levels deep."""

    kind: Kind
    """`str`, `int`, `float`, `bool`, `none`, `bytes`, `name` (a dotted name), `call`, `list` (also tuples and sets),
    `dict`, `format` (an f-string, or a string built with + or %), `item` (a subscript), `compare`, `operation`,
    `lambda`, `await`, `star`, `comprehension` or `other`."""
    text: str = ""
    """Constants as text; the resolved dotted name of names and called things; format strings with `*` for holes."""
    items: tuple[Expr, ...] = ()
    """Arguments of a call, elements of a list, operands, [value, index] of an item."""
    keys: tuple[str, ...] = ()
    """The constant keys of a dict and the keyword names of a call; they belong to the last `items`."""

    @property
    def is_constant(self) -> bool:
        """Whether the value is written down right here."""
        return self.kind in {"str", "int", "float", "bool", "none", "bytes"}

    def walk(self) -> Iterator[Expr]:
        """The value and everything in it."""
        stack: list[Expr] = [self]
        while stack:
            each = stack.pop()
            yield each
            stack.extend(each.items)


OTHER = Expr("other")
NONE = Expr("none", "None")
BYTES = Expr("bytes")
CONSTANTS: dict[type[object], Kind] = {bool: "bool", int: "int", float: "float"}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in", ast.And: "and", ast.Or: "or", ast.Not: "not",
    ast.USub: "-", ast.UAdd: "+", ast.Invert: "~",
}  # fmt: skip


def constant(value: object) -> Expr:
    """A constant as an expression."""
    if type(value) is str:
        return _simple("str", value) if len(value) < SHORT and value.isascii() else Expr("str", clean(value[:LENGTH]))
    return BYTES if type(value) is bytes else _other_constant(value)


@lru_cache(maxsize=1000, typed=True)
def _other_constant(value: object) -> Expr:
    if value is None:
        return NONE
    kind = CONSTANTS.get(type(value), "other")
    return Expr(kind, "" if kind == "other" else repr(value)[:LENGTH])


@lru_cache(maxsize=10_000)
def _simple(kind: Kind, text: str) -> Expr:
    """Names and short strings are shared, since the same few occur again and again."""
    return Expr(kind, text)


def clean(text: str) -> str:
    """The text without lone surrogates, which no report could carry."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def shape(node: ast.expr | None, scope: Scope, depth: int = DEPTH) -> Expr:
    """An expression's shape, with the names it has in a scope."""
    kind = type(node)
    if kind is ast.Constant:
        return constant(node.value)  # type: ignore[union-attr]
    if kind is ast.Name or kind is ast.Attribute:
        return _simple("name", resolve(node, scope))  # type: ignore[arg-type]
    if node is None:
        return NONE
    if depth <= 0:
        return Expr("call", resolve(node.func, scope)) if isinstance(node, ast.Call) else OTHER
    build = SHAPES.get(kind)  # type: ignore[arg-type]
    return build(node, scope, depth - 1) if build is not None else OTHER


def _several(nodes: list[ast.expr], scope: Scope, depth: int) -> tuple[Expr, ...]:
    return tuple([shape(node, scope, depth) for node in nodes[:WIDTH]])


def _call(node: ast.Call, scope: Scope, depth: int) -> Expr:
    named = node.keywords[:WIDTH]
    items = _several(node.args, scope, depth) + _several([k.value for k in named], scope, depth)
    return Expr("call", resolve(node.func, scope), items, tuple(k.arg or "**" for k in named))


def _sequence(node: ast.List | ast.Tuple | ast.Set, scope: Scope, depth: int) -> Expr:
    return Expr("list", "", _several(node.elts, scope, depth))


def _dict(node: ast.Dict, scope: Scope, depth: int) -> Expr:
    keys = tuple(
        clean(str(key.value)[:LENGTH]) if isinstance(key, ast.Constant) else "**" if key is None else "*"
        for key in node.keys[:WIDTH]
    )
    return Expr("dict", "", _several(node.values, scope, depth), keys)


def _joined(node: ast.JoinedStr, scope: Scope, depth: int) -> Expr:
    parts = [
        part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "*" for part in node.values
    ]
    holes = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    return Expr("format", clean("".join(parts)[:LENGTH]), _several(holes, scope, depth))


def _binary(node: ast.BinOp, scope: Scope, depth: int) -> Expr:
    left, right = shape(node.left, scope, depth), shape(node.right, scope, depth)
    operator = OPERATORS[type(node.op)]
    if operator == "+" and {left.kind, right.kind} & {"str", "format"}:
        texts = [side.text if side.kind in {"str", "format"} else "*" for side in (left, right)]
        holes = tuple(s for side in (left, right) for s in (side.items if side.kind == "format" else (side,)))
        return Expr("format", "".join(texts)[:LENGTH], tuple(hole for hole in holes if hole.kind != "str"))
    if operator == "%" and left.kind == "str":
        return Expr("format", left.text, (right,))
    return Expr("operation", operator, (left, right))


def _unary(node: ast.UnaryOp, scope: Scope, depth: int) -> Expr:
    operand = shape(node.operand, scope, depth)
    if operand.kind in {"int", "float"} and isinstance(node.op, ast.USub):
        return Expr(operand.kind, "-" + operand.text)
    return Expr("operation", OPERATORS[type(node.op)], (operand,))


def _boolean(node: ast.BoolOp, scope: Scope, depth: int) -> Expr:
    return Expr("operation", OPERATORS[type(node.op)], _several(node.values, scope, depth))


def _compare(node: ast.Compare, scope: Scope, depth: int) -> Expr:
    operators = " ".join(OPERATORS[type(op)] for op in node.ops)
    return Expr("compare", operators, _several([node.left, *node.comparators], scope, depth))


def _subscript(node: ast.Subscript, scope: Scope, depth: int) -> Expr:
    return Expr("item", "", (shape(node.value, scope, depth), shape(node.slice, scope, depth)))


def _conditional(node: ast.IfExp, scope: Scope, depth: int) -> Expr:
    return Expr("operation", "if", _several([node.body, node.test, node.orelse], scope, depth))


def _comprehension(node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope, depth: int) -> Expr:
    return Expr("comprehension", "", _several([node.elt, node.generators[0].iter], scope, depth))


def _mapping(node: ast.DictComp, scope: Scope, depth: int) -> Expr:
    return Expr("comprehension", "", _several([node.value, node.generators[0].iter], scope, depth))


def _wrapped(node: ast.Await | ast.Starred | ast.NamedExpr, scope: Scope, depth: int) -> Expr:
    inner = shape(node.value, scope, depth)
    if isinstance(node, ast.NamedExpr):
        return inner
    return Expr("await" if isinstance(node, ast.Await) else "star", "", (inner,))


def _lambda(node: ast.Lambda, scope: Scope, depth: int) -> Expr:
    return Expr("lambda", "", (shape(node.body, scope, depth),))


SHAPES: dict[type[ast.expr], Callable[..., Expr]] = {
    ast.Call: _call, ast.List: _sequence, ast.Tuple: _sequence, ast.Set: _sequence, ast.Dict: _dict,
    ast.JoinedStr: _joined, ast.BinOp: _binary, ast.UnaryOp: _unary, ast.BoolOp: _boolean, ast.Compare: _compare,
    ast.Subscript: _subscript, ast.IfExp: _conditional, ast.ListComp: _comprehension, ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension, ast.DictComp: _mapping, ast.Await: _wrapped, ast.Starred: _wrapped,
    ast.NamedExpr: _wrapped, ast.Lambda: _lambda,
}  # fmt: skip
