"""Real git repositories for tests, made in a folder with a configuration that is the same everywhere."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from ml_readiness.snapshot import EntryKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ml_readiness.snapshot import Snapshot

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


FILES = {"README.md": "# Shop\n", "src/train.py": "import torch\n", "data/ä ö.csv": "a\n"}
INNOCENT = {
    "README.md": "# Churn\n\nPredicts who leaves.\n",
    "src/train.py": "import joblib\nfrom sklearn.svm import SVC\n\n"
    "model = SVC().fit(X, y)\njoblib.dump(model, 'm.joblib')\n",
    "requirements.txt": "scikit-learn==1.5.0\n",
}
"""A small project that trains a model."""


class Made:
    """A repository under construction."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *command: str, given: bytes = b"") -> str:
        """What git prints."""
        environment = {**os.environ, **IDENTITY}
        done = subprocess.run(
            ["git", *command], cwd=self.path, env=environment, input=given, capture_output=True, check=True
        )
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Files on disk."""
        write(self.path, files)

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> str:
        """The id of a commit with these files, and all others that are on disk."""
        self.write(files or {})
        self.git("add", "--all", "--force")
        self.git("commit", "-q", "--allow-empty", "-m", "work")
        return self.git("rev-parse", "HEAD")

    def configure(self, text: str) -> None:
        """More lines in the repository's own configuration."""
        with (self.path / ".git/config").open("a") as file:
            file.write(text)


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Files on disk, with their folders."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)


def texts(snapshot: Snapshot) -> dict[str, str]:
    """Every file that can be read, with its text."""
    return {
        path: snapshot.read(path).decode()
        for path, entry in snapshot.entries.items()
        if entry.kind is EntryKind.FILE and entry.size is not None
    }
