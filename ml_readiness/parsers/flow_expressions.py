"""Expressions and assignment targets as instructions of `parsers.flow`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, ClassVar

from ml_readiness.parsers.flow import Op

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_ELEMENTS = 200
"""Elements of one literal."""
MAX_TEXT = 400

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Shared:
    """What the bodies of one file share."""

    def __init__(self) -> None:
        self.pool: dict[tuple[str, str], int] = {}
        self.later: list[tuple[int, str, Function]] = []
        self.reserved = 1
        self.count = 0

    def reserve(self) -> int:
        """The index that a body will have."""
        self.reserved += 1
        return self.reserved - 1


class Expressions:
    """Lowers expressions into the instructions of one body."""

    def __init__(self, file: Shared, name: str, kind: str) -> None:
        self.file = file
        self.name = name
        self.kind = kind
        self.pool = file.pool
        self.ops: list[Op] = []
        self.calls: set[str] = set()
        self.parameters: tuple[str, ...] = ()
        self.annotations: tuple[str, ...] = ()
        self.rest = ""
        self.extra = ""
        self.is_generator = False
        self.renamed: dict[str, str] = {}
        self.line = 0

    def emit(
        self, code: str, args: tuple[int, ...] = (), name: str = "", keys: tuple[str, ...] = (), line: int = 0
    ) -> int:
        """Appends an instruction; its operand."""
        self.file.count += 1
        self.ops.append(Op(code, args, name, keys, line or self.line))
        return len(self.ops) - 1

    def entry(self, kind: str, text: str) -> int:
        """The operand for a name or a constant."""
        key = (kind, text)
        index = self.pool.get(key)
        if index is None:
            index = self.pool[key] = len(self.pool)
        return -1 - index

    def expr(self, node: ast.expr) -> int:
        """The operand that holds an expression's value."""
        lowering = self.TABLE.get(type(node))
        return lowering(self, node) if lowering is not None else self.nothing

    @property
    def nothing(self) -> int:
        """What is not followed."""
        return self.entry("other", "")

    def _name(self, node: ast.Name) -> int:
        name = node.id
        if self.renamed:
            name = self.renamed.get(name, name)
        return self.entry("var", name)

    def _constant(self, node: ast.Constant) -> int:
        value = node.value
        if isinstance(value, str):
            return self.entry("str", value[:MAX_TEXT].encode("utf-8", "replace").decode())
        if value is None:
            return self.entry("none", "")
        if not isinstance(value, int | float) or abs(value) >= 10**18:
            return self.nothing
        return self.entry(type(value).__name__, repr(value))

    def _call(self, node: ast.Call) -> int:
        function = node.func
        name = ""
        if isinstance(function, ast.Attribute):
            args = [self.expr(function.value)]
            name = function.attr
            self.calls.add(name)
        else:
            args = [self.expr(function)]
            if isinstance(function, ast.Name):
                self.calls.add(function.id)
        for each in node.args:
            args.append(self.expr(each))
        keys: tuple[str, ...] = ()
        if node.keywords:
            keys = tuple(each.arg or "**" for each in node.keywords)
            for keyword in node.keywords:
                args.append(self.expr(keyword.value))
        return self.emit("method" if name else "call", tuple(args), name, keys, node.lineno)

    def _attribute(self, node: ast.Attribute) -> int:
        return self.emit("attr", (self.expr(node.value),), node.attr, line=node.lineno)

    def _subscript(self, node: ast.Subscript) -> int:
        return self.emit("item", (self.expr(node.value), self.expr(node.slice)), line=node.lineno)

    def _slice(self, node: ast.Slice) -> int:
        none = self.entry("none", "")
        bounds = (node.lower, node.upper, node.step)
        return self.emit("slice", tuple(none if each is None else self.expr(each) for each in bounds))

    def _sequence(self, node: ast.Tuple | ast.List | ast.Set) -> int:
        code = "tuple" if isinstance(node, ast.Tuple) else "list"
        return self.emit(code, tuple([self.expr(each) for each in node.elts[:MAX_ELEMENTS]]))

    def _dict(self, node: ast.Dict) -> int:
        args: list[int] = []
        for key, value in zip(node.keys[:MAX_ELEMENTS], node.values, strict=False):
            args += (self.nothing if key is None else self.expr(key), self.expr(value))
        return self.emit("dict", tuple(args))

    def _binary(self, node: ast.BinOp) -> int:
        chain = [node.right]
        operators = [type(node.op).__name__]
        left = node.left
        while isinstance(left, ast.BinOp):
            chain.append(left.right)
            operators.append(type(left.op).__name__)
            left = left.left
        result = self.expr(left)
        while chain:
            result = self.emit("bin", (result, self.expr(chain.pop())), operators.pop())
        return result

    def _unary(self, node: ast.UnaryOp) -> int:
        value = getattr(node.operand, "value", None)
        if isinstance(node.op, ast.USub) and type(value) in {int, float}:
            return self.entry(type(value).__name__, repr(-value))  # type: ignore[operator]
        return self.emit("unary", (self.expr(node.operand),), type(node.op).__name__)

    def _compare(self, node: ast.Compare) -> int:
        args = [self.expr(node.left), *(self.expr(each) for each in node.comparators[:MAX_ELEMENTS])]
        return self.emit("compare", tuple(args), type(node.ops[0]).__name__)

    def _either(self, node: ast.BoolOp) -> int:
        return self.emit("either", tuple([self.expr(each) for each in node.values]))

    def _if_expression(self, node: ast.IfExp) -> int:
        test = self.expr(node.test)
        return self.emit("either", (self.expr(node.body), self.expr(node.orelse), test), "if")

    def _format(self, node: ast.JoinedStr) -> int:
        args = [
            self.expr(each.value if isinstance(each, ast.FormattedValue) else each)
            for each in node.values[:MAX_ELEMENTS]
        ]
        return self.emit("format", tuple(args))

    def _starred(self, node: ast.Starred) -> int:
        return self.emit("star", (self.expr(node.value),))

    def _await(self, node: ast.Await) -> int:
        return self.expr(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> int:
        self.is_generator = True
        if node.value is None:
            return self.nothing
        return self.emit("yield", (self.expr(node.value),), "from" if isinstance(node, ast.YieldFrom) else "")

    def _walrus(self, node: ast.NamedExpr) -> int:
        value = self.expr(node.value)
        self.assign(node.target, value)
        return value

    def _lambda(self, node: ast.Lambda) -> int:
        return self._define(node, "<lambda>", [])

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> int:
        return self._comprehended(node.generators, [node.elt], "list")

    def _dict_comprehension(self, node: ast.DictComp) -> int:
        return self._comprehended(node.generators, [node.key, node.value], "dict")

    def _comprehended(self, generators: list[ast.comprehension], parts: list[ast.expr], kind: str) -> int:
        """A loop that collects; its variables are renamed because they do not outlive it."""
        collected = self.emit("collection", name=kind)
        outer = self.renamed
        self.renamed = dict(outer)
        for generator in generators:
            element = self.emit("for", (self.expr(generator.iter),))
            for each in ast.walk(generator.target):
                if isinstance(each, ast.Name):
                    self.renamed[each.id] = f"{each.id}\0{len(self.ops)}"
            self.assign(generator.target, element)
            for condition in generator.ifs:
                self.expr(condition)
        self.emit("collect", (collected, *(self.expr(part) for part in parts)))
        for _ in generators:
            self.emit("endfor")
        self.renamed = outer
        return collected

    def _define(self, node: Function, name: str, decorators: list[ast.expr]) -> int:
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        named = list(zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True))
        named += [(each, d) for each, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d]
        args = [self.expr(default) for _, default in named]
        args += [self.expr(each) for each in decorators]
        index = self.file.reserve()
        qualified = f"{self.name}.{name}" if self.name else name
        self.file.later.append((index, qualified, node))
        return self.emit("func", tuple(args), str(index), tuple(each.arg for each, _ in named), node.lineno)

    def assign(self, target: ast.expr, value: int) -> None:
        """Binds a target of any form."""
        if isinstance(target, ast.Name):
            self.emit("store", (value,), self.renamed.get(target.id, target.id) if self.renamed else target.id)
        elif isinstance(target, ast.Attribute):
            self.emit("setattr", (self.expr(target.value), value), target.attr)
        elif isinstance(target, ast.Subscript):
            self.emit("setitem", (self.expr(target.value), self.expr(target.slice), value))
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value)

    def _unpack(self, targets: list[ast.expr], value: int) -> None:
        for index, each in enumerate(targets[:MAX_ELEMENTS]):
            form = "*" if isinstance(each, ast.Starred) else ""
            self.assign(each, self.emit("part", (value,), form, (str(index), str(len(targets)))))

    TABLE: ClassVar[Mapping[type[ast.expr], Callable[[Any, Any], int]]] = {
        ast.Name: _name,
        ast.Constant: _constant,
        ast.Call: _call,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Slice: _slice,
        ast.Tuple: _sequence,
        ast.List: _sequence,
        ast.Set: _sequence,
        ast.Dict: _dict,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.Compare: _compare,
        ast.BoolOp: _either,
        ast.IfExp: _if_expression,
        ast.JoinedStr: _format,
        ast.Starred: _starred,
        ast.Await: _await,
        ast.Yield: _yield,
        ast.YieldFrom: _yield,
        ast.NamedExpr: _walrus,
        ast.Lambda: _lambda,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _dict_comprehension,
    }
