"""The comment on a pull request: found again by its marker, kept current, one and the same for the whole time."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from ml_readiness import regex as re
from ml_readiness.publish.github import PAUSE, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from ml_readiness.publish.github import Comment, GitHub

ACTIONS = "github-actions[bot]"
"""Who writes with the token of a workflow run."""
MOST_STATE = 8192
_STATE = re.compile(r"<!-- ml-readiness:state ([A-Za-z0-9+/=]{1,8192}) -->")
_PAGE = re.compile(r"/actions/runs/\d+")


class Status(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    DEFERRED = "deferred"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the comment, and why."""

    status: Status
    url: str = ""
    why: str = ""


class State(msgspec.Struct, frozen=True, array_like=True):
    """Which run wrote a comment; kept in the comment, where people do not see it."""

    run: int = 0
    attempt: int = 0
    commit: str = ""
    score: int | None = None

    def line(self) -> str:
        """The line of the comment that holds it."""
        packed = base64.b64encode(zlib.compress(msgspec.json.encode(self))).decode()
        return f"<!-- ml-readiness:state {packed} -->"

    @classmethod
    def of(cls, body: str) -> State:
        """The state that a comment holds; one that cannot be read is older than all."""
        found = _STATE.search(body)
        try:
            packed = base64.b64decode(found[1]) if found else b""
            return msgspec.json.decode(zlib.decompressobj().decompress(packed, MOST_STATE), type=cls)
        except (ValueError, zlib.error):
            return cls()

    def is_older_than(self, other: State) -> bool:
        """Whether another run started later."""
        return (self.run, self.attempt) < (other.run, other.attempt)


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment to be."""

    id: str
    """Which of several comments on one pull request it is."""
    text: str
    minimal: str
    """What is said where the text is too long for GitHub."""
    state: State

    @property
    def marker(self) -> str:
        """How the comment begins, and is found again."""
        return f"<!-- ml-readiness:comment id={self.id} v=1 -->"

    def body(self, text: str | None = None) -> str:
        """The whole comment."""
        return f"{self.marker}\n{self.state.line()}\n{self.text if text is None else text}"

    def says_the_same(self, body: str) -> bool:
        """Whether a comment tells people nothing else."""
        return _visible(body) == _visible(self.body())


@dataclass(frozen=True, slots=True)
class Thread:
    """The comments of one pull request, and how to write among them."""

    github: GitHub
    repository: str
    number: int
    login: str | None
    """Who we are; None where the token may not ask."""

    def post(self, draft: Draft, *, if_new: Callable[[], str | None] = lambda: None) -> Posted:
        """Makes the pull request show the draft; `if_new` says why a first comment is not wanted."""
        mine = self._mine(draft)
        if not mine:
            unwanted = if_new()
            return Posted(Status.SKIPPED, why=unwanted) if unwanted else self._create(draft)
        posted = self._update(mine[0], draft)
        self._delete(mine[1:])
        return posted if posted is not None else self._create(draft, instead_of=mine[0].id)

    def _mine(self, draft: Draft, instead_of: int | None = None) -> list[Comment]:
        """Our comments with the draft's marker, oldest first; a marker in somebody else's comment means nothing."""
        comments = [c for c in self.github.comments(self.repository, self.number) if c.id != instead_of]
        marked = [comment for comment in comments if (comment.body or "").startswith(draft.marker)]
        return sorted((comment for comment in marked if _is_by(comment, self.login)), key=lambda comment: comment.id)

    def _create(self, draft: Draft, instead_of: int | None = None) -> Posted:
        try:
            created = self._write(draft, lambda body: self.github.create_comment(self.repository, self.number, body))
        except Refused as refusal:
            if not refusal.is_unsure:
                raise
            self.github.pause(PAUSE)
            if not self._mine(draft, instead_of):
                self._write(draft, lambda body: self.github.create_comment(self.repository, self.number, body))
            created = None
        return self._alone(draft, self._mine(draft, instead_of), created)

    def _alone(self, draft: Draft, mine: list[Comment], created: Comment | None) -> Posted:
        """The oldest of our comments stays, with the newest text; two runs may have created one each."""
        if not mine:
            return Posted(Status.CREATED, created.html_url if created else "")
        first = mine[0]
        if created is None or first.id == created.id:
            self._delete(mine[1:] if created is None else ())
            return Posted(Status.CREATED, first.html_url)
        self._delete([comment for comment in mine if comment.id == created.id])
        return self._update(first, draft) or Posted(Status.FAILED, why="the comment was deleted twice")

    def _update(self, comment: Comment, draft: Draft) -> Posted | None:
        """None where the comment is gone meanwhile."""
        body = comment.body or ""
        if draft.state.is_older_than(State.of(body)):
            return Posted(Status.UNCHANGED, comment.html_url, "a newer run has reported already")
        if draft.says_the_same(body):
            return Posted(Status.UNCHANGED, comment.html_url)
        try:
            updated = self._write(draft, lambda text: self.github.update_comment(self.repository, comment.id, text))
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise
        return Posted(Status.UPDATED, updated.html_url)

    def _write(self, draft: Draft, write: Callable[[str], Comment]) -> Comment:
        try:
            return write(draft.body())
        except Refused as refusal:
            if refusal.status != 422 or "too long" not in str(refusal).lower():
                raise
            return write(draft.body(draft.minimal))

    def _delete(self, comments: list[Comment] | tuple[Comment, ...]) -> None:
        for comment in comments:
            self.github.delete_comment(self.repository, comment.id)


def _is_by(comment: Comment, login: str | None) -> bool:
    if comment.user is None:
        return False
    if login is not None:
        return comment.user.login == login
    return comment.user.login == ACTIONS or comment.user.type == "Bot"


def _visible(body: str) -> str:
    """What people see of a comment, apart from the number of the run; GitHub may have changed its ends of lines."""
    return _PAGE.sub("", _STATE.sub("", body.replace("\r\n", "\n"))).strip()
