"""Where the files come from: a folder, a git directory at a revision, or a URL that is cloned for the audit."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ml_readiness import regex as re
from ml_readiness.errors import RepositoryError
from ml_readiness.sources.gitdir import GitDir
from ml_readiness.sources.log import Log
from ml_readiness.sources.revision import Revision
from ml_readiness.sources.worktree import WorkTree

if TYPE_CHECKING:
    from collections.abc import Generator

    from ml_readiness.snapshot import Snapshot
    from ml_readiness.store import Store

CLONING = {
    "GIT_ALLOW_PROTOCOL": "https:ssh",
    "GIT_TEMPLATE_DIR": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
    "GIT_HTTP_LOW_SPEED_TIME": "60",
}
_URL = re.compile(r"[a-z][a-z0-9+.-]*://|[a-z0-9+]+::", re.IGNORECASE)
_SSH = re.compile(r"[\w.-]+@[\w.-]+:(?!/?/)\S+")
_BRANCH = re.compile(r"^(?P<repository>https://[^/]+/.+?)/(?:-/)?tree/(?P<branch>.+?)/?$")


@contextmanager
def open_snapshot(source: str | Path, rev: str | None = None, *, store: Store | None = None) -> Generator[Snapshot]:
    """The files to audit; temporary clones and processes are gone afterwards."""
    with open_pair(source, rev, store=store) as (snapshot, _):
        yield snapshot


@contextmanager
def open_pair(
    source: str | Path, rev: str | None = None, base: str | None = None, *, store: Store | None = None
) -> Generator[tuple[Snapshot, Snapshot | None]]:
    """The files to audit, and those of the revision to compare with, from one clone.

    A store remembers from one audit to the next what the files of a folder hold.
    """
    with _on_disk(source, rev, is_shallow=base is None) as (path, wanted, name):
        before = Revision(path, base, name=name) if base is not None else None
        try:
            if wanted is None and not _is_bare(path):
                tree = WorkTree(path, store=store)
                yield tree, before
                tree.keep()
            else:
                with Revision(path, wanted or "HEAD", name=name) as after:
                    yield after, before
        finally:
            if before is not None:
                before.close()


@contextmanager
def open_log(source: str | Path, rev: str | None = None) -> Generator[tuple[Log, str]]:
    """The history of a repository, and the commit whose history it is; a clone is whole, and removed afterwards."""
    with _on_disk(source, rev, is_shallow=False) as (path, wanted, name), Log(path, name) as log:
        yield log, log.resolve(wanted or "HEAD")


def is_url(source: str) -> bool:
    """Whether a source is to be cloned instead of opened."""
    return bool(_URL.match(source) or _SSH.fullmatch(source))


@contextmanager
def _on_disk(source: str | Path, rev: str | None, *, is_shallow: bool) -> Generator[tuple[Path, str | None, str]]:
    text = str(source)
    if isinstance(source, str) and text.lower().startswith("file://"):
        source = text = unquote(urlsplit(text).path)
    if isinstance(source, Path) or not is_url(text) or Path(text).exists():
        path = Path(source)
        if not path.exists():
            raise RepositoryError(f"{text}: expected a folder, a git directory or a URL, found nothing")
        yield path, rev, ""
        return
    if (web := _BRANCH.match(text)) is not None:
        text, rev = web["repository"], rev or web["branch"]
    name = re.split(r"[/:]", text.rstrip("/").removesuffix(".git"))[-1]
    if not text.lower().startswith(("https://", "ssh://")) and not _SSH.fullmatch(text):
        raise RepositoryError(f"{_shown(text)}: expected an https, ssh or file URL, found another way of transport")
    with tempfile.TemporaryDirectory(prefix="ml-readiness-", ignore_cleanup_errors=True) as folder:
        clone = Path(folder) / "clone.git"
        _clone(text, clone, is_shallow=is_shallow and rev is None)
        yield clone, rev or "HEAD", name


def _clone(url: str, target: Path, *, is_shallow: bool) -> None:
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    from git import Repo  # noqa: PLC0415
    from git.exc import CommandError, GitError  # noqa: PLC0415

    options = ["--bare", *(["--depth=1"] if is_shallow else [])]
    try:
        Repo.clone_from(url, target, env=CLONING, multi_options=options).close()
    except CommandError as error:
        raise RepositoryError(f"{_shown(url)}: cannot be cloned: {_shown(_said(error.stderr))}") from error
    except GitError as error:
        raise RepositoryError(f"{_shown(url)}: cannot be cloned: {_shown(str(error))}") from error


def _said(stderr: str) -> str:
    """The lines in which git says what went wrong."""
    lines = [line.strip(" '") for line in stderr.splitlines()]
    return "; ".join(line for line in lines if line.startswith(("fatal:", "remote:", "error:"))) or " ".join(lines)


def _shown(text: str) -> str:
    """The text without the passwords and tokens of URLs."""
    return re.sub(r"(://)[^/@\s]+@", r"\1", text)


def _is_bare(path: Path) -> bool:
    where = GitDir.find(path)
    return where is not None and where.path == path
