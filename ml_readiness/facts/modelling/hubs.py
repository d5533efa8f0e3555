"""What is fetched from a hub at run time, and whether its revision is fixed."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.source.values import HOLE, Values
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

if TYPE_CHECKING:
    from ml_readiness.parsers.python import Call

COMMIT = re.compile(r"^[0-9a-f]{7,40}$")
NAMES = (
    "pretrained_model_name_or_path", "model", "model_name", "model_name_or_path", "model_id", "repo_id", "path",
    "repo_or_dir", "handle", "model_size_or_path", "embedding_model",
)  # fmt: skip
FETCHES = frozenset(
    [
        "from_pretrained", "pipeline", "SentenceTransformer", "CrossEncoder", "SparseEncoder", "load_dataset", "load",
        "hf_hub_download", "snapshot_download", "from_model_id", "create_model", "create_model_and_transforms",
        "KerasLayer", "HuggingFaceEmbeddings", "HuggingFaceBgeEmbeddings", "HuggingFaceEmbedding", "TextEmbedding",
        "HuggingFaceInstructEmbeddings", "SentenceTransformerEmbeddings", "FlagModel", "BGEM3FlagModel", "FlagReranker",
        "from_hparams", "from_single_file",
    ]
)  # fmt: skip
BUILDERS = frozenset(
    ["csv", "json", "text", "parquet", "imagefolder", "audiofolder", "pandas", "arrow", "webdataset", "sql", "xml"]
)
LOCAL = re.compile(
    r"^(?:[./~\\]|[A-Za-z]:)|\.(?:pt|pth|bin|onnx|safetensors|ckpt|gguf|json)$"
    r"|^(?:models?|checkpoints?|output|outputs|results|weights|artifacts)/"
)


class Fixed(Enum):
    """How firmly a fetched thing is fixed."""

    COMMIT = "by a commit or a version in its address"
    NAME = "by a tag, or by the library's version"
    NOT = "not at all"


class Fetch(Struct, frozen=True):
    """One call that fetches something by name."""

    what: str
    location: Location
    fixed: Fixed
    trusts_code: bool = False
    noun: str = "model"
    """What is fetched, in a word."""


class Hubs(Struct, frozen=True, dict=True):
    """Everything that production code fetches from hubs by a name written in the repository."""

    code: Code
    files: Files
    tools: Tools
    values: Values

    @classmethod
    def gather(cls, code: Code, files: Files, tools: Tools, values: Values) -> Self:
        """From the calls that fetch."""
        return cls(code, files, tools, values)

    @cached_property
    def fetched(self) -> tuple[Fetch, ...]:
        """One for each call, in order of place."""
        found: dict[tuple[str, int, str], Fetch] = {}
        for use in self.tools.called("hub-download"):
            if use.unit is not None and use.unit.is_production and use.call is not None:
                for fetch in self._fetch(use, use.unit, use.call):
                    found.setdefault((use.path, use.line or 0, fetch.what), fetch)
        return tuple(found[each] for each in sorted(found))

    def _fetch(self, use: Use, unit: Unit, call: Call) -> Iterator[Fetch]:
        method = use.name.rpartition(".")[2]
        if not _fetches(use.name, method):
            return
        name = self._text(unit, call, use.scope)
        if not name or HOLE in name or self._is_local(name) or (method == "load_dataset" and name in BUILDERS):
            return
        if "source" in call.keywords and call.keywords["source"].text == "local":
            return
        trusts = "trust_remote_code" in call.keywords and call.keywords["trust_remote_code"].text == "True"
        noun = "data set" if method == "load_dataset" else "model"
        yield Fetch(name, use.location, self._fixed(unit, call, use.scope, name), trusts, noun)

    def _text(self, unit: Unit, call: Call, scope: str) -> str:
        first = call.argument(0, *NAMES)
        if call.name.endswith("pipeline"):
            first = call.argument(1, "model")
        return self.values.text(unit, first, scope) if first is not None else ""

    def _is_local(self, name: str) -> bool:
        return bool(LOCAL.search(name)) or self.files.exists(name)

    def _fixed(self, unit: Unit, call: Call, scope: str, name: str) -> Fixed:
        given = next((call.keywords[k] for k in ("revision", "code_revision") if k in call.keywords), None)
        if given is not None:
            text = self.values.text(unit, given, scope)
            return Fixed.COMMIT if COMMIT.match(text) or text == HOLE else Fixed.NAME
        if re.search(r"@[0-9a-f]{7,40}$|tfhub\.dev/.*/\d+$|kaggle.*/\d+$|:[0-9a-f]{7,40}$", name):
            return Fixed.COMMIT
        if re.search(r"^[\w.-]+/[\w.-]+:[\w./-]+$", name) or call.name.startswith("timm"):
            return Fixed.NAME
        return Fixed.NOT


def _fetches(name: str, method: str) -> bool:
    """Whether it is the fetching call itself, not something done with what it gave."""
    return method in FETCHES and not name.endswith("evaluate.load")
