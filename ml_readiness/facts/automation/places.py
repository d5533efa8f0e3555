"""Where a path that a command names is in the tree, whatever machine or container it was written for."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = re.compile(
    r"^(?:\$\{?(?:GITHUB_WORKSPACE|CI_PROJECT_DIR|TRAVIS_BUILD_DIR|BITBUCKET_CLONE_DIR|WORKSPACE|CIRCLE_WORKING_DIRECTORY|PWD"
    r"|BUILD_SOURCESDIRECTORY|APPVEYOR_BUILD_FOLDER|CODEBUILD_SRC_DIR|DRONE_WORKSPACE|SEMAPHORE_GIT_DIR|toxinidir|CURDIR)\}?"
    r"|\$env:GITHUB_WORKSPACE|%CD%|%APPVEYOR_BUILD_FOLDER%|\$\(pwd\)|\$\(git rev-parse --show-toplevel\)"
    r"|\$\{\{ ?(?:github\.workspace|env\.GITHUB_WORKSPACE) ?\}\})(?:/|$)"
)
VARYING = re.compile(r"^(?:\$\([^()]*(?:\([^()]*\)[^()]*)*\)|\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\w+|~)/?")


class Places(Struct, frozen=True, dict=True):
    """Finds files and folders by what commands call them."""

    files: Files

    @classmethod
    def gather(cls, files: Files) -> Self:
        """From the listing."""
        return cls(files)

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.files.own:
            found[path.rpartition("/")[2]].append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    def file(self, written: str, folder: str = "") -> str:
        """The file that a command means, started in a folder; empty where there is none, or several could be meant."""
        path = written.replace("\\", "/")
        if not path or len(path) > 500:
            return ""
        rooted = ROOT.sub("", path)
        if rooted != path:
            folder, path = "", rooted
        for start in (folder, ""):
            candidate = posixpath.normpath(posixpath.join(start, path))
            if candidate in self.files.entries:
                return candidate
        return self._ending(VARYING.sub("", path))

    def _ending(self, path: str) -> str:
        """The only file whose path ends like this; leading folders may be those of another machine."""
        parts = [part for part in path.split("/") if part not in {"", ".", ".."}]
        candidates = self._by_name.get(parts[-1], ()) if parts else ()
        for start in range(len(parts)):
            tail = "/".join(parts[start:])
            found = [each for each in candidates if each == tail or each.endswith("/" + tail)]
            if len(found) == 1 and (start < len(parts) - 1 or len(parts) == 1 or path.startswith("/")):
                return found[0]
            if found:
                return tail if tail in found else ""
        return ""

    def holds(self, written: str, start: str = "") -> bool:
        """Whether the tree has the folder that is meant."""
        path = posixpath.normpath(posixpath.join(start, ROOT.sub("", written)))
        return path == "." or path in self.files.folders or VARYING.match(written) is not None

    def folder(self, written: str, start: str = "") -> str:
        """The folder of the tree that is meant; the root where that cannot be told."""
        path = written.replace("\\", "/")
        rooted = ROOT.sub("", path)
        if rooted != path:
            start, path = "", rooted
        stripped = VARYING.sub("", path)
        if stripped != path or path.startswith("/"):
            start, path = "", stripped.lstrip("/")
        parts = [part for part in path.split("/") if part]
        joined = posixpath.normpath(posixpath.join(start, path)) if path else start
        if joined == "." or joined.startswith(".."):
            return ""
        if joined in self.files.folders or not parts:
            return joined
        for first in range(1, len(parts)):
            if "/".join(parts[first:]) in self.files.folders:
                return "/".join(parts[first:])
        return ""
