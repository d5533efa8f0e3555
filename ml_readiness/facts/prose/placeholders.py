"""What was left unfinished in a document: placeholders, template text, empty sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts import knowledge
from ml_readiness.facts.prose.pages import Page, Pages
from ml_readiness.wording import shortened

if TYPE_CHECKING:
    from ml_readiness.parsers.prose import Heading

HOSTS = r"(?:github|gitlab|bitbucket)\.(?:com|org)[/:]"
UNFILLED = re.compile(
    r"<[A-Za-z_-]{2,30}>|\{\{.{1,40}\}\}|\bYOUR[_-]"
    r"|[/=]your[_-]?(?:git(?:hub|lab)?[_-]?)?(?:user(?:name)?|name|org(?:anization)?|repo(?:sitory)?|project)\b"
)
FEWEST_TREE_LINES = 5
LONG, LONGEST = 6, 10
"""Words of a heading, and of one among several of its kind."""
SEVERAL = 3
FEWEST_WORDS = 60
"""Words of its own that a README needs beside the folder tree of a template."""


class Placeholder(Struct, frozen=True):
    """One thing that was never filled in."""

    line: int
    what: str
    """In words, with the text as it stands."""


class _Signs(Struct, frozen=True):
    marks: re.Pattern[str]
    plans: re.Pattern[str]
    phrases: re.Pattern[str]
    title: re.Pattern[str]
    alternatives: re.Pattern[str]
    address: re.Pattern[str]
    clone: re.Pattern[str]
    tree: frozenset[str]


@cache
def signs() -> _Signs:
    """The knowledge file, compiled."""
    known = knowledge.table(knowledge.FOLDER / "placeholders.yml")
    owners, repositories = known["owners"], known["repositories"]
    return _Signs(
        marks=re.compile(rf"(?<![\w`/.-])(?:{'|'.join(known['marks'])})(?![\w`/.-])"),
        plans=re.compile(known["plans"], re.IGNORECASE),
        phrases=re.compile("|".join(known["phrases"]), re.IGNORECASE | re.MULTILINE),
        title=re.compile(known["title"], re.IGNORECASE),
        alternatives=re.compile(known["alternatives"], re.IGNORECASE),
        address=re.compile(rf"{HOSTS}(?:(?:{owners})/|[\w.-]{{1,60}}/(?:{repositories})(?:$|[/#?.]))", re.IGNORECASE),
        clone=re.compile(
            rf"git clone (?:--?[\w-]+(?:[ =]\w+)? )*(?:"
            rf"\S*{HOSTS}(?:(?:{owners})/|[\w.-]{{1,60}}/(?:{repositories})(?:\s|$))"
            rf"|[\"']?(?:{repositories})[\"']?(?:\s|$))",
            re.IGNORECASE,
        ),
        tree=frozenset(known["tree"].split()),
    )


class Placeholders(Struct, frozen=True, dict=True):
    """What is unfinished in the README."""

    page: Page | None

    @classmethod
    def gather(cls, pages: Pages) -> Self:
        """From the root README."""
        return cls(pages.readme)

    @cached_property
    def found(self) -> tuple[Placeholder, ...]:
        """Everything, in the order of the page."""
        if self.page is None:
            return ()
        finders = (_bare, _title, _marks, _phrases, _links, _clones, _empty_sections, _template_tree)
        found = {place.line: place for find in reversed(finders) for place in find(self.page)}
        return tuple(found[line] for line in sorted(found))


def _bare(page: Page) -> Iterator[Placeholder]:
    """A page that is nothing but a title."""
    prose = page.prose
    said = [block.text for block in prose.blocks if not signs().phrases.search(block.text)]
    if not prose.code and len(" ".join(said).split()) < 3 and not any(not link.is_badge for link in prose.links):
        title = f"only the title “{shortened(prose.headings[0].text, 60)}”" if prose.headings else "nothing"
        yield Placeholder(prose.headings[0].line if prose.headings else 1, f"the page holds {title}")


def _title(page: Page) -> Iterator[Placeholder]:
    """A title that says only that a name belongs there."""
    first = page.prose.headings[0] if page.prose.headings else None
    if first is not None and signs().title.fullmatch(first.text.strip()):
        yield Placeholder(first.line, f"the title is still \u201c{first.text.strip()[:40]}\u201d")


def _marks(page: Page) -> Iterator[Placeholder]:
    for block in page.prose.blocks:
        match = signs().marks.search(_without_code(block.text))
        if match is None or _is_plan(page, block.line) or signs().plans.match(block.text[match.end() :].lstrip(" :-")):
            continue
        line = block.line + block.text.count("\n", 0, match.start())
        yield Placeholder(line, f"{match[0]} is left in the text")
    for heading in page.prose.headings:
        match = signs().marks.search(heading.text)
        if match is not None and not _is_plan(page, heading.line):
            yield Placeholder(heading.line, f"{match[0]} is left in a heading")


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", lambda span: " " * len(span[0]), text)


def _is_plan(page: Page, line: int) -> bool:
    return any(signs().plans.search(heading.text) for heading in page.prose.headings_of(line))


def _phrases(page: Page) -> Iterator[Placeholder]:
    places = [(block.line, block.text) for block in page.prose.blocks]
    places += [(heading.line, heading.text) for heading in page.prose.headings]
    for line, text in places:
        match = signs().phrases.search(_without_code(text))
        if match is not None:
            shown = shortened(match[0], 60)
            yield Placeholder(line, f"template text: \u201c{shown}\u201d")


def _links(page: Page) -> Iterator[Placeholder]:
    for link in page.prose.links:
        if link.image and signs().alternatives.fullmatch(link.text.strip()):
            yield Placeholder(link.line, f"the picture's description is still \u201c{link.text.strip()[:40]}\u201d")
        elif (UNFILLED.search(link.target) or signs().address.search(link.target)) and not _is_fork(page, link.line):
            yield Placeholder(link.line, f"an address that was never filled in: `{shortened(link.target)}`")


def _clones(page: Page) -> Iterator[Placeholder]:
    for code in page.prose.code:
        for number, line in enumerate(code.lines, code.line):
            match = signs().clone.search(line)
            if match is not None and not _is_fork(page, number):
                yield Placeholder(number, f"the clone address was never filled in: `{shortened(line)}`")
    for number, span in page.prose.spans:
        if signs().clone.search(span) and not _is_fork(page, number):
            yield Placeholder(number, f"the clone address was never filled in: `{shortened(span)}`")


def _is_fork(page: Page, line: int) -> bool:
    """Whether the reader is told nearby to put their own fork in."""
    near = (block.text for block in page.prose.blocks if line - 8 <= block.line <= line)
    headings = (heading.text for heading in page.prose.headings_of(line)[:1])
    return any(re.search(r"\bfork", text, re.IGNORECASE) for text in (*near, *headings))


def _empty_sections(page: Page) -> Iterator[Placeholder]:
    """Headings with nothing below; a title may be followed by its subtitle."""
    prose = page.prose
    filled = [part.line for part in prose.blocks] + [part.line for part in prose.code]
    filled += [link.line for link in prose.links]
    for number, heading in enumerate(prose.headings):
        following = prose.headings[number + 1 : number + 2]
        below, end = (following[0].level, following[0].line) if following else (0, 10**9)
        longest = LONGEST if _is_one_of_several(prose.headings, heading) else LONG
        if below > heading.level or number == 0 or not _is_section(heading, longest):
            continue
        if not any(heading.line <= line < end for line in filled):
            yield Placeholder(heading.line, f"the section \u201c{shortened(heading.text, 60)}\u201d is empty")


def _is_one_of_several(headings: Sequence[Heading], heading: Heading) -> bool:
    """Whether there are others at the level of a heading, as there are not of a line in large letters."""
    return sum(other.level == heading.level for other in headings[1:]) >= SEVERAL


def _is_section(heading: Heading, longest: int) -> bool:
    """Whether a heading announces something, instead of being a line of text in large letters."""
    text = heading.text.strip()
    is_step = re.match(r"(?:step\s*)?\(?\d|[a-z]\)", text, re.IGNORECASE) is not None
    return 0 < len(text.split()) <= longest and not is_step and not text.endswith((".", "!", "?", ",", ";", ":"))


def _template_tree(page: Page) -> Iterator[Placeholder]:
    """The folder tree of a project template, with next to nothing beside it."""
    own = sum(len(block.text.split()) for block in page.prose.blocks)
    for code in page.prose.code if own < FEWEST_WORDS else ():
        remarks = (line.partition("<-")[2] for line in code.lines if "<-" in line)
        known = sum(sha256(" ".join(r.lower().split()).encode()).hexdigest()[:10] in signs().tree for r in remarks)
        if known >= FEWEST_TREE_LINES:
            yield Placeholder(code.line, "the page is the folder tree of a project template")
