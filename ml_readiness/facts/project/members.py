"""The independent projects inside a collection or monorepo."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.words import words
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.project.introduction import Introduction
from ml_readiness.facts.project.subjects import Subjects, is_part
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Mapping

README = re.compile(r"^readme(?:\.\w+)?$", re.IGNORECASE)
MANIFEST = re.compile(
    r"^(?:requirements[\w.-]*\.txt|pyproject\.toml|setup\.py|environment\.ya?ml|conda\.ya?ml|pipfile)$", re.IGNORECASE
)
SHELF = re.compile(
    r"(?:tutorials?|examples?|lessons?|chapters?|courses?|exercises?|labs?|projects?|notebooks?|modules|weeks|lectures"
    r"|recipes|samples|demos|assignments|homeworks?|workshops?|case[-_]?studies|code)",
    re.IGNORECASE,
)
"""A folder that holds what the repository collects."""
FEWEST = 3
"""Independent projects, or notebooks under a title that announces some, that make a collection."""
SIDE_BY_SIDE = 8
"""Notebooks beside each other that make lessons where the README says so further down."""


class Members(Struct, frozen=True):
    """Folders that are projects of their own: each described, or with a manifest, and with machine learning in it."""

    folders: tuple[str, ...]
    reasons: tuple[str, ...]
    """Why the repository is a collection; empty if it is not."""
    is_said: bool = False
    """Whether the README says that it teaches or collects."""

    @classmethod
    def gather(
        cls, files: Files, code: Code, lifecycle: Lifecycle, introduction: Introduction, subjects: Subjects
    ) -> Self:
        """From folders on the first two levels."""
        finder = _Finder(files, code, lifecycle, introduction, subjects)
        folders = finder.projects
        reasons = finder.reasons(folders)
        fuller = finder.fuller(folders, finder.lessons, finder.subjects_found) if reasons else folders
        return cls(fuller, reasons, bool(finder.teaching))


class _Finder(Struct, frozen=True, dict=True):
    files: Files
    code: Code
    lifecycle: Lifecycle
    introduction: Introduction
    subjects: Subjects

    @cached_property
    def projects(self) -> tuple[str, ...]:
        found = [folder for folder in self._described if self._learns(folder)]
        outermost = [f for f in found if not any(f.startswith(other + "/") for other in found)]
        return tuple(sorted(f for f in outermost if not self._is_used(f)))

    @cached_property
    def _described(self) -> tuple[str, ...]:
        marks: Mapping[str, set[str]] = defaultdict(set)
        for path in self.files.own:
            folder, _, name = path.rpartition("/")
            within = folder.removeprefix(self._home)
            if within and folder.startswith(self._home) and within.count("/") <= 1:
                if README.match(name):
                    marks[folder].add("readme")
                if MANIFEST.match(name):
                    marks[folder].add("manifest")
        return tuple(folder for folder, seen in marks.items() if seen)

    @cached_property
    def _home(self) -> str:
        """The folder that holds all lessons or projects, with a slash at its end; empty for the root."""
        tops = {unit.path.partition("/")[0] for unit in self.code.units if not unit.is_test}
        top = next(iter(tops), "")
        return f"{top}/" if len(tops) == 1 and SHELF.fullmatch(top) else ""

    @cached_property
    def _working(self) -> frozenset[str]:
        return self.lifecycle.units("training", "prompting", "loading")

    def _learns(self, folder: str) -> bool:
        inside = [path for path in self._working if path.startswith(folder + "/")]
        return any(not self.code.by_path[path].is_test for path in inside)

    def _is_used(self, folder: str) -> bool:
        """Whether code outside a folder imports what is in it."""
        return any(
            target.startswith(folder + "/")
            for path, targets in self.code.imported.items()
            if not path.startswith(folder + "/") and not self.code.by_path[path].is_test
            for target in targets
        )

    def reasons(self, folders: tuple[str, ...]) -> tuple[str, ...]:
        """What makes it a collection, if it is one."""
        said = self.teaching
        inside = [path.removeprefix(self._home) for path in self._working]
        root_work = [path for path in inside if "/" not in path or path.startswith("src/")]
        if len(folders) >= FEWEST and not root_work and (said or self._all_complete(folders)):
            return (f"{len(folders)} projects of their own: {', '.join(folders[:4])}", *said)
        if said and (numbered := self._numbered):
            return (*said, f"numbered lessons: {', '.join(numbered[:4])}")
        if found := self.subjects_found:
            return (*said, f"{len(found)} folders that share no code: {', '.join(found[:4])}")
        titled = re.search(words().titled, self.introduction.title, re.IGNORECASE) is not None
        books = self.subjects.side_by_side(FEWEST, learning=False) if titled else ()
        if said and (books := books or self.subjects.side_by_side(SIDE_BY_SIDE)):
            return (*said, f"{len(books)} notebooks side by side: {', '.join(books[:2])}")
        return ()

    @cached_property
    def subjects_found(self) -> tuple[str, ...]:
        """Folders on subjects of their own."""
        return self.subjects.folders(said=bool(self.teaching))

    def _all_complete(self, folders: tuple[str, ...]) -> bool:
        """Whether most of the folders have their own description and train or call a model of their own."""
        if sum(not is_part(folder, numbered=True) for folder in folders) < FEWEST:
            return False
        described = [f for f in folders if any(README.match(p.rpartition("/")[2]) for p in self._inside(f))]
        training = self.lifecycle.units("training", "prompting")
        learning = [f for f in described if any(path.startswith(f + "/") for path in training)]
        return len(learning) >= max(FEWEST, len(folders) / 2)

    def fuller(self, *choices: tuple[str, ...]) -> tuple[str, ...]:
        """Of several ways to divide the repository, the one that takes in most of what learns."""
        return max(
            choices, key=lambda folders: sum(path.startswith(tuple(f"{f}/" for f in folders)) for path in self._working)
        )

    @cached_property
    def lessons(self) -> tuple[str, ...]:
        """The numbered folders in which something is learned."""
        found = [self._home + name for name in self._numbered]
        return tuple(folder for folder in found if self._learns(folder))

    def _inside(self, folder: str) -> list[str]:
        return [p for p in self.files.own if p.rpartition("/")[0] == folder]

    @cached_property
    def teaching(self) -> tuple[str, ...]:
        """The word by which the README says that it teaches or collects, if it does."""
        text = re.sub(words().coursework, "", self.introduction.opening.lower())
        word = next((word for word in words().teaching_words if _says(text, word)), None)
        if word:
            return (f"the README speaks of: {word}",)
        return (f"most of it lies in: {self._shelf}",) if self._shelf else ()

    @cached_property
    def _shelf(self) -> str:
        """The top folder that is called after lessons and holds most of the code; empty where there is none."""
        tops = Counter(unit.path.partition("/")[0] for unit in self.code.units if not unit.is_test)
        top, held = next(iter(tops.most_common(1)), ("", 0))
        return top if 2 * held >= tops.total() and re.search(words().shelves, top, re.IGNORECASE) else ""

    @cached_property
    def _numbered(self) -> tuple[str, ...]:
        """Folders or notebooks with a lesson number, if they are most of what holds code."""
        ordinal = re.compile(words().ordinal, re.IGNORECASE)
        inside = [unit.path.removeprefix(self._home) for unit in self.code.units if not unit.is_test]
        tops = {path.partition("/")[0] for path in inside}
        numbered = sorted(top for top in tops if ordinal.search(top.removesuffix(".ipynb").removesuffix(".py")))
        return tuple(numbered) if len(numbered) >= FEWEST and len(numbered) >= 0.4 * len(tops) else ()


def _says(text: str, word: str) -> bool:
    """Whether a word stands in a text; scripts without spaces have no borders of words."""
    return (word in text) if ord(word[0]) > 0x2E7F else re.search_once(rf"\b{re.escape(word)}\b", text) is not None
