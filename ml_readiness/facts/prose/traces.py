"""From a claimed figure to what made it: a file of results, or a command."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.prose.claims import Claims
from ml_readiness.facts.prose.instructions import Instructions
from ml_readiness.facts.tree.files import Files
from ml_readiness.wording import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.prose.claims import Claim
    from ml_readiness.facts.prose.pages import Page

RESULT_FILE = re.compile(
    r"(?:metric|result|score|report|eval|benchmark|leaderboard|summary|performance|log)[^/]*\.(?:json|ya?ml|csv|tsv|txt|jsonl|log)$"
    r"|(?:metrics?|results?|reports?|evaluations?|scores)/[^/]+\.(?:json|ya?ml|csv|tsv|txt)$",
    re.IGNORECASE,
)
SOURCE = re.compile(r"\.(?:py|ipynb|json|ya?ml|csv|tsv|txt|toml|sh|log|md|R)$|/$|^[^.]*$", re.IGNORECASE)
TRACKER = re.compile(
    r"wandb\.ai|mlflow|neptune\.ai|comet\.(?:com|ml)|clear\.ml|tensorboard\.dev|dagshub|huggingface\.co|hf\.co|paperswithcode"
    r"|arxiv\.org|kaggle\.com|openreview|doi\.org|leaderboard|studio\.iterative|colab\.research",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<![\w.])\d{0,6}\.\d{2,18}(?:e-?\d{1,3})?(?![\w.])")
LARGEST = 300_000
MOST_FILES = 100
MOST_NUMBERS = 50_000


class Trace(Struct, frozen=True):
    """One claim, and the ways from it."""

    claim: Claim
    inside: str
    """What in the tree it can be checked against, in words; empty where there is nothing."""
    outside: str
    """An address where it can be, too."""


class Traces(Struct, frozen=True, dict=True):
    """The first claim of every section that makes one, with its ways."""

    claims: Claims
    files: Files
    instructions: Instructions

    @classmethod
    def gather(cls, claims: Claims, files: Files, instructions: Instructions) -> Self:
        """From links, commands and files of results."""
        return cls(claims, files, instructions)

    @cached_property
    def all(self) -> tuple[Trace, ...]:
        """One for each section."""
        first: dict[tuple[str, int], Claim] = {}
        for claim in self.claims.all:
            heading = claim.page.prose.heading_of(claim.line)
            first.setdefault((claim.page.path, heading.line if heading else 0), claim)
        return tuple(self._trace(claim) for claim in first.values())

    def _trace(self, claim: Claim) -> Trace:
        start, end = _section(claim.page, claim.line)
        inside = self._measured(claim) or self._linked(claim.page, start, end) or self._run(claim.page, start, end)
        addresses = (link.target for link in claim.page.prose.links if start <= link.line <= end)
        outside = next((address for address in addresses if TRACKER.search(address)), "")
        return Trace(claim, inside, outside)

    def _linked(self, page: Page, start: int, end: int) -> str:
        for link in page.prose.links:
            if start <= link.line <= end and not link.image and link.is_relative and SOURCE.search(link.target):
                path = self.claims.pages.resolve(link, page)
                if path:
                    return f"`{path}` is linked"
        return ""

    def _run(self, page: Page, start: int, end: int) -> str:
        found = (i for i in self.instructions.running if i.page == page.path and start <= i.line <= end)
        command = next((i for i in found if not i.missing), None)
        return f"`{shortened(command.text.replace('`', chr(39)))}` is beside it" if command else ""

    def _measured(self, claim: Claim) -> str:
        """The file of results in which the figure stands, rounded as it is claimed."""
        match = re.match(r"[-+]?(\d*\.?\d+)\s*(%?)", claim.figure.replace(",", "."))
        if match is None:
            return ""
        decimals = len(match[1].partition(".")[2])
        scales = (0.01, 1.0) if match[2] or float(match[1]) > 1 else (1.0,)
        for scale in scales:
            value, tolerance = float(match[1]) * scale, 0.51 * 10**-decimals * scale
            if decimals + (2 if scale < 1 else 0) < 2:
                continue
            for path, numbers in self._numbers.items():
                if any(abs(number - value) <= tolerance for number in numbers):
                    return f"also in `{path}`"
        return ""

    @cached_property
    def _numbers(self) -> dict[str, tuple[float, ...]]:
        """The figures of each tracked file of results."""
        return dict(self._read())

    def _read(self) -> Iterator[tuple[str, tuple[float, ...]]]:
        paths = [path for path in self.files.own if RESULT_FILE.search(path)]
        left = MOST_NUMBERS
        for path in paths[:MOST_FILES]:
            size = self.files.entries[path].size
            if size is None or size > LARGEST or left <= 0:
                continue
            numbers = tuple(float(match[0]) for match in NUMBER.finditer(self.files.text(path)))[:left]
            left -= len(numbers)
            yield path, numbers


def _section(page: Page, line: int) -> tuple[int, int]:
    """The lines under the same heading, up to the next one."""
    start = page.prose.heading_of(line)
    after = (heading.line for heading in page.prose.headings if heading.line > line)
    return (start.line if start else 1), next(after, 10**9) - 1
