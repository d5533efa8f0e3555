"""What happened on GitHub, read from the event file; whatever is missing or odd is simply not there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from ml_readiness import regex as re

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 32_000_000
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REPOSITORY = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+")
_NONE = re.compile(r"0+")

T = TypeVar("T", int, str, bool)


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request, as the event knew it."""

    number: int
    head: str
    """The commit that is proposed."""
    base: str | None
    """The commit of the target branch when the pull request was last changed; often old."""
    source: str | None
    """The repository it comes from; None where it was deleted."""
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """Another workflow run that has completed."""

    id: int
    attempt: int
    event: str
    head: str
    owner: str | None
    """Whose repository the commit is in."""
    branch: str | None
    pulls: tuple[Pull, ...] = ()
    """Empty for forks."""


@dataclass(frozen=True, slots=True)
class Event:
    """Why this workflow runs."""

    name: str = ""
    pull: Pull | None = None
    run: Run | None = None
    before: str | None = None
    """The commit to compare with, where the event names one and it is not a pull request."""

    def is_foreign(self, repository: str) -> bool:
        """Whether the pull request comes from another repository, so that the token cannot write."""
        return self.pull is not None and (self.pull.source or "").lower() != repository.lower()


def read(name: str, path: Path | None) -> Event:
    """The event of this name with the payload in a file."""
    payload = _payload(path)
    if name == "merge_group":
        return Event(name, before=_commit(payload, "merge_group", "base_sha"))
    if name == "push":
        return Event(name, before=_commit(payload, "before"))
    if name == "workflow_run":
        return Event(name, run=_run(payload))
    return Event(name, pull=_pull(_at(payload, "pull_request"), _text(payload, "repository", "full_name")))


def _payload(path: Path | None) -> object:
    try:
        if path is None or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        return cast("object", json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return None


def _pull(pull: object, repository: str | None) -> Pull | None:
    number, head = _value(pull, int, "number"), _commit(pull, "head", "sha")
    target = _text(pull, "base", "repo", "full_name")
    if number is None or number < 1 or head is None or (target is not None and target != repository):
        return None
    return Pull(
        number=number,
        head=head,
        base=_commit(pull, "base", "sha"),
        source=_repository(pull, "head", "repo", "full_name"),
        is_open=_text(pull, "state") in {None, "open"},
    )


def _run(payload: object) -> Run | None:
    run = _at(payload, "workflow_run")
    number, head = _value(run, int, "id"), _commit(run, "head_sha")
    if number is None or head is None:
        return None
    ours = _value(payload, int, "repository", "id")
    source = _repository(run, "head_repository", "full_name")
    return Run(
        id=number,
        attempt=_value(run, int, "run_attempt") or 1,
        event=_text(run, "event") or "",
        head=head,
        owner=source.partition("/")[0] if source else None,
        branch=_text(run, "head_branch"),
        pulls=tuple(
            Pull(found, commit, _commit(entry, "base", "sha"), source)
            for entry in _list(run, "pull_requests")
            if (found := _value(entry, int, "number")) is not None
            and (commit := _commit(entry, "head", "sha")) is not None
            and _value(entry, int, "base", "repo", "id") == ours
        ),
    )


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None
    return value


def _value(value: object, kind: type[T], *keys: str) -> T | None:
    found = _at(value, *keys)
    return found if isinstance(found, kind) and type(found) is kind else None


def _text(value: object, *keys: str) -> str | None:
    return _value(value, str, *keys)


def _list(value: object, *keys: str) -> list[object]:
    found = _at(value, *keys)
    return cast("list[object]", found) if isinstance(found, list) else []


def _commit(value: object, *keys: str) -> str | None:
    found = _text(value, *keys)
    return found if found is not None and _ID.fullmatch(found) and not _NONE.fullmatch(found) else None


def _repository(value: object, *keys: str) -> str | None:
    found = _text(value, *keys)
    return found if found is not None and _REPOSITORY.fullmatch(found) else None
