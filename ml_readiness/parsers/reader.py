"""One pass over the tree of a Python file that notes everything checks may ask about."""

from __future__ import annotations

import ast
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ml_readiness.parsers import source
from ml_readiness.parsers.expressions import LENGTH, NONE, OPERATORS, Expr, clean, shape
from ml_readiness.parsers.names import (
    RESULT,
    RETURN_THEIR_ARGUMENT,
    Scope,
    called,
    receiver,
    resolve,
    result_of,
    text_of,
)
from ml_readiness.parsers.python import (
    Assign,
    Broken,
    Call,
    Class,
    Condition,
    Function,
    Import,
    Parameter,
    PythonFile,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.fail", "pytest.exit", "click.Abort"})
SAYS = ("print", "warnings.warn", "logging.")
COMPARISONS = 40
"""Operands of one test that are looked at."""


def read_python(data: bytes) -> PythonFile:
    """The facts of one file's bytes."""
    parsed = source.read(data)
    reader = Reader()
    reader.module(parsed.tree)
    return reader.result(parsed)


class Reader:
    """Walks statements in order and expressions with a stack; function bodies come after the code around them."""

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
        self.statements = 0
        self.returns: list[Expr] = []
        self.yields = False

    def result(self, parsed: source.Source) -> PythonFile:
        """What was noted, in the order of the file."""
        return PythonFile(
            imports=tuple(self.imports),
            functions=tuple(sorted(self.functions, key=lambda f: f.line)),
            classes=tuple(sorted(self.classes, key=lambda c: c.line)),
            calls=tuple(sorted(self.calls, key=lambda c: (c.line, c.column))),
            assigns=tuple(sorted(self.assigns, key=lambda a: a.line)),
            conditions=tuple(sorted(self.conditions, key=lambda c: c.line)),
            raises=tuple(sorted(self.raises)),
            texts=tuple(sorted(self.texts, key=lambda t: (t.line, t.column))),
            names=frozenset(self.names),
            exports=self.exports,
            main_guard=self.main_guard,
            statements=self.statements,
            code_lines=sum(1 for line in parsed.text.split("\n") if (s := line.strip()) and s[0] != "#"),
            doc=clean(ast.get_docstring(parsed.tree, clean=False) or ""),
            broken=tuple(Broken(line, message) for line, message in parsed.broken),
            python2=parsed.python2,
        )

    def module(self, tree: ast.Module) -> None:
        """The module's own statements first, then every function body, outermost first."""
        self._declare(tree.body)
        for statement in tree.body:
            self.statements += _does_something(statement)
        self._block(_without_docstring(tree.body))
        while self.later:
            node, scope, guards = self.later.pop(0)
            self._body(node, scope, guards)

    def _declare(self, body: Iterable[ast.stmt]) -> None:
        """Binds what a block defines before it is read, since functions may use what comes later."""
        for statement in body:
            if isinstance(statement, FunctionNode | ast.ClassDef):
                self.scope.bindings[statement.name] = ":" + self.scope.qualify(statement.name)

    def _block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            visit = STATEMENTS.get(type(statement))
            if visit is not None:
                visit(self, statement)
            else:
                self._expressions(statement)

    def _expressions(self, statement: ast.AST) -> None:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.expr):
                self.expression(child)

    @contextmanager
    def _guarded(self, guard: str) -> Iterator[None]:
        self.guards.append(guard)
        yield
        self.guards.pop()

    def resolve(self, node: ast.expr) -> str:
        """The dotted name of an expression in the scope being read."""
        return resolve(node, self.scope)

    def shape(self, node: ast.expr | None) -> Expr:
        """The shape of an expression in the scope being read."""
        return shape(node, self.resolve)

    # Definitions

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
            self.later.insert(0, (node, inner, tuple(self.guards)))
        else:
            self.later.append((node, inner, tuple(self.guards)))

    def _body(self, node: FunctionNode, scope: Scope, guards: tuple[str, ...]) -> None:
        self.scope, self.guards, self.returns, self.yields = scope, list(guards), [], False
        parameters = self._parameters(node.args)
        for parameter in parameters:
            if parameter.name not in {"self", "cls"}:
                typed = parameter.annotation and not parameter.annotation.startswith("?")
                scope.bindings[parameter.name] = _instance(parameter.annotation) if typed else "?" + parameter.name
        self._declare(node.body)
        self._block(_without_docstring(node.body))
        parent = scope.parent
        self.functions.append(
            Function(
                name=scope.name,
                line=node.lineno,
                end_line=node.end_lineno or node.lineno,
                parameters=parameters,
                decorators=tuple(self.resolve(_callee(d)) for d in node.decorator_list),
                annotation=self._annotation(node.returns),
                returns=tuple(self.returns[:20]),
                is_async=isinstance(node, ast.AsyncFunctionDef),
                is_generator=self.yields,
                statements=_size(node.body),
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
            try:
                return self._annotation(ast.parse(node.value[:LENGTH], mode="eval").body, depth - 1)
            except (SyntaxError, ValueError):
                return ""
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
        self._block(_without_docstring(node.body))
        fields = tuple(self._fields(node.body))
        decorators = tuple(resolve(_callee(d), outer) for d in node.decorator_list)
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
                self._note_names(node)

    # Imports

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
        guarded = any(guard.startswith(("try import", "except import", "if TYPE_CHECKING")) for guard in self.guards)
        self.imports.append(Import(module, name, alias, line, self.scope.name, guarded))
        self.names.update(module.split("."))
        self.names.update((name, alias))

    # Statements

    def _assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._bind(target, node.value, node.lineno)
        self._value(node.value, tuple(text_of(t) for target in node.targets for t in _flat(target)))
        for target in node.targets:
            self._target(target)

    def _annotated(self, node: ast.AnnAssign) -> None:
        annotation = self._annotation(node.annotation)
        if node.value is not None:
            self._bind(node.target, node.value, node.lineno, annotation)
            self._value(node.value, (text_of(node.target),))
        elif annotation and not annotation.startswith("?"):
            self._store(node.target, _instance(annotation))

    def _augmented(self, node: ast.AugAssign) -> None:
        operation = Expr("operation", OPERATORS[type(node.op)], (self.shape(node.target), self.shape(node.value)))
        self.assigns.append(Assign(text_of(node.target), operation, node.lineno, self.scope.name, augmented=True))
        self.expression(node.value)

    def _bind(self, target: ast.expr, value: ast.expr, line: int, annotation: str = "") -> None:
        """Notes an assignment, and what the target stands for from here on."""
        if isinstance(target, ast.Tuple | ast.List):
            values: list[ast.expr | None] = (
                list(value.elts)
                if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
                else [None] * len(target.elts)
            )
            for part, own in zip(target.elts, values, strict=True):
                if own is not None:
                    self._bind(part, own, line)
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
        for target in _flat(part):
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
        if not isinstance(target, ast.Name):
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
        raised = self.resolve(_callee(node.exc)) if node.exc is not None else ""
        self.raises.append((node.lineno, self.scope.name, raised))
        self._expressions(node)

    def _assert(self, node: ast.Assert) -> None:
        self._condition(node.test, "assert", node.lineno)
        self.expression(node.test, "condition")
        if node.msg is not None:
            self.expression(node.msg)

    def _if(self, node: ast.If) -> None:
        """An if with all its elif branches, in a loop since generated code has thousands."""
        depth = 0
        while True:
            if _is_main(node.test) and not self.scope.name:
                self.main_guard = node.lineno
            effect = self._effect(node.body)
            if effect == "other" and node.orelse and not _is_elif(node.orelse):
                effect = self._effect(node.orelse)
            self._condition(node.test, effect, node.lineno)
            self.expression(node.test, "condition")
            self.guards.append("if " + self._brief(node.test))
            depth += 1
            self._block(node.body)
            self.guards[-1] = "else " + self.guards[-1][3:]
            if not _is_elif(node.orelse):
                break
            node = node.orelse[0]  # type: ignore[assignment]
        self._block(node.orelse)
        del self.guards[-depth:]

    def _effect(self, body: list[ast.stmt]) -> str:
        for statement in body[:4]:
            if isinstance(statement, ast.Raise):
                return "raise"
            if isinstance(statement, ast.Return):
                return "return"
            exits = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            if exits and self.resolve(statement.value.func) in EXITS:
                return "exit"
        first = body[0] if len(body) == 1 else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Call):
            says = self.resolve(first.value.func)
            if says.startswith(SAYS) or says.rpartition(".")[0].lower().endswith(("logger", "log")):
                return "warn"
        return "other"

    def _condition(self, test: ast.expr, effect: str, line: int) -> None:
        names: list[str] = []
        calls: list[str] = []
        operators: list[str] = []
        stack: list[ast.AST] = [test]
        while stack and len(names) < COMPARISONS:
            node = stack.pop()
            if isinstance(node, ast.Compare):
                operators.extend(OPERATORS[type(op)] for op in node.ops)
            elif isinstance(node, ast.Call):
                calls.append(self.resolve(node.func))
            if isinstance(node, ast.Name | ast.Attribute):
                names.append(text_of(node))
                if isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name):
                    stack.append(node.value)
            else:
                stack.extend(reversed(list(ast.iter_child_nodes(node))))
        if effect != "other" or operators:
            self.conditions.append(
                Condition(effect, self.shape(test), tuple(names), tuple(calls), tuple(operators), line, self.scope.name)
            )

    def _brief(self, test: ast.expr) -> str:
        """A test in a few words, for `Call.guards`."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return "not " + self._brief(test.operand)
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            right = test.comparators[0]
            shown = repr(right.value)[:40] if isinstance(right, ast.Constant) else text_of(right)
            return f"{text_of(test.left)} {OPERATORS[type(test.ops[0])]} {shown}"
        if isinstance(test, ast.Constant):
            return repr(test.value)[:40]
        return text_of(_callee(test)) + ("()" if isinstance(test, ast.Call) else "")

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self._bind_part(node.target, node.iter, node.lineno)
        self.expression(node.iter, "for", tuple(text_of(t) for t in _flat(node.target)))
        with self._guarded("for"):
            self._block(node.body)
        self._block(node.orelse)

    def _while(self, node: ast.While) -> None:
        self.expression(node.test, "condition")
        with self._guarded("while"):
            self._block(node.body)
        self._block(node.orelse)

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        caught = {self.resolve(t) for h in node.handlers for t in _types(h.type)}
        imports = caught & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
        bare = any(handler.type is None for handler in node.handlers)
        with self._guarded("try import" if imports or bare else "try"):
            self._block(node.body)
        for handler in node.handlers:
            if handler.name:
                self.scope.bindings[handler.name] = "?" + handler.name
            kinds = {self.resolve(t) for t in _types(handler.type)}
            with self._guarded("except import" if kinds & imports or handler.type is None else "except"):
                self._block(handler.body)
        self._block(node.orelse)
        self._block(node.finalbody)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            bound: tuple[str, ...] = ()
            if item.optional_vars is not None:
                self._bind(item.optional_vars, item.context_expr, node.lineno)
                bound = tuple(text_of(t) for t in _flat(item.optional_vars))
            self.expression(item.context_expr, "with", bound)
        self._block(node.body)

    def _match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        for case in node.cases:
            with self._guarded("case"):
                self._block(case.body)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.bindings[target.id] = "?" + target.id

    # Expressions

    def expression(self, node: ast.expr, role: str = "", targets: tuple[str, ...] = ()) -> None:
        """Notes the calls, strings and names of an expression, however deep, with a stack of its own."""
        stack: list[tuple[ast.AST, str, tuple[str, ...]]] = [(node, role, targets)]
        while stack:
            node_, role, targets = stack.pop()
            kind = type(node_)
            if kind is ast.Name:
                self.names.add(node_.id)  # type: ignore[attr-defined]
            elif kind is ast.Constant:
                self._constant(node_)  # type: ignore[arg-type]
            elif isinstance(node_, ast.Call):
                self._call(node_, role, targets)
                stack.extend((k.value, "argument", ()) for k in reversed(node_.keywords))
                stack.extend((a, "argument", ()) for a in reversed(node_.args))
                stack.append((node_.func, "", ()))
            else:
                if isinstance(node_, ast.Attribute):
                    self.names.add(node_.attr)
                elif isinstance(node_, ast.NamedExpr):
                    self._bind(node_.target, node_.value, node_.lineno)
                elif isinstance(node_, ast.Yield | ast.YieldFrom):
                    self.yields = True
                elif isinstance(node_, ast.Await):
                    role = "await"
                inner = role if isinstance(node_, ast.Await | ast.IfExp | ast.BoolOp) else ""
                stack.extend((child, inner, ()) for child in reversed(list(ast.iter_child_nodes(node_))))

    def _call(self, node: ast.Call, role: str, targets: tuple[str, ...]) -> None:
        keywords: dict[str, Expr] = {k.arg or "**": self.shape(k.value) for k in node.keywords}
        self.calls.append(
            Call(
                name=called(node.func, self.scope),
                receiver=receiver(node.func),
                line=node.lineno,
                column=node.col_offset + 1,
                end_line=node.end_lineno or node.lineno,
                scope=self.scope.name,
                args=tuple(self.shape(arg) for arg in node.args[:COMPARISONS]),
                keywords=keywords,
                targets=targets,
                role=role,
                guards=tuple(self.guards),
            )
        )

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, str) and value:
            self.texts.append(
                Text(clean(value[:LENGTH]), len(value), node.lineno, node.col_offset + 1, self.scope.name)
            )

    def _note_names(self, node: ast.expr) -> None:
        self.expression(node)


STATEMENTS = {
    ast.FunctionDef: Reader._function,
    ast.AsyncFunctionDef: Reader._function,
    ast.ClassDef: Reader._class,
    ast.Import: Reader._import,
    ast.ImportFrom: Reader._import_from,
    ast.Assign: Reader._assign,
    ast.AnnAssign: Reader._annotated,
    ast.AugAssign: Reader._augmented,
    ast.Return: Reader._return,
    ast.Expr: Reader._expr,
    ast.Raise: Reader._raise,
    ast.Assert: Reader._assert,
    ast.If: Reader._if,
    ast.For: Reader._for,
    ast.AsyncFor: Reader._for,
    ast.While: Reader._while,
    ast.Try: Reader._try,
    ast.TryStar: Reader._try,
    ast.With: Reader._with,
    ast.AsyncWith: Reader._with,
    ast.Match: Reader._match,
    ast.Delete: Reader._delete,
}


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    is_doc = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if is_doc else body


def _size(body: list[ast.stmt]) -> int:
    """Statements in a body, nested ones included; 0 for a stub."""
    own = [s for s in _without_docstring(body) if not isinstance(s, ast.Pass)]
    if all(isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in own):
        return 0
    count, stack = 0, list(own)
    while stack:
        statement = stack.pop()
        count += 1
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            for child in getattr(statement, name, ()):
                if isinstance(child, ast.stmt):
                    stack.append(child)
                else:
                    stack.extend(getattr(child, "body", ()))
    return count


def _does_something(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom | FunctionNode | ast.ClassDef | ast.Pass):
        return False
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return isinstance(statement.value, ast.Call | ast.BinOp | ast.Subscript | ast.ListComp)
    if isinstance(statement, ast.If):
        return not _is_main(statement.test)
    return not isinstance(statement, ast.Try)


def _is_main(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def _is_elif(orelse: list[ast.stmt]) -> bool:
    return len(orelse) == 1 and isinstance(orelse[0], ast.If)


def _flat(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _flat(part)
    else:
        yield target.value if isinstance(target, ast.Starred) else target


def _callee(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _types(node: ast.expr | None) -> list[ast.expr]:
    if node is None:
        return []
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _instance(annotation: str) -> str:
    """The class an annotation promises: the first that is not None, without its parameters for optional types."""
    for part in annotation.split(" | "):
        if part not in {"None", ""}:
            head, _, inner = part.partition("[")
            if head in {"typing.Optional", "typing.Annotated"}:
                return inner.rstrip("]").partition(",")[0]
            return head
    return annotation
