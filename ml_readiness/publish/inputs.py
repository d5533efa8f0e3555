"""What the user of the Action asked for; everything that makes no sense is said at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from ml_readiness import regex as re
from ml_readiness.errors import SettingsError, suggestion
from ml_readiness.report import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "ML_READINESS_"
"""What stands before an input's name in the environment: `fail-under` is `ML_READINESS_FAIL_UNDER`."""

_ID = re.compile(r"[A-Za-z0-9._/-]{1,64}")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})

E = TypeVar("E", bound=StrEnum)


class Mode(StrEnum):
    """What to do."""

    AUTO = "auto"
    """Post a saved report where another workflow has completed, else audit."""
    AUDIT = "audit"
    COMMENT = "comment"


class When(StrEnum):
    """When to comment on a pull request that has no comment yet; one that is there is always kept current."""

    ALWAYS = "always"
    CHANGES = "changes"
    FAILURES = "failures"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of the Action, checked."""

    path: str = "."
    config: str | None = None
    mode: Mode = Mode.AUTO
    report: str | None = None
    fail_under: int | None = None
    fail_on: str | None = None
    """A severity or `none`; None leaves it to the settings."""
    fail_on_regression: bool | None = None
    comment: When = When.ALWAYS
    comment_id: str = "default"
    base: str = "auto"
    annotations: bool = True
    summary: bool = True
    sarif_file: str | None = None
    json_file: str | None = None
    badge_file: tuple[str, ...] = ()
    token: str = field(default="", repr=False)
    has_own_token: bool = True
    """Whether the token may be another one than the run was given."""
    api: str = "https://api.github.com"

    @classmethod
    def given(cls, environment: Mapping[str, str]) -> Inputs:
        """The inputs in an environment; SettingsError lists everything that makes no sense."""
        ask = _Questions(environment)
        inputs = cls(
            path=ask.text("path") or ".",
            config=ask.text("config"),
            mode=ask.one_of("mode", Mode) or Mode.AUTO,
            report=ask.text("report"),
            fail_under=ask.score("fail-under"),
            fail_on=ask.word("fail-on", (*Severity, "none")),
            fail_on_regression=ask.truth("fail-on-regression"),
            comment=ask.one_of("comment", When) or When.ALWAYS,
            comment_id=ask.id("comment-id") or "default",
            base=ask.revision("base") or "auto",
            annotations=ask.truth("annotations") is not False,
            summary=ask.truth("summary") is not False,
            sarif_file=ask.text("sarif-file"),
            json_file=ask.text("json-file"),
            badge_file=tuple((ask.text("badge-file") or "").split()),
            token=ask.text("github-token") or environment.get("GITHUB_TOKEN", ""),
            has_own_token=ask.truth("own-token") is not False,
            api=(ask.text("api-url") or environment.get("GITHUB_API_URL") or "https://api.github.com").rstrip("/"),
        )
        ask.complain()
        return inputs


class _Questions:
    """Reads inputs and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._problems: list[str] = []

    def text(self, name: str) -> str | None:
        return self._environment.get(PREFIX + name.replace("-", "_").upper(), "").strip() or None

    def word(self, name: str, known: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is not None and value not in known:
            self._say(name, f"one of {', '.join(known)}", value, suggestion(value, known))
        return value

    def one_of(self, name: str, kind: type[E]) -> E | None:
        value = self.word(name, tuple(kind))
        return kind(value) if value in tuple(kind) else None

    def truth(self, name: str) -> bool | None:
        value = (self.text(name) or "").lower()
        if value and value not in _TRUE | _FALSE:
            self._say(name, "true or false", value)
        return value in _TRUE if value else None

    def score(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit() and int(value[:9]) <= 100):
            self._say(name, "a whole number from 0 to 100", value)
            return None
        return int(value)

    def id(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not _ID.fullmatch(value):
            self._say(name, "at most 64 letters, digits and any of . _ / -", value)
        return value

    def revision(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and (value.startswith("-") or not value.isprintable()):
            self._say(name, "a commit, a branch, a tag, auto or off", value)
        return value

    def complain(self) -> None:
        """SettingsError where anything was wrong."""
        if len(self._problems) == 1:
            raise SettingsError(self._problems[0])
        if self._problems:
            problems = "\n".join(f"  - {problem}" for problem in self._problems)
            raise SettingsError(f"{len(self._problems)} inputs make no sense\n{problems}")

    def _say(self, name: str, expected: str, found: str, more: str = "") -> None:
        self._problems.append(f"input {name}: expected {expected}, found {found[:80]!r}{more}")
