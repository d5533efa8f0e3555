"""What is known about libraries and names, as data: YAML files beside this module, checked when they are read."""

from __future__ import annotations

import datetime
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
import yaml

if TYPE_CHECKING:
    from types import CodeType

FOLDER = Path(__file__).parent
K = TypeVar("K")


def read(name: str, kind: type[K]) -> K:
    """A file of this folder as `kind`; `msgspec.ValidationError` where it breaks the schema."""
    return msgspec.convert(table(FOLDER / name), kind)


@cache
def table(path: Path) -> Any:
    """What a file of the product's own says. It is kept as Python keeps what a module compiles to, and as long, since
    reading YAML would be a tenth of a small audit.
    """
    code = _Table(path.name, str(path)).get_code(path.name)
    return eval(cast("CodeType", code), {"datetime": datetime})  # noqa: S307


class _Table(SourceFileLoader):
    """Takes a table for a module that consists of one expression."""

    def source_to_code(self, data: Any, path: Any) -> CodeType:  # type: ignore[override]  # pyright: ignore
        return compile(repr(parse(bytes(data).decode())), str(path), "eval")


def parse(text: str) -> Any:
    """YAML of our own, by the fast loader; never for text from an audited repository."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
