"""The lock files written as TOML: Poetry's, uv's, PDM's and the standard `pylock.toml`."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.parsers import toml
from ml_readiness.parsers.lock import Locked

Read = tuple[str, tuple[Locked, ...], str]

ORIGINS = ("git", "url", "directory", "path", "editable", "virtual", "registry")
STANDARD_ORIGINS = ("vcs", "directory", "archive")


def read(data: bytes) -> Read:
    """(form, packages, Python version); ValueError where no known tool wrote it."""
    document = toml.load(data)
    metadata = toml.table(document, "metadata")
    if "package" not in document and not document.keys().isdisjoint({"packages", "lock-version"}):
        return "pylock.toml", tuple(_standard(document)), toml.text(document, "requires-python")
    if "strategy" in metadata or "lock_version" in metadata:
        return "pdm.lock", tuple(_pdm(document)), ""
    if metadata:
        return "poetry.lock", tuple(_poetry(document)), toml.text(metadata, "python-versions")
    if "requires-python" in document or "version" in document:
        return "uv.lock", tuple(_uv(document)), toml.text(document, "requires-python")
    raise ValueError("not the lock file of a known tool")


def _packages(document: toml.Table, key: str = "package") -> Iterator[toml.Table]:
    yield from (package for package in toml.array(document, key) if isinstance(package, dict))


def _poetry(document: toml.Table) -> Iterator[Locked]:
    files = toml.table(document, "metadata", "files") or toml.table(document, "metadata", "hashes")
    for package in _packages(document):
        name = toml.text(package, "name")
        kind = toml.text(package, "source", "type")
        yield Locked(
            name,
            toml.text(package, "version"),
            "registry" if kind in {"", "legacy"} else kind,
            hashed=bool(toml.array(package, "files") or files.get(name)),
            requires=tuple(toml.table(package, "dependencies")),
        )


def _uv(document: toml.Table) -> Iterator[Locked]:
    for package in _packages(document):
        source = toml.table(package, "source")
        needed = toml.array(package, "dependencies")
        yield Locked(
            toml.text(package, "name"),
            toml.text(package, "version"),
            next((origin for origin in ORIGINS if origin in source), ""),
            hashed=bool(toml.table(package, "sdist") or toml.array(package, "wheels")),
            requires=tuple(toml.text(needs, "name") for needs in needed),
        )


def _pdm(document: toml.Table) -> Iterator[Locked]:
    old_files = toml.table(document, "metadata", "files")
    for package in _packages(document):
        name, version = toml.text(package, "name"), toml.text(package, "version")
        origin = next((key for key in ("git", "url", "path") if key in package), "registry")
        files = toml.array(package, "files") or old_files.get(f"{name} {version}")
        needed = [text for text in toml.array(package, "dependencies") if isinstance(text, str)]
        yield Locked(name, version, origin, bool(files), tuple(_name(text) for text in needed))


def _standard(document: toml.Table) -> Iterator[Locked]:
    for package in _packages(document, "packages"):
        origin = next((key for key in STANDARD_ORIGINS if key in package), "registry")
        artefacts = [*toml.array(package, "wheels"), toml.table(package, "sdist"), toml.table(package, "archive")]
        yield Locked(
            toml.text(package, "name"),
            toml.text(package, "version"),
            "git" if origin == "vcs" else origin,
            hashed=any(toml.table(artefact, "hashes") for artefact in artefacts),
            requires=tuple(toml.text(needs, "name") for needs in toml.array(package, "dependencies")),
        )


def _name(requirement: str) -> str:
    for end, character in enumerate(requirement):
        if not (character.isalnum() or character in "._-"):
            return requirement[:end]
    return requirement
