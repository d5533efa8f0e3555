"""One pass over the tree of a Python file that notes everything checks may ask about."""

from __future__ import annotations

import ast
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from ml_readiness import regex as re
from ml_readiness.parsers import source
from ml_readiness.parsers.expressions import LENGTH, NONE, OPERATORS, Expr, clean
from ml_readiness.parsers.names import RESULT, RETURN_THEIR_ARGUMENT, Scope, called, resolve, result_of, text_of
from ml_readiness.parsers.python import Assign, Broken, Class, Function, Import, Parameter, PythonFile
from ml_readiness.parsers.recorder import Recorder
from ml_readiness.parsers.trees import (
    FunctionNode,
    callee,
    does_something,
    flat,
    instance,
    is_elif,
    is_main,
    size,
    types,
    without_docstring,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.fail", "pytest.exit", "click.Abort"})
SAYS = ("print", "warnings.warn", "logging.")
IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
GUARD = re.compile(
    r"try import|except import|if (?:\w+\.)?TYPE_CHECKING"
    r"|(?:if|else) .*?(?:avail|installed|find_spec|\bHAS_|\bHAVE_|version_info|sys\.platform)",
    re.IGNORECASE,
)
"""What an import may stand under so that the code works without what it imports."""


LINE = attrgetter("line")
PLACE = attrgetter("line", "column")


def read_python(data: bytes) -> PythonFile:
    """The facts of one file's bytes."""
    parsed = source.read(data)
    reader = Reader()
    reader.module(parsed.tree)
    return reader.result(parsed)


@lru_cache(maxsize=1000)
def _quoted(annotation: str) -> ast.expr | None:
    """An annotation that is written as a string."""
    try:
        return ast.parse(annotation, mode="eval").body
    except (SyntaxError, ValueError):
        return None


class Reader(Recorder):
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
            names=frozenset(self.names),
            exports=self.exports,
            main_guard=self.main_guard,
            statements=self.statements,
            code_lines=sum(1 for line in parsed.text.split("\n") if (s := line.lstrip()) and s[0] != "#"),
            doc=clean(ast.get_docstring(parsed.tree, clean=False) or ""),
            broken=tuple(Broken(line, message) for line, message in parsed.broken),
            python2=parsed.python2,
        )

    def module(self, tree: ast.Module) -> None:
        """The module's own statements first, then every function body, outermost first."""
        self._declare(tree.body)
        for statement in tree.body:
            self.statements += does_something(statement)
        self._block(without_docstring(tree.body))
        while self.later:
            node, scope, guards = self.later.popleft()
            self._body(node, scope, guards)

    def _declare(self, body: Iterable[ast.stmt]) -> None:
        """Binds what a block defines before it is read, since functions may use what comes later."""
        for statement in body:
            if isinstance(statement, FunctionNode | ast.ClassDef):
                self.scope.bindings[statement.name] = ":" + self.scope.qualify(statement.name)

    def _block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            visit = self._visits.get(type(statement))
            if visit is not None:
                visit(self, statement)
            else:
                self._expressions(statement)

    def _expressions(self, statement: ast.AST) -> None:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.expr):
                self.expression(child)

    def _guarded(self, guard: str, body: Iterable[ast.stmt]) -> None:
        """Reads a block that something stands around."""
        outer = self.guards
        self.guards = (*outer, guard)
        self._block(body)
        self.guards = outer

    def _function(self, node: FunctionNode) -> None:
        self._decorators(node.decorator_list)
        arguments = node.args
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            if default is not None:
                self.expression(default)
        if node.name not in self.scope.bindings or not self.scope.is_class:
            self.scope.bindings[node.name] = ":" + self.scope.qualify(node.name)
        owner = self.scope if self.scope.is_class else self.scope.owner
        inner = Scope(self.scope.qualify(node.name), parent=self.scope, owner=owner)
        if node.name == "__init__":
            self.later.appendleft((node, inner, self.guards))
        else:
            self.later.append((node, inner, self.guards))

    def _body(self, node: FunctionNode, scope: Scope, guards: tuple[str, ...]) -> None:
        self.scope, self.guards, self.returns, self.yields = scope, guards, [], False
        parameters = self._parameters(node.args)
        for parameter in parameters:
            if parameter.name not in {"self", "cls"}:
                typed = parameter.annotation and not parameter.annotation.startswith("?")
                scope.bindings[parameter.name] = instance(parameter.annotation) if typed else "?" + parameter.name
        self._declare(node.body)
        self._block(without_docstring(node.body))
        parent = scope.parent
        self.functions.append(
            Function(
                name=scope.name,
                line=node.lineno,
                end_line=node.end_lineno or node.lineno,
                parameters=parameters,
                decorators=tuple(self.resolve(callee(d)) for d in node.decorator_list),
                annotation=self._annotation(node.returns),
                returns=tuple(self.returns[:20]),
                is_async=isinstance(node, ast.AsyncFunctionDef),
                is_generator=self.yields,
                statements=size(node.body),
                doc=clean(ast.get_docstring(node, clean=False) or ""),
                in_class=parent.name if parent is not None and parent.is_class else "",
            )
        )

    def _parameters(self, node: ast.arguments) -> tuple[Parameter, ...]:
        plain = [*node.posonlyargs, *node.args]
        missing = len(plain) - len(node.defaults)
        defaults: list[ast.expr | None] = [*([None] * missing), *node.defaults, *node.kw_defaults]
        found = [
            Parameter(a.arg, self._annotation(a.annotation), self.shape(d) if d is not None else None)
            for a, d in zip([*plain, *node.kwonlyargs], defaults, strict=True)
        ]
        starred = [
            Parameter(stars + a.arg, self._annotation(a.annotation))
            for stars, a in (("*", node.vararg), ("**", node.kwarg))
            if a is not None
        ]
        return tuple(found + starred)

    def _annotation(self, node: ast.expr | None, depth: int = 4) -> str:
        if node is None or depth == 0:
            return ""
        if isinstance(node, ast.Name | ast.Attribute):
            return self.resolve(node)
        if isinstance(node, ast.Subscript):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            items = ", ".join(self._annotation(item, depth - 1) for item in inner)
            return f"{self._annotation(node.value, depth - 1)}[{items}]"
        if isinstance(node, ast.BinOp):
            return f"{self._annotation(node.left, depth - 1)} | {self._annotation(node.right, depth - 1)}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._annotation(_quoted(node.value[:LENGTH]), depth - 1)
        return "None" if isinstance(node, ast.Constant) and node.value is None else ""

    def _class(self, node: ast.ClassDef) -> None:
        self._decorators(node.decorator_list)
        for base in [*node.bases, *(k.value for k in node.keywords)]:
            self.expression(base)
        outer = self.scope
        outer.bindings[node.name] = ":" + outer.qualify(node.name)
        bases = tuple(self._annotation(base) or self.resolve(base) for base in node.bases)
        methods = tuple(s.name for s in node.body if isinstance(s, FunctionNode))
        self.scope = Scope(
            outer.qualify(node.name),
            parent=outer,
            is_class=True,
            bases=bases,
            methods=frozenset(methods),
            owner=outer.owner,
        )
        self._block(without_docstring(node.body))
        fields = tuple(self._fields(node.body))
        decorators = tuple(resolve(callee(d), outer) for d in node.decorator_list)
        name, self.scope = self.scope.name, outer
        end = node.end_lineno or node.lineno
        doc = clean(ast.get_docstring(node, clean=False) or "")
        self.classes.append(Class(name, node.lineno, end, bases, decorators, fields, methods, doc))

    def _fields(self, body: list[ast.stmt]) -> Iterator[Parameter]:
        for statement in body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                default = self.shape(statement.value) if statement.value is not None else None
                yield Parameter(statement.target.id, self._annotation(statement.annotation), default)
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                yield Parameter(statement.targets[0].id, "", self.shape(statement.value))

    def _decorators(self, nodes: list[ast.expr]) -> None:
        for node in nodes:
            if isinstance(node, ast.Call):
                self.expression(node, "decorator")
            else:
                self.expression(node)

    def _import(self, node: ast.Import) -> None:
        for name in node.names:
            alias = name.asname or name.name.partition(".")[0]
            self.scope.bindings[alias] = name.name if name.asname else alias
            self._note_import(name.name, "", alias, node.lineno)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for name in node.names:
            alias = name.asname or name.name
            if name.name != "*":
                joint = "" if module.endswith(".") else "."
                self.scope.bindings[alias] = f"{module}{joint}{name.name}"
            elif not self.scope.star:
                self.scope.star = module.rstrip(".")
            self._note_import(module, name.name, alias, node.lineno)

    def _note_import(self, module: str, name: str, alias: str, line: int) -> None:
        guarded = any(GUARD.match(guard) for guard in self.guards)
        self.imports.append(Import(module, name, alias, line, self.scope.name, guarded))
        self.names.update(module.split("."))
        self.names.update((name, alias))

    def _assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self.bind(target, node.value, node.lineno)
        self._value(node.value, tuple(text_of(t) for target in node.targets for t in flat(target)))
        for target in node.targets:
            self._target(target)

    def _annotated(self, node: ast.AnnAssign) -> None:
        annotation = self._annotation(node.annotation)
        if node.value is not None:
            self.bind(node.target, node.value, node.lineno, annotation)
            self._value(node.value, (text_of(node.target),))
        elif annotation and not annotation.startswith("?"):
            self._store(node.target, instance(annotation))

    def _augmented(self, node: ast.AugAssign) -> None:
        operation = Expr("operation", OPERATORS[type(node.op)], (self.shape(node.target), self.shape(node.value)))
        self.assigns.append(Assign(text_of(node.target), operation, node.lineno, self.scope.name, augmented=True))
        self.expression(node.value)

    def bind(self, target: ast.expr, value: ast.expr, line: int, annotation: str = "") -> None:
        """Notes an assignment, and what the target stands for from here on."""
        if isinstance(target, ast.Tuple | ast.List):
            values: list[ast.expr | None] = (
                list(value.elts)
                if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
                else [None] * len(target.elts)
            )
            for part, own in zip(target.elts, values, strict=True):
                if own is not None:
                    self.bind(part, own, line)
                else:
                    self._bind_part(part, value, line)
            return
        if isinstance(target, ast.Starred):
            target = target.value
        self._store(target, self._meaning(value))
        shown = self.shape(value)
        self.assigns.append(Assign(self._target_name(target), shown, line, self.scope.name, annotation))
        if text_of(target) == "__all__" and shown.kind == "list":
            self.exports = tuple(item.text for item in shown.items if item.kind == "str")

    def _bind_part(self, part: ast.expr, whole: ast.expr, line: int) -> None:
        """One of several targets that unpack a single value."""
        for target in flat(part):
            self._store(target, self._meaning(whole))
            shown = Expr("item", "", (self.shape(whole), NONE))
            self.assigns.append(Assign(self._target_name(target), shown, line, self.scope.name))

    def _target_name(self, target: ast.expr) -> str:
        text = text_of(target)
        return f"{self.scope.name}.{text}" if self.scope.is_class and isinstance(target, ast.Name) else text

    def _meaning(self, value: ast.expr) -> str:
        while isinstance(value, ast.Await | ast.NamedExpr):
            value = value.value
        if isinstance(value, ast.Call):
            callee = called(value.func, self.scope)
            if callee in RETURN_THEIR_ARGUMENT and value.args:
                return self._meaning(value.args[0])
            return result_of(callee) + RESULT
        if isinstance(value, ast.Name) and (bound := self.scope.lookup(value.id)):
            return bound
        if isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
            return self.resolve(value)
        if isinstance(value, ast.IfExp):
            return self._meaning(value.body)
        return ""

    def _store(self, target: ast.expr, meaning: str) -> None:
        if isinstance(target, ast.Name):
            self.scope.bindings[target.id] = meaning or "?" + target.id
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            owner = self.scope.owner
            if target.value.id == "self" and owner is not None and meaning and not meaning.startswith("?"):
                owner.bindings[f"self.{target.attr}"] = meaning

    def _target(self, target: ast.expr) -> None:
        """Subscripts and receivers in targets hold expressions too."""
        if isinstance(target, ast.Attribute):
            self.expression(target.value)
        elif not isinstance(target, ast.Name):
            self._expressions(target)

    def _value(self, value: ast.expr, targets: tuple[str, ...], role: str = "") -> None:
        if isinstance(value, ast.Await):
            self._value(value.value, targets, "await")
        else:
            self.expression(value, role, targets)

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.returns.append(self.shape(node.value))
            self._value(node.value, (), "return")

    def _expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Yield | ast.YieldFrom):
            self.yields = True
        if not isinstance(node.value, ast.Constant):
            self._value(node.value, ())

    def _raise(self, node: ast.Raise) -> None:
        raised = self.resolve(callee(node.exc)) if node.exc is not None else ""
        self.raises.append((node.lineno, self.scope.name, raised))
        self._expressions(node)

    def _assert(self, node: ast.Assert) -> None:
        self.condition(node.test, "assert", node.lineno)
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
                effect = self._effect(node.orelse)
            self.condition(node.test, effect, node.lineno)
            self.expression(node.test, "condition")
            test = self.brief(node.test)
            self._guarded(f"if {test}", node.body)
            self.guards = (*self.guards, f"else {test}")
            if not is_elif(node.orelse):
                break
            node = node.orelse[0]  # type: ignore[assignment]
        self._block(node.orelse)
        self.guards = outer

    def _effect(self, body: list[ast.stmt]) -> str:
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
        self._bind_part(node.target, node.iter, node.lineno)
        self.expression(node.iter, "for", tuple(text_of(t) for t in flat(node.target)))
        self._guarded("for", node.body)
        self._block(node.orelse)

    def _while(self, node: ast.While) -> None:
        self.expression(node.test, "condition")
        self._guarded("while", node.body)
        self._block(node.orelse)

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        caught = {self.resolve(t) for h in node.handlers for t in types(h.type)}
        imports = caught & IMPORT_ERRORS
        bare = any(handler.type is None for handler in node.handlers)
        self._guarded("try import" if imports or bare else "try", node.body)
        for handler in node.handlers:
            if handler.name:
                self.scope.bindings[handler.name] = "?" + handler.name
            kinds = {self.resolve(t) for t in types(handler.type)}
            self._guarded("except import" if kinds & imports or handler.type is None else "except", handler.body)
        self._block(node.orelse)
        self._block(node.finalbody)

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
            self._block(node.body)

    def _suppresses(self, context: ast.expr) -> bool:
        """Whether a `with` lets an import fail: `contextlib.suppress(ImportError)`."""
        if not isinstance(context, ast.Call) or self.resolve(context.func) != "contextlib.suppress":
            return False
        return any(self.resolve(each) in IMPORT_ERRORS for each in context.args)

    def _match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        for case in node.cases:
            self._guarded("case", case.body)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.bindings[target.id] = "?" + target.id

    _visits: ClassVar[dict[type[ast.stmt], Callable[[Reader, Any], None]]] = {
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
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
        ast.Delete: _delete,
    }
