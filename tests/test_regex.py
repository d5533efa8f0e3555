"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import gc
import pkgutil
from importlib import import_module

import ml_readiness
from ml_readiness import library, regex


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    pattern = regex.compile(r"(\w)(\d)", regex.IGNORECASE)
    assert pattern.sub(r"\2\1", "a1 B2") == "1a 2B"
    assert [found[1] for found in pattern.finditer("a1 B2")] == ["a", "B"]
    assert (pattern.groups, pattern.pattern) == (2, r"(\w)(\d)")


def test_every_pattern_of_the_product_compiles() -> None:
    for module in pkgutil.walk_packages(ml_readiness.__path__, "ml_readiness."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    library.load(library.folder())
    patterns = [each for each in gc.get_objects() if type(each).__name__ == "_Uncompiled"]
    assert len(patterns) > 500
    assert all(pattern.groups >= 0 for pattern in patterns)
