"""One requirement: what a line, a table entry or a command asks an installer for, and how firmly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness import regex as re

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.specifiers import SpecifierSet

LONGEST = 4_000
"""Characters of one requirement without its hashes; nothing longer is read, because reading it may take for ever."""

EXACT, ARBITRARY, AMONG_SEVERAL = "exact", "arbitrary_equality", "exact_among_several"
WILDCARD, COMPATIBLE, EXCLUSION, RANGE, UNPINNED = "wildcard", "compatible", "exclusion", "range", "unpinned"
URL_HASH, URL_NO_HASH = "url_hash", "url_no_hash"
VCS_COMMIT, VCS_SHORT_COMMIT, VCS_REF, VCS_NO_REF = "vcs_commit", "vcs_short_commit", "vcs_ref", "vcs_no_ref"
LOCAL = "local"

PINNED = frozenset({EXACT, ARBITRARY, AMONG_SEVERAL, URL_HASH, VCS_COMMIT, VCS_SHORT_COMMIT})
OPERATORS = {"==": EXACT, "===": ARBITRARY, "~=": COMPATIBLE, "!=": EXCLUSION}

NAMED_URL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*+\s*+(?:\[[^\]]*+\])?\s*+@")
REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)(?:\+|:)", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?:|ftp:|file:|[a-z]\w*+\+\w[\w+.-]*+://)", re.IGNORECASE)
SCP_ADDRESS = re.compile(r"[\w.-]++@[\w.-]++:")
NOT_A_PATH = re.compile(r"[\s<>|*?\"=]|\{\{|\{%")
ARCHIVE = re.compile(r"\.(?:whl|zip|tar\.(?:gz|bz2|xz)|tgz|tbz|egg)$", re.IGNORECASE)
TRAILING_EXTRAS = re.compile(r"\[([^\[\]]*+)\]$")
URL_DIGEST = re.compile(r"(?:^|&)(?:md5|sha\d{1,3}|blake2\w)=[0-9a-fA-F]+(?:&|$)")
USER = re.compile(r"(?<=://)[^/@\s]++@")
SEPARATORS = re.compile(r"[-_.]+")
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.IGNORECASE)
SHORT_COMMIT = re.compile(r"(?!(?:19|20)\d{6}$)[0-9a-f]{7,39}", re.IGNORECASE)


class Requirement(Struct, frozen=True):
    """One thing to install."""

    name: str
    """As written; empty where only a build could tell."""
    kind: str
    """How the version is fixed: `exact`, `arbitrary_equality`, `exact_among_several`, `wildcard`, `compatible`,
    `exclusion`, `range`, `unpinned`, `url_hash`, `url_no_hash`, `vcs_commit`, `vcs_short_commit`, `vcs_ref`,
    `vcs_no_ref` or `local`."""
    specifier: str = ""
    """The version as written, operators included."""
    extras: tuple[str, ...] = ()
    """Normalised and sorted."""
    marker: str = ""
    url: str = ""
    """Of a direct reference: a URL, a repository or a path."""
    editable: bool = False
    hashes: int = 0
    """How many `--hash` options it has."""
    line: int = 0

    @property
    def key(self) -> str:
        """The name as package indexes compare it."""
        return canonical(self.name)

    @property
    def likely_key(self) -> str:
        """The same, or where only a build could tell, what the repository that it comes from is called."""
        if self.name or not self.is_repository:
            return self.key
        address = self.url.partition("#")[0].rstrip("/")
        last = re.split(r"[/:]", address)[-1].partition("@")[0]
        return canonical(last.removesuffix(".git"))

    @property
    def is_pinned(self) -> bool:
        """Whether exactly one version, commit or artefact can be selected."""
        return self.kind in PINNED

    @property
    def is_local(self) -> bool:
        """Whether it is a path, so neither pinned nor unpinned."""
        return self.kind == LOCAL

    @property
    def is_url(self) -> bool:
        """Whether it is fetched from an address of its own."""
        return bool(self.url) and not self.is_local

    @property
    def is_repository(self) -> bool:
        """Whether it is fetched from a version-control system."""
        return self.kind.startswith("vcs_")

    @property
    def is_hashed(self) -> bool:
        """Whether a checksum fixes the artefact."""
        return self.hashes > 0 or self.kind == URL_HASH

    @property
    def label(self) -> str:
        """How a report calls it; credentials in addresses are left out."""
        written = self.name or USER.sub("", self.url)
        return f"{written}{self.specifier}"[:120]


def canonical(name: str) -> str:
    """A distribution's name as package indexes compare it (PEP 503)."""
    return SEPARATORS.sub("-", name).lower()


def extras_of(names: Iterable[str]) -> tuple[str, ...]:
    """Extras normalised and sorted."""
    return tuple(sorted({canonical(name.strip()) for name in names if name.strip()}))


def pep508(text: str, line: int = 0) -> Requirement:
    """A requirement as package metadata writes it; ValueError where it is none."""
    from packaging.requirements import Requirement as Parsed  # noqa: PLC0415

    parsed = Parsed(shortened(text))
    kind = version_kind(parsed.specifier)
    if parsed.url is not None:
        kind = reference_kind(parsed.url)
    return Requirement(
        name=parsed.name,
        kind=kind,
        specifier=str(parsed.specifier),
        extras=extras_of(parsed.extras),
        marker=str(parsed.marker or ""),
        url=parsed.url or "",
        line=line,
    )


