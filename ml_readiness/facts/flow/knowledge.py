"""What the objects and functions of libraries do to rows, from the knowledge file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

SETS = (
    "data-attributes",
    "data-methods",
    "inner-models",
    "same-object",
    "scaling-functions",
    "frame-packages",
    "telling",
)
FILE = Path(__file__).parent.parent / "knowledge" / "flow.yml"
GUESSES = (
    (re.compile(r"(?:Scaler|Standardi[sz]er)$"), "scaling"),
    (re.compile(r"Imputer$"), "imputation"),
    (re.compile(r"Vectorizer$"), "vectorising"),
    (re.compile(r"Discreti[sz]er$"), "binning"),
    (re.compile(r"(?:Encoder|Binarizer)$"), "encoding"),
    (re.compile(r"Tokenizer$"), "tokenizing"),
)
"""For classes of libraries that are not listed."""


@dataclass(frozen=True, slots=True)
class Knowledge:
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


@cache
def knowledge() -> Knowledge:
    """The knowledge file, read once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(FILE.read_text("utf-8"), Loader=loader)  # noqa: S506
    names = cast("Mapping[str, list[str]]", data)
    frame = _inverted(cast("Mapping[str, list[str]]", data["frame"]))
    roles = _inverted(cast("Mapping[str, list[str]]", data["transformers"]))
    for role in ("stateless", "composites", "oversamplers", "undersamplers", "splitters"):
        roles.update(dict.fromkeys(names[role], role.removesuffix("s") if role != "stateless" else role))
    functions = dict.fromkeys(names["metrics"], "metric")
    functions.update(dict.fromkeys(names["reading"], "reading"))
    functions.update(dict.fromkeys(names["split-functions"], "split"))
    functions.update(dict.fromkeys(names["cross-validation"], "cross-validation"))
    return Knowledge(
        roles=roles,
        frame=frame,
        functions=functions,
        inert=frozenset(names["inert"]),
        harmless=frozenset(names["harmless"]),
        searches=frozenset(names["searches"]),
        ordered=frozenset(names["ordered-splitters"]),
        grouped=frozenset(names["grouped-splitters"]),
        fits=frozenset(names["learners-fit"]),
        asks=frozenset(names["asks"]),
        scores=frozenset(names["scores"]),
        sets={name: frozenset(names[name]) for name in SETS},
    )


def _inverted(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: role for role, names in table.items() for name in names}
