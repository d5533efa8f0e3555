"""Model and data files in the tree: what they are, how large, and who keeps them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.pickled import Pickled
from ml_readiness.parsers.serialised import Serialised
from ml_readiness.snapshot import Absent, EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.snapshot import Entry

WEIGHTS = re.compile(
    r"\.(?:pth?|ckpt|safetensors|onnx|keras|tflite|mlmodel|mlpackage|gguf|ggml|engine|plan|mar|pmml|cbm|ubj|bst|nemo|pdparams"
    r"|params|weights|caffemodel|t7|torchscript|ptl|mlpkg|ot|pdmodel|pdiparams|lgb|xgb|eqx|ftz|tfl|mnn|rknn|hef|dlc|ort|trt|pt2"
    r"|mlmodelc|mojo)$|(?:^|/)(?:saved_model\.pb|[^/]*\.pb)$"
    r"|(?:^|/)variables\.data-\d+-of-\d+$|\.data-\d{5}-of-\d{5}$",
    re.IGNORECASE,
)
"""Formats that hold trained parameters and nothing else."""
PICKLES = re.compile(r"\.(?:pkl|pickle|joblib|sav|dill|cloudpickle|jbl|p|pckl|pklz?)$", re.IGNORECASE)
OFTEN_WEIGHTS = re.compile(
    r"\.(?:h5|hdf5|bin|model|msgpack|zip|tar|gz|tgz|npz|npy|json|txt|rds|rdata|caffe|mdl)$", re.IGNORECASE
)
"""Formats that hold trained parameters if their name says so."""
DATA = re.compile(
    r"\.(?:csv|tsv|parquet|feather|arrow|orc|avro|jsonl|ndjson|xlsx?|h5|hdf5|npy|npz|tfrecords?|db|sqlite3?|rds|mat|arff|libsvm"
    r"|lmdb|idx|geojson|shp|wav|mp3|flac|zip|tar|gz|tgz|bz2|7z|rar)$",
    re.IGNORECASE,
)
MODEL_WORDS = re.compile(
    r"(?:^|[^a-z])(?:models?|weights?|ckpts?|checkpoints?|clf|classifiers?|regress(?:or|ion)?|xgb(?:oost)?|lgbm?|lightgbm|catboost"
    r"|(?:random_?)?forest|svm|svc|svr|knn|k_?means|logreg|naive_?bayes|decision_?tree|estimators?|predictors?|networks?|resnet\d*"
    r"|vgg\d*|inception\w*|mobilenet\w*|efficientnet\w*|bert\w*|gpt\w*|lstm|gru|cnn|rnn|unet|yolo\w*|gan|vae|trained|finetuned|ppo"
    r"|dqn|sac|a2c|scalers?|encoders?|vectori[sz]ers?|tf-?idf\w*|pca|pipelines?|imputers?|transformers?|tokenizers?|booster|automl"
    r"|learner_fold_\d+|pytorch|keras|nn|net|rf|ann)(?:[^a-z]|$)",
    re.IGNORECASE,
)
TRAINED_WORDS = re.compile(
    r"(?:^|[^a-z])(?:models?|weights?|ckpts?|checkpoints?|classifier|xgb(?:oost)?|lgbm|lightgbm|catboost|resnet\d*|vgg\d*|inception\w*"
    r"|mobilenet\w*|booster|trained|finetuned|pytorch_model|tf_model|ppo|dqn|sac|a2c|learner_fold_\d+)(?:[^a-z]|$)",
    re.IGNORECASE,
)
"""Stricter words for formats that rather hold other things."""
DATA_WORDS = re.compile(
    r"(?:^|[^a-z])(?:data(?:set|frame|base)?s?|df|features?|train|test|val|valid|x_\w+|y_\w+|vocab\w*|embeddings?|dict\w*|labels?|movies?"
    r"|similarity|index|cache\w*|results?|history|images?|predictions?|corpus|words?|texts?|users?|items?|ratings?|columns?|metadata"
    r"|config|params|scores?|metrics?|bottleneck\w*|faiss|chroma|vectorstores?|stores?|chunks?|doc(?:ument)?s)(?:[^a-z]|$)",
    re.IGNORECASE,
)
SPLIT = re.compile(
    r"(?:x|y|train(?:ing)?|test(?:ing)?|val(?:id(?:ation)?)?|data(?:set)?|features?|labels?|embeddings?)(?:[_-]\w+)?",
    re.I,
)
"""Names of tensors that are data."""
VOCABULARY = re.compile(
    r"(?:[\w.-]*[._-])?(?:spm?|sentencepiece|spiece|tokenizer|vocab|bpe|merges|lexicon|unigram)[\w.-]*$", re.IGNORECASE
)
LFS = b"version https://git-lfs.github.com/spec/v1"
POINTER_BYTES = 1024
AMBIGUOUS = re.compile(r"\.(?:bin|dat|obj|txt|json|model|data|pk|h5|hdf5|zip)$|(?:^|/)[^./]+$", re.IGNORECASE)
"""Suffixes that say nothing about what a large file holds, and files without one."""
LARGE = 100_000
OUTPUT = re.compile(r"^\s*(?:-\s*)?path:\s*(?P<path>\S.*?)\s*$")
REMOTE = re.compile(r"^\s*\[\s*'?remote\s+\"?(?P<name>[^\"'\]]{1,100})", re.MULTILINE)
URL = re.compile(r"^\s*url\s*=\s*(?P<url>\S+)", re.MULTILINE)


class Artefact(Struct, frozen=True):
    """One file that a run made or needs, not people."""

    path: str
    kind: str
    """`model` or `data`."""
    size: int | None
    """In bytes, for a pointer that of the content; None where this clone lacks the object, as it may large ones."""
    storage: str
    """`git` for a plain object, `lfs` for a pointer to one."""
    evidence: str
    """What makes it a model, in a few words."""

    @property
    def is_plain(self) -> bool:
        """Whether git itself keeps the content."""
        return self.storage == "git"


class Artefacts(Struct, frozen=True, dict=True):
    """The binary files of the tree and what stands for them."""

    files: Files
    documents: Documents

    @classmethod
    def gather(cls, files: Files, documents: Documents) -> Self:
        """From paths and sizes; pointers and pickles are looked into."""
        return cls(files, documents)

    @cached_property
    def models(self) -> tuple[Artefact, ...]:
        """Trained parameters and serialised models, sorted by path; small fixtures of tests are left out."""
        return tuple(artefact for artefact in self._found if artefact.kind == "model")

    @cached_property
    def data(self) -> tuple[Artefact, ...]:
        """Data files, sorted by path."""
        return tuple(artefact for artefact in self._found if artefact.kind == "data")

    @cached_property
    def dvc(self) -> tuple[str, ...]:
        """Paths whose content DVC keeps: each `.dvc` file's, and the outputs that `dvc.lock` records."""
        pointers = [
            path.removesuffix(".dvc") for path in self.files.own if path.endswith(".dvc") and "/.dvc/" not in f"/{path}"
        ]
        locked = (out for path in self.files.find("dvc.lock") for out in self._outputs(path))
        return tuple(sorted({*pointers, *locked}))

    @cached_property
    def dvc_remotes(self) -> tuple[str, ...]:
        """Where DVC keeps its content: the addresses in `.dvc/config`."""
        texts = [self.files.text(path) for path in self.files.entries if path.endswith(".dvc/config")]
        return tuple(match["url"] for text in texts for match in URL.finditer(text) if REMOTE.search(text))

    @cached_property
    def lfs(self) -> tuple[Artefact, ...]:
        """What git LFS keeps."""
        return tuple(artefact for artefact in self._found if artefact.storage == "lfs")

    @cached_property
    def _found(self) -> tuple[Artefact, ...]:
        return tuple(self._recognised())

    def _recognised(self) -> Iterator[Artefact]:
        for path, entry in self.files.entries.items():
            if entry.kind is not EntryKind.FILE or self.files.is_vendored(path):
                continue
            evidence = self._model(path, entry)
            if not evidence and not DATA.search(path):
                continue
            pointed = self._pointed(path, entry)
            size = entry.size if pointed is None else pointed
            if evidence and is_test(path) and size is not None and size < 1_000_000:
                continue
            yield Artefact(path, "model" if evidence else "data", size, "git" if pointed is None else "lfs", evidence)

    def _model(self, path: str, entry: Entry) -> str:
        """What makes a file a model; empty where it is none."""
        name = path.rpartition("/")[2]
        suffix = name.rpartition(".")[2].lower()
        if "/.doctrees/" in path:
            return ""
        if WEIGHTS.search(path):
            is_data = suffix in {"pt", "pth"} and SPLIT.fullmatch(name.rpartition(".")[0])
            return "" if is_data else f"`.{suffix}` holds trained parameters"
        if PICKLES.search(path):
            return self._pickle(path, entry)
        if suffix == "model":
            return "" if VOCABULARY.match(name) else "a serialised model by its suffix"
        if AMBIGUOUS.search(path) and (entry.size or 0) > LARGE:
            content = self.documents.find(Serialised, path)
            if content is not None and content.model:
                return content.model
        if not OFTEN_WEIGHTS.search(path) or VOCABULARY.match(name):
            return ""
        if suffix == "bin" and entry.size is None and MODEL_WORDS.search(stem := name.rpartition(".")[0]):
            return "named like a trained model" if not DATA_WORDS.search(stem) else ""
        return self._named(path, name, suffix)

    def _named(self, path: str, name: str, suffix: str) -> str:
        stem = name.rpartition(".")[0]
        if suffix == "bin":
            folder = path.rpartition("/")[0]
            beside = f"{folder}/config.json".lstrip("/") in self.files.entries
            return "weights beside a model's `config.json`" if beside or TRAINED_WORDS.search(stem) else ""
        if suffix in {"h5", "hdf5"}:
            said = MODEL_WORDS.search(stem) or (MODEL_WORDS.search(path) and not DATA_WORDS.search(stem))
            return "named like trained weights" if said else ""
        if suffix in {"json", "txt"}:
            return (
                "a booster saved as text"
                if re.search(r"learner_fold|(?:xgb|lgb|booster)[\w-]*\.(?:json|txt)$|\.xgboost\.json$", name)
                else ""
            )
        return "named like trained weights" if TRAINED_WORDS.search(stem) and not DATA_WORDS.search(stem) else ""

    def _pickle(self, path: str, entry: Entry) -> str:
        stem = path.rpartition("/")[2].rpartition(".")[0]
        content = None
        if entry.size is None or entry.size > POINTER_BYTES:
            content = self.documents.find(Pickled, path)
        if content is not None and content.models:
            return f"a pickle of `{content.models[0][:60]}`"
        if content is not None and (content.plain or content.data):
            return "a pickle named like a model" if TRAINED_WORDS.search(stem) else ""
        if DATA_WORDS.search(stem) and not TRAINED_WORDS.search(stem):
            return ""
        return "a pickle named like a model" if MODEL_WORDS.search(path) or not DATA_WORDS.search(path) else ""

    def _pointed(self, path: str, entry: Entry) -> int | None:
        """The size of what an LFS pointer stands for; None where the file is no pointer."""
        if entry.size is None or entry.size > POINTER_BYTES:
            return None
        try:
            content = self.documents.snapshot.read(path)
        except Absent:
            return None
        if not content.startswith(LFS):
            return None
        size = re.search(rb"^size (\d{1,15})$", content, re.MULTILINE)
        return int(size[1]) if size else 0

    def _outputs(self, path: str) -> Iterator[str]:
        """The outputs of the stages in a lock file, from the root of the tree."""
        folder = path.rpartition("/")[0]
        inside = False
        for line in self.files.text(path).split("\n"):
            if line.strip() in {"outs:", "deps:", "params:"}:
                inside = line.strip() == "outs:"
            elif inside and (match := OUTPUT.match(line)):
                yield f"{folder}/{match['path']}".lstrip("/")
