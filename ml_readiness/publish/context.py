"""Where this runs: the repository, the run, the folders and the files that GitHub's runner tells by environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from ml_readiness import regex as re
from ml_readiness.publish import event as events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml_readiness.publish.event import Event
    from ml_readiness.report import Location

LONGEST_URL = 1000
"""Longer ones would fill a comment; browsers take twice as much."""

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Context:
    """The run; without a runner, everything is empty and the workspace is the current folder."""

    event: Event
    repository: str
    """`owner/name`, or empty."""
    workspace: Path
    temporary: Path
    server: str
    """The web address of GitHub, without a slash at its end."""
    run: int
    attempt: int
    commit: str
    output: Path | None
    summary: Path | None
    is_runner: bool
    """Whether workflow commands are understood."""

    @classmethod
    def found(cls, environment: Mapping[str, str], temporary: Path) -> Context:
        """The context that an environment describes."""
        repository = environment.get("GITHUB_REPOSITORY", "")
        return cls(
            event=events.read(environment.get("GITHUB_EVENT_NAME", ""), _path(environment, "GITHUB_EVENT_PATH")),
            repository=repository if _REPOSITORY.fullmatch(repository) else "",
            workspace=_path(environment, "GITHUB_WORKSPACE") or Path(),
            temporary=_path(environment, "RUNNER_TEMP") or temporary,
            server=environment.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
            run=_number(environment.get("GITHUB_RUN_ID")),
            attempt=_number(environment.get("GITHUB_RUN_ATTEMPT")),
            commit=environment.get("GITHUB_SHA", ""),
            output=_path(environment, "GITHUB_OUTPUT"),
            summary=_path(environment, "GITHUB_STEP_SUMMARY"),
            is_runner=environment.get("GITHUB_ACTIONS") == "true",
        )

    @property
    def url(self) -> str | None:
        """The page of this run."""
        return f"{self.server}/{self.repository}/actions/runs/{self.run}" if self.repository and self.run else None

    def permalink(self, location: Location, commit: str) -> str | None:
        """The page that shows a place of the repository at a commit."""
        if not self.repository or not commit:
            return None
        path = _quoted(location.path)
        line = f"#L{location.line}" if location.line is not None and location.cell is None else ""
        url = f"{self.server}/{self.repository}/blob/{commit}/{path}{line}"
        return url if len(url) <= LONGEST_URL else None


def _quoted(path: str) -> str:
    try:
        return quote(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return quote(path.encode("utf-8", "replace"))


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name, "")
    return Path(value) if value else None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
