"""The Python version and the command that installs the project, as far as its files say."""

from __future__ import annotations

import re
from typing import Self

from msgspec import Struct

from ml_readiness.drafts.draft import plain
from ml_readiness.facts.dependencies.dependencies import Dependencies

USUAL = "3.12"


class Environment(Struct, frozen=True):
    """What a machine needs in order to run the project."""

    python: str
    """The minor version, such as 3.12."""
    manifest: str
    """The file at the root that lists the libraries; empty where there is none."""
    install: str
    """The command that installs them."""

    @classmethod
    def gather(cls, dependencies: Dependencies) -> Self:
        """From the manifest that decides and the versions that are stated."""
        stated = (re.search(r"\b3\.\d{1,2}", each.version) for each in dependencies.python_versions.all)
        python = next((found[0] for found in stated if found), USUAL)
        manifests = [each for each, _ in dependencies.deciding if not each.folder and plain(each.path)]
        if not manifests:
            return cls(python, "", "python -m pip install -r requirements.txt")
        manifest = manifests[0]
        if manifest.kind == "requirements":
            return cls(python, manifest.path, f"python -m pip install -r {manifest.path}")
        return cls(python, manifest.path, "python -m pip install .")
