"""Patterns select the same paths whether they are tried on all of them or on those that can match alone."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.patterns import Paths, matcher

NAMES = [
    "Dockerfile",
    "a.py",
    "A.PY",
    "requirements-dev.txt",
    ".github/workflows/x.yml",
    "x/.env",
    "no\nline.py",
    "s.\u017fh",
]
PATTERNS = [
    "*.py",
    "Dockerfile",
    "Dockerfile.*",
    "**/.github/workflows/*.yml",
    "*",
    "requirements*.txt",
    ".env*",
    "!a.py",
]


@pytest.mark.parametrize("pattern", PATTERNS[:-1])
def test_selecting_is_matching(pattern: str) -> None:
    assert list(Paths(NAMES).select((pattern,))) == [path for path in NAMES if matcher((pattern,))(path)]


@given(
    st.lists(st.text(string.ascii_letters + "./-_ß\u017fK\udc80", min_size=1)),
    st.lists(st.sampled_from(PATTERNS), min_size=1).filter(lambda found: set(found) != {"!a.py"}),
)
def test_any_paths_and_patterns(paths: list[str], patterns: list[str]) -> None:
    matches = matcher(tuple(patterns))
    assert list(Paths(paths).select(tuple(patterns))) == [path for path in paths if matches(path)]
