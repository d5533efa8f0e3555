"""Who answers for the project, and who looks at changes before they count."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

README = re.compile(r"^readme(?:\.\w+)?$", re.IGNORECASE)
CONTACT = re.compile(r"\bcontact\b|\bmaintain(?:er|ed)\b|\bauthors?\b|questions,? (?:please|feel)", re.IGNORECASE)
PERSON = re.compile(
    r"[\w.+-]{1,64}+(?:@| at |\[at\])[\w-]{1,64}+\.\w|linkedin\.com/in/|github\.com/[\w-]{1,64}+(?:[)\s>]|$)",
    re.IGNORECASE,
)
MOST = 10
"""Lines that speak of contact and are looked at; it mostly stands at the end."""
NEAR = 6
"""Lines below a heading that speaks of contact in which somebody is named."""
OWNERS_FILE = re.compile(r"^(?:\.github/|docs/|\.gitlab/)?CODEOWNERS$")
MAINTAINERS_FILE = re.compile(
    r"^(?:\.github/|docs/)?(?:MAINTAINERS|OWNERS)(?:\.(?:md|rst|txt|toml|ya?ml))?$", re.IGNORECASE
)
TEMPLATE = re.compile(
    r"^(?:\.github/|docs/|\.gitlab/)?(?:pull_request_template|merge_request_templates?)(?:/[^/]+)?(?:\.\w+)?$",
    re.IGNORECASE,
)
CONTRIBUTING = re.compile(r"^(?:\.github/|docs/)?contributing(?:\.\w+)?$", re.IGNORECASE)
REVIEW = re.compile(r"\breview|\bapprov|pull request|merge request|\btests? pass", re.IGNORECASE)
RULE = re.compile(r"^(?P<pattern>[^#\s]\S*)\s+(?P<owners>\S*@\S+.*)$")
MAINTAINER_KEY = re.compile(r"^\s*maintainers?\s*=\s*(?P<value>\S.*)$")
AUTHOR_KEY = re.compile(r"^\s*authors?(?:_email)?\s*=\s*(?P<value>\S.*)$")
OWNER_KEY = re.compile(r"^\s*owner:\s*(?P<value>[\w:/.@-]+)")


class Ownership(Struct, frozen=True, dict=True):
    """The named owner and the way to a review, each with its place."""

    files: Files

    @classmethod
    def gather(cls, files: Files) -> Self:
        """From the files that hosts read for it, and package metadata."""
        return cls(files)

    @cached_property
    def owner(self) -> Location | None:
        """Where an accountable owner is named."""
        return self.code_owner or next(self._owners(), None)

    @cached_property
    def code_owner(self) -> Location | None:
        """The first rule of CODEOWNERS that names somebody."""
        return self._first(OWNERS_FILE, RULE)

    @cached_property
    def author(self) -> Location | None:
        """Where the package metadata names an author, which is less than an owner."""
        return self._in_metadata(AUTHOR_KEY)

    @cached_property
    def contact(self) -> Location | None:
        """Where the README says whom to ask."""
        for path in (path for path in self.files.own if README.match(path)):
            lines = self.files.text(path).split("\n")
            spoken = [number for number, line in enumerate(lines, 1) if CONTACT.search(line[:500])]
            for number in spoken[-MOST:]:
                if PERSON.search(" ".join(lines[number - 1 : number + NEAR])[:2000]):
                    return Location(path=path, line=number)
        return None

    @cached_property
    def review(self) -> Location | None:
        """Where the way of a change to its review is set out."""
        if self.code_owner is not None:
            return self.code_owner
        template = next((path for path in self.files.own if TEMPLATE.match(path)), None)
        return Location(path=template) if template else self._first(CONTRIBUTING, REVIEW)

    def _owners(self) -> Iterator[Location]:
        named = self._first(MAINTAINERS_FILE, re.compile(r"\w"))
        catalogue = self._first(re.compile(r"^catalog-info\.ya?ml$"), OWNER_KEY)
        maintainer = self._in_metadata(MAINTAINER_KEY)
        yield from (place for place in (named, catalogue, maintainer) if place is not None)

    def _in_metadata(self, key: re.Pattern[str]) -> Location | None:
        for path in ("pyproject.toml", "setup.cfg", "setup.py"):
            for number, line in enumerate(self.files.text(path).split("\n") if path in self.files.entries else (), 1):
                match = key.match(line[:500])
                if match is not None and not re.match(r"[\[{\"']*\s*[\]}\"']*,?$", match["value"]):
                    return Location(path=path, line=number)
        return None

    def _first(self, name: re.Pattern[str], wanted: re.Pattern[str]) -> Location | None:
        for path in (path for path in self.files.own if name.match(path)):
            for number, line in enumerate(self.files.text(path).split("\n"), 1):
                if wanted.search(line[:1000]):
                    return Location(path=path, line=number)
        return None
