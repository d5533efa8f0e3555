"""Which of the project's own classes a class derives from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ml_readiness.facts.source.code import Code
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.python import Class

MOST = 5
"""Classes of the project up to the one that derives from a library's, itself counted."""


def lineage(code: Code, unit: Unit, owner: Class) -> tuple[tuple[Unit, Class], ...]:
    """A class, and the classes of the project that it derives from, each with its file; the first base that is one."""
    found = [(unit, owner)]
    while len(found) < MOST:
        unit, owner = found[-1]
        named = (code.define(unit, base) for base in owner.bases if not base.startswith("?"))
        own = next((one for one in named if one is not None), None)
        if own is None or own.as_class is None:
            break
        found.append((own.unit, own.as_class))
    return tuple(found)
