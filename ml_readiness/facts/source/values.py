"""What an expression comes to when the constants of the project are put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts.source.code import Code

if TYPE_CHECKING:
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.expressions import Expr

DEPTH = 6
JOINS = ("os.path.join", "posixpath.join")
SAME = ("pathlib.Path", "pathlib.PurePath", "str", "os.path.abspath", "os.path.normpath", "os.path.expanduser")
HOLE = "*"


class Values(Struct, frozen=True):
    """Evaluates names and paths as far as they are written down; what is not known is a `*`."""

    code: Code

    @classmethod
    def gather(cls, code: Code) -> Self:
        """From the project's module-level constants."""
        return cls(code)

    def text(self, unit: Unit, expr: Expr | None, scope: str = "") -> str:
        """The text of an expression with `*` for what only a run could tell; `*` alone when nothing is known."""
        return self._text(unit, expr, scope, DEPTH)

    def _text(self, unit: Unit, expr: Expr | None, scope: str, depth: int) -> str:
        if expr is None or depth == 0:
            return HOLE
        if expr.kind in {"str", "int", "float"}:
            return expr.text
        if expr.kind == "format":
            return self._filled(unit, expr, scope, depth)
        if expr.kind == "name":
            return self._name(unit, expr.text, scope, depth)
        if expr.kind == "operation" and expr.text == "/":
            return "/".join(self._text(unit, side, scope, depth - 1).rstrip("/") for side in expr.items)
        if expr.kind == "operation" and expr.text in {"or", "if"}:
            sides = expr.items[::2] if expr.text == "if" else expr.items
            known = [t for side in sides if (t := self._text(unit, side, scope, depth - 1)) != HOLE]
            return known[-1] if known else HOLE
        if expr.kind == "call":
            return self._call(unit, expr, scope, depth)
        return HOLE

    def _filled(self, unit: Unit, expr: Expr, scope: str, depth: int) -> str:
        text = expr.text
        for hole in expr.items:
            text = text.replace(HOLE, "\0" + self._text(unit, hole, scope, depth - 1).replace(HOLE, "\1"), 1)
        return text.replace("\0", "").replace("\1", HOLE)

    def _call(self, unit: Unit, expr: Expr, scope: str, depth: int) -> str:
        positional = expr.items[: len(expr.items) - len(expr.keys)]
        if expr.text in JOINS or expr.text.endswith(".joinpath"):
            return "/".join(self._text(unit, part, scope, depth - 1).rstrip("/") for part in positional)
        if expr.text in SAME and positional:
            return "/".join(self._text(unit, part, scope, depth - 1).rstrip("/") for part in positional)
        if expr.text in {"os.getenv", "os.environ.get", "os.environ.setdefault"} and len(positional) > 1:
            return self._text(unit, positional[1], scope, depth - 1)
        if expr.text.endswith(".format") and positional:
            return HOLE
        return HOLE

    def _name(self, unit: Unit, name: str, scope: str, depth: int) -> str:
        bare = name.lstrip("?:")
        while scope:
            bound = unit.first_bound.get((scope, bare))
            if bound is not None:
                return self._text(unit, bound, scope, depth - 1)
            function = unit.functions.get(scope)
            default = next((p.default for p in function.parameters if p.name == bare), None) if function else None
            if default is not None:
                return self._text(unit, default, "", depth - 1)
            scope = scope.rpartition(".")[0]
        if bare in unit.values:
            return self._text(unit, unit.values[bare], "", depth - 1)
        definition = self.code.define(unit, name) if not name.startswith("?") else None
        if definition is not None and definition.name in definition.unit.values:
            return self._text(definition.unit, definition.unit.values[definition.name], "", depth - 1)
        return HOLE
