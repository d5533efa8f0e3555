"""What a file of an ambiguous suffix holds, from its first bytes; it is never loaded."""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct

from ml_readiness.parsers.pickled import Pickled

HEAD = 4096
PICKLE = b"\x80"
PROTOCOLS = frozenset(range(2, 6))
BEGINNINGS = (
    (b"tree\nversion=", "a LightGBM model as text"),
    (b'{"learner":{', "an XGBoost model as text"),
    (b"CBM1", "a CatBoost model"),
    (b"GGUF", "weights in GGUF"),
    (b"\xba\x16\x4f\x2f", "a fastText model"),
)
KERAS = (b"model_weights", b"keras_version", b"optimizer_weights")
TORCH = (b"/data.pkl", b"/version")


class Serialised(Struct, frozen=True):
    """What the beginning of a file says that it is."""

    patterns: ClassVar[tuple[str, ...]] = ()
    max_bytes: ClassVar[int] = 8_000_000
    version: ClassVar[int] = 1

    model: str = ""
    """What makes it a trained model; empty where nothing does."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Known beginnings of model formats, and the classes that a pickle names."""
        return cls(_named(data))


def _named(data: bytes) -> str:
    head = data[:HEAD]
    for beginning, what in BEGINNINGS:
        if head.startswith(beginning):
            return what
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite model"
    if head[:4] == b"PK\x03\x04" and all(part in data for part in TORCH):
        return "a PyTorch archive"
    if head.startswith(b"\x89HDF") and any(word in data for word in KERAS):
        return "weights that Keras saved"
    if head[:1] == PICKLE and len(head) > 1 and head[1] in PROTOCOLS:
        models = Pickled.parse(data).models
        return f"a pickle of `{models[0][:60]}`" if models else ""
    return ""
