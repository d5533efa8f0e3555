"""What is known about libraries and names, as data: YAML files beside this module, checked when they are read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

FOLDER = Path(__file__).parent
K = TypeVar("K")


def read(name: str, kind: type[K]) -> K:
    """A file of this folder as `kind`; `msgspec.ValidationError` where it breaks the schema."""
    return msgspec.convert(_load(name), kind)


@cache
def _load(name: str) -> Any:
    return parse((FOLDER / name).read_text("utf-8"))


def parse(text: str) -> Any:
    """YAML of our own, by the fast loader; never for text from an audited repository."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
