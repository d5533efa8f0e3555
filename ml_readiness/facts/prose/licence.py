"""Under which licence the project may be used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.prose.pages import Pages
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.python import PythonFile
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = re.compile(
    r"(?:(?:mit|apache|bsd|gpl|the)[-_ ]?)?(?:un)?licen[sc]es?(?:[-_.][\w.+-]+)?|copying(?:[-_.][\w.+-]+)?",
    re.IGNORECASE,
)
CODE_SUFFIX = re.compile(
    r"\.(?:py|js|ts|tsx|json|ya?ml|toml|cfg|html|css|sh|csv|png|svg|ipynb|java|go|rs|c|h|cpp|in)$", re.I
)
SECTION = re.compile(r"\[(?P<name>[\w.\"-]{1,100})\]\s*(?:#.*)?$")
KEY = re.compile(r"(?:\"license\"|'license'|license|license[-_]files?)\s*[=:]\s*(?P<value>\S.*)$", re.IGNORECASE)
EMPTY = re.compile(r"^(?:\"\"|''|\{\s*\}|\[\s*\]|\"(?:none|unlicensed|todo|tbd)\"),?$", re.IGNORECASE)
CLASSIFIER = "License ::"
MANIFESTS = ("pyproject.toml", "setup.cfg", "setup.py", "package.json")
SECTIONS = {"project", "tool.poetry", "metadata", ""}


class Licence(Struct, frozen=True, dict=True):
    """The licence file, or the licence that the package metadata names."""

    files: Files
    documents: Documents
    pages: Pages

    @classmethod
    def gather(cls, files: Files, documents: Documents, pages: Pages) -> Self:
        """From file names and manifests."""
        return cls(files, documents, pages)

    @cached_property
    def file(self) -> str | None:
        """The licence file of the root, of a member of a collection, or beside the only manifest."""
        for folder in ("", *self.pages.members, *self._packages):
            prefix = f"{folder}/" if folder else ""
            for path in self._candidates:
                parent = path.rpartition("/")[0]
                if parent == folder or path.startswith(f"{prefix}LICENSES/"):
                    return path
        return None

    @cached_property
    def metadata(self) -> Location | None:
        """Where a manifest names the licence."""
        folders = ("", *self.pages.members, *self._packages)
        paths = (f"{folder}/{name}".lstrip("/") for folder in folders for name in MANIFESTS)
        found = (self._stated(path) for path in paths if path in self.files.entries)
        return next((place for place in found if place is not None), None) or self._front

    @cached_property
    def mention(self) -> Location | None:
        """Where the README speaks of a licence under a heading of its own."""
        page = self.pages.readme
        headings = page.prose.headings if page is not None else ()
        line = next((h.line for h in headings if re.search(r"\blicen[sc]e\b", h.text, re.I)), None)
        return Location(path=page.path, line=line) if page is not None and line is not None else None

    @cached_property
    def _front(self) -> Location | None:
        """The licence field that model and data set hubs read from the top of the README."""
        page = self.pages.readme
        stated = page is not None and page.prose.front.get("license", "").strip("'\"") not in {"", "unknown"}
        return Location(path=page.path, line=1) if page is not None and stated else None

    @cached_property
    def _candidates(self) -> tuple[str, ...]:
        return tuple(
            path
            for path, entry in self.files.entries.items()
            if (NAME.fullmatch(path.rpartition("/")[2]) or "LICENSES/" in path)
            and not CODE_SUFFIX.search(path)
            and entry.size != 0
        )

    @cached_property
    def _packages(self) -> tuple[str, ...]:
        """The one folder that holds the package, where the root has no manifest."""
        found = {path.rpartition("/")[0] for path in self.files.own if path.rpartition("/")[2] in MANIFESTS[:3]}
        return tuple(found) if len(found) == 1 else ()

    def _stated(self, path: str) -> Location | None:
        if path.endswith(".py"):
            return self._stated_in_setup(path)
        for number, section, line in _sections(self.files.text(path)):
            match = KEY.match(line)
            stated = match is not None and not EMPTY.match(match["value"].strip()) and section in SECTIONS
            if stated or (CLASSIFIER in line and section in SECTIONS):
                return Location(path=path, line=number)
        return None

    def _stated_in_setup(self, path: str) -> Location | None:
        setup = self.documents.find(PythonFile, path)
        for call in setup.calls if setup is not None else ():
            value = call.keywords.get("license")
            if call.method == "setup" and value is not None and (value.kind != "str" or value.text.strip()):
                return Location(path=path, line=call.line)
        line = next((text.line for text in setup.texts if CLASSIFIER in text.value), None) if setup else None
        return Location(path=path, line=line) if line else None


def _sections(text: str) -> Iterator[tuple[int, str, str]]:
    """The lines of a TOML or INI file with their number and section; braces of JSON have none."""
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()[:500]
        if match := SECTION.match(line):
            section = match["name"]
        yield number, section, line
