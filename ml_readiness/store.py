"""Documents by content: whatever is equal is parsed once, in this run and, in a kept store, in later ones."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
import zlib
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import msgspec

from ml_readiness import __version__

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from ml_readiness.documents import Document

D = TypeVar("D", bound="Document")

FOLDER = "ML_READINESS_CACHE"
"""The environment variable that names the folder of the kept store; empty for none."""
SCHEMA = 1
LIMIT = 256_000_000
"""Bytes of the file from which on the documents that were not used for longest are dropped."""
AT_ONCE = 500
WAIT = 5.0
DAY = 86_400
STALE = 7
"""Days after which a use is noted again."""


def folder() -> Path | None:
    """Where documents are kept between runs; None if the environment says nowhere."""
    named = os.environ.get(FOLDER)
    if named is not None:
        return Path(named) if named else None
    from platformdirs import user_cache_path  # noqa: PLC0415

    return user_cache_path("ml-readiness", appauthor=False)


def key(kind: type[Document]) -> str:
    """What a kept document depends on besides its bytes: its type, the product's version and the interpreter's."""
    return f"{kind.__name__} {kind.version} {__version__} {sys.version_info.major}.{sys.version_info.minor}"


class Store:
    """Documents by type and git blob id, in memory; a kept store fills it and takes what is new."""

    def __init__(self, kept: Kept | None = None) -> None:
        self._known: dict[tuple[type[Document], str], Document] = {}
        self._new: list[tuple[type[Document], str]] = []
        self._asked: set[tuple[type[Document], str]] = set()
        self._kept = kept

    def find(self, kind: type[D], blob: str) -> D | None:
        """A document by its content."""
        found = self._known.get((kind, blob))
        if found is None and (kind, blob) not in self._asked:
            self.expect(kind, (blob,))
            found = self._known.get((kind, blob))
        return found if isinstance(found, kind) else None

    def add(self, kind: type[D], blob: str, document: D) -> None:
        """Remembers what was parsed."""
        self._known[kind, blob] = document
        self._new.append((kind, blob))

    def expect(self, kind: type[Document], blobs: Iterable[str]) -> None:
        """Reads what is kept of these, in bulk, since one question for each would be slow."""
        wanted = [blob for blob in blobs if (kind, blob) not in self._known and (kind, blob) not in self._asked]
        self._asked.update((kind, blob) for blob in wanted)
        if self._kept is not None and wanted:
            for blob, document in self._kept.read(kind, wanted):
                self._known[kind, blob] = document

    def keep(self) -> None:
        """Writes what is new to the kept store; whatever goes wrong there costs later runs time, nothing else."""
        if self._kept is not None and self._new:
            self._kept.write((kind, blob, self._known[kind, blob]) for kind, blob in self._new)
        self._new.clear()


class Kept:
    """Documents in one SQLite file for all repositories, safe for several processes at once.

    An unusable file is as good as none: a full disk, a read-only home, a lock that is held too long or a broken file
    never disturb an audit.
    """

    def __init__(self, where: Path) -> None:
        self.path = where / "documents.sqlite"

    @classmethod
    def usual(cls) -> Self | None:
        """The store in the user's cache folder, unless the environment says otherwise."""
        where = folder()
        return cls(where) if where is not None else None

    def read(self, kind: type[D], blobs: list[str]) -> list[tuple[str, D]]:
        """What is kept of these documents."""
        found: list[tuple[str, D]] = []
        if not self.path.is_file():
            return found
        decoder = msgspec.msgpack.Decoder(kind)
        with self._forgiving(), closing(self._connect()) as connection:
            stale: list[tuple[str, bytes]] = []
            for start in range(0, len(blobs), AT_ONCE):
                some = [bytes.fromhex(blob) for blob in blobs[start : start + AT_ONCE]]
                marks = ",".join("?" * len(some))
                query = f"SELECT blob, used, data FROM documents WHERE kind = ? AND blob IN ({marks})"  # noqa: S608
                for blob, used, data in connection.execute(query, (key(kind), *some)):
                    with suppress(msgspec.DecodeError, zlib.error, RecursionError):
                        found.append((blob.hex(), decoder.decode(zlib.decompress(data))))
                    if used < today() - STALE:
                        stale.append((key(kind), blob))
            connection.executemany(f"UPDATE documents SET used = {today()} WHERE kind = ? AND blob = ?", stale)  # noqa: S608
            connection.commit()
        return found

    def write(self, documents: Iterable[tuple[type[Document], str, Document]]) -> None:
        """Keeps documents, and drops the oldest if the file has grown too large."""
        encoder = msgspec.msgpack.Encoder()
        rows = [
            (key(kind), bytes.fromhex(blob), today(), zlib.compress(encoder.encode(document), 1))
            for kind, blob, document in documents
        ]
        with self._forgiving():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection:
                connection.executemany("INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?)", rows)
                connection.commit()
                if self.path.stat().st_size > LIMIT:
                    self._prune(connection, LIMIT // 2)

    def info(self) -> tuple[int, int]:
        """How many documents are kept, and the size of the file in bytes."""
        if not self.path.is_file():
            return 0, 0
        with self._forgiving(), closing(self._connect()) as connection:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0]), self.path.stat().st_size
        return 0, self.path.stat().st_size

    def prune(self, limit: int) -> None:
        """Drops the documents that were not used for longest until the file is below a size."""
        if self.path.is_file():
            with self._forgiving(), closing(self._connect()) as connection:
                self._prune(connection, limit)

    def clear(self) -> None:
        """Removes everything."""
        for path in (self.path, self.path.with_name(self.path.name + "-journal")):
            path.unlink(missing_ok=True)

    def _prune(self, connection: sqlite3.Connection, limit: int) -> None:
        kept = 0
        for day, size in connection.execute("SELECT used, sum(length(data)) FROM documents GROUP BY 1 ORDER BY 1 DESC"):
            kept += size
            if kept > limit:
                connection.execute("DELETE FROM documents WHERE used <= ?", (day,))
                break
        connection.commit()
        connection.execute("VACUUM")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=WAIT)
        try:
            _prepare(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def _forgiving(self) -> Generator[None]:
        try:
            yield
        except sqlite3.OperationalError:
            return
        except sqlite3.DatabaseError:
            with suppress(OSError):
                self.clear()
        except OSError:
            return


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
        connection.execute("DROP TABLE IF EXISTS documents")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS documents"
            " (kind TEXT, blob BLOB, used INTEGER, data BLOB, PRIMARY KEY (kind, blob)) WITHOUT ROWID"
        )
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.commit()


def today() -> int:
    """Days since the epoch."""
    return int(time.time() // DAY)
