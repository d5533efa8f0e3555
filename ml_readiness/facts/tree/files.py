"""Which files there are, and which of them are the project's own work."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.parsers.text import Text
from ml_readiness.snapshot import EntryKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ml_readiness.documents import Document
    from ml_readiness.snapshot import Entry

VENDORED = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|\.?venv|virtualenv|site-packages|\.tox|\.nox|\.eggs|[^/]*\.egg-info"
    r"|__pycache__|\.ipynb_checkpoints|third_?party|3rd_?party|vendor|vendored|externals?|extern"
    r"|\.git|\.dvc/cache|\.mypy_cache|\.pytest_cache)/",
    re.IGNORECASE,
)
LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING")
GENERATED = re.compile(r"(?:_pb2(?:_grpc)?\.pyi?|\.min\.js)$")
BUILD = re.compile(r"^(?:build|dist|_build|site)/")
TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|testing|unit_?tests?|integration_?tests?|e2e)/|(?:^|/)(?:test_[^/]*|[^/]*_test|tests|conftest|(?:[^/]*_)?fixtures?)\.py$",
    re.IGNORECASE,
)
EXAMPLE_PATH = re.compile(
    r"(?:^|/)(?:examples?|demos?|samples?|tutorials?|docs?|cookbooks?|exercises?)/", re.IGNORECASE
)

CORPUS = re.compile(r"[^/]*(?:data|corpus|corpora)[^/]*", re.IGNORECASE)
"""Folders that hold data by their name."""
LANGUAGES = frozenset({
    "py", "java", "c", "cpp", "cs", "php", "js", "ts", "rb", "go", "rs", "swift", "kt", "scala", "pl", "hs", "lua", "m",
    "r",
})  # fmt: skip
SPOKEN = 3
"""Languages from which on the code in a folder of data is a corpus, and no part of the program."""
WRITTEN = 5
"""Files of one language that are more than a helper."""

DOCUMENTATION = re.compile(r"(?:.*/)?docs?/", re.IGNORECASE)
APART = 0.1
"""The share of the code that may lie outside the examples where they are all there is."""


def is_test(path: str) -> bool:
    """Whether a path belongs to tests by its name, as pytest and unittest find them."""
    return TEST_PATH.search(path) is not None


def is_example(path: str) -> bool:
    """Whether a path belongs to examples or documentation by its name."""
    return EXAMPLE_PATH.search(path) is not None


def _data_folder(path: str) -> str:
    """The outermost folder around a file that holds data by its name; empty where there is none."""
    parts = path.split("/")[:-1]
    for depth, part in enumerate(parts, 1):
        if CORPUS.fullmatch(part):
            return "/".join(parts[:depth]) + "/"
    return ""


class Files(Struct, frozen=True, dict=True):
    """The file universe: what the revision holds, without vendored and generated code."""

    entries: Mapping[str, Entry]
    documents: Documents

    @classmethod
    def gather(cls, documents: Documents) -> Self:
        """From the snapshot's listing; a virtual environment is known by its `pyvenv.cfg`."""
        return cls(documents.snapshot.entries, documents)

    @cached_property
    def own(self) -> tuple[str, ...]:
        """The regular files that are the project's own, sorted."""
        return tuple(
            path for path, entry in self.entries.items() if entry.kind is EntryKind.FILE and not self.is_vendored(path)
        )

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds something, without a slash at the end; the root is the empty string."""
        found = {""}
        for path in self.entries:
            while (path := path.rpartition("/")[0]) not in found:
                found.add(path)
        return frozenset(found)

    def is_vendored(self, path: str) -> bool:
        """Whether a path is third-party or generated, so neither evidence nor fault of the project."""
        folder = path[: path.rfind("/") + 1]
        found = self._vendored.get(folder)
        if found is None:
            found = self._vendored[folder] = self._is_vendored(folder)
        return found or GENERATED.search(path) is not None

    def _is_vendored(self, folder: str) -> bool:
        if VENDORED.search(folder) or BUILD.match(folder):
            return True
        return folder.startswith((*self._environments, *self._copies))

    @cached_property
    def _copies(self) -> tuple[str, ...]:
        """Repositories copied whole below a folder that holds such: with a licence, and what only a host would read."""
        homes = {path.partition("/.github/")[0] for path in self.entries if "/.github/" in path}
        return tuple(f"{home}/" for home in sorted(homes) if "/" in home and self._is_licensed(home))

    def _is_licensed(self, folder: str) -> bool:
        return any(f"{folder}/{name}" in self.entries for name in LICENCES)

    def is_example(self, path: str) -> bool:
        """Whether a path belongs to examples or documentation, and not to what the repository is for."""
        return is_example(path) and not (self.holds_examples_only and DOCUMENTATION.match(path) is None)

    @cached_property
    def holds_examples_only(self) -> bool:
        """Whether nearly all of the code lies among the examples: they are the work then, and illustrate nothing."""
        code = [path for path in self.own if path.endswith((".py", ".ipynb")) and not is_test(path)]
        apart = [path for path in code if not is_example(path)]
        return len(apart) <= len(code) * APART and not any(path.endswith("/__init__.py") for path in apart)

    def exists(self, path: str) -> bool:
        """Whether there is a file, link or folder at this path."""
        path = path.strip("/")
        return path in self.entries or path in self.folders

    def find(self, *patterns: str) -> tuple[str, ...]:
        """The project's own files that match a pattern, as `Document.patterns` means it."""
        return tuple(path for path in self.documents.select(patterns) if not self.is_vendored(path))

    def own_of(self, kind: type[Document]) -> tuple[str, ...]:
        """The project's own files of a kind, sorted; code that is data to the project is none of its own."""
        paths = (path for path in self.documents.paths(kind) if not self.is_vendored(path))
        return tuple(path for path in paths if not path.startswith(self.corpora))

    @cached_property
    def corpora(self) -> tuple[str, ...]:
        """Folders of data, with a slash at the end, that hold code in several languages: something learns from it."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for path in self.own:
            ending = path.rpartition(".")[2].lower()
            if ending in LANGUAGES and (folder := _data_folder(path)):
                found[folder][ending] += 1
        return tuple(
            folder for folder, counted in found.items() if sum(n >= WRITTEN for n in counted.values()) >= SPOKEN
        )

    def followed(self, kind: type[Document]) -> tuple[str, ...]:
        """Those in which values are followed: no tests."""
        return tuple(path for path in self.own_of(kind) if not is_test(path))

    def expect_texts(self, paths: Collection[str]) -> None:
        """Prepares for questions about the text of many files, which are then read in bulk."""
        self.documents.expect(paths, Text)

    def text(self, path: str) -> str:
        """A text file's content; empty where it is missing, binary or too large."""
        found = self.documents.find(Text, path)
        return found.content if found is not None else ""

    def lines(self, path: str) -> tuple[str, ...]:
        """The lines of a text file; none where it is missing, binary or too large."""
        found = self.documents.find(Text, path)
        return found.lines if found is not None else ()

    def line(self, path: str, number: int) -> str:
        """One line of a text file, counted from one; empty where there is none."""
        lines = self.lines(path)
        return lines[number - 1] if 0 < number <= len(lines) else ""

    @cached_property
    def _vendored(self) -> dict[str, bool]:
        """What is known of folders so far, since files are asked about again and again."""
        return {}

    @cached_property
    def _environments(self) -> tuple[str, ...]:
        marker = "pyvenv.cfg"
        return tuple(path.removesuffix(marker) for path in self.entries if path.endswith("/" + marker))
