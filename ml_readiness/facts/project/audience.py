"""Who takes the project up: programmers who import it, or people and programs that use it as it runs."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.deployment.deployment import Deployment
from ml_readiness.facts.knowledge.words import words
from ml_readiness.facts.project.introduction import Introduction
from ml_readiness.facts.project.package import Package
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAYS = 3
"""Weight of what the README calls it, and of being started from the repository."""
SHOWS = 2
"""Weight of how it is shown in use, of ways in, and of an index or a place where it runs."""
HINTS = 1


class Evidence(Struct, frozen=True):
    """One thing that speaks for an audience."""

    weight: int
    said: str


class Audience(Struct, frozen=True, dict=True):
    """What speaks for either."""

    code: Code
    files: Files
    introduction: Introduction
    package: Package
    serving: Serving
    deployment: Deployment

    @classmethod
    def gather(
        cls,
        code: Code,
        files: Files,
        introduction: Introduction,
        package: Package,
        serving: Serving,
        deployment: Deployment,
    ) -> Self:
        """From the README, the manifests, ways in and places where it runs."""
        return cls(code, files, introduction, package, serving, deployment)

    @cached_property
    def imports_it(self) -> bool:
        """Whether more speaks for programmers who import it; what is only installed may be a program, too."""
        meant = bool(self.package.called_library or self.package.imports_shown)
        if not self.package.published or not meant:
            return False
        return _total(self.importers) > _total(self.users) or not self._can_be_started

    @cached_property
    def importers(self) -> tuple[Evidence, ...]:
        """What speaks for people who import it."""
        return tuple(self._for_importers())

    def _for_importers(self) -> Iterator[Evidence]:
        package = self.package
        if package.called_library:
            yield Evidence(SAYS, f"the README calls it a {package.called_library}")
        if package.imports_shown:
            yield Evidence(SHOWS + (package.imports_shown > 1), "the README shows how it is imported")
        if package.indexed:
            yield Evidence(SHOWS, package.indexed[0])
        if package.for_an_index:
            yield Evidence(HINTS, "its metadata is made for an index")

    @cached_property
    def users(self) -> tuple[Evidence, ...]:
        """What speaks for people and programs that use it."""
        return tuple(self._for_users())

    def _for_users(self) -> Iterator[Evidence]:
        if called := self._called:
            yield Evidence(SAYS, f"the README calls it: {called}")
        if shown := max((self.introduction.runs(name) for name in self.package.commands), default=0):
            yield Evidence(SHOWS + (shown > 1), "the README runs its command")
        if started := self._started:
            yield Evidence(SAYS, f"it is started from the repository: {started}")
        serving = self.serving
        ways_in = (*(route.unit for route in serving.routes), *serving.model_demos, *serving.chats)
        if any(not unit.is_example for unit in ways_in):
            yield Evidence(SHOWS, "it has ways in of its own")
        if self.deployment.all:
            yield Evidence(SHOWS, f"it is put to work: {self.deployment.all[0].what}")
        if self._front_end:
            yield Evidence(HINTS, f"it has a front end: {self._front_end}")

    @property
    def _can_be_started(self) -> bool:
        """Whether anything but an import leads to what the index holds."""
        ways = self.package.commands or self._started or self.deployment.all
        return bool(ways) or not (self.package.installed_by_name and self.package.imports_shown)

    @property
    def _called(self) -> str:
        found = re.search(words().application, self.introduction.opening, re.IGNORECASE | re.MULTILINE)
        return found[1] if found is not None else ""

    @property
    def _started(self) -> str:
        """A script in the root that starts the program; examples and helpers lie in folders of their own."""
        answering = {way.path for way in (*self.serving.demos, *self.serving.chats)}
        answering |= {route.unit.path for route in self.serving.routes}
        for unit in self.code.production:
            if (
                "/" not in unit.path
                and unit.path != "setup.py"
                and (unit.python.main_guard or unit.python.statements > 3)
            ):
                reached = {each.path for each in self.code.closure(unit)}
                if reached & answering:
                    return unit.path
        return ""

    @property
    def _front_end(self) -> str:
        for path in self.files.find("package.json"):
            try:
                declared = set(json.loads(self.files.text(path)).get("dependencies", {}))
            except (ValueError, AttributeError, TypeError, RecursionError):
                continue
            if declared & words().front_ends:
                return path
        return next(iter(self.files.find("**/templates/*.html", "templates/*.html")), "")


def _total(evidence: Iterable[Evidence]) -> int:
    return sum(each.weight for each in evidence)
