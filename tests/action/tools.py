"""What some tests need of others: installed by `tests/action/install`, and visibly missed without it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = Path(os.environ.get("ML_READINESS_TEST_TOOLS") or ROOT / ".tools")
MODULES = TOOLS / "node_modules"


def program(name: str) -> str:
    """The path of a program, or the test is skipped."""
    found = shutil.which(name, path=f"{TOOLS / 'python/bin'}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed: run tests/action/install")
    return found


def module(path: str) -> Path:
    """A file or folder of a package for Node, or the test is skipped."""
    if not (MODULES / path).exists():
        pytest.skip(f"{path} is not installed: run tests/action/install")
    return MODULES / path


def node() -> str:
    """Node itself, or the test is skipped."""
    return program("node")
