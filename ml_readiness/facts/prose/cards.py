"""What is written about the model for those who want to use it: model cards and what stands in for them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.prose.claims import CARD, Claims
from ml_readiness.facts.prose.pages import Page, Pages
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from ml_readiness.parsers.prose import Heading

FIELDS = {
    "identity and version": r"model (?:details|description|overview|information|summary)|^version|^overview|release",
    "owner or contact": r"contact|author|owner|maintainer|developed by|^team|citation|acknowledg",
    "intended use": r"intended use|use[- ]cases?|purpose|applications?|^goals?$|objective|what (?:it|this) (?:is|does)",
    "limitations": r"limitation|out[- ]of[- ]scope|bias|risks?|caveat|ethic|known issues|failure|misuse",
    "training data": r"training data|data\s?-?sets?|^data\b|training procedure|training details",
    "evaluation": r"evaluation|results?|metrics|performance|benchmark",
    "how to use": r"how to|usage|quick ?start|get(?:ting)? started|inference|examples?|prediction|^use\b",
    "licence": r"licen[sc]e",
}
"""What a reader of a model card looks for, and the headings under which it stands."""
FRONT = {
    "identity and version": ("base_model", "model_name", "version"),
    "training data": ("datasets",),
    "evaluation": ("metrics", "model-index"),
    "licence": ("license",),
    "how to use": ("pipeline_tag", "library_name"),
}
HUB_KEYS = {"pipeline_tag", "library_name", "base_model", "model-index", "datasets"}
"""Front matter that only a model card has."""
FEWEST_WORDS = 10
MODEL_CARD_CALL = re.compile(r"(?:^|\.)(?:ModelCard|ModelCardToolkit|HyperparameterCard)$")


class Card(Struct, frozen=True):
    """One document about the model, and which of the eight fields it fills."""

    page: Page
    fields: tuple[str, ...]
    is_card: bool
    """Whether it is a card by its name or its front matter, not a README with sections."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that say nothing."""
        return tuple(name for name in FIELDS if name not in self.fields)


class Cards(Struct, frozen=True, dict=True):
    """The model cards, the fullest first, then the README."""

    pages: Pages
    files: Files
    claims: Claims

    @classmethod
    def gather(cls, pages: Pages, files: Files, claims: Claims) -> Self:
        """From names and front matter."""
        return cls(pages, files, claims)

    @cached_property
    def all(self) -> tuple[Card, ...]:
        """Cards first, by the number of their fields."""
        named = (
            self.pages.read(path) for path in self.files.own if CARD.search(path) and "template" not in path.lower()
        )
        pages = {page.path: page for page in (*named, *self.pages.all[:1], *self.pages.of_members) if page is not None}
        found = [Card(page, self._fields(page), _is_card(page)) for page in pages.values()]
        return tuple(sorted(found, key=lambda card: (not card.is_card, -len(card.fields))))

    def _fields(self, page: Page) -> tuple[str, ...]:
        found: list[str] = []
        for name, words in FIELDS.items():
            pattern = re.compile(words, re.IGNORECASE)
            stated = any(page.prose.front.get(key) for key in FRONT.get(name, ()))
            if stated or any(_is_filled(page, h, pattern) for h in page.prose.headings) or _is_labelled(page, pattern):
                found.append(name)
        if "evaluation" in found and not any(claim.page.path == page.path for claim in self.claims.all):
            found.remove("evaluation")
        return tuple(found)


def _is_card(page: Page) -> bool:
    return CARD.search(page.path) is not None or bool(HUB_KEYS & page.prose.front.keys())


def _is_filled(page: Page, heading: Heading, wanted: re.Pattern[str]) -> bool:
    """Whether something stands under a heading that asks for a field."""
    if wanted.search(heading.text) is None:
        return False
    first, last = page.prose.section(heading)
    words = sum(len(block.text.split()) for block in page.prose.blocks if first < block.line <= last)
    shown = any(first < code.line <= last for code in page.prose.code)
    return words >= FEWEST_WORDS or shown or (words > 0 and "licen" in wanted.pattern)


def _is_labelled(page: Page, wanted: re.Pattern[str]) -> bool:
    """Whether a line such as `Developed by: ...` fills a field."""
    labels = (re.match(r"(?P<label>[\w ()/-]{3,40}):\s+(?P<value>\S.{2,})", block.text) for block in page.prose.blocks)
    return any(match is not None and wanted.search(match["label"]) for match in labels)
