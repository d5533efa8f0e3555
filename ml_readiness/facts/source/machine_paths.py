"""Paths and addresses that exist on one machine only."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.units import Unit

SERVICE_USERS = r"jovyan|airflow|appuser|app|runner|vscode|nonroot|gradle|node|mambauser|spark|sagemaker-user|user"
"""Home folders that images and platforms bring along."""
HOME = rf"/(?:home/(?!(?:{SERVICE_USERS})/)[a-z_][\w.-]{{1,40}}|Users/(?!Shared/)[A-Za-z][\w. -]{{1,40}}|root)/[\w.@-]"
SYSTEM = r"Windows|Program|mingw|Miniconda|Anaconda|msys|cygwin|tools"
"""Folders that every computer of the kind has."""
DRIVE = rf"[A-Za-z]:[\\/]{{1,2}}(?!{SYSTEM})[\w. ()-]{{1,80}}[\\/][^\n\"'<>|*?]*"
SHARE = r"\\\\(?:\\\\)?[A-Za-z][\w.-]{2,40}\\{1,2}[\w$.-]+"
MOUNTED = (
    r"/(?:mnt|media|scratch|lustre|gpfs|nfs|net|Volumes|data\d*|datasets|raid\d*|ssd\d*|hdd\d*|work|storage)"
    r"/[\w.-]+/[\w.-]"
)
HOSTED = r"/content/(?:drive|gdrive|[\w.-]+/)|/kaggle/(?:input|working)/|/dbfs/|dbfs:/|/gdrive/"
PRIVATE = (
    r"[a-z]{2,10}://(?:[^/@\s]{1,80}@)?(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2}(?![\w.])"
)
TIED = re.compile(
    rf"^(?:file://)?(?:(?P<home>{HOME})|(?P<drive>{DRIVE})|(?P<share>{SHARE})|(?P<mounted>{MOUNTED})"
    rf"|(?P<hosted>{HOSTED}))|^(?P<private>{PRIVATE})"
)
REST = r"[^\s\"'#,;)\]]{0,200}"
IN_FILE = re.compile(
    rf"(?<![\w./$}}~-])(?P<value>(?:file://)?(?:{HOME}|{DRIVE}|{SHARE}|{HOSTED}){REST}|{PRIVATE}{REST})"
)
PATTERN = re.compile(r"[*+?^$|(){}\[\]]|\\[dwsSWDbB]")
"""What regular expressions are made of."""
OVERRIDABLE = frozenset(
    ("getenv", "get", "setdefault", "add_argument", "option", "Option", "Argument", "argument", "Field", "field",
     "text", "Parameter", "DEFINE_string", "DEFINE_enum", "arg")
)  # fmt: skip
"""Calls whose constants are defaults that a caller can replace."""
CONFIGURATION = (
    "*.yaml", "*.yml", "*config*.json", "*settings*.json", "*param*.json", "*.toml", "*.ini", "*.cfg",
    "*.conf", "*.env", ".env*", "*.sh", "*.properties",
)  # fmt: skip
INSIDE_IMAGES = re.compile(
    r"docker|compose|k8s|kubernetes|helm|charts?/|deploy|\.github/|\.gitlab|\.devcontainer|\.vscode|\.idea|package-lock"
    r"|terraform|ansible|locks?\.|environment|swagger|openapi|config/default|circleci|appveyor|travis|pipelines?"
    r"|(?:^|/)ci/|jenkins|(?:^|/)(?:wandb|mlruns|lightning_logs|outputs?|multirun|catboost_info|logs?)/|sagemaker|databricks",
    re.IGNORECASE,
)
"""Files whose paths are those of an image or a build machine, or that tools have written."""
MOST_FILES = 400
LONGEST_FILE = 200_000


class MachinePath(Struct, frozen=True):
    """One value that ties the project to a machine."""

    location: Location
    value: str
    kind: str
    """`home`, `drive`, `share`, `mounted`, `hosted` (Colab, Kaggle, Databricks) or `private` (an address)."""
    overridable: bool
    """Whether it is only the default of a setting."""
    path: str


class MachinePaths(Struct, frozen=True, dict=True):
    """Every such value in code and configuration; tests and examples are left out."""

    code: Code
    files: Files

    @classmethod
    def gather(cls, code: Code, files: Files) -> Self:
        """From string constants of Python and the lines of configuration files."""
        return cls(code, files)

    @cached_property
    def found(self) -> tuple[MachinePath, ...]:
        """In code first, then in configuration."""
        in_code = (path for unit in self.code.units for path in _in_unit(unit))
        return (*in_code, *self._in_files())

    def _in_files(self) -> Iterator[MachinePath]:
        paths = [path for path in self.files.find(*CONFIGURATION) if self._is_read(path)]
        for path in paths[:MOST_FILES]:
            for number, line in enumerate(self.files.text(path).split("\n"), 1):
                match = IN_FILE.search(line[:2000])
                if match is not None and not line.lstrip().startswith(("#", "//", ";")):
                    kind = _kind(match["value"]) or "home"
                    overridable = ":-" in line[: match.start()][-30:]
                    yield MachinePath(Location(path=path, line=number), match["value"], kind, overridable, path)

    def _is_read(self, path: str) -> bool:
        size = self.files.entries[path].size
        if size is None or size > LONGEST_FILE or is_test(path) or self.files.is_example(path):
            return False
        return INSIDE_IMAGES.search(path) is None


def _in_unit(unit: Unit) -> Iterator[MachinePath]:
    if unit.is_test or unit.is_example:
        return
    defaults = [call for call in unit.python.calls if call.method in OVERRIDABLE]
    for text in unit.python.texts:
        kind = _kind(text.value)
        if not kind or (kind != "drive" and PATTERN.search(text.value)):
            continue
        overridable = any(call.line <= text.line <= call.end_line for call in defaults)
        yield MachinePath(unit.location(text.line), text.value[:200], kind, overridable, unit.path)


def _kind(value: str) -> str:
    if ":" not in value and value[:1] not in {"/", "\\"}:
        return ""
    match = TIED.match(value)
    return str(match.lastgroup) if match is not None else ""
