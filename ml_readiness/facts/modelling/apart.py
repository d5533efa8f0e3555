"""Steps that are fitted on what is called the training part, where values cannot be followed that far."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.code import Site
    from ml_readiness.parsers.expressions import Expr

TRAINING = re.compile(r"(?:^|[^a-z])(?:train(?:ing)?|tr)(?:[^a-z]|$)", re.IGNORECASE)
"""Names of the training part."""
EVERYTHING = re.compile(r"test|valid|(?:^|_)val(?:_|$)|\ball_|full", re.IGNORECASE)
"""Names of more than the training part."""
FITS = frozenset({"fit", "fit_transform", "adapt", "fit_resample"})
LEARNERS = re.compile(
    r"scaler|standardi[sz]|normali[sz]|imputer|vectori[sz]|tfidf|(?:^|[._])pca$|select|smote|discreti[sz]|binn|target_?enc",
    re.IGNORECASE,
)
"""What objects that learn from numbers or words are called; categories are harmless."""
MEASURES = re.compile(
    r"^(?:compute|calc\w*|get|fit|estimate|learn|make)_\w*(?:mean|std|stats?|statistics|scaler|variance|median)s?(?:_|$)"
)
"""Names of own functions that learn how numbers are spread."""
PAIRS = (frozenset({"mean", "std"}), frozenset({"min", "max"}), frozenset({"mean", "var"}), frozenset({"median"}))
"""What is computed of a column to scale or fill it by hand."""


class Apart(Struct, frozen=True, dict=True):
    """Calls that fit on the training part by its name."""

    lifecycle: Lifecycle

    @classmethod
    def gather(cls, lifecycle: Lifecycle) -> Self:
        """From calls of fitted steps and of statistics."""
        return cls(lifecycle)

    @cached_property
    def fitted(self) -> tuple[Site, ...]:
        """Fits and measurements outside tests and examples; those of notebooks come last."""
        code = self.lifecycle.code
        sites = [s for name in sorted(FITS) for s in code.by_method.get(name, ()) if _fits(s)]
        sites += [site for site in code.calls_named(MEASURES.search) if _takes_training(site)]
        sites += self._by_hand()
        kept = (site for site in sites if not site.unit.is_test and not site.unit.is_example)
        return tuple(sorted(kept, key=lambda s: (s.unit.is_notebook, s.unit.path, s.call.line)))

    def _by_hand(self) -> Iterator[Site]:
        """Statistics of the training part by which a column can be scaled or filled."""
        found: dict[tuple[str, str, str], dict[str, Site]] = defaultdict(dict)
        for name in sorted({each for pair in PAIRS for each in pair}):
            for site in self.lifecycle.code.by_method.get(name, ()):
                if _is_training(site.call.receiver) and site.call.targets:
                    found[site.unit.path, site.call.scope, site.call.receiver][name] = site
        for each in found.values():
            if any(pair <= set(each) for pair in PAIRS):
                yield next(iter(each.values()))


def _fits(site: Site) -> bool:
    named = LEARNERS.search(site.call.receiver.rpartition(".")[2]) or LEARNERS.search(site.name.rpartition(".")[0])
    return bool(named) and _takes_training(site)


def _takes_training(site: Site) -> bool:
    first = next(iter((*site.call.args, *site.call.keywords.values())), None)
    return first is not None and any(_is_training(text) for text in _names(first)) and not _is_mixed(first)


def _is_mixed(value: Expr) -> bool:
    return any(EVERYTHING.search(text) for text in _names(value))


def _names(value: Expr) -> Iterator[str]:
    return (each.text.lstrip("?") for each in value.walk() if each.kind in {"name", "call"})


def _is_training(text: str) -> bool:
    return bool(TRAINING.search(text)) and not EVERYTHING.search(text)
