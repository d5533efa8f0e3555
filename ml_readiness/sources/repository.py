"""Git asked about a repository under a configuration of our own, so that nothing in the repository can run a command.

git gets a temporary directory with our settings and the repository's references, and is pointed at the repository's
objects: its configuration, hooks, filters and promisor remotes are never read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.errors import RepositoryError
from ml_readiness.snapshot import Absent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

    from ml_readiness.sources.gitdir import GitDir

SETTINGS = f"""\
[core]
\tbare = false
\tfsmonitor = false
\tcommitGraph = false
\thooksPath = {os.devnull}
\texcludesFile = {os.devnull}
\tattributesFile = {os.devnull}
\trepositoryFormatVersion = """
SHA256 = "[extensions]\n\tobjectFormat = sha256\n"

ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_COUNT": "0",
    "GIT_CONFIG_PARAMETERS": "",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NAMESPACE": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_TRACE": "0",
}
_HEADS = ("FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD")
_MEMORY = 4_000_000_000
"""Bytes that a git process may ask for: an ignore file can be of any size, and git reads it whole."""


class Answer(Struct, frozen=True):
    """What git said."""

    output: bytes
    error: str
    """Why it stopped early; empty where it came to its end."""
    is_late: bool = False
    """Whether it stopped because the time was over."""


class Repository:
    """A git repository, its objects read by git, its configuration ignored."""

    def __init__(self, where: GitDir, work_tree: Path | None = None) -> None:
        home = Path(tempfile.mkdtemp(prefix="ml-readiness-"))
        self._finalizer = weakref.finalize(self, shutil.rmtree, home, ignore_errors=True)
        self._home = home
        furnish(home, where)
        self._why = "; its references are kept as reftable: name the commit by its id" if where.is_reftable else ""
        self._environment = _environment(home, where.objects, work_tree or home)
        self._reader: _Running | None = None
        self._lock = threading.Lock()

    def resolve(self, revision: str) -> str:
        """The commit that a revision names, as `git rev-parse` understands it; RepositoryError where there is none."""
        for name in (revision, f"origin/{revision}") if revision.isprintable() else ():
            answer = self.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
            if commit := answer.output.decode("ascii", "replace").strip():
                return commit
        raise RepositoryError(
            f"expected a commit, found none that is called {revision!r} in this repository{self._why}"
        )

    def ask(self, *command: str, limit: int = 1_000_000, seconds: float = 60) -> Answer:
        """The output of a git command, cut at a number of bytes and stopped after a number of seconds."""
        running = self._start(*command)
        running.requests.close()
        answers = running.answers
        errors: list[bytes] = []
        drain = threading.Thread(target=_drain, args=(running.complaints, errors), daemon=True)
        clock = threading.Timer(seconds, running.kill)
        drain.start()
        clock.start()
        try:
            output = answers.read(limit + 1)
            if len(output) > limit:
                running.kill()
            drain.join()
            in_time = clock.is_alive()
            problem = _problem(running, errors)
        finally:
            clock.cancel()
            running.kill()
            answers.close()
        if len(output) > limit:
            return Answer(output[:limit], f"more than {limit:,} bytes")
        if not in_time:
            return Answer(output, f"no answer within {seconds:g} seconds", is_late=True)
        return Answer(output, problem)

    def read(self, blob: str) -> bytes:
        """The content of an object; raises `Absent`."""
        with self._lock:
            try:
                return self._next(blob)
            except Absent:
                raise
            except (OSError, ValueError) as error:
                self._stop_reading()
                raise Absent("the content is not in this clone, or damaged") from error

    def forget_index(self) -> None:
        """Goes on as if nothing were tracked."""
        (self._home / "index").unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the process that reads objects, and removes the temporary directory."""
        with self._lock:
            self._stop_reading()
        self._finalizer()

    def _next(self, blob: str) -> bytes:
        reader = self._reader = self._reader or self._start("cat-file", "--batch")
        reader.requests.write(f"{blob}\n".encode("ascii"))
        reader.requests.flush()
        _, _, size = reader.answers.readline().split()
        content = reader.answers.read(int(size))
        if reader.answers.read(1) != b"\n":
            raise OSError("git stopped in the middle")
        if not _is_called(content, blob):
            raise Absent("the content is not what its id says")
        return content

    def _stop_reading(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.kill()
            for stream in (reader.requests, reader.answers, reader.complaints):
                with suppress(OSError):
                    stream.close()

    def _start(self, *command: str) -> _Running:
        try:
            running = _Running(command, self._home, self._environment)
        except OSError as error:
            raise RepositoryError("expected git to be installed, found no such command") from error
        _limit_memory(running.number)
        return running


class _Running:
    """A git process and its three streams."""

    def __init__(self, command: Sequence[str], home: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [_program(), *command],
            cwd=home,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.number = self._process.pid
        self.requests, self.answers, self.complaints = self._streams()

    def _streams(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        if stdin is None or stdout is None or stderr is None:
            raise OSError("a process without streams")
        return stdin, stdout, stderr

    def status(self) -> int:
        """How it ended, once it has."""
        return self._process.wait()

    def kill(self) -> None:
        """Ends it, if it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _program() -> str:
    """What git is called: never what lies in the working folder, into which Windows would look first."""
    if os.name != "nt":
        return "git"
    found = shutil.which("git")
    if found is None or Path(found).resolve().parent == Path.cwd():
        raise FileNotFoundError("git")
    return found


def _is_called(content: bytes, blob: str) -> bool:
    """Whether content has this id: git does not look, and what is understood is kept by id for other repositories."""
    algorithm = "sha1" if len(blob) == 40 else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == blob


def _limit_memory(process: int) -> None:
    with suppress(ImportError, AttributeError, OSError, ValueError):
        import resource  # noqa: PLC0415

        resource.prlimit(process, resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _drain(stream: IO[bytes], parts: list[bytes]) -> None:
    with stream:
        while part := stream.read(4096):
            if len(parts) < 4:
                parts.append(part)


def _problem(running: _Running, errors: list[bytes]) -> str:
    if status := running.status():
        said = b"".join(errors).decode("utf-8", "replace").strip().partition("\n")[0]
        return said or f"status {status}"
    return ""


def furnish(home: Path, where: GitDir) -> None:
    """Makes an empty folder a git directory with our settings and the references of another."""
    for folder in ("objects", "refs", "info"):
        (home / folder).mkdir()
    content = {
        "config": SETTINGS + ("1\n" + SHA256 if where.is_sha256 else "0\n"),
        "HEAD": (where.head() or "ref: refs/heads/none") + "\n",
        "packed-refs": "".join(f"{value} {name}\n" for name, value in sorted(where.references.items())),
        "shallow": where.shallow,
        "info/exclude": where.exclude,
    }
    content.update((name, value + "\n") for name in _HEADS if (value := where.head(name)))
    for name, text in content.items():
        if text:
            (home / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    if where.index is not None:
        shutil.copyfile(where.index, home / "index", follow_symlinks=False)


def _environment(home: Path, objects: Path, work_tree: Path) -> Mapping[str, str]:
    return dict(
        os.environ,
        **ENVIRONMENT,
        LANGUAGE="C",
        LC_ALL="C",
        GIT_DIR=str(home),
        GIT_COMMON_DIR=str(home),
        GIT_WORK_TREE=str(work_tree),
        GIT_INDEX_FILE=str(home / "index"),
        GIT_OBJECT_DIRECTORY=str(objects.resolve()),
    )
