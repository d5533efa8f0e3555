"""One conda package specification, and the lists of them that conda prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.parsers.requirement import (
    COMPATIBLE,
    EXACT,
    EXCLUSION,
    RANGE,
    UNPINNED,
    URL_HASH,
    WILDCARD,
    Requirement,
    shortened,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANNEL = re.compile(r"[^\s:=<>]*+:[^\s:=<>]*+:")
SPEC = re.compile(r"([A-Za-z0-9_][A-Za-z0-9._-]*+)\s*+([\s=<>!~*\d].*|)$", re.DOTALL)
BRACKETS = re.compile(r"\[([^\]]*)\]\s*$")
PACKAGE_URL = re.compile(r"/([^/#]+?)-([^-/#]+)-([^-/#]+)\.(?:conda|tar\.bz2)(?:#.*)?$")
VERSION = re.compile(r"version\s*=\s*['\"]?([^'\",\]]+)")


def conda_spec(text: str, line: int = 0) -> Requirement:
    """A specification as `environment.yml` writes it; ValueError where it is none.

    `=1.2` means any 1.2 to conda, so it is no pin; `==1.2` is one, and so is a build string.
    """
    text = shortened(text).split(" #")[0].strip()
    version = ""
    if brackets := BRACKETS.search(text):
        text = text[: brackets.start()].strip()
        named = VERSION.search(brackets[1])
        version = named[1] if named else ""
    if channel := CHANNEL.match(text):
        text = text[channel.end() :]
    match = SPEC.fullmatch(text)
    if match is None:
        message = f"not a conda specification: {text[:80]!r}"
        raise ValueError(message)
    written = (match[2] or version).strip()
    return Requirement(name=match[1], kind=_kind(written), specifier=written, line=line)


def listed(text: str) -> Iterator[Requirement]:
    """The packages of `conda list --explicit` or `conda list --export`."""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(("#", "@")):
            continue
        if artefact := PACKAGE_URL.search(line):
            yield Requirement(artefact[1], URL_HASH, f"=={artefact[2]}", url=line[:400], line=number)
        elif line.count("=") == 2 and "==" not in line:
            name, version, _ = line.split("=")
            yield Requirement(name, EXACT, f"=={version}", line=number)
        elif (found := _spec_or_none(line, number)) is not None:
            yield found


def _spec_or_none(text: str, line: int) -> Requirement | None:
    try:
        return conda_spec(text, line)
    except ValueError:
        return None


def _kind(version: str) -> str:
    if not version or version == "*":
        return UNPINNED
    if "|" in version or "," in version:
        return RANGE
    if version.startswith("=="):
        return WILDCARD if "*" in version else EXACT
    if version.startswith("="):
        return EXACT if "=" in version[1:] and "*" not in version else WILDCARD
    if version.startswith("~="):
        return COMPATIBLE
    if version.startswith("!="):
        return EXCLUSION
    if version[0] in "<>":
        return RANGE
    return WILDCARD if "*" in version else EXACT
