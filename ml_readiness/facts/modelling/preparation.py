"""Where raw input becomes model input: the project's own preprocessing functions and statements."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.lifecycle import PREPARES, Lifecycle
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.saying import said
from ml_readiness.facts.source.units import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.facts.source.code import Site
    from ml_readiness.parsers.python import Class, Function
    from ml_readiness.report import Location

LOADS = re.compile(
    r"(?:load|read|get|fetch|make|build|create|ingest|collect|download|extract|split)_?(?:\w*_)?"
    r"(?:data(?:set|frame|loader|s)?s?|df|csv|documents?|docs|corpus|samples|images?|batch|features?"
    r"|audio|video|wave(?:form)?s?|speech|texts?|sentences|vocab(?:ulary)?|records|rows|transactions|annotations|signals?)\b"
    r"|dataset|dataloader",
    re.IGNORECASE,
)
"""Names of functions that bring data in."""
STEPS = re.compile(r"(?:run|execute|step|task|job)(?:_(?:step|task|job))?$")
"""Functions of pipelines that are named after what their file is for."""
NAMED = "its name says so"
DATA_CLASSES = re.compile(r"(?:Dataset|DataModule|DataLoader|Preprocessor|Tokenizer|Transformer|Vectorizer|Encoder)$")
MODULES = re.compile(
    r"(?:^|\.)(?:nn|linen|nnx|layers|eqx|equinox|hk|haiku|keras)\b.*\.?(?:Module|Model|Layer|Block)$|LightningModule$"
)
"""Bases of networks and their parts, whatever they are called."""
ABOUT = re.compile(
    r"importance|config|param|setting|option|_args|schema|_path|_url|_name$|logger|metric|plot|show|print"
    r"|(?:^|_)auth(?:_|$)|authenti|authori[sz]|jwt|login|password|access_token|(?:api|refresh|bearer)_?token|token_(?:valid|verif|refresh|expir)"
    r"|(?:verify|validate|check|revoke|issue|refresh)_token|feature_flag|transform_response|event_loop"
    r"|^on_\w|(?:^|_)(?:new|next|stop|eos|bos|pad)_tokens?$|tokens?_(?:count|usage|limit|cost|budget|stream)|(?:count|num|max|estimate|track|total)_?tokens?",
    re.IGNORECASE,
)
"""Names that speak of the settings or the picture of a step, or of who may do it, not of the step."""
ASKS_PERSON = re.compile(r"^(?:input$|(?:streamlit|gradio|chainlit|tkinter|PySimpleGUI|click|typer|ipywidgets)\b)")
"""Calls by which a program asks whoever sits in front of it."""
COLUMN = re.compile(r"\w*(?:df|data|frame)\w*\[")
READERS = re.compile(
    r"^(?:pandas|polars|dask|pyspark|datasets|torchvision\.datasets|tensorflow_datasets)\b(?:.*\.)?(?:read|scan|load)\w*$"
)


DOCUMENTS = frozenset({
    "split_documents", "split_text", "create_documents", "load_and_split", "from_documents", "from_texts",
    "add_documents", "add_texts", "get_nodes_from_documents",
})  # fmt: skip
"""Methods by which documents are cut and put where they are found again, whoever offers them."""
COLUMNS = "it assigns columns of a data frame"
LEARNS = "it fits and transforms"


class Prepares(Struct, frozen=True):
    """A function or class of the project that prepares data."""

    unit: Unit
    name: str
    line: int
    why: str
    transforms: bool
    """Whether it changes data, and does more than bring them in."""

    @property
    def key(self) -> str:
        """As the call graph knows it."""
        return f":{self.unit.path}:{self.name}"

    @property
    def location(self) -> Location:
        """Where it is defined."""
        return self.unit.location(self.line)


class Preparation(Struct, frozen=True, dict=True):
    """Preprocessing, by where it lives."""

    code: Code
    lifecycle: Lifecycle

    @classmethod
    def gather(cls, code: Code, lifecycle: Lifecycle) -> Self:
        """From calls that prepare data, and from what the project's functions are called."""
        return cls(code, lifecycle)

    @cached_property
    def _sites(self) -> Mapping[tuple[str, str], list[Site]]:
        found: dict[tuple[str, str], list[Site]] = defaultdict(list)
        readers = self.code.calls_where(READERS.match)
        for site in (*self.lifecycle.preparing, *self.lifecycle.splitting, *readers):
            found[site.unit.path, site.call.scope].append(site)
        return found

    @cached_property
    def _asking(self) -> frozenset[tuple[str, str]]:
        """Functions that ask a model themselves: handlers and pages, whatever they prepare on the way."""
        stages = (*self.lifecycle.predicting, *self.lifecycle.prompting)
        return frozenset((site.unit.path, site.call.scope) for site in stages)

    @cached_property
    def functions(self) -> tuple[Prepares, ...]:
        """Functions and classes in production code that load, clean, encode or otherwise prepare data."""
        return tuple(found for unit in self.code.production for found in self._in(unit))

    def _in(self, unit: Unit) -> Iterator[Prepares]:
        for function in unit.python.functions:
            own = function.name.rpartition(".")[2]
            asks = (unit.path, function.name) in self._asking
            if function.statements and not own.startswith("__") and (not asks or PREPARES.search(own)):
                if why := self._transforms(unit, function):
                    yield Prepares(unit, function.name, function.line, why, True)
                elif why := self._brings_in(unit, function):
                    yield Prepares(unit, function.name, function.line, why, False)
        for each in unit.python.classes:
            if why := _class_prepares(each):
                yield Prepares(unit, each.name, each.line, why, True)

    def _transforms(self, unit: Unit, function: Function) -> str:
        sites = self._sites.get((unit.path, function.name), ())
        if site := next((site for site in sites if not READERS.match(site.name)), None):
            return f"it calls `{said(site)}`"
        own = function.name.rpartition(".")[2]
        named = f"{unit.path.rpartition('/')[2].removesuffix('.py')}_{own}" if STEPS.match(own) else own
        if PREPARES.search(named) and not ABOUT.search(named):
            return NAMED
        if site := next((s for s in self.code.calls_in(unit, function.name) if s.call.method in DOCUMENTS), None):
            return f"it calls `{said(site)}`"
        if sites and (unit.path, function.name) in self._writing_functions:
            return "it reads a table and writes another"
        if not unit.imports_any("pandas", "polars", "pyspark", "dask", "modin", "cudf"):
            return ""
        columns = (a for a in unit.python.assigns if a.scope == function.name and COLUMN.match(a.target))
        return COLUMNS if next(columns, None) is not None else ""

    def _brings_in(self, unit: Unit, function: Function) -> str:
        sites = self._sites.get((unit.path, function.name), ())
        if sites:
            return f"it calls `{said(sites[0])}`"
        own = function.name.rpartition(".")[2]
        named = LOADS.search(own) and not ABOUT.search(own)
        return NAMED if named and not self._asks_a_person(unit, function) else ""

    def _asks_a_person(self, unit: Unit, function: Function) -> bool:
        return any(ASKS_PERSON.match(site.name) for site in self.code.calls_in(unit, function.name))

    @cached_property
    def inline(self) -> tuple[Site, ...]:
        """Calls that prepare data inside production functions that ask the model themselves."""
        return tuple(
            site
            for (path, scope), sites in self._sites.items()
            for site in sites
            if scope and (path, scope) in self._asking and site.unit.is_production and not READERS.match(site.name)
        )

    @cached_property
    def statements(self) -> tuple[Site, ...]:
        """Calls that prepare data at the top level of production scripts."""
        return tuple(
            site
            for (_, scope), sites in self._sites.items()
            for site in sites
            if not scope
            and site.unit.is_production
            and (not READERS.match(site.name) or site.unit.path in self._writing)
        )

    @cached_property
    def _writing(self) -> frozenset[str]:
        """Scripts that write tables at their top level: what they read and write is data on its way to a model."""
        return frozenset(
            site.unit.path
            for name in ("to_csv", "to_parquet", "to_feather", "to_pickle", "to_json")
            for site in self.code.by_method.get(name, ())
            if not site.call.scope and site.unit.is_production
        )

    @cached_property
    def _writing_functions(self) -> frozenset[tuple[str, str]]:
        """Functions that write tables."""
        return frozenset(
            (site.unit.path, site.call.scope)
            for name in ("to_csv", "to_parquet", "to_feather")
            for site in self.code.by_method.get(name, ())
            if site.call.scope
        )

    @cached_property
    def in_notebooks(self) -> tuple[Site, ...]:
        """Calls that prepare data in notebooks."""
        found = [site for sites in self._sites.values() for site in sites if site.unit.is_notebook]
        return tuple(sorted(found, key=lambda site: READERS.match(site.name) is not None))

    @property
    def only_splits(self) -> bool:
        """Whether notebooks do no more than setting rows apart."""
        return not any(site.unit.is_notebook for site in self.lifecycle.preparing)


def _class_prepares(each: Class) -> str:
    if any(MODULES.search(base) for base in each.bases):
        return ""
    if {"fit", "transform"} <= set(each.methods):
        return LEARNS
    if DATA_CLASSES.search(each.name):
        return NAMED
    if base := next((base for base in each.bases if DATA_CLASSES.search(base)), None):
        return f"it is a `{base.rpartition('.')[2]}`"
    return ""
