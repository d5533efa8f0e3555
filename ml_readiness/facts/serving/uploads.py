"""Files that people send: which functions take one, and which tests look at its kind or size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re

if TYPE_CHECKING:
    from ml_readiness.parsers.python import Condition, Function

FILE = re.compile(r"UploadFile|FileStorage|UploadedFile")
MODEL = re.compile(r"model|weights|checkpoint|onnx|artifact", re.IGNORECASE)
KIND = re.compile(r"content_?type|mime_?type|(?:^|[._])(?:suffix|ext|extension)s?$", re.IGNORECASE)
"""What people call the kind of a file."""
ENDINGS = (".endswith", ".splitext", "allowed_file")
SIZE = re.compile(
    r"(?:^|[._])(?:size|length|bytes|max_\w+|len)(?:$|[._])|content_length|file_size|max_size", re.IGNORECASE
)
EQUALS = frozenset({"in", "not in", "==", "!="})
LIMITS = frozenset({"<", ">", "<=", ">="})


def takes_document(function: Function) -> bool:
    """Whether what is sent is data; a model that somebody sends to be served is none."""
    files = (parameter for parameter in function.parameters if FILE.search(parameter.annotation))
    return any(not MODEL.search(parameter.name) for parameter in files)


def looks_at_kind(condition: Condition) -> bool:
    """Whether a test looks at the kind of a file: its name's ending, or the content type that is stated."""
    named = any(KIND.search(name) for name in condition.names) and not EQUALS.isdisjoint(condition.operators)
    return named or any(call.endswith(ENDINGS) for call in condition.calls)


def looks_at_size(condition: Condition) -> bool:
    """Whether a test holds the size of something against a limit."""
    measured = "len" in condition.calls or any(SIZE.search(name) for name in condition.names)
    return measured and not LIMITS.isdisjoint(condition.operators)
