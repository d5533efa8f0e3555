"""What a newcomer reads first: the README, what it links to, and the READMEs of the members."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.project.members import Members
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.markdown import Markdown
from ml_readiness.parsers.restructured import Restructured
from ml_readiness.snapshot import EntryKind

if TYPE_CHECKING:
    from ml_readiness.parsers.prose import Link, Prose

README = re.compile(
    r"readme(?:[._-](?:en|eng|english))?(?:\.(?P<suffix>md|markdown|mdown|mkd|rst|rest|txt|mdx))?", re.I
)
TRANSLATED = re.compile(r"readme[._-][a-z]{2,3}(?:[_-][a-z]{2,4})?\.(?:md|markdown|rst|txt)", re.I)
TEXT = (".md", ".markdown", ".mdx", ".rst", ".txt", ".rest")
ORDER = ("md", "markdown", "mdown", "mkd", "rst", "rest", "mdx", "", "txt")
HOMES = ("", ".github", "docs", "doc")
"""Folders that may hold the repository's README, in the order in which hosts look."""
HOST_PAGES = re.compile(
    r"(?:issues|pulls?|wiki|releases|actions|discussions|graphs|commits?|compare|tags|stargazers)\b"
)
BRANCH = re.compile(r"^(?:\.\./(?:master|main)|\.\./\.\./(?:blob|tree|raw)/(?:master|main))/")
"""How a link in the root README climbs to its own branch on a host."""
HOST_FILE = re.compile(
    r"https?://(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)/[\w.-]+/[\w.-]+/(?:-/)?(?:blob|tree|src)/[\w.-]+/(?P<path>[^?#]+)"
)
"""A file of a repository by its address on a host; it is this repository's where the path exists here too."""
MOST_LINKED = 40


class Page(Struct, frozen=True):
    """One document that people read."""

    path: str
    prose: Prose

    @property
    def folder(self) -> str:
        """Where relative links start."""
        return self.path.rpartition("/")[0]


class Pages(Struct, frozen=True, dict=True):
    """The documents in reading order."""

    files: Files
    documents: Documents
    members: tuple[str, ...]

    @classmethod
    def gather(cls, files: Files, documents: Documents, members: Members) -> Self:
        """From the listing; nothing is read before it is asked for."""
        return cls(files, documents, members.folders if members.reasons else ())

    @cached_property
    def readme(self) -> Page | None:
        """The root README; None where there is none that can be read."""
        found = (self._readme_in(folder) for folder in HOMES)
        return next((page for page in found if page is not None), None)

    @cached_property
    def linked(self) -> tuple[Page, ...]:
        """The documents of the repository that the README links to, directly."""
        if self.readme is None:
            return ()
        paths = (self.resolve(link, self.readme) for link in self.readme.prose.links if not link.image)
        return self._read([path for path in paths if path is not None], {self.readme.path})

    @cached_property
    def of_members(self) -> tuple[Page, ...]:
        """The READMEs of a collection's members."""
        found = (self._readme_in(folder) for folder in self.members[:MOST_LINKED])
        return tuple(page for page in found if page is not None)

    @cached_property
    def all(self) -> tuple[Page, ...]:
        """README first, then what it links to, then the members' own, each once."""
        first = (self.readme,) if self.readme is not None else ()
        pages = {page.path: page for page in (*first, *self.linked, *self.of_members)}
        return tuple(pages.values())

    def read(self, path: str) -> Page | None:
        """A document by its path; None where it is missing or cannot be read."""
        is_rst = path.lower().endswith((".rst", ".rest"))
        find = self.documents.find
        prose = find(Restructured, path) if is_rst else find(Markdown, path)
        return None if prose is None else Page(path, prose)

    def resolve(self, link: Link, page: Page) -> str | None:
        """The path in the tree that a link leads to, also by its address on a host; None where it leads elsewhere."""
        at_host = HOST_FILE.match(link.target)
        target = place(f"/{at_host['path']}" if at_host else link.target, page.folder)
        if target is None:
            return None
        return target if self.files.exists(target) else None

    def _readme_in(self, folder: str) -> Page | None:
        prefix = f"{folder}/" if folder else ""
        names = [path[len(prefix) :] for path in self._readmes if path.rpartition("/")[0] == folder]
        for name in sorted(names, key=_rank):
            page = self.read(prefix + name)
            if page is not None:
                return page
        return None

    @cached_property
    def _readmes(self) -> tuple[str, ...]:
        return tuple(
            path
            for path, entry in self.files.entries.items()
            if entry.kind is EntryKind.FILE and _is_readme(path.rpartition("/")[2])
        )

    def _read(self, paths: list[str], seen: set[str]) -> tuple[Page, ...]:
        found: list[Page] = []
        for path in paths[: MOST_LINKED * 4]:
            page = self._readme_in(path) if path in self.files.folders else None
            if page is None and path.lower().endswith(TEXT):
                page = self.read(path)
            if page is not None and page.path not in seen and len(found) < MOST_LINKED:
                seen.add(page.path)
                found.append(page)
        return tuple(found)


def place(target: str, folder: str) -> str | None:
    """Where a relative link points, from the root of the tree; None where that is outside of it."""
    path = unquote(re.split(r"[?#]", target, maxsplit=1)[0]).replace("\\", "/").strip()
    path = BRANCH.sub("/", path, count=1) if not folder else path
    start = "" if path.startswith("/") else folder
    joined = posixpath.normpath(posixpath.join(start, path.lstrip("/"))) if path else folder
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def is_host_page(target: str) -> bool:
    """Whether a relative link climbs out of the tree to a page of the host: `../../issues`."""
    path = target.lstrip("./")
    return target.startswith("../..") and HOST_PAGES.match(path) is not None


def _is_readme(name: str) -> bool:
    return README.fullmatch(name) is not None or TRANSLATED.fullmatch(name) is not None


def _rank(name: str) -> tuple[bool, int, str]:
    match = README.fullmatch(name)
    suffix = (match["suffix"] or "").lower() if match else ""
    return match is None, ORDER.index(suffix) if suffix in ORDER else len(ORDER), name
