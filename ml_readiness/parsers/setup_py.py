"""`setup.py`, read and never run: what it hands to `setup()`, as far as literals and local names tell."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, ClassVar, Self

from msgspec import Struct, field

from ml_readiness import regex as re
from ml_readiness.parsers import source
from ml_readiness.parsers.requirement import RANGE, Requirement, pep508

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 12
MOST_STRINGS = 2_000
MOST_WORK = 20_000
WRAPPERS = frozenset({"list", "tuple", "set", "sorted", "filter", "map", "str", "extend", "fromkeys"})
STATED_NAME = re.compile(r"([A-Za-z0-9][\w.-]*+)\s*(?:\[[^\]]*+\])?\s*[=<>~!]")
FILE = re.compile(r"[\w./\\+-]+\.(?:txt|in|pip)", re.IGNORECASE)
JOINS = frozenset({"join", "Path", "joinpath", "PurePath"})


class SetupPy(Struct, frozen=True):
    """One `setup.py`."""

    patterns: ClassVar[tuple[str, ...]] = ("setup.py",)
    max_bytes: ClassVar[int] = 500_000
    version: ClassVar[int] = 1

    is_setup: bool = False
    """Whether it calls `setup()` at all."""
    name: str = ""
    license: str = ""
    declares: bool = False
    """Whether `install_requires` is given."""
    dependencies: tuple[Requirement, ...] = ()
    extras: dict[str, tuple[Requirement, ...]] = {}
    dependency_files: tuple[str, ...] = ()
    """Files that the requirements are read from."""
    extra_files: dict[str, tuple[str, ...]] = {}
    """Files that extras are read from."""
    requires_python: str = ""
    """`?` where it is computed."""
    requires_python_line: int = 0
    scripts: dict[str, str] = {}
    classifiers: tuple[str, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """What the arguments of the last `setup()` say."""
        tree = source.read(data).tree
        names = _Names()
        setup: ast.Call | None = None
        for statement in _statements(tree):
            names.learn(statement)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _last_name(node.func) == "setup" and node.keywords:
                setup = node
        if setup is None:
            return cls()
        arguments = names.keywords(setup)
        required = names.values(arguments.get("install_requires"))
        extras = {key: names.values(value) for key, value in names.items(arguments.get("extras_require")) if key}
        python = arguments.get("python_requires")
        return cls(
            is_setup=True,
            name=names.string(arguments.get("name")),
            license=names.string(arguments.get("license")),
            declares="install_requires" in arguments,
            dependencies=tuple(_requirements(required.strings)),
            extras={name: tuple(_requirements(found.strings)) for name, found in extras.items()},
            dependency_files=tuple(dict.fromkeys(required.files)),
            extra_files={name: tuple(dict.fromkeys(found.files)) for name, found in extras.items() if found.files},
            requires_python=names.string(python) or ("?" if python is not None else ""),
            requires_python_line=python.lineno if python is not None else 0,
            scripts=_scripts(names, arguments.get("entry_points")),
            classifiers=tuple(text for text, _ in names.values(arguments.get("classifiers")).strings)[:200],
        )


class _Values(Struct):
    """The strings an expression holds, and the files it is read from."""

    strings: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    files: list[str] = field(default_factory=list[str])

    def add(self, other: _Values) -> None:
        """Takes another expression's values in."""
        room = MOST_STRINGS - len(self.strings)
        self.strings.extend(other.strings[:room])
        self.files.extend(other.files[:room])


