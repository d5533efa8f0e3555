"""`Pipfile.lock`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ml_readiness.parsers.lock import Locked
from ml_readiness.parsers.loose import mapping, text

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(data: bytes) -> tuple[str, tuple[Locked, ...], str]:
    """(form, the packages of each category, Python version); an entry that is no table has no version."""
    document = mapping(json.loads(data))
    requires = mapping(mapping(document.get("_meta")).get("requires"))
    found = [
        _locked(name, mapping(entry))
        for section, packages in document.items()
        if section != "_meta"
        for name, entry in mapping(packages).items()
    ]
    return "Pipfile.lock", tuple(found), text(requires.get("python_version"))


def _locked(name: str, entry: Mapping[str, object]) -> Locked:
    elsewhere = "git_or_path" if entry.keys() & {"git", "path", "file", "hg", "svn"} else ""
    version = text(entry.get("version")).lstrip("=")
    return Locked(name, version, elsewhere, hashed=bool(entry.get("hashes")))
