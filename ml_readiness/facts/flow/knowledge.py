"""What the objects and functions of libraries do to rows, from the knowledge file."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts import knowledge as files

if TYPE_CHECKING:
    from collections.abc import Mapping

GUESSES = (
    (re.compile(r"(?:Scaler|Standardi[sz]er)$"), "scaling"),
    (re.compile(r"Imputer$"), "imputation"),
    (re.compile(r"Vectorizer$"), "vectorising"),
    (re.compile(r"Discreti[sz]er$"), "binning"),
    (re.compile(r"(?:Encoder|Binarizer)$"), "encoding"),
    (re.compile(r"Tokenizer$"), "tokenizing"),
)
"""For classes of libraries that are not listed."""


class Knowledge(Struct, frozen=True):
    """The knowledge file by name."""

    roles: Mapping[str, str]
    """Class to role: a kind of learning, `stateless`, `composite`, `oversampler`, `undersampler`, `splitter`."""
    frame: Mapping[str, str]
    """Method of a data frame, or function of an array library, to what it does."""
    functions: Mapping[str, str]
    """Function to what it does: `split`, `cross-validation`, `metric`, `reading`."""
    inert: frozenset[str]
    harmless: frozenset[str]
    searches: frozenset[str]
    ordered: frozenset[str]
    grouped: frozenset[str]
    fits: frozenset[str]
    asks: frozenset[str]
    scores: frozenset[str]
    sets: Mapping[str, frozenset[str]]
    """Plain lists of names."""

    def role(self, name: str) -> str:
        """The role of a class by its dotted name; empty where it is not known."""
        last = name.rpartition(".")[2]
        known = self.roles.get(last)
        if known is not None:
            return known
        return next((role for pattern, role in GUESSES if pattern.search(last)), "")


class _File(Struct, rename=lambda name: name.replace("_", "-")):
    transformers: dict[str, list[str]]
    stateless: list[str]
    harmless: list[str]
    composites: list[str]
    searches: list[str]
    oversamplers: list[str]
    undersamplers: list[str]
    splitters: list[str]
    ordered_splitters: list[str]
    grouped_splitters: list[str]
    split_functions: list[str]
    cross_validation: list[str]
    inert: list[str]
    metrics: list[str]
    learners_fit: list[str]
    asks: list[str]
    scores: list[str]
    frame: dict[str, list[str]]
    reading: list[str]
    sets: dict[str, list[str]]


@cache
def knowledge() -> Knowledge:
    """The knowledge file, read once."""
    file = files.read("flow.yml", _File)
    roles = _inverted(file.transformers)
    for role, names in (
        ("stateless", file.stateless),
        ("composite", file.composites),
        ("oversampler", file.oversamplers),
        ("undersampler", file.undersamplers),
        ("splitter", file.splitters),
    ):
        roles.update(dict.fromkeys(names, role))
    functions = _inverted(
        {
            "metric": file.metrics,
            "reading": file.reading,
            "split": file.split_functions,
            "cross-validation": file.cross_validation,
        }
    )
    return Knowledge(
        roles=roles,
        frame=_inverted(file.frame),
        functions=functions,
        inert=frozenset(file.inert),
        harmless=frozenset(file.harmless),
        searches=frozenset(file.searches),
        ordered=frozenset(file.ordered_splitters),
        grouped=frozenset(file.grouped_splitters),
        fits=frozenset(file.learners_fit),
        asks=frozenset(file.asks),
        scores=frozenset(file.scores),
        sets={name: frozenset(names) for name, names in file.sets.items()},
    )


def _inverted(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: role for role, names in table.items() for name in names}
