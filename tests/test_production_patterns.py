"""Patterns that look at whole files stay quick on hostile text."""

from __future__ import annotations

import re
import time
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import pytest

import ml_readiness
from ml_readiness import regex
from ml_readiness.facts.data import datasets
from ml_readiness.facts.deployment import schedules
from ml_readiness.facts.language import language_models
from ml_readiness.facts.modelling import evaluation, experiments
from ml_readiness.facts.monitoring import alerts
from ml_readiness.facts.source import javascript, reach
from ml_readiness.facts.tooling import tools

if TYPE_CHECKING:
    from types import ModuleType

KINDS = (re.Pattern, type(regex.compile("")))
SHORT = {"HOSTS"}
"""Looks at single addresses of bounded length only."""
TEXTS = {
    "blank lines": "\n" * 100_000,
    "spaces": " " * 100_000,
    "one word": "w" * 100_000,
    "dotted": "a." * 100_000,
    "paths": "a/" * 100_000,
    "model": "model" * 40_000,
    "dataset": "dataset" * 30_000,
    "baseline": "baseline " * 20_000,
    "imports": "import " * 30_000,
    "import and spaces": "import" + " " * 100_000 + "import" + " " * 100_000,
    "digits": "1 " * 100_000,
    "addresses": "https://" * 25_000,
    "gs": "gs://" * 40_000,
}
MODULES = (alerts, datasets, evaluation, experiments, javascript, language_models, reach, schedules, tools)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern of the modules, by name."""
    found: dict[str, re.Pattern[str]] = {}
    for module in MODULES:
        for name, pattern in of(module).items():
            if name not in SHORT:
                found[f"{module.__name__.rpartition('.')[2]}.{name}"] = pattern
    return found


def of(module: ModuleType) -> dict[str, re.Pattern[str]]:
    """The patterns of a module that are there when it is imported."""
    return {name: value for name, value in vars(module).items() if isinstance(value, KINDS)}


def test_every_pattern_of_the_package_can_be_compiled() -> None:
    """They are compiled when they are first used, so a mistake in one would show late."""
    names = (each.name for each in walk_packages(ml_readiness.__path__, "ml_readiness."))
    modules = [import_module(name) for name in names if not name.endswith("__main__")]
    compiled = [pattern.flags for module in modules for pattern in of(module).values()]
    assert len(compiled) > 300


@pytest.mark.parametrize("name", patterns())
def test_a_pattern_reads_hostile_text_in_linear_time(name: str) -> None:
    began = time.process_time()
    for text in TEXTS.values():
        patterns()[name].search(text)
    assert time.process_time() - began < 3
