"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import gc
import marshal
import os
import pkgutil
import re
import subprocess
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ml_readiness
from ml_readiness import library, regex
from ml_readiness.compiled import Compiled

if TYPE_CHECKING:
    from collections.abc import Generator


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


@given(
    st.from_regex(r"(?:[a-c.]|\((?:\?P<[a-z]>)?[a-c|]*\)|\[[a-c]+\]|[*+?])*", fullmatch=True),
    st.sampled_from([0, re.IGNORECASE, re.MULTILINE | re.DOTALL]),
    st.text("abcABC\n"),
)
def test_a_kept_pattern_finds_what_a_new_one_finds(text: str, flags: int, where: str) -> None:
    try:
        expected = re.compile(text, flags)
    except re.error:
        return
    with TemporaryDirectory() as folder, byte_code_written():
        for _ in range(2):
            kept = Compiled(Path(folder) / "patterns")
            pattern = kept.pattern(text, flags)
            kept.keep()
            found = [(each.span(), each.groups(), each.groupdict()) for each in pattern.finditer(where)]
            assert found == [(each.span(), each.groups(), each.groupdict()) for each in expected.finditer(where)]
            assert (pattern, pattern.flags, pattern.groups) == (expected, expected.flags, expected.groups)


@pytest.mark.parametrize("content", [b"", b"nonsense", marshal.dumps(("other", {}))])
def test_a_broken_file_of_kept_patterns_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "patterns").write_bytes(content)
    assert Compiled(tmp_path / "patterns").pattern(r"a(b)", 0).sub(r"\1", "ab") == "b"


def test_broken_instructions_are_made_again(tmp_path: Path) -> None:
    kept = Compiled(tmp_path / "patterns")
    kept.pattern("ab", 0)
    kept.forms["ab", 0] = (0, b"\1\2\3\4", 0, {}, (None,))
    assert kept.pattern("ab", 0).match("ab") is not None


def test_what_a_repository_says_is_not_kept(tmp_path: Path) -> None:
    """Patterns made of names in a repository would fill the file and tell others of it."""
    path = tmp_path / "cache"
    script = (
        "import sys; from ml_readiness import compiled, regex; regex.compile_once('secret-name').search('');"
        "regex.compile('own').search(''); print(*(text for text, _ in compiled.usual().forms))"
    )
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["own"]


@contextmanager
def byte_code_written() -> Generator[None]:
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
