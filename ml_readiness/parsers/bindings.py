"""What names are bound to by imports and assignments, so that later uses of them can be resolved."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.parsers.expressions import LENGTH, NONE, OPERATORS, Expr
from ml_readiness.parsers.names import RESULT, RETURN_THEIR_ARGUMENT, called, result_of, text_of
from ml_readiness.parsers.python import Assign, Import
from ml_readiness.parsers.recorder import Recorder, children
from ml_readiness.parsers.trees import flat, instance

if TYPE_CHECKING:
    from ml_readiness.parsers.python import Role

GUARD = re.compile(
    r"try import|except import|if (?:\w+\.)?TYPE_CHECKING"
    r"|(?:if|else) .*?(?:avail|installed|find_spec|\bHAS_|\bHAVE_|version_info|sys\.platform)",
    re.IGNORECASE,
)
"""What an import may stand under so that the code works without what it imports."""
OTHERWISE = ("except", "else")
"""What branches stand under that are taken where something did not come about."""
DOTTED = frozenset({ast.Name, ast.Attribute})
SEVERAL = frozenset({ast.Tuple, ast.List})


@lru_cache(maxsize=1000)
def _quoted(annotation: str) -> ast.expr | None:
    """An annotation that is written as a string."""
    try:
        return ast.parse(annotation, mode="eval").body
    except (SyntaxError, ValueError):
        return None


class Bindings(Recorder):
    """Notes imports and assignments, and what their names stand for from there on."""

    def import_(self, node: ast.Import) -> None:
        """`import a.b as c`."""
        for name in node.names:
            alias = name.asname or name.name.partition(".")[0]
            self.scope.bind(alias, name.name if name.asname else alias)
            self._note_import(name.name, "", alias, node.lineno)

    def import_from(self, node: ast.ImportFrom) -> None:
        """`from a.b import c`."""
        module = "." * node.level + (node.module or "")
        for name in node.names:
            alias = name.asname or name.name
            if name.name != "*":
                joint = "" if module.endswith(".") else "."
                self.scope.bind(alias, f"{module}{joint}{name.name}")
            else:
                self.scope.bind_all(module.rstrip("."))
            self._note_import(module, name.name, alias, node.lineno)

    def _note_import(self, module: str, name: str, alias: str, line: int) -> None:
        guarded = bool(self.guards) and any(GUARD.match(guard) for guard in self.guards)
        self.imports.append(Import(module, name, alias, line, guarded))
        self.names.update(module.split("."))
        self.names.update((name, alias))

    def assign(self, node: ast.Assign) -> None:
        """`a = b`."""
        for target in node.targets:
            self.bind(target, node.value, node.lineno)
        self.value(node.value, tuple([text_of(t) for target in node.targets for t in flat(target)]))
        for target in node.targets:
            self._target(target)

    def assign_annotated(self, node: ast.AnnAssign) -> None:
        """`a: b = c`, or without a value."""
        if node.value is not None:
            self.bind(node.target, node.value, node.lineno)
            self.value(node.value, (text_of(node.target),))
        elif (annotation := self.annotation(node.annotation)) and not annotation.startswith("?"):
            self.store(node.target, instance(annotation))

    def assign_augmented(self, node: ast.AugAssign) -> None:
        """`a += b`."""
        operation = Expr("operation", OPERATORS[type(node.op)], (self.shape(node.target), self.shape(node.value)))
        self.assigns.append(Assign(text_of(node.target), operation, node.lineno, self.scope.name, augmented=True))
        self.expression(node.value)

    def delete(self, node: ast.Delete) -> None:
        """`del a`."""
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.bind(target.id, "?" + target.id)

    def bind(self, target: ast.expr, value: ast.expr, line: int) -> None:
        """Notes an assignment, and what the target stands for from here on."""
        if type(target) in SEVERAL:
            self._bind_parts(target, value, line)  # type: ignore[arg-type]
            return
        if isinstance(target, ast.Starred):
            target = target.value
        self.store(target, self._meaning(value))
        self.assigns.append(Assign(self._target_name(target), self.shape(value), line, self.scope.name))

    def _bind_parts(self, target: ast.Tuple | ast.List, value: ast.expr, line: int) -> None:
        """Several targets: each its own value where they are written side by side, else a part of the whole."""
        apart = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        for position, part in enumerate(target.elts):
            if apart:
                self.bind(part, value.elts[position], line)  # type: ignore[attr-defined]
            else:
                self.bind_part(part, value, line)

    def bind_part(self, part: ast.expr, whole: ast.expr, line: int) -> None:
        """One of several targets that unpack a single value."""
        for target in flat(part):
            self.store(target, self._meaning(whole))
            shown = Expr("item", "", (self.shape(whole), NONE))
            self.assigns.append(Assign(self._target_name(target), shown, line, self.scope.name))

    def _target_name(self, target: ast.expr) -> str:
        text = text_of(target)
        return f"{self.scope.name}.{text}" if self.scope.is_class and isinstance(target, ast.Name) else text

    def _meaning(self, value: ast.expr) -> str:
        while isinstance(value, (ast.Await, ast.NamedExpr)):
            value = value.value
        kind = type(value)
        if kind is ast.Call:
            callee = called(value.func, self.scope)  # type: ignore[attr-defined]
            if callee in RETURN_THEIR_ARGUMENT and value.args:  # type: ignore[attr-defined]
                return self._meaning(value.args[0])  # type: ignore[attr-defined]
            return result_of(callee) + RESULT
        if kind is ast.Name and (bound := self.scope.lookup(value.id)):  # type: ignore[attr-defined]
            return bound
        if kind in DOTTED or kind is ast.Subscript:
            return self.resolve(value)
        if isinstance(value, ast.IfExp):
            return self._meaning(value.body)
        return ""

    def store(self, target: ast.expr, meaning: str) -> None:
        """Lets a name, or an attribute of `self`, stand for something."""
        if isinstance(target, ast.Name):
            if meaning or not self.stands_in(target.id):
                self.scope.bind(target.id, meaning or "?" + target.id)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            owner = self.scope.owner
            if target.value.id == "self" and owner is not None and meaning and not meaning.startswith("?"):
                owner.bind(f"self.{target.attr}", meaning)
                self.scope.resolved.clear()

    def stands_in(self, name: str) -> bool:
        """Whether a name gets something for want of what it stands for: `except ImportError: torch = None`."""
        otherwise = any(guard.startswith(OTHERWISE) for guard in self.guards)
        return otherwise and not self.scope.bindings.get(name, "?").startswith("?")

    def _target(self, target: ast.expr) -> None:
        """Subscripts and receivers in targets hold expressions too."""
        if isinstance(target, ast.Attribute):
            self.expression(target.value)
        elif not isinstance(target, ast.Name):
            for part in reversed(children(target)):
                self.expression(part)

    def value(self, value: ast.expr, targets: tuple[str, ...], role: Role = "") -> None:
        """Notes an expression whose result is bound to names, or thrown away."""
        if isinstance(value, ast.Await):
            self.value(value.value, targets, "await")
        else:
            self.expression(value, role, targets)

    def annotation(self, node: ast.expr | None, depth: int = 4) -> str:
        """A resolved annotation, as `Parameter.annotation` explains it."""
        if node is None or depth == 0:
            return ""
        if type(node) in DOTTED:
            return self.resolve(node)
        if isinstance(node, ast.Subscript):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            items = ", ".join([self.annotation(item, depth - 1) for item in inner])
            return f"{self.annotation(node.value, depth - 1)}[{items}]"
        if isinstance(node, ast.BinOp):
            return f"{self.annotation(node.left, depth - 1)} | {self.annotation(node.right, depth - 1)}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self.annotation(_quoted(node.value[:LENGTH]), depth - 1)
        return "None" if isinstance(node, ast.Constant) and node.value is None else ""
