"""Where something that is no code of the project is told to answer requests with a model: platforms, model servers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts import knowledge
from ml_readiness.facts.code import Code
from ml_readiness.facts.evidence_files import Telling, found
from ml_readiness.facts.files import Files, is_test

if TYPE_CHECKING:
    from ml_readiness.report import Location


class Vocabulary(Struct, frozen=True, forbid_unknown_fields=True):
    """The knowledge file."""

    files: tuple[Telling, ...]
    calls: tuple[str, ...]


@cache
def vocabulary() -> Vocabulary:
    """How an endpoint is described or made, read once."""
    return knowledge.read("endpoints.yml", Vocabulary)


@dataclass(frozen=True)
class Endpoints:
    """Endpoints that are described or made, each with what it is; tests and examples left out."""

    all: tuple[tuple[str, Location], ...]

    @classmethod
    def gather(cls, files: Files, code: Code) -> Self:
        """From configuration and from calls of cloud SDKs."""
        words = vocabulary()
        described = [
            (what, at)
            for what, at in found(files, words.files)
            if not (is_test(at.path) or files.is_example(at.path) or at.path.startswith(".github/"))
        ]
        made = [
            (f"`{site.name.rpartition('.')[2]}` makes an endpoint", site.location)
            for site in code.calls_to(*words.calls)
            if site.unit.is_production
        ]
        return cls((*described, *made))