def pip_argument(text: str, line: int = 0, *, editable: bool = False, hashes: int = 0) -> Requirement:
    """What `pip install` takes: a requirement, an address or a path; ValueError where it is none of them."""
    text = shortened(text).strip()
    if SCP_ADDRESS.match(text) and "://" not in text:
        found = _path(text, "", line)
    elif NAMED_URL.match(text):
        found = pep508(text, line)
    elif REPOSITORY.match(text) or ADDRESS.match(text):
        body, _, marker = text.partition("; ")
        found = _direct(body.strip(), _marker(marker), line)
    elif editable or _looks_like_path(text):
        body, _, marker = text.partition(";")
        found = _path(body.strip(), _marker(marker), line)
    else:
        found = pep508(text, line)
    kind = URL_HASH if hashes and found.kind == URL_NO_HASH else found.kind
    return Requirement(
        name=found.name,
        kind=kind,
        specifier=found.specifier,
        extras=found.extras,
        marker=found.marker,
        url=found.url,
        editable=editable,
        hashes=hashes,
        line=line,
    )


def version_kind(specifiers: SpecifierSet) -> str:
    """How firmly version clauses fix one version."""
    clauses = list({str(clause): clause for clause in specifiers}.values())
    if not clauses:
        return UNPINNED
    if len(clauses) == 1:
        only = clauses[0]
        if only.operator in {"==", "!="} and only.version.endswith(".*"):
            return WILDCARD if only.operator == "==" else EXCLUSION
        return OPERATORS.get(only.operator, RANGE)
    fixed = any(c.operator == "===" or (c.operator == "==" and not c.version.endswith(".*")) for c in clauses)
    return AMONG_SEVERAL if fixed else RANGE


def reference_kind(url: str, reference: str | None = None) -> str:
    """How firmly an address fixes one artefact; the commit, tag or branch may be given apart from it."""
    address, _, fragment = url.partition("#")
    if REPOSITORY.match(address):
        return repository_kind(address, _reference(address) if reference is None else reference)
    if not ADDRESS.match(address) or address[:5].lower() == "file:":
        return LOCAL
    return URL_HASH if URL_DIGEST.search(fragment) else URL_NO_HASH


def repository_kind(address: str, reference: str) -> str:
    """How firmly a commit, tag or branch fixes what is fetched from a version-control system."""
    if not reference:
        return VCS_NO_REF
    if address[:3].lower() in {"git", "hg+", "hg:"}:
        if COMMIT.fullmatch(reference):
            return VCS_COMMIT
        if SHORT_COMMIT.fullmatch(reference):
            return VCS_SHORT_COMMIT
    return VCS_REF


def shortened(text: str) -> str:
    """The text itself; ValueError where it is too long to be a requirement."""
    if len(text) > LONGEST:
        message = f"{len(text):,} characters, which no requirement has"
        raise ValueError(message)
    return text


def _direct(url: str, marker: str, line: int) -> Requirement:
    if len(url.split()) != 1:
        message = f"an address with blanks: {USER.sub('', url)[:80]!r}"
        raise ValueError(message)
    address, _, fragment = url.partition("#")
    named = _egg(fragment)
    extras = named.extras if named is not None else ()
    if named is None and (trailing := TRAILING_EXTRAS.search(address)):
        extras, address = extras_of(trailing[1].split(",")), address[: trailing.start()]
        url = f"{address}#{fragment}" if fragment else address
    name = named.name if named is not None else _wheel_name(address)
    return Requirement(name=name, kind=reference_kind(url), extras=extras, marker=marker, url=url, line=line)


def _path(path: str, marker: str, line: int) -> Requirement:
    body, _, fragment = path.partition("#")
    extras: tuple[str, ...] = ()
    if trailing := TRAILING_EXTRAS.search(body):
        extras, body = extras_of(trailing[1].split(",")), body[: trailing.start()]
    if not body or (NOT_A_PATH.search(body) and not SCP_ADDRESS.match(body)):
        message = f"neither a requirement nor a path: {path[:80]!r}"
        raise ValueError(message)
    named = _egg(fragment)
    name = named.name if named is not None else _wheel_name(body)
    extras = named.extras if named is not None else extras
    return Requirement(name=name, kind=LOCAL, extras=extras, marker=marker, url=body, line=line)


def _looks_like_path(text: str) -> bool:
    body = text.partition(";")[0].strip()
    bare = TRAILING_EXTRAS.sub("", body.partition("#")[0])
    return body.startswith(".") or "/" in body or "\\" in body or ARCHIVE.search(bare) is not None


def _egg(fragment: str) -> Requirement | None:
    """What a URL's fragment says the thing is called; ValueError where that is no requirement."""
    for part in fragment.split("&"):
        key, _, value = part.partition("=")
        if key == "egg" and value:
            return pep508(value)
    return None


def _wheel_name(path: str) -> str:
    file = re.split(r"[/\\]", path.partition("?")[0])[-1]
    return file.split("-")[0] if file.lower().endswith(".whl") else ""


def _reference(address: str) -> str:
    rest = address.partition("://")
    path = rest[2].partition("/")[2] if rest[1] else address.rpartition(":")[2]
    return path.rpartition("@")[2] if "@" in path else ""


def _marker(text: str) -> str:
    from packaging.markers import Marker  # noqa: PLC0415

    return str(Marker(text)) if text.strip() else ""