class _Names:
    """What the module's names were bound to."""

    def __init__(self) -> None:
        self._bound: dict[str, list[ast.expr]] = {}
        self._items: dict[str, list[tuple[str, ast.expr]]] = {}
        self._functions: dict[str, ast.FunctionDef] = {}
        self._work = MOST_WORK

    def learn(self, node: ast.stmt) -> None:
        """Remembers an assignment or a function."""
        if isinstance(node, ast.FunctionDef):
            self._functions[node.name] = node
        elif isinstance(node, ast.With):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name):
                    self._bound.setdefault(item.optional_vars.id, []).append(item.context_expr)
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            self._bound.setdefault(node.target.id, []).append(node.iter)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
            if isinstance(node.target, ast.Name):
                self._bound.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self._bound.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                    key = self.string(target.slice)
                    self._items.setdefault(target.value.id, []).append((key, node.value))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Attribute) and called.attr in {"append", "extend"}:
                owner = _last_name(called.value)
                self._bound.setdefault(owner, []).extend(node.value.args)

    def keywords(self, call: ast.Call) -> dict[str, ast.expr]:
        """A call's keyword arguments, those unpacked from a local dictionary included."""
        found: dict[str, ast.expr] = {}
        for keyword in call.keywords:
            if keyword.arg is not None:
                found[keyword.arg] = keyword.value
            else:
                found.update((name, value) for name, value in self.items(keyword.value) if name)
        return found

    def items(self, node: ast.expr | None, depth: int = 0) -> Iterator[tuple[str, ast.expr]]:
        """The entries of a dictionary with constant keys."""
        if depth > DEEPEST or node is None:
            return
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None:
                    yield from self.items(value, depth + 1)
                else:
                    yield self.string(key), value
        elif isinstance(node, ast.Name):
            for value in self._bound.get(node.id, [])[-3:]:
                yield from self.items(value, depth + 1)
            yield from self._items.get(node.id, [])
        elif isinstance(node, ast.Call) and _last_name(node.func) == "dict":
            yield from ((keyword.arg or "", keyword.value) for keyword in node.keywords)

    def string(self, node: ast.expr | None, depth: int = 0) -> str:
        """A constant string, directly or by name; empty where it is none."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value[:2_000]
        if isinstance(node, ast.Name) and depth < DEEPEST and (bound := self._bound.get(node.id)):
            return self.string(bound[-1], depth + 1)
        return ""

    def values(self, node: ast.expr | None, depth: int = 0) -> _Values:
        """The strings of a list, however it is put together, and the files it is read from."""
        found = _Values()
        self._work -= 1
        if node is None or depth > DEEPEST or self._work < 0 or isinstance(node, ast.Compare):
            return found
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                _add_string(found, node.value, node.lineno)
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            _add_string(found, "*".join(str(part) for part in parts), node.lineno)
        elif isinstance(node, ast.IfExp):
            found.add(self.values(node.body, depth + 1))
            found.add(self.values(node.orelse, depth + 1))
        elif isinstance(node, ast.Name):
            for value in self._bound.get(node.id, [])[:20]:
                found.add(self.values(value, depth + 1))
        elif isinstance(node, ast.Subscript):
            self._add_item(found, node, depth)
        elif isinstance(node, ast.Call):
            self._add_call(found, node, depth)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    found.add(self.values(child, depth + 1))
                elif isinstance(child, ast.comprehension):
                    found.add(self.values(child.iter, depth + 1))
        return found

    def _add_item(self, found: _Values, node: ast.Subscript, depth: int) -> None:
        key = self.string(node.slice)
        entries = [value for name, value in self.items(node.value, depth + 1) if name == key] if key else []
        for value in entries:
            found.add(self.values(value, depth + 1))
        if not entries:
            found.add(self.values(node.value if not key else node.slice, depth + 1))

    def _add_call(self, found: _Values, node: ast.Call, depth: int) -> None:
        name = _last_name(node.func)
        if name in JOINS and (path := self._joined(node)):
            found.files.append(path)
            return
        function = self._functions.get(name)
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            given = self.values(argument, depth + 1)
            if name not in WRAPPERS and (function is None or isinstance(argument, ast.Constant)):
                given.strings.clear()
            found.add(given)
        if isinstance(node.func, ast.Attribute):
            found.add(self.values(node.func.value, depth + 1))
        if function is not None:
            for inner in ast.walk(function):
                if isinstance(inner, ast.Constant | ast.Call):
                    _add_file(found, self._path(inner))

    def _path(self, node: ast.expr) -> str:
        if isinstance(node, ast.Call):
            return self._joined(node) if _last_name(node.func) in JOINS else ""
        return self.string(node)

    def _joined(self, node: ast.Call) -> str:
        parts = [self.string(argument) for argument in node.args]
        path = "/".join(part.strip("/") for part in parts if part.strip("/"))
        return path if _is_file(path) else ""


def _add_string(found: _Values, text: str, line: int) -> None:
    if _is_file(text):
        found.files.append(text)
        return
    for offset, part in enumerate(text.splitlines()):
        found.strings.append((part, line + offset))


def _add_file(found: _Values, path: str) -> None:
    if _is_file(path):
        found.files.append(path)


def _is_file(text: str) -> bool:
    return len(text) < 200 and FILE.fullmatch(text) is not None


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements of the module and of its functions, so that a `setup()` inside `main()` is understood too."""
    waiting: list[ast.stmt] = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]))


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _requirements(strings: list[tuple[str, int]]) -> Iterator[Requirement]:
    for text, line in dict.fromkeys(strings):
        written = text.partition(" #")[0].strip()
        if written and not written.startswith("#"):
            try:
                yield pep508(written, line)
            except (ValueError, RecursionError):
                if stated := STATED_NAME.match(written):
                    yield Requirement(stated[1], RANGE, line=line)


def _scripts(names: _Names, node: ast.expr | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in names.items(node):
        if key == "console_scripts":
            for text, _ in names.values(value).strings:
                name, equals, target = text.partition("=")
                if equals:
                    found[name.strip()] = target.strip()
    return found
