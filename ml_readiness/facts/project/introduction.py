"""How a repository introduces itself: what its README says before it goes into detail, and what it shows."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.tree.files import Files

README = re.compile(r"^(?:\.github/|docs/)?readme(?:\.(?:md|rst|txt|markdown))?$", re.IGNORECASE)
"""Where a README is looked for: in the root first, then where hosts of repositories find one as well."""
ASIDE = re.compile(
    r"<!--.*?-->|\[?!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])\]?(?:\([^)]*\))?|<[a-zA-Z/][^<>]{0,2000}>", re.DOTALL
)
"""Comments, pictures, badges and markup: nothing that is said."""
OPENING = 1200
"""Characters of prose that say what a project is."""
FENCE = re.compile(r"(?ms)^[ \t>]*(?:```|~~~)[^\n]*\n(.*?)^[ \t>]*(?:```|~~~)[ \t]*$")
INDENTED = re.compile(r"(?m)^(?: {4}|\t)(.*)$")
SPAN = re.compile(r"(?<!`)`([^`\n]{3,200})`(?!`)")


class Introduction(Struct, frozen=True, dict=True):
    """The README of the repository."""

    readme: str
    """Its text; empty where there is none."""

    @classmethod
    def gather(cls, files: Files) -> Self:
        """From the file of that name."""
        found = sorted((path for path in files.own if README.match(path)), key=lambda path: (path.count("/"), path))
        return cls(next((files.text(path) for path in found), ""))

    @cached_property
    def opening(self) -> str:
        """What is said first, without code, pictures and markup."""
        said = FENCE.sub("\n", ASIDE.sub("", self.readme[: OPENING * 20]))
        return re.sub(r"\s*\n\s*", "\n", said).strip()[:OPENING]

    @cached_property
    def title(self) -> str:
        """The first line of what is said."""
        return self.opening.partition("\n")[0].strip("#=* ")

    @cached_property
    def code(self) -> tuple[str, ...]:
        """What is shown as code: blocks, indented lines and spans."""
        blocks = FENCE.findall(self.readme)
        outside = FENCE.sub("\n", self.readme)
        return (*blocks, *INDENTED.findall(outside), *SPAN.findall(outside))

    def imports(self, package: str) -> int:
        """How many times a package is imported in what is shown."""
        pattern = re.compile_once(rf"(?m)^\s*(?:>>> *)?(?:from|import) {re.escape(package)}\b")
        return sum(pattern.search(block) is not None for block in self.code)

    def runs(self, command: str) -> int:
        """How many shown lines run a command by its name."""
        pattern = re.compile_once(
            rf"(?m)^\s*(?:[$>%] *)?(?:uvx? (?:run )?|poetry run |pipx run )?{re.escape(command)}(?:[ \t]|$)"
        )
        return sum(len(pattern.findall(block)) for block in self.code)
