"""Whether the code was released with a paper or with trained models, to reproduce or reuse them."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.words import words
from ml_readiness.facts.project.introduction import Introduction

RELEASES = re.compile(
    r"https?://[^\s)\"'>]+\.(?:pth|pt|pth\.tar|ckpt|safetensors|h5|hdf5|onnx|caffemodel|npz|tflite|pkl)\b"
    r"|^#+ .*\b(?:model zoo|(?:pre-?trained|released) (?:models?|weights|checkpoints?)|checkpoints)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""How a README gives trained weights away."""
BIBTEX = re.compile(
    r"@(?:article|inproceedings|misc|conference|phdthesis|techreport|software|online)\s*\{", re.IGNORECASE
)
OFFERS = re.compile(
    r"\[\[(?:paper|arxiv|pdf|preprint)\]|\[\**(?:paper|arxiv|pdf|preprint)\**\]\(https?://(?!img)", re.IGNORECASE
)
OWN = re.compile(r"\b(?:[Ww]e|[Oo]ur)\b")
"""How people speak of what is theirs: weights trained after the paper of somebody else are no release of it."""
MOST_OFFERED = 3
"""Papers that one release offers; where there are more they are the work of others."""
SUBMITTED = re.compile(
    r"\b(?:submission|submitted|accepted|published|presented|to appear|appeared|proceedings)\b[^.\n]*$", re.IGNORECASE
)
NEAR = 80
"""Characters before the name of a venue that say what happened there."""
BEGINNING = 2500
"""Characters of a README in which a venue is that of its own paper."""


class Paper(Struct, frozen=True, dict=True):
    """Signs of a research release: the project says so itself, or gives the citation of its paper."""

    introduction: Introduction

    @classmethod
    def gather(cls, introduction: Introduction) -> Self:
        """From the README."""
        return cls(introduction)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """What was seen; empty unless it is enough."""
        found = tuple(self._seen())
        return found if len(found) > 1 or self.is_said else ()

    @property
    def is_said(self) -> bool:
        """Whether the README says that it is the code of a paper."""
        return bool(self._word)

    @cached_property
    def _word(self) -> str:
        text = self.introduction.readme.lower()
        if word := next((word for word in words().research_words if word in text), ""):
            return word
        said = re.search(words().research_sentences, text) or self._submitted
        return re.sub(r"\s+", " ", said[0]) if said is not None else ""

    @property
    def _submitted(self) -> re.Match[str] | None:
        """How it says where its paper was handed in."""
        for venue in _venue().finditer(self.introduction.readme[:BEGINNING]):
            before = self.introduction.readme[max(0, venue.start() - NEAR) : venue.start()]
            if said := SUBMITTED.search(before):
                return said
        return None

    @property
    def is_cited(self) -> bool:
        """Whether it asks to be cited, or says that it is the code of a paper."""
        return bool(self.reasons) and (self.is_said or BIBTEX.search(self.introduction.readme) is not None)

    def _seen(self) -> list[str]:
        text, known = self.introduction.readme, words()
        found: list[str] = []
        if self.is_said:
            found.append(f"the README says: {self._word}")
        if BIBTEX.search(text):
            found.append("the README has a BibTeX entry")
        if 0 < len(OFFERS.findall(text)) <= MOST_OFFERED:
            found.append("the README offers the paper")
        if venue := _venue().search(text[:BEGINNING]):
            found.append(f"the README names where it was published ({venue[0]})")
        if RELEASES.search(text) and (found or OWN.search(text)):
            found.append("the README offers trained weights")
        if found and (link := re.search(known.paper_links, text)) is not None:
            found.append(f"the README links a paper ({link[0]})")
        return found


@cache
def _venue() -> re.Pattern[str]:
    return re.compile(words().venues, re.VERBOSE)
