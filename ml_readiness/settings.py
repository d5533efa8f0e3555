"""What a repository may say about its own audit: data only, in `.ml-readiness.toml` or `[tool.ml-readiness]`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, TypeVar, cast

from msgspec import Meta, Struct, structs

from ml_readiness.errors import SettingsError, suggestion
from ml_readiness.ml_test_score import TOPICS
from ml_readiness.parsers import toml
from ml_readiness.report import ProjectKind, Severity
from ml_readiness.snapshot import Absent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from ml_readiness.snapshot import Snapshot

FILES = (".ml-readiness.toml", "pyproject.toml")
"""Where settings are looked for; the first that has any decides."""

MAX_BYTES = 256 * 1024
LONGEST_ATTESTATION = timedelta(days=180)
ELSEWHERE = ("serving", "monitoring", "training", "tests")

Sentence = Annotated[str, Meta(min_length=3, max_length=500)]


class Named(Protocol):
    """A check, as far as settings name it."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def category(self) -> str:
        """Where it belongs."""
        ...


N = TypeVar("N", bound=Named)


class Waiver(Struct, frozen=True, kw_only=True, rename="kebab"):
    """A failing check that is accepted for now: it leaves the score and stays in the report."""

    check: str
    reason: Sentence
    expires: date
    """The last day it holds."""


class Attestation(Struct, frozen=True, kw_only=True, rename="kebab"):
    """A person's word for what the files cannot show; worth half, and only where something is asked for."""

    check: str
    """A check, or a topic of the ML Test Score that only people can vouch for."""
    statement: Sentence
    evidence: Sentence
    """A path in the repository, or a URL."""
    by: Sentence
    on: date
    expires: date
    """At most 180 days after `on`."""

    def __post_init__(self) -> None:
        """Whether it holds for no longer than it may."""
        if not timedelta(0) <= self.expires - self.on <= LONGEST_ATTESTATION:
            raise ValueError(f"expires must be within {LONGEST_ATTESTATION.days} days after on")


class Elsewhere(Struct, frozen=True, kw_only=True, rename="kebab"):
    """Where a part of the system lives that is not in this repository."""

    part: Literal["serving", "monitoring", "training", "tests"]
    where: Sentence
    """The repository or system."""
    owner: Sentence


