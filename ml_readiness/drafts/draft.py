"""What a draft is, and how it is written without touching anything that exists."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.errors import ReadinessError

MARK = "Draft by ml-readiness: finish it, then remove this line."
"""The first line of every draft, as a comment of its format."""

_PLAIN = re.compile(r"(?!-)[\w./@+-]{1,200}")


class Draft(Struct, frozen=True):
    """A file that does not exist yet."""

    path: str
    text: str
    left: str
    """What remains for people to do."""


def plain(name: str) -> bool:
    """Whether a name from the repository may stand in a file that is going to be executed."""
    return _PLAIN.fullmatch(name) is not None


def write(draft: Draft, root: Path) -> Path:
    """Writes a draft below a folder; ReadinessError if there is such a file, or a link leads out of the folder."""
    target = root / draft.path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(root.resolve()):
            raise ReadinessError(f"{draft.path}: its folder is a link that leads out of the repository")
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(draft.text)
    except FileExistsError as error:
        raise ReadinessError(f"{draft.path}: is there already, and drafts replace nothing") from error
    except OSError as error:
        raise ReadinessError(f"{draft.path}: cannot be written: {error.strerror}") from error
    return target
