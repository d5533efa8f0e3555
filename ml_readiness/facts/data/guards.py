"""Where the project's own code refuses data that is not as expected."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.serving.uploads import looks_at_kind, looks_at_size, takes_document
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.units import Unit
from ml_readiness.report import Location
from ml_readiness.wording import shortened

if TYPE_CHECKING:
    from ml_readiness.parsers.python import Call, Condition

STOPS = frozenset({"assert", "raise", "exit", "warn"})
REFUSES = STOPS | {"return"}
CONTENT = re.compile(
    r"\.(?:isnull|isna|isnan|isfinite|isinf|notnull|notna|duplicated|is_numeric_dtype|has_nulls"
    r"|is_string_dtype|null_count|is_null)$"
)
TABLES = ("pandas", "polars", "dask", "modin", "cudf", "geopandas", "pyspark")
RANGES = re.compile(r"\.(?:all|any|between|isin)$")
BETWEEN = re.compile(r"\.(?:between|isin)\b")
ORDER = frozenset(["<", ">", "<=", ">="])
LEARNT = re.compile(
    r"loss(?:es)?|grad|pred|prob|weight|param|mask|attention|logit|output|score|metric|done|step", re.IGNORECASE
)
"""Names of what a model computes, not of what it is given."""
TABLE = re.compile(r"\.(?:columns|column_names|dtypes?|empty|is_unique|is_monotonic_increasing)$")
KINDS = re.compile(r"(?:^|\.)(?:DataFrame|GeoDataFrame|LazyFrame)$")
"""Types of tables, where what was read is held against one."""
LACKING = re.compile(r"^(?:\w*_)?(?:missing|unexpected|invalid|extra|null|nan|duplicated?)(?:_\w+)?$")
PIECES = re.compile(r"col|field|feature|row|value|record|label|schema|table|key|entr|sample|id", re.IGNORECASE)
SHAPED = re.compile(
    r"^(?:X|y|df|data|dataset|frame|features?|labels?|targets?|interactions?|embeddings?|matrix|sample_weights?|images?|audio"
    r"|series|train|test|\w+_(?:df|data|features?|labels?|matrix|train|test|weights?))\.(?:shape|ndim)$"
)
REFUSAL = re.compile(
    r"\b(?:no|multiple) \w+(?: \w+){0,2} (?:was |were )?found|same (?:size|shape|length)"
    r"|missing|require|expect|unexpected|unknown|invalid|duplicat|empty|\bnull|\bnan\b|infinit|\binf\b|negative|mismatch"
    r"|out of (?:range|bounds)|(?:must|should) (?:be|contain|have|match)|too (?:long|short|few|many|large|small|big)"
    r"|not (?:match|contain|understood|supported|allowed|valid|found in|a valid)|inconsistent|unsupported|exceed"
    r"|corrupt|malformed|wrong",
    re.IGNORECASE,
)
NOUNS = re.compile(
    r"\bcolumns?\b|\bfeatures?\b|\brows?\b|\bvalues?\b.*\b(?:data|column|range)|\bfields?\b|\brecords?\b|\blabels?\b"
    r"|\bsamples?\b|data ?frame|\bdata(?:set)?\b|\bschema\b|dimension|\b[123]-?D\b|\binputs?\b|\btexts?\b|\btokens?\b"
    r"|\bdocuments?\b|\bimages?\b|\baudio\b|file (?:type|format|size|extension)|\b(?:pdf|docx?|csv|image|audio) file"
    r"|\bextension|\bdtype\b|interaction"
    r"|embedding|timestamps?\b|\bdates?\b|\bprices?\b|\bX\b|\by\b|\buploads?\b|\bmime\b|content.?type",
    re.IGNORECASE,
)
NOT_DATA = re.compile(
    r"param|argument|config|setting|option|\bmodels?\b|optimi|\bloss|activation|layer|\bmode\b|strategy|backend|device"
    r"|checkpoint|fitted|weights|kernel|environment|variable|\bapi\b|token (?:is|not)|credential|\bkey\b|password|path"
    r"|directory|folder|\burl\b|module|install|implement|\bnames?\b|\bsource\b|\bmethod|download|\bsplit\b|metric\b"
    r"|ingest[eo]r|\bloader|\breader|processor|extractor|factory|connector"
    r"|batch.?size|scheduler|version|\btools?\b|\bagents?\b|template|prompt|session|\buser\b|database|connection"
    r"|(?:unknown|invalid|unsupported|unrecogni[sz]ed) data ?set\b",
    re.IGNORECASE,
)
ASIDE = re.compile(
    r"config|setting|param|(?:^|_)args?(?:_|$)|grid|credential|token$|auth|bearer|request|fitted|initiali|boosting|checkpoint|login"
    r"|forward$|__call__$|hyper|parse_|_env|environ|secret|permission|available",
    re.IGNORECASE,
)
CHECKS = re.compile(r"(?:^|_)(?:check|valid|verify|ensure|assert|sanity)", re.IGNORECASE)
DATA_WORDS = re.compile(
    r"data|document|embedding|matrix|column|schema|input|frame|record|row|text|image|audio|series|array|feature|label|sample|file|upload"
    r"|quality|\bX\b|\by\b|\bdf\b",
    re.IGNORECASE,
)
PRESENCE = re.compile(r"exist|folder|director|_path", re.IGNORECASE)
"""Names of functions that ask whether a file is there, not what is in it."""
MODULES = re.compile(r"(?:^|\.)(?:Module|Layer|Model|LightningModule|PreTrainedModel|BaseModel|BaseSettings)$")
ERRORS = re.compile(
    r"^(?:ValueError|TypeError|AssertionError|RuntimeError|Exception|IndexError)$|(?:Data|Schema|Validation|Quality)\w*Error$"
)
SCHEMA = re.compile(
    r"schema|expected_?(?:col|feat|field|type)|required_?(?:col|feat|field)|number_of_columns", re.IGNORECASE
)
MODELS = re.compile(r"^pydantic\.(?:main\.)?BaseModel$|^sqlmodel\.SQLModel$|^msgspec\.Struct$|^patito\.Model$")
RECORDS = re.compile(
    r"data|rows?(?:_|$)|record|load|ingest|etl|stream|consum|feature_pipeline|dispatch|parse_(?!args)", re.I
)
NOT_RECORDS = re.compile(
    r"config|setting|request|response|payload|param|args|option|prompt|tool|schema$|metadata", re.I
)
READS = re.compile(r"^(?:pandas|polars)\.(?:read|scan)_\w+$")
UPLOADS = {"streamlit.file_uploader": "type", "gradio.File": "file_types", "streamlit.sidebar.file_uploader": "type"}
NEAR = 4


class Guard(Struct, frozen=True):
    """One refusal."""

    location: Location
    what: str
    unit: Unit
    scope: str


class Guards(Struct, frozen=True, dict=True):
    """Checks of data content or schema that raise, reject or report."""

    code: Code
    serving: Serving
    graph: CallGraph

    @classmethod
    def gather(cls, code: Code, serving: Serving, graph: CallGraph) -> Self:
        """From the conditions and errors of production code."""
        return cls(code, serving, graph)

    @cached_property
    def all(self) -> tuple[Guard, ...]:
        """Every guard, one for each place."""
        return tuple(guard for unit in self.code.production for guard in self._in(unit))

    @cached_property
    def used(self) -> tuple[Guard, ...]:
        """Guards in functions and classes that something in the project uses."""
        in_use = (guard for guard in self.all if self._is_used(guard.unit, guard.scope))
        return (*in_use, *(guard for unit in self.code.tests if self._looks_at_files(unit) for guard in self._in(unit)))

    def _looks_at_files(self, unit: Unit) -> bool:
        """Whether tests look at files of data, and at nothing of the project's code."""
        return not self.code.imported[unit.path] and any(READS.search(call.name) for call in unit.python.calls)

    @cached_property
    def declared(self) -> tuple[Guard, ...]:
        """Functions that check columns or fields against a schema that is written down elsewhere."""
        return tuple(
            Guard(unit.location(line), f"`{scope.rpartition('.')[2]}`", unit, scope)
            for unit in self.code.production
            for line, scope, names in (*_asked(unit), *_answered(unit))
            if _is_check(scope) and any(SCHEMA.search(name) for name in names) and self._is_used(unit, scope)
        )

    @cached_property
    def records(self) -> tuple[Guard, ...]:
        """Places outside request handlers where rows or messages are made into objects of a declared schema."""
        return tuple(
            Guard(site.location, f"`{definition.name}`", site.unit, site.call.scope)
            for site in self.code.sites
            if site.unit.is_production and "**" in site.call.keywords and self._reads_records(site)
            if (definition := self.code.define(site.unit, site.call.name)) is not None
            if definition.as_class is not None and not NOT_RECORDS.search(definition.name)
            if any(MODELS.search(base) for base in definition.as_class.bases)
        )

    def _reads_records(self, site: Site) -> bool:
        if (site.unit.path, site.call.scope) in self._answering or not self._is_used(site.unit, site.call.scope):
            return False
        return bool(RECORDS.search(site.call.scope) or RECORDS.search(site.unit.path))

    def _is_used(self, unit: Unit, scope: str) -> bool:
        name = scope.partition(".")[0]
        function = unit.functions.get(name)
        if not name or (function is not None and function.decorators):
            return True
        return (unit.path, name) in self._mentioned or bool(self.graph.callers.get(key(unit, name)))

    @cached_property
    def _mentioned(self) -> frozenset[tuple[str, str]]:
        """What code outside tests calls, imports or derives from, by the file and name of its definition."""
        names = [site.name for site in self.code.sites if not site.unit.is_test]
        for unit in self.code.units:
            if not unit.is_test:
                imported = (f"{i.module}{'' if i.module.endswith('.') else '.'}{i.name}" for i in unit.python.imports)
                bases = (base for each in unit.python.classes for base in each.bases)
                names += [self.code.canonical(unit, name) for name in (*imported, *bases)]
        split = (name[1:].partition(":") for name in names if name.startswith(":"))
        return frozenset((path, inner.partition(".")[0]) for path, _, inner in split)

    def _in(self, unit: Unit) -> Iterator[Guard]:
        tested = sorted(self._conditions(unit))
        lines = [line for line, _, _ in tested]
        refused = [each for each in self._refusals(unit) if not any(0 <= each[0] - line <= NEAR for line in lines)]
        for line, scope, what in sorted(tested + refused):
            if not self._is_aside(unit, scope):
                yield Guard(unit.location(line), what, unit, scope)

    def _conditions(self, unit: Unit) -> Iterator[tuple[int, str, str]]:
        of_tables = unit.imports_any(*TABLES)
        for each in unit.python.conditions:
            if each.effect in STOPS and (what := _tested(each, of_tables=of_tables) or _stated(each)):
                yield each.line, each.scope, what
            elif (unit.path, each.scope) in self._receiving and each.effect in REFUSES and _of_upload(each):
                yield each.line, each.scope, "what is uploaded"
            elif each.effect == "return" and _is_check(each.scope) and _says_no(unit, each.scope):
                yield each.line, each.scope, f"`{each.scope.rpartition('.')[2]}`"

    def _refusals(self, unit: Unit) -> Iterator[tuple[int, str, str]]:
        """Errors whose message is about data."""
        for call in unit.python.calls:
            text = _message(call)
            if text and ERRORS.search(call.name) and _is_about_data(text):
                yield call.line, call.scope, _quoted(text)
            elif call.name in UPLOADS and UPLOADS[call.name] in call.keywords:
                yield call.line, call.scope, "the kinds of file that are accepted"
            elif call.method == "append" and text and _is_check(call.scope):
                yield call.line, call.scope, _quoted(text)

    def _is_aside(self, unit: Unit, scope: str) -> bool:
        """Whether the code around is about requests, settings or the model's own layers."""
        name = scope.rpartition(".")[2]
        if ASIDE.search(name) or (unit.path, scope) in self._answering - self._receiving:
            return True
        owner = unit.classes.get(scope.rpartition(".")[0]) or unit.classes.get(scope.partition(".")[0])
        return owner is not None and any(MODULES.search(base) for base in owner.bases)

    @cached_property
    def _answering(self) -> frozenset[tuple[str, str]]:
        routes = self.serving.routes
        return frozenset((route.unit.path, route.function.name) for route in routes if route.function is not None)

    @cached_property
    def _receiving(self) -> frozenset[tuple[str, str]]:
        """Functions that are given documents which somebody sent."""
        functions = ((unit, function) for unit in self.code.production for function in unit.python.functions)
        return frozenset((unit.path, function.name) for unit, function in functions if takes_document(function))


