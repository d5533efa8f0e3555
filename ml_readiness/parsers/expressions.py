"""Expressions of the Python tree in the few shapes that checks need."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

DEPTH = 4
WIDTH = 60
LENGTH = 400


class Expr(Struct, frozen=True, array_like=True, omit_defaults=True):
    """An expression as far as checks need it; nested at most a few levels deep."""

    kind: str
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


OTHER = Expr("other")
NONE = Expr("none", "None")
CONSTANTS: dict[type[object], str] = {str: "str", bool: "bool", int: "int", float: "float", bytes: "bytes"}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in", ast.And: "and", ast.Or: "or", ast.Not: "not",
    ast.USub: "-", ast.UAdd: "+", ast.Invert: "~",
}  # fmt: skip


def constant(value: object) -> Expr:
    """A constant as an expression."""
    if value is None:
        return NONE
    kind = CONSTANTS.get(type(value), "other")
    if kind == "bytes":
        return Expr("bytes")
    text = value if isinstance(value, str) else repr(value) if kind != "other" else ""
    return Expr(kind, clean(text[:LENGTH]))


def clean(text: str) -> str:
    """The text without lone surrogates, which no report could carry."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def shape(node: ast.expr | None, resolve: Callable[[ast.expr], str], depth: int = DEPTH) -> Expr:
    """An expression's shape; `resolve` gives the dotted name of names, attributes and called things."""
    if node is None:
        return NONE
    kind = type(node)
    if kind is ast.Constant:
        return constant(node.value)  # type: ignore[attr-defined]
    if kind is ast.Name or kind is ast.Attribute:
        return Expr("name", resolve(node))
    if depth <= 0:
        return Expr("call", resolve(node.func)) if isinstance(node, ast.Call) else OTHER
    build = SHAPES.get(kind)
    return build(node, resolve, depth - 1) if build is not None else OTHER


def _several(nodes: list[ast.expr], resolve: Callable[[ast.expr], str], depth: int) -> tuple[Expr, ...]:
    return tuple([shape(node, resolve, depth) for node in nodes[:WIDTH]])


def _call(node: ast.Call, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    named = node.keywords[:WIDTH]
    items = _several(node.args, resolve, depth) + _several([k.value for k in named], resolve, depth)
    return Expr("call", resolve(node.func), items, tuple(k.arg or "**" for k in named))


def _sequence(node: ast.List | ast.Tuple | ast.Set, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    return Expr("list", "", _several(node.elts, resolve, depth))


def _dict(node: ast.Dict, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    keys = tuple(
        clean(str(key.value)[:LENGTH]) if isinstance(key, ast.Constant) else "**" if key is None else "*"
        for key in node.keys[:WIDTH]
    )
    return Expr("dict", "", _several(node.values, resolve, depth), keys)


def _joined(node: ast.JoinedStr, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    parts = [
        part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "*" for part in node.values
    ]
    holes = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    return Expr("format", clean("".join(parts)[:LENGTH]), _several(holes, resolve, depth))


def _binary(node: ast.BinOp, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    left, right = shape(node.left, resolve, depth), shape(node.right, resolve, depth)
    operator = OPERATORS[type(node.op)]
    if operator == "+" and {left.kind, right.kind} & {"str", "format"}:
        texts = [side.text if side.kind in {"str", "format"} else "*" for side in (left, right)]
        holes = tuple(s for side in (left, right) for s in (side.items if side.kind == "format" else (side,)))
        return Expr("format", "".join(texts)[:LENGTH], tuple(hole for hole in holes if hole.kind != "str"))
    if operator == "%" and left.kind == "str":
        return Expr("format", left.text, (right,))
    return Expr("operation", operator, (left, right))


def _unary(node: ast.UnaryOp, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    operand = shape(node.operand, resolve, depth)
    if operand.kind in {"int", "float"} and isinstance(node.op, ast.USub):
        return Expr(operand.kind, "-" + operand.text)
    return Expr("operation", OPERATORS[type(node.op)], (operand,))


def _boolean(node: ast.BoolOp, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    return Expr("operation", OPERATORS[type(node.op)], _several(node.values, resolve, depth))


def _compare(node: ast.Compare, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    operators = " ".join(OPERATORS[type(op)] for op in node.ops)
    return Expr("compare", operators, _several([node.left, *node.comparators], resolve, depth))


def _subscript(node: ast.Subscript, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    return Expr("item", "", (shape(node.value, resolve, depth), shape(node.slice, resolve, depth)))


def _conditional(node: ast.IfExp, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    return Expr("operation", "if", _several([node.body, node.test, node.orelse], resolve, depth))


def _comprehension(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp, resolve: Callable[[ast.expr], str], depth: int
) -> Expr:
    return Expr("comprehension", "", _several([node.elt, node.generators[0].iter], resolve, depth))


def _wrapped(node: ast.Await | ast.Starred | ast.NamedExpr, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    inner = shape(node.value, resolve, depth)
    if isinstance(node, ast.NamedExpr):
        return inner
    return Expr("await" if isinstance(node, ast.Await) else "star", "", (inner,))


def _lambda(node: ast.Lambda, resolve: Callable[[ast.expr], str], depth: int) -> Expr:
    return Expr("lambda", "", (shape(node.body, resolve, depth),))


SHAPES: dict[type[ast.expr], Callable[..., Expr]] = {
    ast.Call: _call, ast.List: _sequence, ast.Tuple: _sequence, ast.Set: _sequence, ast.Dict: _dict,
    ast.JoinedStr: _joined, ast.BinOp: _binary, ast.UnaryOp: _unary, ast.BoolOp: _boolean, ast.Compare: _compare,
    ast.Subscript: _subscript, ast.IfExp: _conditional, ast.ListComp: _comprehension, ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension, ast.Await: _wrapped, ast.Starred: _wrapped, ast.NamedExpr: _wrapped,
    ast.Lambda: _lambda,
}  # fmt: skip
