"""A requirements file with everything it includes, as pip would read it, without leaving the repository."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ml_readiness.documents import Unreadable
from ml_readiness.parsers.requirements import Requirements

if TYPE_CHECKING:
    from ml_readiness.documents import Documents
    from ml_readiness.parsers.requirement import Requirement
    from ml_readiness.parsers.requirements import Include


class Declared(Struct, frozen=True):
    """A requirement and the file that states it."""

    requirement: Requirement
    path: str

    @property
    def key(self) -> str:
        """The name as package indexes compare it."""
        return self.requirement.key


class Problem(Struct, frozen=True):
    """Something in a manifest that installers refuse, or that is not there."""

    path: str
    line: int
    message: str


class Tree(Struct):
    """What a requirements file and the files it includes ask for."""

    declared: list[Declared] = field(default_factory=list[Declared])
    doubtful: list[Declared] = field(default_factory=list[Declared])
    """Meant by lines that pip refuses or misreads."""
    constraints: list[Declared] = field(default_factory=list[Declared])
    """Limits of versions, which declare nothing."""
    problems: list[Problem] = field(default_factory=list[Problem])
    files: list[str] = field(default_factory=list[str])
    """Everything that was read, in order."""


def follow(documents: Documents, path: str) -> Tree:
    """The tree below one file; each file is read once, and what cannot be followed is a problem."""
    tree = Tree()
    waiting: list[tuple[str, bool, Problem | None]] = [(path, False, None)]
    while waiting:
        path, is_constraint, missing = waiting.pop()
        if path in tree.files:
            continue
        found = documents.get(Requirements, path) if path in documents.snapshot.entries else None
        if found is None or isinstance(found, Unreadable):
            if missing is not None:
                tree.problems.append(missing)
            continue
        tree.files.append(path)
        _take(tree, found, path, is_constraint=is_constraint)
        for include in reversed(found.includes):
            target = resolved(include.target, path)
            if isinstance(target, Problem):
                tree.problems.append(Problem(path, include.line, target.message))
            elif target in tree.files:
                _note_circle(tree, path, include, target)
            else:
                gone = Problem(path, include.line, f"names `{include.target[:80]}`, which is not there")
                waiting.append((target, is_constraint or include.is_constraint, gone))
    return tree


def resolved(target: str, path: str) -> str | Problem:
    """The path that a file means by another's name, or why that is not followed."""
    if "://" in target:
        return Problem(path, 0, f"includes a remote file, which is not fetched: {target.partition('?')[0][:120]}")
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), target.replace("\\", "/")))
    if joined.startswith(("../", "/")) or joined == "..":
        return Problem(path, 0, f"names `{target[:80]}`, which is outside the repository")
    return joined


def _take(tree: Tree, found: Requirements, path: str, *, is_constraint: bool) -> None:
    into = tree.constraints if is_constraint else tree.declared
    into.extend(Declared(requirement, path) for requirement in found.requirements)
    if not is_constraint:
        tree.doubtful.extend(Declared(requirement, path) for requirement in found.doubtful)
    tree.problems.extend(Problem(path, broken.line, broken.message) for broken in found.broken)


def _note_circle(tree: Tree, path: str, include: Include, target: str) -> None:
    """A file that was read before is only a circle where it is above this one; pip reads a diamond twice."""
    if target == path or target == tree.files[0]:
        tree.problems.append(Problem(path, include.line, f"includes `{target}` in a circle"))
