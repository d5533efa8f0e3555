"""Reports that are kept: nothing is judged again while everything that the answer depends on is the same."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ml_readiness import __version__
from ml_readiness.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ml_readiness.settings import Settings
    from ml_readiness.snapshot import Snapshot
    from ml_readiness.store import Store

KIND = "report 2"
_KNOWLEDGE = (".py", ".yml", ".yaml", ".toml", ".json", ".txt")


def find(store: Store, snapshot: Snapshot, settings: Settings, today: date, roots: tuple[Path, ...]) -> Report | None:
    """The report on a snapshot that has been audited before, or None."""
    data = store.recall(KIND, _key(snapshot, settings, today, roots))
    if data is None:
        return None
    try:
        return msgspec.convert(json.loads(data), Report)
    except (ValueError, msgspec.ValidationError):
        return None


def remember(
    store: Store, snapshot: Snapshot, settings: Settings, today: date, roots: tuple[Path, ...], report: Report
) -> None:
    """Remembers the report on a snapshot; its listing must name every content that was read."""
    data = json.dumps(msgspec.to_builtins(report)).encode("ascii")
    store.remember(KIND, _key(snapshot, settings, today, roots), data)


def _key(snapshot: Snapshot, settings: Settings, today: date, roots: tuple[Path, ...]) -> bytes:
    """Everything a report depends on: files and notes, settings, rules, and the day where that matters."""
    day = today.isoformat() if settings.waive or settings.attest else ""
    files = [(e.path, e.kind.value, e.size, e.blob, e.executable) for e in snapshot.entries.values()]
    depends = (snapshot.name, snapshot.revision, snapshot.notes, msgspec.to_builtins(settings), day, files)
    return hashlib.sha256(repr(depends).encode("utf-8", "surrogatepass") + product(*roots)).digest()


@cache
def product(*roots: Path) -> bytes:
    """What judges: the code and tables of this package and of the folders of checks, the interpreter, and all that is
    installed."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for path in _sources(*roots):
        digest.update(f"\0{path.name}\0".encode("utf-8", "surrogateescape") + path.read_bytes())
    digest.update("\0".join(_installed()).encode("utf-8", "surrogateescape"))
    return digest.digest()


def _sources(*roots: Path) -> Iterator[Path]:
    for root in (Path(__file__).parent, *roots):
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            yield from (Path(folder, name) for name in sorted(names) if name.endswith(_KNOWLEDGE))


def _installed() -> list[str]:
    """The names of all distributions beside this one, which have their versions in them."""
    found: set[str] = set()
    for place in sys.path:
        if Path(place).is_dir():
            found.update(path.name for path in Path(place).iterdir() if path.suffix in {".dist-info", ".egg-info"})
    return sorted(found)
