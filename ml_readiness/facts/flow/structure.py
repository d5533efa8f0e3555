"""Whether rows that belong together, by time or by group, are divided at random."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.facts.flow.rows import covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.facts.flow.events import Events, Place, Splitting
    from ml_readiness.facts.flow.knowledge import Knowledge
    from ml_readiness.facts.flow.rows import Rows

MOST_LAGGED = 300
ALWAYS_RANDOM = frozenset({"train_test_split", "random_split", "randomSplit", "ShuffleSplit", "StratifiedShuffleSplit"})
RANDOM_IF_TOLD = frozenset({"KFold", "StratifiedKFold", "RepeatedKFold"})


class Divided(Struct, frozen=True):
    """A split, and what is known of the order of its rows."""

    splitting: Splitting
    lag: tuple[str, Place]
    """The method that put earlier rows into each row, and where."""


def at_random(events: Events, splittings: Iterable[Splitting]) -> Iterator[Divided]:
    """Random splits of rows each of which knows of the rows before it."""
    for splitting in splittings:
        lag = _lag(events, splitting.rows) if splitting.rows is not None and is_random(splitting) else None
        if lag is not None:
            yield Divided(splitting, lag)


def in_order(events: Events, splittings: Iterable[Splitting]) -> Iterator[Divided]:
    """Splits of such rows that keep their order."""
    for splitting in splittings:
        lag = _lag(events, splitting.rows) if splitting.rows is not None and _keeps_order(splitting) else None
        if lag is not None:
            yield Divided(splitting, lag)


def respecting(known: Knowledge, splittings: Iterable[Splitting]) -> Iterator[tuple[Splitting, str]]:
    """Splits by splitters that are made for rows that belong together, and what they respect."""
    for splitting in splittings:
        if splitting.name in known.ordered or splitting.name.startswith("temporal_"):
            yield splitting, "time"
        elif splitting.name in known.grouped:
            yield splitting, "groups"


def is_random(splitting: Splitting) -> bool:
    """Whether rows are drawn for one side or the other."""
    options = dict(splitting.options)
    if splitting.name in RANDOM_IF_TOLD:
        return options.get("shuffle") == "True"
    return splitting.name in ALWAYS_RANDOM and options.get("shuffle", "True") == "True"


def _keeps_order(splitting: Splitting) -> bool:
    return dict(splitting.options).get("shuffle") == "False"


def _lag(events: Events, rows: Rows) -> tuple[str, Place] | None:
    for lagged, lag in islice(events.lagged.items(), MOST_LAGGED):
        if covers(lagged, rows):
            return lag
    return None
