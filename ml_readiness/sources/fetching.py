"""One more commit fetched beside a repository, which itself is neither configured nor written to."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ml_readiness import regex as re
from ml_readiness.errors import RepositoryError
from ml_readiness.sources.repository import ENVIRONMENT, furnish

if TYPE_CHECKING:
    from collections.abc import Generator

    from ml_readiness.sources.gitdir import GitDir

SECONDS = 60
PROTOCOLS = "https:http:file"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+-]{0,200}")


@contextmanager
def fetched(where: GitDir, url: str, commit: str, token: str = "") -> Generator[Path]:
    """A temporary git directory with a commit from a URL, which borrows all other objects; RepositoryError."""
    home = Path(tempfile.mkdtemp(prefix="ml-readiness-"))
    try:
        furnish(home, where)
        borrowed = home / "objects" / "info" / "alternates"
        borrowed.parent.mkdir()
        borrowed.write_bytes(os.fsencode(where.objects.resolve()) + b"\n")
        _fetch(home, url, commit, token)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def named(url: str, name: str, token: str = "") -> str:
    """The commit of a branch or tag of a repository elsewhere; RepositoryError where it has none of that name."""
    if not _NAME.fullmatch(name):
        raise RepositoryError(f"expected a commit, branch or tag, found {name!r}")
    home = Path(tempfile.mkdtemp(prefix="ml-readiness-"))
    try:
        wanted = [f"refs/heads/{name}", f"refs/tags/{name}^{{}}", f"refs/tags/{name}"]
        listed = _told(["git", "ls-remote", "--quiet", "--", url, *wanted], home, url, token, name)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    found = {reference: commit for commit, _, reference in (line.partition("\t") for line in listed.splitlines())}
    commit = next((found[reference] for reference in wanted if reference in found), None)
    if commit is None:
        raise RepositoryError(f"there is no commit, branch or tag {name!r}, neither here nor in the repository")
    return commit


def _fetch(home: Path, url: str, commit: str, token: str) -> None:
    command = ["git", "fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--", url, commit]
    _told(command, home, url, token, commit[:12])


def _told(command: list[str], home: Path, url: str, token: str, what: str) -> str:
    """What git says; RepositoryError where it fails."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    from git.cmd import Git  # noqa: PLC0415
    from git.exc import CommandError  # noqa: PLC0415

    seconds = None if os.name == "nt" else SECONDS
    try:
        return str(Git(home).execute(command, env=_environment(home, url, token), kill_after_timeout=seconds))
    except CommandError as error:
        lines = [line.strip(" '") for line in str(error.stderr).splitlines() if "fatal:" in line or "error:" in line]
        why = (lines or ["git could not fetch it"])[0].removeprefix("fatal: ")
        raise RepositoryError(f"{what} cannot be fetched: {why[:200]}") from error


def _environment(home: Path, url: str, token: str) -> dict[str, str]:
    """Only our own settings, none of the lender's; the token where neither the process list nor a file shows it."""
    settings = {"core.alternateRefsCommand": ":"}
    parts = urlsplit(url)
    if token and parts.scheme in {"https", "http"}:
        packed = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        settings[f"http.{parts.scheme}://{parts.netloc}/.extraheader"] = f"AUTHORIZATION: basic {packed}"
    environment = {
        **ENVIRONMENT,
        "GIT_ALLOW_PROTOCOL": PROTOCOLS,
        "GIT_DIR": str(home),
        "GIT_COMMON_DIR": str(home),
        "GIT_OBJECT_DIRECTORY": str(home / "objects"),
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for number, (key, value) in enumerate(settings.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment
