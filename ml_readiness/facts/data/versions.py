"""How code and job files say which version of the data they mean, whatever holds it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.tooling.uses import Use

KEYWORDS = frozenset(
    {"revision", "known_hash", "version", "dataset_version", "data_version", "version_number", "dataset_id", "data_id"}
    | {"snapshot_id", "checksum", "sha256", "md5", "hash", "expected_hash", "training_dataset_version", "file_hash"}
)
"""Arguments that fix what a call fetches."""
THIRD = {"get_by_name": 2}
"""Calls that take the version without its name, and at which place."""
FIXED = re.compile(r":(?:v?\d+(?:\.[\d*]+)*)$|/versions?/\d+|@[0-9a-f]{7,64}$|@v?\d+(?:\.\d+)+$")
"""Versions at the end of a name: `mnist:3.0.1`, `owner/data:v3`, `owner/data/versions/2`."""
FLOATING = re.compile(r"[:@](?:latest|main|master|prod\w*|staging|current)$", re.IGNORECASE)
"""Names of versions that move."""
OPTIONS = frozenset(
    {"versionAsOf", "timestampAsOf", "snapshot-id", "as-of-timestamp", "tag", "as.of.instant", "readChangeFeed"}
)
"""Options with which a table is read as it was."""
TABLES = frozenset({"pyspark", "snowflake-snowpark-python", "awswrangler", "pandas-gbq", "databricks-sql-connector"})
"""Tools that read tables of a warehouse."""
AS_OF = re.compile(
    r"\b(?:FOR\s+)?SYSTEM_TIME\s+AS\s+OF\b|\b(?:FOR\s+)?(?:SYSTEM_)?(?:VERSION|TIMESTAMP)\s+AS\s+OF\b"
    r"|\b(?:AT|BEFORE)\s*\(\s*(?:TIMESTAMP|OFFSET|STATEMENT|VERSION)\s*=>|@v\d+\b(?=\s*(?:WHERE|LIMIT|$))",
    re.IGNORECASE,
)
"""Queries that read a table as it was."""
ASSET = re.compile(r"(?m)^[ \t]*-?[ \t]*(?:path|data|input|dataset)[\w-]*[ \t]*:[ \t]*[\"']?azureml:(?!//)[\w.-]+:\d+")
"""A registered data asset with its version, as an input of a job."""


class Version(Struct, frozen=True):
    """A version that is named."""

    what: str
    location: Location


class Versions(Struct, frozen=True, dict=True):
    """Every place where a version of data is named."""

    code: Code
    files: Files
    tools: Tools

    @classmethod
    def gather(cls, code: Code, files: Files, tools: Tools) -> Self:
        """From calls, queries and job files."""
        return cls(code, files, tools)

    @cached_property
    def floating(self) -> tuple[Version, ...]:
        """Where a version is named that moves."""
        return tuple(
            Version(f"{use.shown} names a version that moves", use.location)
            for use in self.tools.called("data-versioning")
            if is_floating(use)
        )

    @cached_property
    def read_as_it_was(self) -> frozenset[str]:
        """Files in which tables are read as they were."""
        return frozenset(each.location.path for each in (*self._options(), *self._queries()))

    def is_fixed(self, use: Use) -> bool:
        """Whether the version is named of what a call fetches, there or where its receiver was fetched."""
        if is_fixed(use) or _goes_on(use, self._fixed) or self._registers(use):
            return True
        return use.tool in TABLES and use.path in self.read_as_it_was

    def _registers(self, use: Use) -> bool:
        """Whether what a call fetches is registered as a new version of a data set right there."""
        sites = self.code.calls_in(use.unit, use.scope) if use.unit is not None else ()
        return any(site.call.method == "register" and "create_new_version" in site.call.keywords for site in sites)

    @cached_property
    def _fixed(self) -> tuple[tuple[str, str], ...]:
        uses = self.tools.called("data-source")
        return tuple((use.path, f"{use.name}.") for use in uses if is_fixed(use))

    @cached_property
    def all(self) -> tuple[Version, ...]:
        """Calls first."""
        return (*self._called(), *self._options(), *self._queries(), *self._assets())

    def _called(self) -> Iterator[Version]:
        uses = self.tools.called("data-versioning")
        floating = tuple((use.path, f"{use.name}.") for use in uses if is_floating(use))
        for use in uses:
            aside = use.unit is not None and (use.unit.is_test or use.unit.is_example)
            if not aside and not is_floating(use) and not _goes_on(use, floating):
                yield Version(f"the data is fixed through {use.shown}", use.location)
        for use in self.tools.called("data-source"):
            if use.unit is not None and not use.unit.is_test and use.call is not None and is_fixed(use):
                yield Version(f"the data is fixed through {use.shown}", use.location)

    def _options(self) -> Iterator[Version]:
        for site in (*self.code.by_method.get("option", ()), *self.code.by_method.get("options", ())):
            named = {argument.text for argument in site.call.args[:1]} | site.call.keywords.keys()
            if not site.unit.is_test and (found := sorted(OPTIONS & named)):
                yield Version(f"the table is read as it was, by `{found[0]}`", site.location)

    def _queries(self) -> Iterator[Version]:
        for unit in self.code.units:
            for text in unit.python.texts if not unit.is_test else ():
                if len(text.value) > len("AT(VERSION") and (found := AS_OF.search(text.value)):
                    yield Version(f"the query reads the table as it was (`{found[0]}`)", unit.location(text.line))

    def _assets(self) -> Iterator[Version]:
        for path in self.files.find("*.yml", "*.yaml"):
            text = self.files.text(path)
            found = ASSET.search(text) if "azureml:" in text else None
            if found is not None:
                at = Location(path=path, line=text.count("\n", 0, found.start()) + 1)
                yield Version("the job names the version of the data asset", at)


def _goes_on(use: Use, started: tuple[tuple[str, str], ...]) -> bool:
    """Whether a call is made on what another one gave."""
    return any(use.path == path and use.name.startswith(name) for path, name in started)


def is_fixed(use: Use) -> bool:
    """Whether a call names the version of what it fetches, in an argument or at the end of the name."""
    if use.call is None:
        return False
    given = [value for name, value in use.call.keywords.items() if name in KEYWORDS]
    given += use.call.args[THIRD[use.call.method] :][:1] if use.call.method in THIRD else ()
    named = any(value.kind != "none" and value.text not in {"", "latest"} for value in given)
    return named or any(value.kind == "str" and FIXED.search(value.text) for value in use.call.args[:2])


def is_floating(use: Use) -> bool:
    """Whether the version that a call names is one that moves."""
    values = (*use.call.args[:2], *use.call.keywords.values()) if use.call is not None else ()
    return any(value.kind == "str" and (FLOATING.search(value.text) or value.text == "latest") for value in values)
