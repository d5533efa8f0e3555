"""What is audited and what it is compared with: the commit that is checked out, and the one the change is based on."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml_readiness.errors import RepositoryError, SettingsError
from ml_readiness.snapshot import Member
from ml_readiness.sources.fetching import fetched, named
from ml_readiness.sources.gitdir import GitDir
from ml_readiness.sources.repository import Repository
from ml_readiness.sources.revision import Revision
from ml_readiness.sources.worktree import WorkTree

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from ml_readiness.publish.context import Context
    from ml_readiness.publish.inputs import Inputs
    from ml_readiness.snapshot import Snapshot

_FULL = 40
"""Letters of a commit's whole name; only by that can a commit be fetched."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The two snapshots, and where the audited project is in them."""

    after: Snapshot
    before: Snapshot | None
    prefix: str
    """The project's folder, with a slash at its end, or nothing."""
    remark: str = ""
    """Why there is nothing to compare with."""
    commit: str | None = None
    """The commit that has the lines that are told: the proposed one, where it or its merge is checked out."""
    is_base_lost: bool = False
    """Whether there should be something to compare with."""

    @property
    def project(self) -> Snapshot:
        """The project as it is now."""
        return Member(self.after, self.prefix) if self.prefix else self.after

    @property
    def earlier(self) -> Snapshot | None:
        """The project as it was; None where it was not."""
        if self.before is None or not self.prefix:
            return self.before
        member = Member(self.before, self.prefix)
        return member if member.entries else None


@contextmanager
def opened(context: Context, inputs: Inputs) -> Generator[Sides]:
    """Both sides, from git's objects wherever possible; without a base, the remark says why."""
    root, prefix = _root(context, inputs)
    name = context.repository.rpartition("/")[2]
    with ExitStack() as stack:
        where = GitDir.find(root)
        head = _head(where) if where is not None else None
        if where is None or head is None:
            remark = "there are no git objects to compare with"
            yield _checked(Sides(WorkTree(root), None, prefix, remark, is_base_lost=inputs.base != "off"))
            return
        after = stack.enter_context(Revision(root, head, name=name))
        shown = _proposed(where, context, head) or head
        try:
            commit = _base(where, context, inputs, head)
            before = stack.enter_context(_revision(stack, where, commit, context, inputs, name))
        except RepositoryError as error:
            yield _checked(Sides(after, None, prefix, str(error), shown, is_base_lost=inputs.base != "off"))
            return
        sides = Sides(after, before, prefix, commit=shown)
        yield _checked(sides if sides.earlier else Sides(after, None, prefix, "the project is new", shown))


def _root(context: Context, inputs: Inputs) -> tuple[Path, str]:
    """The folder of the repository, and the project's folder in it."""
    workspace = context.workspace.resolve()
    target = (workspace / inputs.path).resolve()
    if not target.is_relative_to(workspace):
        raise SettingsError(f"input path: expected a folder in the workspace, found {inputs.path!r}")
    if not target.is_dir():
        raise SettingsError(f"input path: expected a folder, found {'a file' if target.exists() else 'nothing'}")
    for folder in (target, *target.parents):
        where = GitDir.find(folder)
        if where is not None and where.path != folder:
            prefix = target.relative_to(folder).as_posix()
            return folder, "" if prefix == "." else f"{prefix}/"
        if folder == workspace:
            break
    return target, ""


def _checked(sides: Sides) -> Sides:
    if not sides.project.entries:
        where = f"{sides.prefix!r} of the repository" if sides.prefix else "the workspace"
        raise SettingsError(f"nothing to audit in {where}: is there a checkout step before this one?")
    return sides


def _head(where: GitDir) -> str | None:
    repository = Repository(where)
    try:
        return repository.resolve("HEAD")
    except RepositoryError:
        return None
    finally:
        repository.close()


def _base(where: GitDir, context: Context, inputs: Inputs, head: str) -> str:
    """The commit to compare with; RepositoryError says why there is none."""
    wanted = inputs.base
    if wanted == "off":
        raise RepositoryError("comparing is turned off")
    if wanted != "auto" and len(wanted) >= _FULL:
        return wanted
    repository = Repository(where)
    try:
        return _by_event(repository, context, head) if wanted == "auto" else repository.resolve(wanted)
    except RepositoryError:
        if wanted == "auto" or not context.repository:
            raise
        return named(f"{context.server}/{context.repository}", wanted, inputs.token)
    finally:
        repository.close()


def _by_event(repository: Repository, context: Context, head: str) -> str:
    pull = context.event.pull
    if pull is None:
        if context.event.before is None:
            raise RepositoryError("the event names no commit to compare with")
        return context.event.before
    parents = _parents(repository, head)
    if len(parents) == 2 and parents[1] == pull.head:
        return parents[0]
    if not _is_proposed(repository, pull.head, head):
        raise RepositoryError(f"what is checked out, {head[:12]}, is not what the pull request proposes")
    if pull.base is None:
        raise RepositoryError("the event names no commit to compare with")
    return _common(repository, pull.base, head) or pull.base


def _proposed(where: GitDir, context: Context, head: str) -> str | None:
    """The commit that the pull request proposes, where what is checked out has it."""
    repository, pull = Repository(where), context.event.pull
    try:
        return pull.head if pull is not None and _is_proposed(repository, pull.head, head) else None
    finally:
        repository.close()


def _is_proposed(repository: Repository, proposed: str, head: str) -> bool:
    """Whether a commit is the proposed one, or built on it."""
    if proposed in {head, *_parents(repository, head)}:
        return True
    return _common(repository, proposed, head) == proposed


def _common(repository: Repository, one: str, other: str) -> str:
    """Where two commits parted; empty where a shallow clone does not know."""
    return repository.ask("merge-base", one, other).output.decode("ascii", "replace").strip()


def _parents(repository: Repository, commit: str) -> list[str]:
    """The parents as the commit itself names them, also where a shallow clone hides them."""
    header = repository.ask("cat-file", "commit", commit).output.partition(b"\n\n")[0]
    lines = header.decode("ascii", "replace").splitlines()
    return [line.removeprefix("parent ") for line in lines if line.startswith("parent ")]


def _revision(stack: ExitStack, where: GitDir, commit: str, context: Context, inputs: Inputs, name: str) -> Revision:
    try:
        return Revision(where.path, commit, name=name)
    except RepositoryError:
        if not context.repository or len(commit) < _FULL:
            raise
    url = f"{context.server}/{context.repository}"
    return Revision(stack.enter_context(fetched(where, url, commit, inputs.token)), commit, name=name)
