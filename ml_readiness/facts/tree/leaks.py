"""Credentials that are committed, in any file of the project's own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.tree.files import Files, is_example, is_test
from ml_readiness.parsers.secrets import NotebookSecrets, Secrets
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.secrets import Secret

NOT_TEXT = re.compile(
    r"\.(?:png|jpe?g|gif|svg|ico|bmp|tiff?|webp|pdf|mp[34]|wav|flac|ogg|avi|mov|webm|zip|gz|bz2|xz|7z|tar|tgz|rar|whl|jar"
    r"|pkl|pickle|joblib|sav|dill|pt|pth|ckpt|safetensors|onnx|h5|hdf5|keras|pb|tflite|npy|npz|parquet|feather|arrow|orc"
    r"|avro|tfrecord|db|sqlite3?|csv|tsv|xlsx?|docx?|pptx?|ttf|otf|woff2?|eot|pyc|so|dll|exe|bin|dat|model|gguf|mat|rds"
    r"|lock|sum|map|po|mo|dvc|geojson|xml|html?|css|bib|tex|ply|obj|stl|vocab|bpe|conllu?)$"
    r"|(?:^|/)(?:package-lock\.json|pnpm-lock\.yaml|tokenizer\.json|vocab\.(?:json|txt))$",
    re.IGNORECASE,
)
"""Formats that hold no configuration or code of people, or too much else."""
CONFIGURATION = re.compile(
    r"(?:^|/)(?:[^/]*\.env(?:\.[\w.-]+)?|env|dockerfile[^/]*|makefile|procfile|[^/]*\.(?:ini|cfg|conf|config|properties"
    r"|ya?ml|sh|bash|zsh|bat|ps1|tfvars|netrc|pypirc|npmrc))$",
    re.IGNORECASE,
)
SAMPLE = re.compile(
    r"(?:^|[./_-])(?:examples?|samples?|templates?|dist|tpl|defaults?|demo|mock|fixtures?|stub|spec|__tests__)(?:[./_-]|$)"
    r"|_test\.go$|\.test\.[jt]sx?$|\.secrets\.baseline$",
    re.IGNORECASE,
)
PROSE = re.compile(r"\.(?:md|mdx|rst|txt|markdown)$", re.IGNORECASE)
TEXTS = re.compile(
    r"(?:^|/)(?:corpus|corpora|documents|books?|articles|papers|transcripts|knowledge[_-]?bases?|rfcs?|wiki(?:pedia)?"
    r"|source_documents|source_docs)/.*\.(?:txt|md|rst)$",
    re.IGNORECASE,
)
"""Texts that a program reads or answers from: what they say is written for everybody."""
TRIGGERS = re.compile(r"(?:^|/)pipelines/[^/]+/triggers\.ya?ml$")
"""Where an orchestrator writes the number of each of its own triggers, and calls it a token."""
TOKEN_OF = re.compile(
    r"(?:access|auth|api|bearer|secret|bot|refresh|hf|github|gitlab|slack|personal|user)[_-]?token", re.I
)


class Leak(Struct, frozen=True):
    """One credential at its place."""

    path: str
    secret: Secret

    @property
    def location(self) -> Location:
        """Where it is; in a notebook, the cell."""
        return Location(path=self.path, line=self.secret.line or None, cell=self.secret.cell or None)


class Leaks(Struct, frozen=True, dict=True):
    """The live-looking credentials of the tree."""

    files: Files
    documents: Documents

    @classmethod
    def gather(cls, files: Files, documents: Documents) -> Self:
        """From every text file, notebooks with their outputs."""
        return cls(files, documents)

    @cached_property
    def found(self) -> tuple[Leak, ...]:
        """The credentials, by path and line."""
        return tuple(leak for leak in self._candidates() if _is_meant(leak))

    @cached_property
    def searched(self) -> int:
        """How many files were searched."""
        return sum(not NOT_TEXT.search(path) for path in self.files.own)

    def _candidates(self) -> Iterator[Leak]:
        searched = [path for path in self.files.own if not NOT_TEXT.search(path)]
        self.documents.expect([path for path in searched if not path.endswith(".ipynb")], Secrets)
        for path in searched:
            is_notebook = path.endswith(".ipynb")
            find = self.documents.find
            found = find(NotebookSecrets, path) if is_notebook else find(Secrets, path)
            yield from (Leak(path, secret) for secret in (found.found if found is not None else ()))


def _is_meant(leak: Leak) -> bool:
    """Whether a value stands where people put real ones, or is plainly real by its form: not in samples and tests."""
    form, path, name = leak.secret.form, leak.path, leak.secret.name
    if form == "provider":
        return True
    if name.lower() == "token" and TRIGGERS.search(path):
        return False
    if is_test(path) or is_example(path) or SAMPLE.search(path):
        return False
    if form in {"key", "url"}:
        return True
    if TEXTS.search(path) or (leak.secret.kind == "a password" and PROSE.search(path)):
        return False
    if path.endswith(".json") and name.lower().endswith("token"):
        return TOKEN_OF.search(name) is not None
    return form == "assigned" or CONFIGURATION.search(path) is not None or PROSE.search(path) is not None
