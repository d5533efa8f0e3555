"""What a pickle is made of, from the names in its first bytes; it is never loaded."""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct

from ml_readiness import regex as re

HEAD = 400_000
"""Bytes that are looked at; the class of the outermost object is named near the beginning."""

_MODELS = re.compile(
    rb"(?:sklearn\.(?!utils\b|externals\b|datasets\b)|xgboost\.|lightgbm\.|catboost|torch\.|tensorflow\.|keras\.|statsmodels\."
    rb"|prophet|surprise\.|implicit\.|gensim\.models|spacy\.|fastai\.|autogluon\.|pycaret\.|imblearn\.|lifelines\."
    rb"|hmmlearn|river\.|skorch|transformers\.|sentence_transformers|sktime\.|darts\.)[\w.]{0,80}"
)
_DATA = re.compile(rb"(?:pandas\.|numpy\.|scipy\.sparse|collections|datetime|PIL\.|polars\.|networkx\.)[\w.]{0,80}")


class Pickled(Struct, frozen=True):
    """The classes that a pickle names."""

    patterns: ClassVar[tuple[str, ...]] = ("*.pkl", "*.pickle", "*.joblib", "*.sav", "*.dill", "*.cloudpickle")
    max_bytes: ClassVar[int] = 8_000_000
    version: ClassVar[int] = 2

    models: tuple[str, ...] = ()
    """Names from modelling libraries, at most five."""
    data: tuple[str, ...] = ()
    """Names from data libraries, at most five."""
    plain: bool = False
    """Whether it is a pickle that names no class at all: lists, dictionaries, texts."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The names in the beginning of the file."""
        head = data[:HEAD].replace(b"\n", b".")
        models = _names(_MODELS, head)
        containers = _names(_DATA, head)
        is_pickle = data[:1] == b"\x80" or data[:1] in {b"(", b"c", b"]", b"}"}
        return cls(models, containers, is_pickle and not models and not containers and b"\x93" not in data[:HEAD])


def _names(pattern: re.Pattern[bytes], data: bytes) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in pattern.finditer(data):
        if not _is_told(data, match.start(), len(match[0])):
            continue
        found.setdefault(match[0].decode("ascii", "replace").strip("."))
        if len(found) == 5:
            break
    return tuple(found)


def _is_told(data: bytes, start: int, length: int) -> bool:
    """Whether a name is what a pickle calls a module: behind `c`, or a whole text, whose length is before it."""
    if data[start - 1 : start] == b"c":
        return True
    short = data[start - 2 : start - 1] == b"\x8c" and data[start - 1] <= length
    return short or (
        data[start - 5 : start - 4] == b"X" and int.from_bytes(data[start - 4 : start], "little") <= length
    )
