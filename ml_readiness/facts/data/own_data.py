"""Data that the project makes by itself: rows drawn at random, and files that its own code writes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.data.datasets import Source
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.source.code import Code, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.units import Unit

MAKES = re.compile(
    r"(?:^|[_.])(?:gen(?:erate)?|make|create|simulate|synthesi[sz]e|fake|mock|build|draw)_(?:\w+_)?"
    r"(?:data(?:set|frame)?|rows|samples|records|customers|transactions|users|patients|events|series|examples)(?:_|$)"
    r"|(?:^|[_.])(?:synthetic|simulated|fake|dummy|toy)_(?:\w+_)?(?:data(?:set|frame)?|rows|samples|records)(?:_|$)",
    re.IGNORECASE,
)
"""Functions that say that they make rows."""
DRAWS = re.compile(r"^(?:numpy\.random|random|faker|scipy\.stats)\.|\.randn?$|^pyspark\.sql\.functions\.randn?$")
SEEDS = re.compile(r"(?:^|\.)(?:seed|seed_instance|RandomState|default_rng|set_seed|manual_seed)$|^random\.Random$")
WRITES = re.compile(r"^(?:to_(?:csv|parquet|feather|json|pickle|hdf|excel|orc)|save\w*|dump|write_\w+|tofile)$")
NAME = re.compile(r"[\w.-]+\.\w{2,8}$")


class OwnData(Struct, frozen=True, dict=True):
    """Rows that nobody has measured, and files that an earlier step leaves."""

    code: Code
    lifecycle: Lifecycle

    @classmethod
    def gather(cls, code: Code, lifecycle: Lifecycle) -> Self:
        """From functions that say that they make rows, and calls that write."""
        return cls(code, lifecycle)

    @cached_property
    def seeded(self) -> tuple[Source, ...]:
        """Functions that make the rows that are learned from, the same each time."""
        return tuple(
            Source(f"`{each.call.scope}` makes the rows from a fixed seed", each.location)
            for each in self._drawing
            if self._is_seeded(each)
        )

    @cached_property
    def drawn(self) -> tuple[Source, ...]:
        """Those that make others each time."""
        return tuple(
            Source(f"`{each.call.scope}` makes the rows, others each time", each.location)
            for each in self._drawing
            if not self._is_seeded(each)
        )

    @cached_property
    def written(self) -> frozenset[str]:
        """The names, without folders, of files that production code writes."""
        return frozenset(
            match[0]
            for site in self.code.calls_named(WRITES.search)
            if site.unit.is_production
            for value in (*site.call.args, *site.call.keywords.values())
            for part in value.walk()
            if part.kind in {"str", "format"} and (match := NAME.search(part.text)) is not None
        )

    @cached_property
    def _drawing(self) -> tuple[Site, ...]:
        """The first draw of each function that makes rows for training."""
        first: dict[tuple[str, str], Site] = {}
        for unit in self._learning():
            for site in self.code.calls_in(unit):
                if MAKES.search(site.call.scope) and DRAWS.search(site.name):
                    first.setdefault((unit.path, site.call.scope), site)
        return tuple(first.values())

    def _learning(self) -> Iterator[Unit]:
        """Files that train or lead there, and what they import."""
        training = self.lifecycle.units("training")
        around = self.code.around(training | self.code.reaching(training))
        return (unit for unit in self.code.production if unit.path in around)

    def _is_seeded(self, drawing: Site) -> bool:
        """Whether a generator is given a seed in the function that draws, or before it at the top of its file."""
        return any(
            SEEDS.search(site.name)
            and (site.call.args or site.call.keywords)
            and site.call.scope in {"", drawing.call.scope}
            for site in self.code.calls_in(drawing.unit)
        )
