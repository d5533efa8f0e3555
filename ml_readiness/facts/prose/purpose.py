"""What the documents say the project is good for: who acts on it, and what gets better."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.prose.claims import CARD, Claims
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.prose.pages import Page

HEADED = re.compile(
    r"\bgoals?\b|objective|problem|purpose|business|use[- ]?cases?|success|\bkpis?\b|impact|\bwhy\b|decision|motivation"
    r"|overview|background|introduction|context|about|description",
    re.IGNORECASE,
)
ACTORS = re.compile(
    r"\b(?:teams?|managers?|analysts?|customers?|users?|doctors?|clinicians?|patients?|operators?|engineers?|agents?"
    r"|banks?|lenders?|retailers?|business(?:es)?|compan(?:y|ies)|stakeholders?|marketers?|marketing|sales|drivers?"
    r"|farmers?|teachers?|students?|recruiters?|investors?|traders?|planners?|merchants?|shops?|stores?|hospitals?"
    r"|authorit(?:y|ies)|buyers?|sellers?|support staff|organi[sz]ations?|technicians?|maintenance)\b",
    re.IGNORECASE,
)
DECISIONS = re.compile(
    r"\b(?:decid\w+|decisions?|prioriti[sz]\w+|approv\w+|reject\w+|contact\w*|target\w*|schedul\w+|plan(?:s|ning)?"
    r"|allocat\w+|intervene\w*|act (?:on|before|early)|recommend\w*|flag\w*|alert\w*|retain\w*|retention|stock\w*"
    r"|pric(?:e|ing)|order\w*|review\w*|dispatch\w*|diagnos\w+|treat\w*|evacuat\w+|warn\w*|choose|select)\b",
    re.IGNORECASE,
)
OUTCOMES = re.compile(
    r"\b(?:revenue|costs?|profits?|sales|savings?|money|churn(?: rate)?|conversions?|retention|tickets?|defects?"
    r"|incidents?|accidents?|downtime|sla|satisfaction|nps|click-?through|waste|inventory|fraud loss(?:es)?|losses"
    r"|default rate|hours|time spent|manual (?:work|effort|review)|lives|energy (?:use|consumption)|emissions|overstock"
    r"|stock-?outs?|productivity|throughput|roi)\b|[$€£]\s?\d",
    re.IGNORECASE,
)
MEASURED = re.compile(
    r"\b\d[\d,.]*\s?%|[$€£]\s?\d|\ba/b\b|\bpilot|before and after|before/after|guard-?rail|\bkpis?\b|\btarget of\b"
    r"|\b\d[\d,.]*\s?(?:k|m|million|hours?|days?|minutes?|tickets?|users?|customers?|euros?|dollars?)\b"
    r"|measured (?:by|as|with|through)|control group|per (?:week|month|year|day|quarter)",
    re.IGNORECASE,
)
COMMON = re.compile(r"\b(?:the|and|of|to|is|for|with|this|that|in|are)\b", re.IGNORECASE)


class Purpose(Struct, frozen=True, dict=True):
    """Who acts, and which outcome counts; each with its place."""

    claims: Claims

    @classmethod
    def gather(cls, claims: Claims) -> Self:
        """From the introduction and the sections on goals, problem and impact."""
        return cls(claims)

    @cached_property
    def actor(self) -> Location | None:
        """Where it says who decides or acts on the output."""
        return next((at for at, text in self._texts if ACTORS.search(text) and DECISIONS.search(text)), None)

    @cached_property
    def outcome(self) -> Location | None:
        """Where it names an outcome outside model metrics with a target or a way to measure it."""
        return next((at for at, text in self._texts if OUTCOMES.search(text) and MEASURED.search(text)), None)

    @cached_property
    def mention(self) -> Location | None:
        """Where it speaks of anybody outside the model at all; what is predicted is no purpose yet."""
        return next((at for at, text in self._texts if ACTORS.search(text)), None)

    @property
    def is_legible(self) -> bool:
        """Whether there is enough English to judge."""
        readme = self.claims.pages.readme
        text = " ".join(block.text for block in readme.prose.blocks if block.kind != "row") if readme else ""
        words = len(text.split())
        return words < 30 or len(COMMON.findall(text)) > words / 25

    @cached_property
    def _texts(self) -> tuple[tuple[Location, str], ...]:
        readme = self.claims.pages.readme
        pages = [page for page in self.claims.sources if page is readme or CARD.search(page.path)]
        return tuple(found for page in pages for found in _paragraphs(page))


def _paragraphs(page: Page) -> Iterator[tuple[Location, str]]:
    """The text before the second heading, and under headings that announce a purpose."""
    second = page.prose.headings[1].line if len(page.prose.headings) > 1 else 10**9
    for block in page.prose.blocks:
        headings = page.prose.headings_of(block.line)
        if block.line < second or any(HEADED.search(heading.text) for heading in headings[:2]):
            yield Location(path=page.path, line=block.line), block.text[:3000]
