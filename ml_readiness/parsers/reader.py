"""One pass over the tree of a Python file that notes everything checks may ask about."""

from __future__ import annotations

import ast
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from ml_readiness import regex as re
from ml_readiness.parsers import source
from ml_readiness.parsers.definitions import Definitions
from ml_readiness.parsers.names import text_of
from ml_readiness.parsers.python import Broken, PythonFile
from ml_readiness.parsers.trees import (
    callee,
    does_something,
    flat,
    is_elif,
    is_main,
    types,
    without_docstring,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ml_readiness.parsers.python import Effect

EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.fail", "pytest.exit", "click.Abort"})
SAYS = ("print", "warnings.warn", "logging.")
IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
CODE_LINE = re.compile(r"\n[^\S\n]*[^\s#]")
LINE = attrgetter("line")
PLACE = attrgetter("line", "column")


def read_python(data: bytes) -> PythonFile:
    """The facts of one file's bytes."""
    parsed = source.read(data)
    reader = Reader()
    reader.module(parsed.tree)
    return reader.result(parsed)


class Reader(Definitions):
    """Walks statements in order; function bodies come after the code around them."""

    def result(self, parsed: source.Source) -> PythonFile:
        """What was noted, in the order of the file."""
        return PythonFile(
            imports=tuple(self.imports),
            functions=tuple(sorted(self.functions, key=LINE)),
            classes=tuple(sorted(self.classes, key=LINE)),
            calls=tuple(sorted(self.calls, key=PLACE)),
            assigns=tuple(sorted(self.assigns, key=LINE)),
            conditions=tuple(sorted(self.conditions, key=LINE)),
            raises=tuple(sorted(self.raises)),
            texts=tuple(sorted(self.texts, key=PLACE)),
            names=tuple(sorted(self.names)),
            main_guard=self.main_guard,
            statements=self.statements,
            code_lines=len(CODE_LINE.findall("\n" + parsed.text)),
            broken=tuple(Broken(line, message) for line, message in parsed.broken),
        )

    def module(self, tree: ast.Module) -> None:
        """The module's own statements first, then every function body, outermost first."""
        self.declare(tree.body)
        for statement in tree.body:
            self.statements += does_something(statement)
        self.block(without_docstring(tree.body))
        while self.later:
            node, scope, guards = self.later.popleft()
            self.body(node, scope, guards)

    def block(self, body: Iterable[ast.stmt]) -> None:
        """Reads statements in order."""
        for statement in body:
            visit = self._visits.get(type(statement))
            if visit is not None:
                visit(self, statement)
            else:
                self._others(statement)

    def _others(self, statement: ast.stmt) -> None:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.expr):
                self.expression(child)

    def _guarded(self, guard: str, body: Iterable[ast.stmt]) -> None:
        """Reads a block that something stands around."""
        outer = self.guards
        self.guards = (*outer, guard)
        self.block(body)
        self.guards = outer

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.returns.append(self.shape(node.value))
            self.value(node.value, (), "return")

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value, ())

    def _raise(self, node: ast.Raise) -> None:
        raised = self.resolve(callee(node.exc)) if node.exc is not None else ""
        self.raises.append((node.lineno, self.scope.name, raised))
        for part in (node.exc, node.cause):
            if part is not None:
                self.expression(part)

    def _assert(self, node: ast.Assert) -> None:
        message = self.shape(node.msg) if node.msg is not None else None
        says = message.text if message is not None and message.kind in {"str", "format"} else ""
        self.condition(node.test, "assert", node.lineno, says)
        self.expression(node.test, "condition")
        if node.msg is not None:
            self.expression(node.msg)

    def _if(self, node: ast.If) -> None:
        """An if with all its elif branches, in a loop since generated code has thousands."""
        outer = self.guards
        while True:
            if is_main(node.test) and not self.scope.name:
                self.main_guard = node.lineno
            effect = self._effect(node.body)
            if effect == "other" and node.orelse and not is_elif(node.orelse):
                otherwise = self._effect(node.orelse)
                effect = "other" if otherwise == "warn" else otherwise
            self.condition(node.test, effect, node.lineno)
            self.expression(node.test, "condition")
            test = self.brief(node.test)
            self._guarded(f"if {test}", node.body)
            self.guards = (*self.guards, f"else {test}")
            if not is_elif(node.orelse):
                break
            node = node.orelse[0]  # type: ignore[assignment]
        self.block(node.orelse)
        self.guards = outer

    def _effect(self, body: list[ast.stmt]) -> Effect:
        for statement in body[:4]:
            if isinstance(statement, ast.Raise):
                return "raise"
            if isinstance(statement, ast.Return):
                return "return"
            value = statement.value if isinstance(statement, ast.Expr) else None
            if isinstance(value, ast.Call) and self.resolve(value.func) in EXITS:
                return "exit"
        first = body[0] if len(body) == 1 else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Call):
            says = self.resolve(first.value.func)
            if says.startswith(SAYS) or says.rpartition(".")[0].lower().endswith(("logger", "log")):
                return "warn"
        return "other"

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.bind_part(node.target, node.iter, node.lineno)
        self.expression(node.iter, "for", tuple(text_of(t) for t in flat(node.target)))
        self._guarded("for", node.body)
        self.block(node.orelse)

    def _while(self, node: ast.While) -> None:
        self.expression(node.test, "condition")
        self._guarded(f"while {self.brief(node.test)}", node.body)
        self.block(node.orelse)

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        caught = {self.resolve(t) for h in node.handlers for t in types(h.type)}
        imports = caught & IMPORT_ERRORS
        bare = any(handler.type is None for handler in node.handlers)
        self._guarded("try import" if imports or bare else "try", node.body)
        for handler in node.handlers:
            if handler.name:
                self.scope.bind(handler.name, "?" + handler.name)
            kinds = {self.resolve(t) for t in types(handler.type)}
            self._guarded("except import" if kinds & imports or handler.type is None else "except", handler.body)
        self.block(node.orelse)
        self.block(node.finalbody)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            bound: tuple[str, ...] = ()
            if item.optional_vars is not None:
                self.bind(item.optional_vars, item.context_expr, node.lineno)
                bound = tuple(text_of(t) for t in flat(item.optional_vars))
            self.expression(item.context_expr, "with", bound)
        if any(self._suppresses(item.context_expr) for item in node.items):
            self._guarded("try import", node.body)
        else:
            self.block(node.body)

    def _suppresses(self, context: ast.expr) -> bool:
        """Whether a `with` lets an import fail: `contextlib.suppress(ImportError)`."""
        if not isinstance(context, ast.Call) or self.resolve(context.func) != "contextlib.suppress":
            return False
        return any(self.resolve(each) in IMPORT_ERRORS for each in context.args)

    def _match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        for case in node.cases:
            self._guarded("case", case.body)

    _visits: ClassVar[dict[type[ast.stmt], Callable[[Reader, Any], None]]] = {
        ast.FunctionDef: Definitions.function,
        ast.AsyncFunctionDef: Definitions.function,
        ast.ClassDef: Definitions.class_,
        ast.Import: Definitions.import_,
        ast.ImportFrom: Definitions.import_from,
        ast.Assign: Definitions.assign,
        ast.AnnAssign: Definitions.assign_annotated,
        ast.AugAssign: Definitions.assign_augmented,
        ast.Return: _return,
        ast.Expr: _expr,
        ast.Raise: _raise,
        ast.Assert: _assert,
        ast.If: _if,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Match: _match,
        ast.Delete: Definitions.delete,
    }
