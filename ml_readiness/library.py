"""Where the checks are: a folder of Python files, loaded by location as pytest loads tests."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ml_readiness.check import Check
from ml_readiness.errors import SettingsError
from ml_readiness.facts.resolver import needs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

CATEGORIES = {
    "testing": "Do you have any test cases?",
    "dependencies": "What libraries did you use? Which versions?",
    "preprocessing": "Where is the preprocessing code?",
    "reproducibility": "How will I get the model, and is it the same each time?",
    "evaluation": "How do you know that it is good?",
    "serving": "How does it reach production?",
    "monitoring": "How will I know the model works well in production?",
    "documentation": "Could I pick this up without you?",
}
"""The categories of the report, in its order, each with the question it answers."""


class Listed(NamedTuple):
    """A check as its place in the library names it, without its code."""

    id: str
    category: str


def folder() -> Path:
    """The product's own checks: beside the package when installed, else in the checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "checks"
    return installed if installed.is_dir() else here.parent / "checks"


def folders(own: Iterable[str | Path] = ()) -> tuple[Path, ...]:
    """The product's checks and those of the operator's own folders; SettingsError where there is no such folder, or
    where its tables of tools break the schema."""
    others = tuple(Path(each).resolve() for each in own)
    for each in others:
        if not each.is_dir():
            raise SettingsError(f"{each}: expected a folder of checks, found none")
    if others:
        from ml_readiness.facts.knowledge.signs import signs  # noqa: PLC0415

        signs(*others)
    return (folder(), *others)


@cache
def listed(*roots: Path) -> tuple[Listed, ...]:
    """What the checks below some folders are called; none is loaded."""
    return tuple(Listed(path.stem.replace("_", "-"), path.parent.name) for root in roots for path in _files(root))


@cache
def load(*roots: Path) -> tuple[Check, ...]:
    """The checks below some folders, by category and id; SettingsError where a file breaks the conventions."""
    order = list(CATEGORIES)
    found = [_check_in(_execute(path, root), path) for root in roots for path in _files(root)]
    ids = [check.id for check in found]
    if twice := {name for name in ids if ids.count(name) > 1}:
        raise SettingsError(f"{roots[-1]}: two checks are called {', '.join(sorted(twice))}")
    return tuple(sorted(found, key=lambda c: (order.index(c.category) if c.category in order else len(order), c.id)))


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("*/*.py") if not path.name.startswith("_"))


def _execute(path: Path, root: Path) -> ModuleType:
    name = ".".join(["ml_readiness", "checks", *path.relative_to(root).with_suffix("").parts])
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SettingsError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _check_in(module: ModuleType, path: Path) -> Check:
    checks = [value for value in vars(module).values() if isinstance(value, Check)]
    if len(checks) != 1:
        raise SettingsError(f"{path}: expected one check, found {len(checks)}")
    check = checks[0]
    name = path.stem.replace("_", "-")
    if check.id != name:
        raise SettingsError(f"{path}: the check is called {check.id}, expected {name}, as its file")
    try:
        needs(check.judge)
    except (NameError, TypeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    return check.located(id=name, category=path.parent.name)
