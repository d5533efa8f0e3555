"""What a name in a Python file stands for: imports, definitions, and what variables were assigned from."""

from __future__ import annotations

import ast
import builtins
from sys import intern

from msgspec import Struct

BUILTINS = frozenset(dir(builtins)) | {"unicode", "xrange", "raw_input", "reload", "execfile", "basestring"}
RETURN_THEMSELVES = frozenset(
    [
        "fit",
        "partial_fit",
        "to",
        "cuda",
        "cpu",
        "eval",
        "train",
        "half",
        "float",
        "double",
        "bfloat16",
        "set_params",
        "set_output",
        "requires_grad_",
        "compile",
        "__enter__",
        "__aenter__",
    ]
)
"""Methods whose result is their own object, so that a chain keeps its type."""
RETURN_THEIR_ARGUMENT = frozenset({
    "torch.compile", "torch.jit.script", "torch.jit.trace", "torch.nn.DataParallel", "copy.deepcopy", "copy.copy",
    "torch.nn.parallel.DistributedDataParallel", "torch.nn.parallel.DataParallel", "jax.jit", "functools.partial",
})  # fmt: skip
"""Functions that give back what they were given, wrapped."""
LONGEST_CHAIN = 6


class Scope(Struct):
    """The names bound in a module, class or function."""

    name: str
    """Qualified; empty for the module."""
    parent: Scope | None = None
    bindings: dict[str, str] = {}
    is_class: bool = False
    bases: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset()
    owner: Scope | None = None
    """The class that a method belongs to."""
    star: str = ""
    """The module of the first `from module import *`, where unknown names most likely come from."""
    resolved: dict[ast.expr | str, str] = {}
    """What expressions and bare names stand for as long as nothing else is bound: most are asked for several times."""

    def bind(self, name: str, meaning: str) -> None:
        """Lets a name stand for something from here on."""
        self.bindings[name] = meaning
        self.resolved.clear()

    def bind_all(self, module: str) -> None:
        """Lets unknown names stand for what a module holds, the first that is imported so."""
        self.star = self.star or module
        self.resolved.clear()

    def qualify(self, name: str) -> str:
        """The qualified name of something defined in this scope."""
        return f"{self.name}.{name}" if self.name else name

    def lookup(self, name: str) -> str | None:
        """What a bare name is bound to, by Python's rules; class bodies are not seen from methods."""
        if name in self.bindings:
            return self.bindings[name]
        scope = self.parent
        while scope is not None:
            if name in scope.bindings and not scope.is_class:
                return scope.bindings[name]
            scope = scope.parent
        return None

    @property
    def star_import(self) -> str:
        """The module whose names were all imported into the file, if there is one."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope.star


RESULT = "()"
"""Ends the binding of a variable that holds what a call gave."""


def called(node: ast.expr, scope: Scope) -> str:
    """The name of a called thing; calling an object that a call gave is calling its `__call__`."""
    if type(node) is ast.Attribute:
        is_object = scope.owner is not None and _is_self(node.value) and _holds_result(scope.owner, node.attr)
    elif type(node) is ast.Name:
        is_object = (scope.lookup(node.id) or "").endswith(RESULT)
    elif type(node) is ast.Call:
        return result_of(resolve(node.func, scope)) + ".__call__"
    else:
        is_object = False
    name = resolve(node, scope)
    return name + ".__call__" if is_object else name


def _is_self(node: ast.expr) -> bool:
    return type(node) is ast.Name and node.id == "self"


def _holds_result(owner: Scope, attribute: str) -> bool:
    return owner.bindings.get(f"self.{attribute}", "").endswith(RESULT)


def resolve(node: ast.expr, scope: Scope) -> str:
    """The dotted name of a name, attribute chain or called thing, as `Call.name` explains it."""
    asked = node.id if type(node) is ast.Name else node
    known = scope.resolved.get(asked)
    if known is None:
        known = scope.resolved[asked] = intern(_resolved(node, scope))
    return known


def _resolved(node: ast.expr, scope: Scope) -> str:
    parts: list[str] = []
    while type(node) is not ast.Name:
        if type(node) is ast.Attribute:
            parts.append(node.attr)
            node = node.value
        elif type(node) is ast.Subscript or type(node) is ast.Await:
            node = node.value
        else:
            parts.reverse()
            return _on_value(node, parts, scope)
    if not parts:
        return _bare(node.id, scope).removesuffix(RESULT)
    parts.reverse()
    if scope.owner is not None and node.id in {"self", "cls"}:
        return _own(scope.owner, node.id, parts)
    return _chain(_bare(node.id, scope), parts)


def _on_value(node: ast.expr, parts: list[str], scope: Scope) -> str:
    """The name of attributes of something that has no name itself."""
    if isinstance(node, ast.Call):
        return _chain(result_of(resolve(node.func, scope)), parts)
    if isinstance(node, ast.Constant):
        return _chain(type(node.value).__name__, parts)
    return _chain("?", parts)


def _bare(name: str, scope: Scope) -> str:
    bound = scope.lookup(name)
    if bound is not None:
        return bound
    if name in BUILTINS:
        return name
    return f"{scope.star_import}.{name}" if scope.star_import else "?" + name


def result_of(callee: str) -> str:
    """What to call the value that a call gives: the callee's name, or its object where methods return themselves."""
    head, _, method = callee.rpartition(".")
    return head if head and method in RETURN_THEMSELVES and not head.endswith("?") else callee


def text_of(node: ast.expr) -> str:
    """The source text of a target or receiver: names, attributes and constant items; `?` for anything else."""
    if type(node) is ast.Name:
        return node.id
    if type(node) is ast.Attribute and type(node.value) is ast.Name:
        return intern(f"{node.value.id}.{node.attr}")
    suffixes: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            suffixes.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            index = node.slice
            suffixes.append(f"[{index.value!r}]"[:80] if isinstance(index, ast.Constant) else "[]")
            node = node.value
        else:
            break
    base = node.id if isinstance(node, ast.Name) else "?"
    return base + "".join(reversed(suffixes))


def _own(owner: Scope, base: str, parts: list[str]) -> str:
    attribute = f"self.{parts[0]}"
    if attribute in owner.bindings:
        return _chain(owner.bindings[attribute], parts[1:])
    if parts[0] in owner.methods:
        return _chain(f":{owner.name}.{parts[0]}", parts[1:])
    library = next((b for b in owner.bases if not b.startswith((":", "?")) and b not in BUILTINS), None)
    if library is not None and len(parts) == 1 and not parts[0].startswith("_"):
        return f"{library}.{parts[0]}"
    return "?" + ".".join([base, *parts])


def _chain(bound: str, parts: list[str]) -> str:
    bound = bound.removesuffix(RESULT)
    if not parts:
        return bound
    name = ".".join([bound, *parts])
    if name.count(".") <= LONGEST_CHAIN + bound.count(".", 0, 1):
        return name
    pieces = name.split(".")
    return ".".join([*pieces[:LONGEST_CHAIN], pieces[-1]])
