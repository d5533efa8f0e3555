"""A bot that tells when a dependency has a newer version."""

from __future__ import annotations

from ml_readiness.drafts.draft import MARK, Draft
from ml_readiness.facts.tree.files import Files

PATH = ".github/dependabot.yml"
ECOSYSTEMS = (
    ("pip", ("requirements*.txt", "requirements*.in", "pyproject.toml", "setup.py", "Pipfile")),
    ("uv", ("uv.lock",)),
    ("docker", ("Dockerfile*", "*.Dockerfile")),
    ("github-actions", (".github/workflows/*.yml", ".github/workflows/*.yaml")),
    ("npm", ("package.json",)),
)
"""What the bot calls each kind of dependency, and the files that say that there are some."""


def draft(files: Files) -> Draft | None:
    """Dependabot's settings for what the root has."""
    kinds = [name for name, patterns in ECOSYSTEMS if files.find(*patterns)]
    if "uv" in kinds:
        kinds.remove("pip")
    if not kinds or PATH in files.entries:
        return None
    entries = [
        f"  - package-ecosystem: {kind}\n    directory: /\n    schedule:\n      interval: weekly\n" for kind in kinds
    ]
    text = f"# {MARK}\nversion: 2\nupdates:\n{''.join(entries)}"
    return Draft(PATH, text, "Name the folders, where the files are not at the root, and a reviewer.")
