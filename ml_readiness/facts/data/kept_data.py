"""Data that lies in the tree: tables, and folders of pictures or sounds."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.source.values import HOLE
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.python import Text

DATA = re.compile(
    r"\.(?:csv|tsv|parquet|feather|arrow|orc|avro|jsonl|ndjson|xlsx?|h5|hdf5|npy|npz|tfrecords?|duckdb|db|sqlite3?|rds|mat|txt|dat"
    r"|data|json|xml|pkl|pickle|zip|tar|gz|bz2|7z|arff|libsvm|svm|pdf)$",
    re.IGNORECASE,
)
TABLE = re.compile(
    r"\.(?:csv|tsv|parquet|feather|arrow|orc|avro|jsonl|ndjson|xlsx?|h5|hdf5|npy|npz|tfrecords?|duckdb|db|sqlite3?|mat|dat|data|arff)"
    r"(?:\.(?:gz|zip|bz2))?$|(?:^|/)data(?:sets?)?/.*\.(?:txt|xml|zip|json|gz)$",
    re.IGNORECASE,
)
ARCHIVE = re.compile(
    r"(?:(?:^|/)(?:raw[_-]?)?data(?:[_-]?sets?)?|(?:^|/)data(?:[_-]?sets?)?/(?:[^/]+/)?[^/]+)\.(?:zip|7z|rar|tar|tgz|tar\.gz)$",
    re.IGNORECASE,
)
"""Archives that are called data, or lie among the data."""
ASIDE = re.compile(
    r"(?:^|[/_.-])(?:samples?|examples?|outputs?|results?|predictions?|tests?|fixtures?|reports?|submissions?|logs?|demo|docs?"
    r"|models?|artifacts?|requirements|assets|config|mlruns|gx|great_expectations|static|templates)(?:[/_.-]|$)",
    re.IGNORECASE,
)
NOT_INPUT = re.compile(
    r"sample|example|importances?[/_.\d-]|(?:^|[/_-])(?:prob(?:s|a|abilit\w*|_?maps?)|preds?|roc|auc|precision_recall|confusion_matrix)[_.-]"
    r"|(?:^|/)20\d\d[_-]?\d\d[_-]?\d\d[_T-]\d[^/]*/|(?:^|/)(?:tests?|eval|results?|reports?|outputs?|predictions?|submissions?|metrics|mlruns|wandb|lightning_logs|catboost_info|logs?)/|\.db$|\.sqlite3?$",
    re.IGNORECASE,
)
ROWS = re.compile(
    r"\.(?:csv|tsv|parquet|feather|arrow|jsonl|ndjson|xlsx?|h5|hdf5|npy|npz|arff|mat)(?:\.(?:gz|zip|bz2))?$",
    re.IGNORECASE,
)
BESIDE = re.compile(
    r"meta|vocab|lookup|stop_?words?|mapping|label_?names|class_?names|classes|zones?|dict|codes?|columns|config",
    re.IGNORECASE,
)
"""Names of tables that go with the data, and are not the data."""
EXAMPLES = re.compile(r"(?:^|/)examples?/[^/]+$", re.IGNORECASE)
"""Tables of examples, which are the data where a project keeps no other."""
MEDIA = re.compile(
    r"\.(?:jpe?g|png|bmp|tiff?|webp|ppm|pgm|wav|mp3|flac|ogg|m4a|dcm|nii|npy|npz|txt|json|xml)$", re.IGNORECASE
)
DATA_FOLDER = re.compile(
    r"^(?P<folder>(?:[^/]+/){0,3}?(?:data|data_?sets?|images?|imgs?|audios?|corpus|corpora"
    r"|train(?:ing)?(?:_?data|_?set)?|raw|samples?))/",
    re.IGNORECASE,
)
PICTURED = re.compile(
    r"(?:^|/)(?:docs?|assets|static|media|figures?|figs?|screenshots?|reports?|results?|outputs?|public|templates|readme\w*"
    r"|notebooks?|tests?|\.github|app|web|frontend|ui|logos?|icons?|plots?)(?:/|$)",
    re.IGNORECASE,
)
"""Folders of pictures that are shown, not learned from."""
HOSTED = re.compile(
    r"https?://(?:raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/heads/)?[^/]+/"
    r"|(?:www\.)?(?:github|gitlab|bitbucket|huggingface)\.\w+/[^?#]{1,200}?/(?:-/)?(?:raw|blob|resolve)/(?:refs/heads/)?[^/]+/)"
    r"(?P<path>[^?#]+)"
)
"""Addresses of files in repositories that are hosted, at a branch."""
OTHER = re.compile(
    r"(?:^|/)(?:README|LICEN[CS]E|\.)[^/]*$|\.(?:py|ipynb|md|rst|txt|ya?ml|toml|sh|dvc|html?|log)$", re.IGNORECASE
)
"""Files in folders of data that are none."""
ELSEWHERE = re.compile(r"/|~|[A-Za-z]:|\w+://")
LONGEST = 120
MANY = 20
SETTINGS = (
    "*.yaml", "*.yml", "*.toml", "*.ini", "*.cfg", "*.json", "Makefile", "*.sh", "README*", "MLproject", "*.gin"
)  # fmt: skip


WORD = re.compile(r"[\w.-]+")
LOOKED_AT = 100
"""Tables that one text is searched for."""


GIVEN = re.compile(r"data|input|corpus|text|train", re.IGNORECASE)
NOT_GIVEN = re.compile(r"\.(?:py|ipynb|json|ya?ml|toml|cfg|ini|md|sh|pt|pth|pkl|h5|onnx)$|requirements", re.IGNORECASE)
LEAST = 10_000
"""Bytes from which on a text is something to learn from."""


class KeptData(Struct, frozen=True, dict=True):
    """What is committed, and how code and settings name it."""

    files: Files

    @classmethod
    def gather(cls, files: Files) -> Self:
        """From the listing."""
        return cls(files)

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """Committed files that hold rows of data, samples and outputs left out."""
        found = [path for path in self.files.own if TABLE.search(path)]
        rows = tuple(path for path in found if not (ASIDE.search(path) or NOT_INPUT.search(path)))
        return rows or tuple(path for path in found if EXAMPLES.search(path) and ROWS.search(path))

    @cached_property
    def archives(self) -> tuple[str, ...]:
        """Committed archives of data, which a reader unpacks first."""
        found = (path for path in self.files.own if ARCHIVE.search(path))
        return tuple(path for path in found if not (ASIDE.search(path) or NOT_INPUT.search(path)))

    def given(self, option: str, default: str) -> str | None:
        """The committed text that a command line reads unless it is told another."""
        entry = self.files.entries.get(default.removeprefix("./"))
        known = entry is not None and GIVEN.search(option) is not None and not NOT_GIVEN.search(default)
        return default.removeprefix("./") if known and entry is not None and (entry.size or 0) > LEAST else None

    @property
    def corpora(self) -> tuple[str, ...]:
        """Committed folders of code that something learns from."""
        return self.files.corpora

    @cached_property
    def media(self) -> Mapping[str, int]:
        """Folders that hold many pictures, sounds or texts, by the number of them."""
        counts: dict[str, int] = {}
        for path in self.files.own:
            match = DATA_FOLDER.match(path) if MEDIA.search(path) else None
            if match is not None and not PICTURED.search(match["folder"]):
                counts[match["folder"]] = counts.get(match["folder"], 0) + 1
        return {folder: count for folder, count in counts.items() if count >= MANY}

    def find(self, text: str) -> str | None:
        """The committed data file that a path, as code writes it, means."""
        name = text.rpartition("/")[2]
        if not DATA.search(name) or name.startswith(HOLE + "."):
            return None
        if HOLE in name:
            return next(
                (path for each, paths in self._by_name.items() if fnmatchcase(each, name) for path in paths), None
            )
        candidates = self._by_name.get(name, ())
        folder = text.rpartition("/")[0].rpartition("/")[2]
        near = [path for path in candidates if path.rpartition("/")[0].rpartition("/")[2] == folder]
        return next(iter(near or candidates), None)

    def hosted(self, url: str) -> str | None:
        """The committed data file that an address at a branch of a hosted repository means by its path."""
        found = HOSTED.match(url)
        return found["path"] if found is not None and found["path"] in self._tables else None

    @cached_property
    def _tables(self) -> frozenset[str]:
        return frozenset(self.tables)

    @cached_property
    def main(self) -> tuple[str, ...]:
        """The tables that hold rows, without those that go with them."""
        return tuple(path for path in self.tables if ROWS.search(path) and not BESIDE.search(path))

    @cached_property
    def _main(self) -> frozenset[str]:
        return frozenset(self.main)

    @cached_property
    def _folders(self) -> frozenset[str]:
        """Folders within folders of data that hold files of data, whatever their names end with."""
        homes = {path.rpartition("/")[0] for path in self.files.own if not OTHER.search(path)}
        return frozenset(
            home for home in homes if "/" in home and DATA_FOLDER.match(home) and not PICTURED.search(home)
        )

    def named_in(self, unit: Unit) -> Iterator[tuple[str, Text]]:
        """The tables and folders of data whose path stands in the code, as a default or an option does."""
        for text in unit.python.texts if self.main or self._folders else ():
            written = text.value.replace("\\", "/").lstrip("./")
            if written.endswith("/") and written[:-1] in self._folders:
                yield written[:-1], text
            for path in self._by_name.get(written.rpartition("/")[2], ()):
                if path in self._main and (path == written or ("/" in written and path.endswith("/" + written))):
                    yield path, text

    @cached_property
    def configured(self) -> tuple[tuple[str, str], ...]:
        """Tables that settings or documented commands name, each with the file that does."""
        found: list[tuple[str, str]] = []
        by_word: dict[str, list[tuple[int, str]]] = {}
        for position, path in enumerate(self.main):
            by_word.setdefault(_words(path.rpartition("/")[2])[-1], []).append((position, path))
        for where in self.files.find(*SETTINGS) if by_word else ():
            text = self.files.text(where) if not where.endswith("package-lock.json") else ""
            candidates = sorted(each for word in by_word.keys() & set(_words(text)) for each in by_word[word])
            named = next((path for _, path in candidates[:LOOKED_AT] if _is_named(path, text)), None)
            if named is not None:
                found.append((named, where))
        return tuple(found)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        tables = frozenset(self.tables)
        for path in self.files.own:
            if TABLE.search(path) and (path in tables or not NOT_INPUT.search(path)):
                found.setdefault(path.rpartition("/")[2], []).append(path)
        return found


def _words(text: str) -> list[str]:
    """The runs of characters that file names are made of; one that is empty where there are none."""
    return [word.rstrip(".-") for word in WORD.findall(text)] or [""]


def _is_named(path: str, text: str) -> bool:
    """Whether a text names a file by its folder and name (at the root, by its name), and not on another machine."""
    tail = "/".join(path.split("/")[-2:])
    at = text.find(tail)
    while at >= 0:
        before = re.search(r"[\w./~:\\-]*$", text[max(0, at - LONGEST) : at])
        start = before[0] if before is not None else ""
        if (
            not ELSEWHERE.match(start)
            and start[-1:] in {"", "/"}
            and not text[at + len(tail) : at + len(tail) + 1].isalnum()
        ):
            return True
        at = text.find(tail, at + len(tail))
    return False
