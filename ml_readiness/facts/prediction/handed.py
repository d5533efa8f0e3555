"""Whether serving hands over the columns that something was fitted on, in their order and under their names."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts.flow.values import Thing
from ml_readiness.facts.prediction.parity import Parity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ml_readiness.facts.flow.events import Use


class Handed(Struct, frozen=True, dict=True):
    """Columns that are written down where serving applies what was fitted."""

    parity: Parity

    @classmethod
    def gather(cls, parity: Parity) -> Self:
        """From the uses of fitted objects that serving leads to."""
        return cls(parity)

    @cached_property
    def reordered(self) -> tuple[Use, ...]:
        """Where serving hands over the columns that something was fitted on in another order, one after the other."""
        return tuple(use for use in self._served if _in_other_order(use.names, use.thing))

    @cached_property
    def renamed(self) -> tuple[Use, ...]:
        """Where serving hands over as many columns as something was fitted on, under other names."""
        return tuple(use for use in self._served if _under_other_names(use.names, use.thing))

    @cached_property
    def _served(self) -> tuple[Use, ...]:
        uses = self.parity.flow.machine.events.uses
        return tuple(use for use in uses if use.names and self.parity.is_served(use.trail))


def _under_other_names(names: Sequence[str], thing: Thing) -> bool:
    fitted = thing.columns
    return len(set(names)) == len(set(fitted)) == len(fitted) and set(names) != set(fitted)


def _in_other_order(names: Sequence[str], thing: Thing) -> bool:
    by_name = any("ColumnTransformer" in child.name for _, child in thing.children if isinstance(child, Thing))
    fitted = thing.columns
    return not by_name and "Column" not in thing.name and set(names) == set(fitted) and tuple(names) != fitted
