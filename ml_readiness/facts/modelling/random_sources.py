"""What is random in training, and what fixes it: the knowledge that is kept in a table."""

from __future__ import annotations

from functools import cache, cached_property

from msgspec import Struct

from ml_readiness.facts import knowledge


class Framework(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A library that draws from generators of its own."""

    used_by: tuple[str, ...]
    seeded_by: tuple[str, ...]
    default: tuple[str, ...]
    """Calls after which a fixed seed is in force although none is named."""
    apart: tuple[str, ...] = ()
    """Those that make a generator of their own, and leave the one that libraries share as it is."""

    @cached_property
    def shared(self) -> frozenset[str]:
        """What fixes the generator that the library itself draws from."""
        return frozenset(self.seeded_by) - frozenset(self.apart)


class Arguments(Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that draw unless an argument gives the seed."""

    keywords: tuple[str, ...]
    calls: frozenset[str]
    when: dict[str, tuple[str, ...]]
    methods: frozenset[str]


class Boosters(Struct, frozen=True, forbid_unknown_fields=True):
    """Training functions that take their settings in a dictionary."""

    calls: frozenset[str]
    sampling: tuple[str, ...]
    """Settings that make them draw rows or columns."""


class Search(Struct, frozen=True, forbid_unknown_fields=True):
    """Searches whose sampler draws unless it is given a seed."""

    always: dict[str, str]
    """Searches that give their result to the model, and the argument that fixes them."""
    if_used: dict[str, str]
    """Searches that count only where their best parameters are read."""
    reading: tuple[str, ...]


class Sources(Struct, frozen=True, forbid_unknown_fields=True):
    """The knowledge file."""

    seeded_by_argument: Arguments
    boosters: Boosters
    search: Search
    frameworks: dict[str, Framework]


@cache
def sources() -> Sources:
    """What is random in training, and what fixes it."""
    return knowledge.read("randomness.yml", Sources)
