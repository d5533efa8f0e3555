"""Dependencies as tables: how Poetry, Pipenv, uv and Pixi write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ml_readiness import regex as re
from ml_readiness.parsers import loose, toml
from ml_readiness.parsers.requirement import (
    COMPATIBLE,
    EXACT,
    LOCAL,
    RANGE,
    UNPINNED,
    URL_NO_HASH,
    VCS_NO_REF,
    WILDCARD,
    Requirement,
    extras_of,
    reference_kind,
    repository_kind,
    version_kind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SYSTEMS = ("git", "hg", "svn", "bzr")
BARE_VERSION = re.compile(r"v?\d[\w.!+-]*$")
RANGES = re.compile(r"[<>^~!|,]|==")


def dependencies(table: Mapping[str, object], lines: toml.Lines, section: str) -> Iterator[Requirement]:
    """The entries of one table, `python` left out."""
    for name, value in table.items():
        if name.lower() != "python":
            yield dependency(name, value, lines.of_key(name, section))


def dependency(name: str, value: object, line: int = 0) -> Requirement:
    """One entry: a version, a table that says where it comes from, or several of them for several markers."""
    if isinstance(value, list):
        several = [dependency(name, item, line) for item in loose.sequence(cast("object", value))[:20]]
        return next((r for r in several if not r.is_pinned), several[0] if several else Requirement(name, UNPINNED))
    if isinstance(value, str):
        return Requirement(name, constraint_kind(value), value, line=line)
    entry = toml.table(value)
    version = toml.text(entry, "version")
    kind, url = _origin(entry)
    extras = [extra for extra in toml.array(entry, "extras") if isinstance(extra, str)]
    return Requirement(
        name,
        kind or constraint_kind(version),
        version,
        extras=extras_of(extras),
        marker=toml.text(entry, "markers") or toml.text(entry, "marker"),
        url=url,
        editable=entry.get("editable") is True,
        line=line,
    )


def constraint_kind(version: str) -> str:
    """How firmly a version fixes a dependency; a bare version is exact, a caret is not."""
    version = version.strip()
    if not version or version == "*":
        return UNPINNED
    if BARE_VERSION.match(version):
        return EXACT
    if version[0] in "^~" and "," not in version and "|" not in version:
        return COMPATIBLE
    if not RANGES.search(version):
        return WILDCARD if "*" in version else EXACT
    return _standard_kind(version)


def redirected(requirement: Requirement, source: Mapping[str, object]) -> Requirement:
    """The requirement itself, or as the table says where it really comes from."""
    kind, url = _origin(source)
    if not kind:
        return requirement
    return Requirement(
        requirement.name,
        kind,
        requirement.specifier,
        extras=requirement.extras,
        marker=requirement.marker,
        url=url,
        line=requirement.line,
    )


def groups(tool: toml.Table, lines: toml.Lines) -> Iterator[tuple[str, list[Requirement]]]:
    """Poetry's groups, the old development section included."""
    old = toml.table(tool, "poetry", "dev-dependencies")
    if old:
        yield "dev", list(dependencies(old, lines, "tool.poetry.dev-dependencies"))
    for name, group in toml.table(tool, "poetry", "group").items():
        section = f"tool.poetry.group.{name}.dependencies"
        yield name, list(dependencies(toml.table(group, "dependencies"), lines, section))


def optional_groups(tool: toml.Table) -> frozenset[str]:
    """Poetry's groups that are installed only when asked for."""
    found = toml.table(tool, "poetry", "group").items()
    return frozenset(name for name, group in found if toml.table(group).get("optional") is True)


def _standard_kind(version: str) -> str:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    try:
        return version_kind(SpecifierSet(version))
    except InvalidSpecifier:
        return RANGE


def _origin(value: Mapping[str, object]) -> tuple[str, str]:
    """(kind, address) where a table says that a dependency comes from elsewhere; empty where it does not."""
    if (path := value.get("path") or value.get("file")) is not None or value.get("workspace") is True:
        return LOCAL, path if isinstance(path, str) else "."
    for system in SYSTEMS:
        address = value.get(system)
        if isinstance(address, str):
            reference = next((value[key] for key in ("rev", "ref", "tag", "branch") if value.get(key)), "")
            written = f"{system}+{address}"
            kind = repository_kind(written, reference) if isinstance(reference, str) else VCS_NO_REF
            return kind, written
    url = value.get("url")
    if isinstance(url, str):
        return reference_kind(url) if "://" in url else URL_NO_HASH, url
    return "", ""
