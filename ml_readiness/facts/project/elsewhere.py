"""Learning in other languages than Python, as far as manifests, addresses and the README tell."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.words import words
from ml_readiness.facts.modelling.lifecycle import ADDRESSES
from ml_readiness.facts.project.introduction import Introduction
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator

Reasons = tuple[str, ...]
MANIFESTS = (
    "pom.xml", "build.gradle", "build.gradle.kts", "*.csproj", "*.fsproj", "Cargo.toml", "go.mod", "Gemfile",
    "composer.json", "Package.swift", "build.sbt", "mix.exs", "pubspec.yaml",
)  # fmt: skip
"""How other languages declare their packages."""
SOURCES = ("*.java", "*.kt", "*.scala", "*.cs", "*.fs", "*.go", "*.rs", "*.rb", "*.php", "*.swift", "*.dart", "*.ex")
SETTINGS = ("application*.properties", "application*.yml", "application*.yaml", "appsettings*.json")
STUDIES = ("*.m", "*.jl", "*.R", "*.r", "*.lua", "*.cpp", "*.cc", "*.cu")
"""Languages in which things are learned without a manifest."""
BEGINNING = 2500
"""Characters of a README that say what the project is about."""
MOST = 400
"""Files that are read for an address."""
LEARNING = re.compile(
    r"machine[- ]learning|deep[- ]learning|neural net|reinforcement learning|convolutional|\bML\.NET|classifier",
    re.IGNORECASE,
)
INDEXES = re.compile(
    r"nuget\.org/packages/|/nuget/(?:v|dt)/|crates\.io/crates/|/crates/v/|mvnrepository\.com/artifact|maven-central/v/"
    r"|cran\.r-project\.org/package|pkg\.go\.dev/|npmjs\.com/package/|/npm/v/|hex\.pm/packages|rubygems\.org/gems|pub\.dev/packages"
)
"""Addresses of packages, and of badges that speak of them, in the indexes of other languages."""


class Elsewhere(Struct, frozen=True, dict=True):
    """What is learned, asked and offered outside Python."""

    files: Files
    introduction: Introduction

    @classmethod
    def gather(cls, files: Files, introduction: Introduction) -> Self:
        """From manifests, sources and the README."""
        return cls(files, introduction)

    @cached_property
    def language_model(self) -> Reasons:
        """What talks to a language model."""
        return tuple(self._talking())[:1]

    def _talking(self) -> Iterator[str]:
        for path in self.files.find("package.json"):
            if used := sorted(_dependencies(self.files.text(path)) & words().llm_node_packages):
                yield f"{path} depends on {used[0]}"
        if self._python:
            return
        packages = re.compile(words().llm_packages_elsewhere, re.IGNORECASE)
        yield from self._declaring(packages)
        for path in self.files.find(*SOURCES, *SETTINGS)[:MOST]:
            if found := ADDRESSES.search(self.files.text(path)):
                yield f"{path} asks {found[0]}"

    @cached_property
    def learning(self) -> Reasons:
        """What trains or asks models, where nothing is written in Python."""
        return () if self._python else tuple(self._learning())[:1]

    def _learning(self) -> Iterator[str]:
        yield from self._declaring(re.compile(words().ml_packages_elsewhere))
        written = self.files.find(*SOURCES, *STUDIES)
        if written and (said := LEARNING.search(self.introduction.readme[:BEGINNING])):
            yield f"{written[0]}, and the README speaks of: {said[0].lower()}"

    @cached_property
    def serving(self) -> Reasons:
        """What answers requests, where nothing is written in Python."""
        return () if self._python else tuple(self._declaring(re.compile(words().web_packages_elsewhere)))[:1]

    @cached_property
    def published(self) -> Reasons:
        """What shows that others install it from the index of another language."""
        found = None if self._python else INDEXES.search(self.introduction.readme)
        return (f"the README points to the published package: {found[0]}",) if found else ()

    @cached_property
    def _python(self) -> bool:
        return bool(self.files.find("*.py", "*.ipynb"))

    def _declaring(self, packages: re.Pattern[str]) -> Iterator[str]:
        for path in self.files.find(*MANIFESTS):
            if found := packages.search(self.files.text(path)):
                yield f"{path} depends on {found[0]}"


def _dependencies(manifest: str) -> set[str]:
    try:
        return set(json.loads(manifest).get("dependencies", {}))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return set()
