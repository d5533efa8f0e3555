"""Files that say something by their name and text: kinds of them are data."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts import knowledge
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.tree.files import Files

LONGEST = 400_000


class Telling(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of file, by name and text."""

    what: str
    names: tuple[str, ...]
    holds: str = ""
    """A regular expression over the text, line by line; empty if the name is enough."""


class Vocabulary(Struct, frozen=True, forbid_unknown_fields=True):
    """The knowledge file of deployments and images."""

    environment: frozenset[str]
    servers: frozenset[str]
    loading: str
    files: tuple[Telling, ...]
    workloads: frozenset[str]
    calls: tuple[str, ...]
    images: tuple[str, ...]
    packages: tuple[Telling, ...]
    environments: tuple[Telling, ...]


@cache
def vocabulary() -> Vocabulary:
    """The knowledge file, read once."""
    return knowledge.read("deployment.yml", Vocabulary)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.MULTILINE)


def found(files: Files, kinds: tuple[Telling, ...]) -> Iterator[tuple[str, Location]]:
    """The files of these kinds, with what each is and where it says so."""
    for kind in kinds:
        for path in files.find(*kind.names):
            if not kind.holds:
                yield kind.what, Location(path=path)
                continue
            text = files.text(path)[:LONGEST]
            match = _pattern(kind.holds).search(text)
            if match is not None:
                yield kind.what, Location(path=path, line=text.count("\n", 0, match.start()) + 1)