class Settings(Struct, frozen=True, kw_only=True, rename="kebab"):
    """How this repository wants to be audited."""

    kind: ProjectKind | None = None
    """What the repository is for, where the detection is wrong; printed in the report."""
    select: tuple[str, ...] = ()
    """Only these checks or categories; all if empty."""
    ignore: tuple[str, ...] = ()
    """Not these checks or categories."""
    fail_under: Annotated[int, Meta(ge=0, le=100)] | None = None
    """The gate: a lower score exits with 1."""
    fail_on: Severity | None = None
    """The gate: a check of this severity, or a worse one, that surely fails exits with 1."""
    fail_on_regression: bool = False
    """The gate: whatever holds less than at the base exits with 1."""
    waive: tuple[Waiver, ...] = ()
    attest: tuple[Attestation, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()

    def __post_init__(self) -> None:
        """Whether all names are some."""
        if any(not name.strip() for name in (*self.select, *self.ignore)):
            raise ValueError("names must not be empty")

    def chosen(self, checks: Iterable[N]) -> tuple[N, ...]:
        """The checks that `select` and `ignore` leave."""
        select, ignore = frozenset(self.select), frozenset(self.ignore)
        return tuple(
            check
            for check in checks
            if (not select or {check.id, check.category} & select) and not {check.id, check.category} & ignore
        )

    def described(self) -> dict[str, str]:
        """What is not the default, as text for the report."""
        shown = {
            "kind": self.kind.value if self.kind else "",
            "select": ", ".join(self.select),
            "ignore": ", ".join(self.ignore),
            "fail-under": "" if self.fail_under is None else str(self.fail_under),
            "fail-on": self.fail_on.value if self.fail_on else "",
            "fail-on-regression": "true" if self.fail_on_regression else "",
            "waive": ", ".join(waiver.check for waiver in self.waive),
            "attest": ", ".join(attestation.check for attestation in self.attest),
            "elsewhere": ", ".join(f"{e.part}: {e.where} ({e.owner})" for e in self.elsewhere),
        }
        return {key: value for key, value in shown.items() if value}


def read(snapshot: Snapshot, checks: Iterable[Named], file: str | None = None) -> Settings:
    """The settings a snapshot carries, in a certain file or a usual one, or the defaults.

    SettingsError lists everything that is wrong.
    """
    if file is not None and file not in snapshot.entries:
        raise SettingsError(f"{file}: expected settings, found no such file")
    for path in FILES if file is None else (file,):
        if path in snapshot.entries:
            table = _table(path, _content(snapshot, path))
            if table is not None:
                return parse(table, path, checks)
    return Settings()


def agreed(
    before: Snapshot, after: Snapshot, checks: Sequence[Named], file: str | None = None
) -> tuple[Settings, tuple[str, ...]]:
    """The settings to compare two snapshots under, which are the base's, and what has to be said about that."""
    try:
        settings = read(before, checks, file)
    except SettingsError as error:
        return read(after, checks, file), (
            f"the settings of the base cannot be used, so those of the change are: {error}",
        )
    try:
        changed = read(after, checks, file) != settings
    except SettingsError as error:
        return settings, (f"the settings of the change cannot be used, so merging them breaks the audit: {error}",)
    if changed:
        return settings, ("the change alters the settings; both sides were audited under those of the base",)
    return settings, ()


def parse(table: Mapping[str, object], source: str, checks: Iterable[Named]) -> Settings:
    """Settings from a TOML table; SettingsError lists everything that is wrong, with suggestions."""
    from pydantic import ValidationError  # noqa: PLC0415

    from ml_readiness import border  # noqa: PLC0415

    problems: list[str] = []
    try:
        settings = border.understood(Settings, table)
    except ValidationError as error:
        problems = [_sentence(details) for details in error.errors(include_url=False)]
        raise SettingsError(_listed(source, [*problems, *_unknown_names(table, checks)])) from None
    problems = _unknown_names(table, checks)
    if problems:
        raise SettingsError(_listed(source, problems))
    return settings


def _content(snapshot: Snapshot, path: str) -> bytes:
    try:
        data = snapshot.read(path)
    except Absent as absent:
        if _is_own(path):
            raise SettingsError(f"{path}: cannot be read: {absent}") from absent
        return b""
    return data


def _table(path: str, data: bytes) -> Mapping[str, object] | None:
    own = _is_own(path)
    try:
        content = _toml(data)
    except (ValueError, RecursionError) as error:
        if own or b"tool.ml-readiness" in data:
            raise SettingsError(f"{path}: not valid TOML: {str(error)[:200]}") from error
        return None
    if own:
        return content
    table = _dict(content.get("tool")).get("ml-readiness")
    if table is not None and not isinstance(table, dict):
        raise SettingsError(f"{path}: tool.ml-readiness should be a table")
    return cast("Mapping[str, object] | None", table)


def _is_own(path: str) -> bool:
    """Whether the whole file is settings."""
    return path.rpartition("/")[2] != FILES[1]


def _toml(data: bytes) -> Mapping[str, object]:
    if len(data) > MAX_BYTES:
        raise ValueError(f"{len(data):,} bytes, over the limit of {MAX_BYTES:,}")
    return toml.load(data)


def _unknown_names(table: Mapping[str, object], checks: Iterable[Named]) -> list[str]:
    ids = {check.id for check in checks}
    categories = {check.category for check in checks}
    problems: list[str] = []
    for key, known in (("select", ids | categories), ("ignore", ids | categories)):
        problems += _unknown(key, _list(table.get(key)), known, "check or category")
    for key, known, what in (("waive", ids, "check"), ("attest", ids | TOPICS, "check or topic")):
        names = [_dict(entry).get("check") for entry in _list(table.get(key))]
        problems += _unknown(key, names, known, what)
    return problems


def _dict(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[object]:
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()


def _unknown(key: str, names: Iterable[object], known: set[str], what: str) -> list[str]:
    return [
        f"{key}: there is no {what} called {name}{suggestion(name, known)}"
        for name in names
        if isinstance(name, str) and name not in known
    ]


def _sentence(details: ErrorDetails) -> str:
    parts = (_kebab(part) if isinstance(part, str) else str(part + 1) for part in details["loc"])
    where = ".".join(parts) or "settings"
    if details["type"] == "extra_forbidden":
        known = _known_keys(details["loc"])
        return f"{where}: unknown key{suggestion(_kebab(str(details['loc'][-1])), known)}"
    message = details["msg"].removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}"


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    tables: dict[str, type[Struct]] = {"waive": Waiver, "attest": Attestation, "elsewhere": Elsewhere}
    table = tables.get(str(loc[0]), Settings) if len(loc) > 1 else Settings
    return [each.encode_name for each in structs.fields(table)]


def _kebab(name: str) -> str:
    return name.replace("_", "-")


def _listed(source: str, problems: list[str]) -> str:
    if len(problems) == 1:
        return f"{source}: {problems[0]}"
    return f"{source}: {len(problems)} problems\n" + "\n".join(f"  - {problem}" for problem in problems)
