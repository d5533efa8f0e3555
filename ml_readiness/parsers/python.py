"""Python source understood: what a file imports, defines, calls, asserts and decides, with names resolved.

The tree itself is thrown away; what is kept depends on the bytes alone, so it can be cached by blob id.
"""

from __future__ import annotations

from typing import ClassVar, Literal, Self, cast

from msgspec import Struct

from ml_readiness.parsers.expressions import Expr

Role = Literal["", "decorator", "with", "await", "return", "argument", "condition", "for"]
Effect = Literal["assert", "raise", "exit", "return", "warn", "other"]


class Import(Struct, frozen=True, array_like=True, gc=False):
    """One imported name."""

    module: str
    """Dotted, as written; leading dots for relative imports."""
    name: str
    """What is taken from the module; `*` for all, empty for the module itself."""
    alias: str
    """The name it is bound to."""
    line: int
    guarded: bool
    """In a `try` that catches ImportError (or everything), under TYPE_CHECKING, or under a flag that says whether the
    package is available."""

    @property
    def top(self) -> str:
        """The top-level package; empty for relative imports."""
        return "" if self.module.startswith(".") else self.module.partition(".")[0]


class Call(Struct, frozen=True, array_like=True, gc=False):
    """One call, decorator use, or `with` context.

    `name` is resolved through imports and through what local names were assigned from: after
    `import pandas as pd; df = pd.read_csv(p); df.dropna()` the last call is `pandas.read_csv.dropna`, and after
    `self.model = SVC()` (from sklearn) `self.model.fit` is `sklearn.svm.SVC.fit`. What cannot be resolved keeps its
    text with a question mark in front: `?model.fit`. Builtins stay bare: `open`, `print`. What the file itself defines
    starts with a colon: `:build_model`, `:Model.predict`. Names from relative imports keep their dots: `.data.clean`.
    """

    name: str
    receiver: str
    """The source text in front of the last dot: `self.model`, `df`, `?` for anything complicated, or empty."""
    line: int
    column: int
    end_line: int
    scope: str
    """The qualified name of the enclosing function or class; empty at module level."""
    args: tuple[Expr, ...]
    keywords: dict[str, Expr]
    """By name; `**` for unpacked mappings."""
    targets: tuple[str, ...] = ()
    """Names that the result is bound to, as source text: `X`, `self.scaler`, `df['age']`."""
    role: Role = ""
    """`decorator`, `with`, `await`, `return`, `argument` (of another call), `condition`, `for`, or empty."""
    guards: tuple[str, ...] = ()
    """The conditions, handlers and loops around it, outermost first, e.g. `if args.train`, `for`, `try`, `except`."""

    @property
    def method(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]

    def argument(self, position: int | None = None, *names: str) -> Expr | None:
        """An argument by keyword, else by position."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        if position is not None and 0 <= position < len(self.args):
            return self.args[position]
        return None


class Assign(Struct, frozen=True, array_like=True, gc=False):
    """A name, attribute or item bound to a value."""

    target: str
    """As source text: `MODEL_PATH`, `self.model`, `df['age']`, `Config.path` for class attributes."""
    value: Expr
    line: int
    scope: str
    augmented: bool = False


class Parameter(Struct, frozen=True, array_like=True, gc=False):
    """One parameter of a function."""

    name: str
    annotation: str = ""
    """The resolved dotted name, subscripts included: `list[app.schemas.Row]`."""
    default: Expr | None = None


class Function(Struct, frozen=True, array_like=True, gc=False):
    """A function or method."""

    name: str
    """Qualified within the file: `Model.predict`, `build.inner`."""
    line: int
    end_line: int
    parameters: tuple[Parameter, ...]
    decorators: tuple[str, ...]
    """Resolved names, without arguments; those with arguments are calls with the role `decorator` too."""
    returns: tuple[Expr, ...]
    is_async: bool
    statements: int
    """In the body, nested ones included, the docstring left out; 0 for a stub of `pass` or `...`."""
    in_class: str = ""
    """The qualified name of the class it is a method of."""


class Class(Struct, frozen=True, array_like=True, gc=False):
    """A class."""

    name: str
    """Qualified within the file."""
    line: int
    end_line: int
    bases: tuple[str, ...]
    """Resolved names."""
    decorators: tuple[str, ...]
    fields: tuple[Parameter, ...]
    """Annotated or assigned attributes of the body."""
    methods: tuple[str, ...]
    """Plain names."""


class Condition(Struct, frozen=True, array_like=True, gc=False):
    """A test that decides something: an assert, or an `if` whose body raises, exits or returns."""

    effect: Effect
    """`assert`, `raise`, `exit`, `return`, `warn` (logs or prints only), or `other`."""
    test: Expr
    names: tuple[str, ...]
    """Every dotted name read in the test, as source text."""
    calls: tuple[str, ...]
    """Every resolved call in the test."""
    operators: tuple[str, ...]
    """Comparison operators in the test: `<`, `==`, `in`, `is not`..."""
    line: int
    scope: str
    says: str = ""
    """The message of an assert, with `*` for what only a run could tell."""


class Text(Struct, frozen=True, array_like=True, gc=False):
    """A string constant that is not a docstring."""

    value: str
    """At most 400 characters of it."""
    length: int
    line: int
    column: int
    scope: str


class Broken(Struct, frozen=True, array_like=True, gc=False):
    """A statement that could not be read and was left out."""

    line: int
    message: str


class PythonFile(Struct, frozen=True, array_like=True, gc=False):
    """One Python file."""

    patterns: ClassVar[tuple[str, ...]] = ("*.py", "*.pyw")
    max_bytes: ClassVar[int] = 1_500_000
    version: ClassVar[int] = 7

    imports: tuple[Import, ...] = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    calls: tuple[Call, ...] = ()
    assigns: tuple[Assign, ...] = ()
    conditions: tuple[Condition, ...] = ()
    raises: tuple[tuple[int, str, str], ...] = ()
    """(line, scope, resolved exception name)."""
    texts: tuple[Text, ...] = ()
    names: tuple[str, ...] = ()
    """Every identifier that occurs, sorted."""
    main_guard: int = 0
    """The line of `if __name__ == "__main__"`, or 0."""
    statements: int = 0
    """Module-level statements that do something: not imports, definitions, docstrings or constants."""
    code_lines: int = 0
    """Lines that hold code."""
    broken: tuple[Broken, ...] = ()
    """Statements that could not be read, with the line of each."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The file's facts; statements with syntax errors, Python 2 included, are repaired or left out."""
        from ml_readiness.parsers.reader import read_python  # noqa: PLC0415

        return cast("Self", read_python(data))