def _asked(unit: Unit) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """The conditions of a file: line, scope and names."""
    return ((each.line, each.scope, each.names) for each in unit.python.conditions)


def _answered(unit: Unit) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """The functions of a file that return a comparison, with the names in it and those they bind on the way."""
    for function in unit.python.functions:
        compared = [part for value in function.returns for part in value.walk()]
        if any(part.kind == "compare" for part in compared):
            bound = (assign.target for assign in unit.python.assigns if assign.scope == function.name)
            yield function.line, function.name, (*(part.text for part in compared if part.kind == "name"), *bound)


def _says_no(unit: Unit, scope: str) -> bool:
    """Whether a function answers no: what it looks at is left out."""
    function = unit.functions.get(scope)
    return function is not None and any(value.kind == "bool" and value.text == "False" for value in function.returns)


def _of_upload(condition: Condition) -> bool:
    return looks_at_kind(condition) or looks_at_size(condition)


def _tested(condition: Condition, *, of_tables: bool) -> str:
    """What of the data a condition looks at; empty if it is about something else."""
    for call in condition.calls:
        if CONTENT.search(call):
            return f"`{call.rpartition('.')[2]}`"
    if any(call.endswith((".issubset", ".issuperset")) for call in condition.calls):
        named = next((name for name in (*condition.names, condition.scope) if PIECES.search(name)), "")
        return f"`{named}`" if named else ""
    ranged = next((call for call in condition.calls if RANGES.search(call)), "") if of_tables else ""
    if ranged:
        compared = ORDER.intersection(condition.operators) or BETWEEN.search(" ".join(condition.calls))
        if compared and not any(LEARNT.search(name) for name in condition.names):
            return f"`{ranged.rpartition('.')[2]}`"
    if "isinstance" in condition.calls and any(KINDS.search(name) for name in condition.names):
        return next(f"`{name.rpartition('.')[2]}`" for name in condition.names if KINDS.search(name))
    for name in condition.names:
        if (TABLE.search(name) and not name.startswith("self.config")) or SHAPED.match(name):
            return f"`{name}`"
        if LACKING.match(name) and (PIECES.search(name) or PIECES.search(condition.scope)):
            return f"`{name}`"
    return f"`{condition.scope.rpartition('.')[2]}`" if _is_check(condition.scope) else ""


def _stated(condition: Condition) -> str:
    """What an assert says of the data; empty if it says nothing of it."""
    return _quoted(condition.says) if _is_about_data(condition.says) else ""


def _is_check(scope: str) -> bool:
    """Whether a function's name says that it checks data."""
    name = scope.rpartition(".")[2]
    return bool(CHECKS.search(name) and DATA_WORDS.search(name)) and PRESENCE.search(name) is None


def _message(call: Call) -> str:
    first = call.args[0] if call.args else None
    if first is None:
        return ""
    if first.kind in {"str", "format"}:
        return first.text
    if first.kind == "call" and first.text.endswith(".format"):
        return first.text
    return ""


def _quoted(message: str) -> str:
    """What an error says, with an ellipsis for what only a run could tell."""
    return f"“{shortened(message.replace('*', '…'))}”"


def _is_about_data(text: str) -> bool:
    return bool(REFUSAL.search(text) and NOUNS.search(text) and not NOT_DATA.search(text))
