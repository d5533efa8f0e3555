"""Python source as short instructions, from which values can be followed without the tree.

Every function, class body and the module itself become a `Body`: a list of instructions in document order whose
operands are earlier instructions or entries of the file's pool of names and constants. Branches and loops are marked,
not resolved. What the instructions mean is decided elsewhere; here nothing is known about any library.
"""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct

from ml_readiness import regex as re

MENTIONS = re.compile(
    rb"\.\s*(?:fit|fit_\w+|partial_fit|predict\w*|backward|transform|fillna|get_dummies|log_model)\s*\(|train_test_split"
    rb"|cross_val|\bDataLoader\b|import\s+(?:joblib|pickle|sklearn|pandas)|from\s+(?:joblib|pickle|sklearn|pandas)|\.(?:read_|to_)csv"
    rb"|\.(?:mean|std)\(\s*(?:axis\s*=\s*0|0)?\s*\)"
)
"""A file without any of these neither prepares data nor touches a model."""


class Op(Struct, frozen=True, array_like=True, gc=False):
    """One instruction; its result is known by its position in the body."""

    code: str
    args: tuple[int, ...] = ()
    """Operands: from zero on, the instruction at that position; below zero, `-1 - n` is entry n of the pool."""
    name: str = ""
    """The name that is stored, the attribute, the method, the operator."""
    keys: tuple[str, ...] = ()
    """Keyword names of the last operands of a call; names that are bound or imported."""
    line: int = 0


class Body(Struct, frozen=True):
    """A function, a lambda, the statements of a class, or the module."""

    name: str
    """Qualified within the file; empty for the module."""
    kind: str
    """`module`, `function`, `lambda` or `class`."""
    line: int
    ops: tuple[Op, ...] = ()
    parameters: tuple[str, ...] = ()
    """Positional ones first, then keyword-only ones."""
    rest: str = ""
    """The name of `*args`."""
    extra: str = ""
    """The name of `**kwargs`."""
    annotations: tuple[str, ...] = ()
    """One for each parameter, as source text; empty where there is none."""
    is_generator: bool = False
    calls: frozenset[str] = frozenset()
    """Last parts of the names of everything called in it."""


class FlowFile(Struct, frozen=True):
    """One Python file as instructions."""

    patterns: ClassVar[tuple[str, ...]] = ("*.py", "*.pyw")
    max_bytes: ClassVar[int] = 1_500_000
    version: ClassVar[int] = 2

    pool: tuple[tuple[str, str], ...] = ()
    """(kind, text): `var` for names, else `str`, `int`, `float`, `bool`, `none`, `other`."""
    bodies: tuple[Body, ...] = ()
    """The module first; empty where the file has nothing to do with data or models."""
    truncated: bool = False
    """Whether the file was too long to be taken whole."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The file's instructions; raises what the parser of the tree raises."""
        if MENTIONS.search(data) is None:
            return cls()
        from ml_readiness.parsers import flow_statements, source  # noqa: PLC0415

        pool, bodies, truncated = flow_statements.lower(source.read(data).tree)
        return cls(pool, bodies, truncated)


class FlowNotebook(FlowFile, frozen=True):
    """The code cells of one notebook as instructions; lines are those of the joined code."""

    patterns: ClassVar[tuple[str, ...]] = ("*.ipynb",)
    max_bytes: ClassVar[int] = 60_000_000
    version: ClassVar[int] = 2

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The notebook's instructions; raises what the parsers of the notebook and of the tree raise."""
        if MENTIONS.search(data) is None:
            return cls()
        from ml_readiness.parsers import flow_statements, notebook, source  # noqa: PLC0415

        lines, cells = notebook.joined_code(data)
        tree = notebook.whole(lines, cells, lambda text: source.read(text).tree)
        return cls(*flow_statements.lower(tree))
