"""Which of several places tells a reader most: what the project is about before what stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ml_readiness.facts.source.code import Site

BESIDE = re.compile(
    r"(?:^|[/_-])(?:bench(?:mark)?s?|profil\w*|debug\w*|smoke\w*|checks?|try|tools?|misc|old|legacy|deprecated|archive"
    r"|playground|sandbox|baselines?|ablations?|demos?|examples?|plot\w*|visuali\w*)(?:[/_.-]|$)",
    re.IGNORECASE,
)
"""Paths of code beside the main way."""


def main_first(sites: Iterable[Site], *words: str) -> list[Site]:
    """Calls with the most telling first: in modules before notebooks, in files or functions named by one of the words,
    and what stands beside the main way last."""
    named = re.compile("|".join(words) or r"(?!)", re.IGNORECASE)

    def rank(site: Site) -> tuple[bool, bool, bool]:
        path = site.unit.path
        file = path.rpartition("/")[2]
        is_named = bool(named.search(file) or named.search(site.call.scope))
        return site.unit.is_notebook, BESIDE.search(path) is not None, not is_named

    return sorted(sites, key=rank)
