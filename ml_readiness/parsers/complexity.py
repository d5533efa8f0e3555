"""How many ways lead through each function of a Python file, as radon counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from msgspec import Struct

from ml_readiness.parsers import source

if TYPE_CHECKING:
    from collections.abc import Iterator


class Measured(Struct, frozen=True, array_like=True):
    """One function or method."""

    name: str
    """Qualified by its class."""
    line: int
    complexity: int
    """Cyclomatic complexity, closures included."""


class Complexity(Struct, frozen=True):
    """The functions of one file."""

    patterns: ClassVar[tuple[str, ...]] = ("*.py", "*.pyw")
    max_bytes: ClassVar[int] = 1_500_000
    version: ClassVar[int] = 1

    functions: tuple[Measured, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Every function and method with its complexity."""
        from radon.visitors import ComplexityVisitor  # noqa: PLC0415

        visitor: Any = ComplexityVisitor.from_ast(source.read(data).tree)  # pyright: ignore[reportUnknownMemberType]
        return cls(tuple(_measured(visitor)))


def _measured(visitor: Any) -> Iterator[Measured]:
    for function in visitor.functions:
        yield Measured(str(function.name), int(function.lineno), int(function.complexity))
    for each in visitor.classes:
        for method in each.methods:
            yield Measured(f"{each.name}.{method.name}", int(method.lineno), int(method.complexity))
