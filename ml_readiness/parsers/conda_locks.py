"""`conda-lock.yml` and `pixi.lock`, read line by line: tools write them in one shape, and they are long."""

from __future__ import annotations

from ml_readiness import regex as re
from ml_readiness.parsers.lock import Locked
from ml_readiness.parsers.requirement import canonical
from ml_readiness.parsers.text import decode

ITEM = re.compile(r"\s*- (\w+):\s*(\S.*)?$")
FIELD = re.compile(r"\s+(name|version|manager|sha256|md5|category):\s*(\S.*)?$")
ARTEFACT = re.compile(r"/(?P<name>[^/]+)-(?P<version>[^-/]+)-[^-/]+\.(?:conda|tar\.bz2)")
WHEEL = re.compile(r"/(?P<name>[^/-]+)-(?P<version>[^-/]+)(?:-[^/]*\.whl|\.tar\.gz|\.zip)")


def recognises(data: bytes) -> bool:
    """Whether conda-lock or Pixi wrote it."""
    start = data[:4_000]
    return b"[[package" not in start and (b"\npackage:" in data or b"\npackages:" in data or b"- conda:" in start)


def read(data: bytes) -> tuple[str, tuple[Locked, ...], str]:
    """(form, packages, Python version); a package that is locked for several platforms counts once."""
    text = decode(data)
    form = "conda-lock.yml" if "\npackage:" in text else "pixi.lock"
    _, _, listed = text.rpartition("\npackage:" if form == "conda-lock.yml" else "\npackages:")
    found: dict[str, Locked] = {}
    fields: dict[str, str] = {}
    for line in [*listed.splitlines(), "- end: of file"]:
        if item := ITEM.match(line):
            if (package := _package(fields)) is not None:
                found.setdefault(canonical(package.name), package)
            fields = {item[1]: _value(item[2])}
        elif field := FIELD.match(line):
            fields.setdefault(field[1], _value(field[2]))
    python = found.get("python")
    return form, tuple(found.values()), python.version if python is not None else ""


def _package(fields: dict[str, str]) -> Locked | None:
    hashed = "sha256" in fields or "md5" in fields
    if "name" in fields:
        manager = fields.get("manager") or ("pip" if "pypi" in fields else "conda")
        return Locked(fields["name"], fields.get("version", ""), manager, hashed)
    if artefact := ARTEFACT.search(fields.get("conda", "")):
        return Locked(artefact["name"], artefact["version"], "conda", hashed)
    if wheel := WHEEL.search(fields.get("pypi", "")):
        return Locked(wheel["name"], wheel["version"], "pip", hashed)
    return None


def _value(text: str | None) -> str:
    return (text or "").strip().strip("'\"")
