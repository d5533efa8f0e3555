"""What outlives an audit: one SQLite file in the user's cache folder, shared by all repositories and processes."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

FOLDER = "ML_READINESS_CACHE"
"""The environment variable that names the folder; empty for none."""
SCHEMA = 2
LIMIT = 500_000_000
"""Bytes of the file from which on what was not used for longest is dropped."""
AT_ONCE = 500
"""Rows in one statement or transaction, so that no process keeps the others waiting."""
WAIT = 5.0
DAY = 86_400
STALE = 7
"""Days after which a use is noted again."""

_WRITE = (
    "INSERT INTO kept VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
    " SET used = excluded.used, data = excluded.data WHERE data IS NOT excluded.data"
)


def folder() -> Path | None:
    """Where the file is; None if the environment says nowhere."""
    named = os.environ.get(FOLDER)
    if named is not None:
        return Path(named) if named else None
    from platformdirs import user_cache_path  # noqa: PLC0415

    return user_cache_path("ml-readiness", appauthor=False)


class Kept:
    """Bytes by kind and key, safe for several processes at once and after a kill at any moment.

    An unusable file is as good as none: a full disk, a read-only home, a lock that is held too long or a broken file
    cost later audits time and never disturb this one.
    """

    def __init__(self, where: Path) -> None:
        self.path = where / "kept.sqlite"
        self.statements = 0
        """How many statements were sent so far."""
        self._open: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    @classmethod
    def usual(cls) -> Self | None:
        """The one in the user's cache folder, unless the environment says otherwise."""
        where = folder()
        return cls(where) if where is not None else None

    def read(self, kind: str, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        """What is kept under these keys, in any order."""
        found: list[tuple[bytes, bytes]] = []
        stale: list[tuple[str, bytes]] = []
        if not self.path.is_file():
            return found
        with self._forgiving():
            connection = self._connection()
            for start in range(0, len(keys), AT_ONCE):
                some = keys[start : start + AT_ONCE]
                query = f"SELECT key, used, data FROM kept WHERE kind = ? AND key IN ({','.join('?' * len(some))})"  # noqa: S608
                self.statements += 1
                for key, used, data in connection.execute(query, (kind, *some)):
                    with suppress(zlib.error):
                        found.append((key, zlib.decompress(data)))
                    if used < today() - STALE:
                        stale.append((kind, key))
            if stale:
                with connection:
                    connection.executemany(f"UPDATE kept SET used = {today()} WHERE kind = ? AND key = ?", stale)  # noqa: S608
        return found

    def write(self, rows: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Keeps bytes by kind and key, and drops the oldest if the file has grown too large."""
        packed = [(kind, key, today(), zlib.compress(data, 1)) for kind, key, data in rows]
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._forgiving():
            connection = self._connection()
            for start in range(0, len(packed), AT_ONCE):
                self.statements += 1
                with connection:
                    connection.executemany(_WRITE, packed[start : start + AT_ONCE])
            if self.path.stat().st_size > LIMIT:
                _prune(connection, LIMIT // 2)

    def info(self) -> tuple[int, int]:
        """How many things are kept, and the size of the file in bytes."""
        count, size = 0, 0
        if self.path.is_file():
            with self._forgiving():
                count = int(self._connection().execute("SELECT count(*) FROM kept").fetchone()[0])
            with suppress(OSError):
                size = self.path.stat().st_size
        return count, size

    def prune(self, limit: int) -> None:
        """Drops what was not used for longest until the rest is below a number of bytes."""
        if self.path.is_file():
            with self._forgiving():
                _prune(self._connection(), limit)

    def forget(self, kind: str) -> None:
        """Drops everything of a kind."""
        if self.path.is_file():
            with self._forgiving(), (connection := self._connection()):
                connection.execute("DELETE FROM kept WHERE kind = ?", (kind,))

    def clear(self) -> None:
        """Removes everything."""
        self.close()
        for path in (self.path, self.path.with_name(self.path.name + "-journal")):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Lets go of the file until it is asked for again."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            self._open = _connect(self.path)
        return self._open

    @contextmanager
    def _forgiving(self) -> Generator[None]:
        """Whatever goes wrong with the file ends the block in silence."""
        with self._lock:
            try:
                yield
            except sqlite3.OperationalError:
                self.close()
            except sqlite3.DatabaseError:
                with suppress(OSError):
                    self.clear()
            except OSError:
                self.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT, check_same_thread=False)
    try:
        _prepare(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
                connection.execute("DROP TABLE IF EXISTS kept")
                connection.execute(
                    "CREATE TABLE kept"
                    " (kind TEXT, key BLOB, used INTEGER, data BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID"
                )
                connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _prune(connection: sqlite3.Connection, limit: int) -> None:
    size = 0
    surplus: list[tuple[str, bytes]] = []
    for kind, key, more in connection.execute("SELECT kind, key, length(data) FROM kept ORDER BY used DESC"):
        size += more
        if size > limit:
            surplus.append((kind, key))
    with connection:
        connection.executemany("DELETE FROM kept WHERE kind = ? AND key = ?", surplus)
    connection.execute("VACUUM")


def today() -> int:
    """Days since the epoch."""
    return int(time.time() // DAY)
