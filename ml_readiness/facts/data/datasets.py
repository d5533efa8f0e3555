"""Where the data for training and evaluation comes from, and whether it is the same data each time."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.data.kept_data import DATA, KeptData
from ml_readiness.facts.data.phrases import BUCKET, NAMED, NO_SETTINGS, PROPER
from ml_readiness.facts.data.versions import Versions
from ml_readiness.facts.modelling.experiments import Experiments
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.source.values import HOLE, Values
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location
from ml_readiness.wording import shortened

READERS = re.compile(
    r"^(?:(?:pandas|polars|dask\.dataframe|geopandas|modin\.pandas|cudf|pyarrow\.\w+)\.(?:read|scan)_(?!sql|clip|html)\w+"
    r"|duckdb\.(?:connect|read_\w+)|numpy\.(?:load|loadtxt|genfromtxt)|scipy\.io\.loadmat|open|h5py\.File|torchvision\.datasets\.(?:ImageFolder|DatasetFolder)"
    r"|datasets\.load_from_disk|librosa\.load|soundfile\.read|PIL\.Image\.open|cv2\.imread|glob\.glob|os\.(?:listdir|walk)|(?:\w+\.)*from_folder|(?:\w+\.)*image_dataset_from_directory"
    r"|(?:\w+\.)*ImageDataGenerator\.flow_from_(?:directory|dataframe)|(?:\w+\.)*(?:PyPDF|PDF|CSV|Directory|Text)\w*Loader"
    r"|pyspark\.sql\.SparkSession\.(?:\w+\.)*read\.(?:csv|parquet|json|load|orc|text))$"
)
FOLDERS = re.compile(
    r"ImageFolder|DatasetFolder|from_directory|glob|listdir|walk|imread|Image\.open|load_img|librosa\.load|soundfile\.read|from_folder"
)
"""Readers of many small files."""
LOCAL = re.compile(
    r"\.utils\.(?:save|load)_\w+$|\.(?:ImageFolder|DatasetFolder|FakeData|VisionDataset|load_from_disk|folder)(?:\.|$)"
)
"""Parts of dataset libraries that read what lies on the disk."""
WRITES = re.compile(r"^[awx]")
FIXED_URL = re.compile(
    r"releases/download/|/v\d+(?:\.\d+)*/|[\w-]/\d+\.\d+\.\d+/|/(?:raw|blob|resolve)/[0-9a-f]{40}|@[0-9a-f]{7,40}/|zenodo\.org/records?/\d+"
    r"|githubusercontent\.com/[^/]+/[^/]+/[0-9a-f]{40}/|lakefs://[^/]+/(?:[0-9a-f]{8,64}|v?\d[\w.]*)/|/versions?/\d+|figshare\.com/.*files/\d+|[?&]versionId=",
    re.IGNORECASE,
)
RELEASE = re.compile(r"[\"'=/][A-Za-z][\w-]+/v?\d+\.\d+\.\d+/\w")
"""A path in a script that downloads, with the version of what lies there."""
MADE = re.compile(r"\.make_\w+$")
"""Generators of rows that nobody has measured."""
ADDRESS = re.compile(r"https?://[^\s'\")>\]]{1,400}+")
HOSTS = re.compile(
    r"(?:kaggle\.com/(?:datasets|c|competitions|[\w-]+/[\w-]+)|archive\.ics\.uci\.edu|huggingface\.co/datasets"
    r"|zenodo\.org(?!/badge)|drive\.google\.com|dropbox\.com|figshare\.com|data\.world|openml\.org|grouplens\.org|openslr\.org|physionet\.org"
    r"|image-net\.org|cocodataset\.org|dataverse|s3[.-][\w.-]*amazonaws|storage\.googleapis|blob\.core\.windows|data\.gov|drivendata\.org"
    r"|[\w./?=&%-]+\.(?:csv|tsv|parquet|zip|tar|gz|tgz|xlsx?|json|jsonl|npz|h5|txt|data)(?![\w/]))",
    re.IGNORECASE,
)
PROGRAM = re.compile(
    r"linux|x86_64|amd64|arm64|aarch64|[-_]x64|darwin|mac-?os|windows|win(?:32|64)|[-_]bin[-_.]|\.(?:deb|rpm|whl|jar|exe|dmg)$",
    re.IGNORECASE,
)
"""Addresses of programs: they are made for one kind of machine."""
SHOWN = re.compile(r"/badges?/|shields\.io/|\.(?:svg|png|gif|jpe?g)(?:$|\?)", re.IGNORECASE)
"""Addresses of badges and pictures, which the hosts of data have, too."""
KAGGLE = re.compile(r"(?:^|/)kaggle/input/([\w-]+)")
DRAWS = re.compile(
    r"query|download|get_object|get_bucket|connect$|create_engine|MongoClient|S3FileSystem|GCSFileSystem|Minio"
)
"""Calls of stores that bring rows in."""
SERVED = re.compile(r"https?://(?:[\w-]*api[\w-]*|data)\.[\w.-]+/[\w./?=&%-]*", re.IGNORECASE)
LFS = re.compile(r"^(\S+)\s.*filter=lfs", re.MULTILINE)


class Read(Struct, frozen=True):
    """A file that code reads."""

    path: str
    """As far as it is written down, with `*` for the rest."""
    unit: Unit
    location: Location
    name: str
    """The call that reads."""


class Source(Struct, frozen=True):
    """Where data comes from, or what fixes it."""

    what: str
    location: Location


class Datasets(Struct, frozen=True, dict=True):
    """The data that models are trained and evaluated on."""

    code: Code
    files: Files
    kept: KeptData
    tools: Tools
    lifecycle: Lifecycle
    serving: Serving
    values: Values
    experiments: Experiments
    versions: Versions

    @classmethod
    def gather(
        cls,
        code: Code,
        files: Files,
        kept: KeptData,
        tools: Tools,
        lifecycle: Lifecycle,
        serving: Serving,
        values: Values,
        experiments: Experiments,
        versions: Versions,
    ) -> Self:
        """From readers, downloads, pointers and data files."""
        return cls(code, files, kept, tools, lifecycle, serving, values, experiments, versions)

    @cached_property
    def learns(self) -> bool:
        """Whether something is trained or evaluated, or data sets are fetched for it, tests left out."""
        measured = any(not site.unit.is_test for site in self.lifecycle.measuring)
        fetched = any(source.location.path in self._working for source in self.named)
        return measured or self.experiments.exist or fetched

    @cached_property
    def _working(self) -> frozenset[str]:
        return frozenset(unit.path for unit in self.code.units if not (unit.is_test or unit.is_example))

    @cached_property
    def _units(self) -> tuple[Unit, ...]:
        """Code that may prepare, train or evaluate: not tests, and not what only answers requests or predicts."""
        pages = [route.unit for route in self.serving.routes] + list(self.serving.demos)
        answering = self.code.around(page.path for page in pages)
        paths = self.lifecycle.units("training") or self.lifecycle.units("measuring")
        used = self.code.around(paths)
        aside = (answering | self._predicting) - used
        return tuple(u for u in self.code.units if not u.is_test and u.path not in aside)

    @cached_property
    def _predicting(self) -> frozenset[str]:
        """Scripts that ask a saved model, and neither train nor measure one."""
        asking = self.lifecycle.units("loading") & self.lifecycle.units("predicting")
        notebooks = {unit.path for unit in self.code.notebooks}
        return asking - self.lifecycle.units("training", "measuring") - notebooks

    @cached_property
    def pointers(self) -> tuple[Source, ...]:
        """Data whose content is fixed by a pointer in the tree: DVC and LFS."""
        found = [Source(f"`{p}` fixes the data by checksum", Location(path=p)) for p in self._data_pointers()]
        patterns = [p for path in self.files.find(".gitattributes") for p in LFS.findall(self.files.text(path))]
        for path in self.kept.tables if patterns else ():
            if any(fnmatchcase(path, p) or fnmatchcase(path.rpartition("/")[2], p) for p in patterns):
                found.append(Source(f"`{path}` is kept in LFS", Location(path=path)))
                break
        return tuple(found)

    def _data_pointers(self) -> Iterator[str]:
        for path in self.files.find("*.dvc"):
            if re.search(r"(?:md5|etag|checksum|rev_lock|hash)\s*:", self.files.text(path)):
                yield path
        for path in self.files.find("dvc.lock"):
            if re.search(r"^[ \t]+md5[ \t]*:", self.files.text(path), re.MULTILINE):
                yield path

    @cached_property
    def versioned(self) -> tuple[Source, ...]:
        """Calls, queries and job files that name the version of the data."""
        return tuple(Source(each.what, each.location) for each in self.versions.all)

    @cached_property
    def releases(self) -> tuple[Source, ...]:
        """Downloads from an address that cannot change."""
        read = ((read.path, read.location) for read in self.reads if "://" in read.path)
        named = [
            Source(f"the address names a version: {shortened(url)}", at)
            for url, at in (*self._urls, *read)
            if _is_fixed(url)
        ]
        for path in self.files.find("Makefile", "*.sh"):
            match = RELEASE.search(text) if _data_address(text := self.files.text(path)) is not None else None
            if match is not None:
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                named.append(Source("the script that downloads the data names a version", at))
        return tuple(named)

    @cached_property
    def made(self) -> tuple[Source, ...]:
        """Generators of rows, which give others in the next version of their library."""
        return tuple(
            Source(f"the rows are made by {use.shown}", use.location)
            for use in self._fetching
            if use.call is not None and MADE.search(use.name)
        )

    @cached_property
    def named(self) -> tuple[Source, ...]:
        """Data that code fetches by a name or address whose content may change."""
        return tuple(
            Source(f"the data comes from {use.shown}, without a version", use.location)
            for use in self._fetching
            if not (self.versions.is_fixed(use) or MADE.search(use.name))
        )

    @cached_property
    def _fetching(self) -> tuple[Use, ...]:
        """Calls that fetch data; what they gave is not fetched again where it is handed on."""
        uses = [use for use in self.tools.called("data-source") if use.unit is not None and not use.unit.is_test]
        fetched = {(use.path, use.name) for use in uses if use.call is not None}
        return tuple(
            use
            for use in uses
            if not LOCAL.search(use.name) and (use.call is not None or (use.path, use.name) not in fetched)
        )

    @cached_property
    def addresses(self) -> tuple[Source, ...]:
        """Addresses of data in code without a version, other than those of files that are committed here."""
        named = [(url, at) for url, at in self._urls if not _is_fixed(url) and self.kept.hosted(url) is None]
        for read in self.reads:
            kaggle = KAGGLE.search(read.path)
            if kaggle is not None:
                named.append((f"Kaggle's `{kaggle[1]}`", read.location))
            elif "://" in read.path and not _is_fixed(read.path) and self.kept.hosted(read.path) is None:
                named.append((shortened(read.path), read.location))
        return tuple(Source(f"the data is fetched from {url}, without a version", at) for url, at in named)

    @cached_property
    def gathered(self) -> tuple[Source, ...]:
        """What moves under its name, pages that a spider of the project collects, and stores that training asks."""
        spiders = (
            Source(f"the data is collected from pages by `{each.name}`", unit.location(each.line))
            for unit in self.code.production
            for each in unit.python.classes
            if any(base.startswith("scrapy.") and "Spider" in base for base in each.bases)
        )
        asked = (
            Source(f"the data comes from {use.shown}, without a version", use.location)
            for use in self.tools.called("storage")
            if use.unit is not None and use.unit.is_production and use.path in self._learning and DRAWS.search(use.name)
        )
        floating = (Source(each.what, each.location) for each in self.versions.floating)
        return (*floating, *spiders, *asked)

    @cached_property
    def _learning(self) -> frozenset[str]:
        """Files that train or lead there, and what they import."""
        training = self.lifecycle.units("training")
        leading = self.code.reaching(training).intersection(unit.path for unit in self.code.production)
        return self.code.around(training | leading)

    @cached_property
    def services(self) -> tuple[Source, ...]:
        """Services that production code asks for data."""
        return tuple(
            Source(f"the data comes from {shortened(found[0])}, without a version", unit.location(text.line))
            for unit in self._units
            if unit.is_production
            for text in unit.python.texts
            if "://" in text.value and (found := SERVED.search(text.value)) is not None
        )

    @cached_property
    def _urls(self) -> tuple[tuple[str, Location], ...]:
        return tuple(
            (found[0], unit.location(text.line))
            for unit in self._units
            if not unit.is_example
            for text in unit.python.texts
            if "://" in text.value and (found := _data_address(text.value)) is not None
        )

    @cached_property
    def described(self) -> tuple[Source, ...]:
        """Data sources that documents or configuration name."""
        found: list[Source] = []
        for path in self.files.find("README*", "*.md", "Makefile", "*.sh", "*.rst", "*.txt"):
            text = self.files.text(path)
            match = _data_address(text) or NAMED.search(text) or (PROPER.search(text) if "README" in path else None)
            if match is not None and path.count("/") <= 3:
                line = text.count("\n", 0, match.start()) + 1
                found.append(Source(_named(match), Location(path=path, line=line)))
        for unit in self.code.notebooks:
            for cell in unit.notebook.cells if unit.notebook is not None else ():
                match = _data_address("\n".join(cell.source)) if cell.kind != "code" else None
                if match is not None:
                    at = Location(path=unit.path, cell=cell.index)
                    found.append(Source(_named(match), at))
        for path in self.files.find("*.json", "*.yaml", "*.yml", "*.toml", "*.cfg", "*.ini"):
            text = "" if NO_SETTINGS.search(path) else self.files.text(path)
            match = _data_address(text) or BUCKET.search(text)
            if match is not None:
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                found.append(Source(f"`{shortened(match[0], 60)}` names the data's place", at))
        return tuple(found)

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        """Files that training, evaluation or preparation reads."""
        found: list[Read] = []
        units = {unit.path for unit in self._units}
        for site in self.code.calls_where(READERS.match):
            if site.unit.path in units and not _is_writing(site.name, site.call.args):
                first = site.call.argument(0, "filepath_or_buffer", "path", "file", "root", "directory", "source")
                text = self.values.text(site.unit, first, site.call.scope).replace("\\", "/")
                found.append(Read(text, site.unit, site.location, site.name))
        return tuple(found)

    @cached_property
    def committed(self) -> tuple[Source, ...]:
        """Committed files that the code reads, also from where the repository is hosted."""
        read = [(self.kept.find(read.path), read.location) for read in self.reads]
        read += [(self.kept.hosted(url), at) for url, at in self._urls]
        named = ((path, unit.location(text.line)) for unit in self._units for path, text in self.kept.named_in(unit))
        read += [(self.kept.given(option, default), at) for option, default, at in self._options()]
        found = [Source(f"`{path}` is committed", at) for path, at in (*read, *named) if path is not None]
        found += [
            Source(f"`{path}` is committed, and {where} names it", Location(path=where))
            for path, where in self.kept.configured
        ]
        if any(FOLDERS.search(read.name) for read in self.reads):
            found += [
                Source(f"`{folder}` holds {n} committed files", Location(path=folder))
                for folder, n in self.kept.media.items()
            ]
        return tuple(found)

    def _options(self) -> Iterator[tuple[str, str, Location]]:
        """Options of command lines with a text as their default."""
        for site in self.code.calls_to(".add_argument", ".option"):
            default = site.call.keywords.get("default")
            if default is not None and default.kind == "str" and site.unit in self._units:
                yield (
                    " ".join(value.text for value in site.call.args if value.kind == "str"),
                    default.text,
                    site.location,
                )

    @cached_property
    def missing(self) -> tuple[Read, ...]:
        """Reads of data files that are written down and not in the tree."""
        return tuple(
            read
            for read in self.reads
            if DATA.search(read.path)
            and "://" not in read.path
            and HOLE not in read.path.rpartition("/")[2]
            and not read.name.endswith(".connect")
            and self.kept.find(read.path) is None
            and read.path.rpartition("/")[2] not in self._names
        )

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names of all files in the tree."""
        return frozenset(path.rpartition("/")[2] for path in self.files.own)


def _named(match: re.Match[str]) -> str:
    """That a source is named and no version, with its address where there is one."""
    address = ADDRESS.search(match[0])
    where = f"comes from {address[0][:100]}" if address is not None else "has a source by name"
    return f"the data {where}, without a version"


def _is_fixed(url: str) -> bool:
    return FIXED_URL.search(url) is not None


def _is_writing(name: str, args: tuple[object, ...]) -> bool:
    if name != "open" or len(args) < 2:
        return False
    return bool(WRITES.match(getattr(args[1], "text", "")))


def _data_address(text: str) -> re.Match[str] | None:
    """The first address that leads to data."""
    leading = (found for found in ADDRESS.finditer(text) if HOSTS.search(found[0]))
    return next((found for found in leading if not (PROGRAM.search(found[0]) or SHOWN.search(found[0]))), None)
