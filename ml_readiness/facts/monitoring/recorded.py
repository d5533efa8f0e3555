"""What becomes of a prediction after it was made: written somewhere that lasts, logged, or only returned."""

from __future__ import annotations

from collections import defaultdict
from functools import cache, cached_property
from itertools import islice
from typing import TYPE_CHECKING, Self

from msgspec import Struct, field

from ml_readiness import regex as re
from ml_readiness.facts import knowledge
from ml_readiness.facts.modelling.lifecycle import PREPARES
from ml_readiness.facts.monitoring.footprints import LEVELS, LOGGER, OWN_LOGGER
from ml_readiness.facts.prediction.inference import Inference
from ml_readiness.facts.source.callgraph import key
from ml_readiness.facts.source.code import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.facts.source.code import Site
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Assign

ANSWERS = re.compile(
    r"(?:^|[.:?_])(?:predict(?:_\w+|ions?)?|predicted|decision_function|forecast|score_samples|recommend\w*|classify|transcribe)(?:$|[.\[(])"
)
"""Names of calls whose results are a model's answers, and of what holds them."""
CALLS = re.compile(
    r"(?:^|[.:?])_?(?:(?:make|get|run|do|compute|model|call)_)?(?:predict(?:_\w+|ion)?|decision_function|forecast|score_samples"
    r"|recommend\w*|classify|transcribe)$"
)
"""Names of functions that give answers."""
QUESTIONS = re.compile(
    r"(?:^|_)(?:for|before|to)_pred|pred\w*_(?:input|feature|column|col|request|param|config|path|dir|url|id|uuid|date|count)s?\b|_cols?_"
    r"|(?:^|[._:?])(?:generate|run|process|monitor|save|store|log|load|read|fetch|validate|check|export|publish)_\w*pred|context|prompt|drift"
)
"""Names of what is there for a prediction, or is done with many."""
SIZES = re.compile(r"^(?:len|type|isinstance|id|hash)$|\.(?:shape|size|dtype|ndim)$")
"""What says how many answers there are, or of which kind, and not what they say."""
KEEPS = re.compile(
    r"^:*(?:\w+\.)*_?(?:log|record|track|audit|save|store|insert|write|persist|append|publish|emit|upload|export|enqueue)(?:_\w+|[A-Z]\w*)$"
    r"|^(?:writelines|write_text|write_bytes|savetxt|commit|add_task)$"
)
"""Functions that may keep the answer, whatever they are given."""
OUTCOME = re.compile(
    r"^(?:success|ok|status|state|message|msg|error|err|code|elapsed|duration|latency|_)$", re.IGNORECASE
)
"""Names of what tells how it went."""
WARMING = re.compile(r"warm_?up|warming|dry_?run|smoke|self_?test", re.IGNORECASE)
"""Functions that ask a model only to see it answer."""
SCORES = re.compile(r"(?:^|[._])(?:re)?(?:train|fit|evaluate|benchmark|cross_val)(?:_|$|\.)")
"""Functions that ask a model to score it."""
CHANGES = re.compile(r"\b(?:insert|update|merge|replace|upsert|copy)\b", re.IGNORECASE)
"""Words of SQL that write."""
WATCHES = re.compile(r"drift|monitor", re.IGNORECASE)
"""Files whose lines in a log are about many answers."""
MOST_RECORDS = 200
MOST_HOPS = 3
"""Helpers within helpers to which a prediction is followed."""
DEPTH = 4


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    writes: frozenset[str]
    by_receiver: dict[str, frozenset[str]]
    captured_by: tuple[str, ...]
    versions: tuple[str, ...]


@cache
def table() -> _Table:
    """The knowledge file."""
    return knowledge.read("predictions.yml", _Table)


class Record(Struct, frozen=True):
    """One place where a prediction is written."""

    site: Site
    lasts: bool
    """Whether it is a table, a queue or a file; else a line in a log."""
    names_model: bool
    """Whether what is written says which model answered."""


class _Scope(Struct):
    """What holds predictions in one function."""

    names: set[str]
    calls: set[str]
    """Names of calls that give predictions, or something made of them."""
    plain: set[str]
    """What the caller gives, constants and settings: no predictions because of their names alone."""
    words: list[str] = field(default_factory=list[str])
    """What was put beside predictions, by `update` or `append`."""

    def holds(self, expr: Expr, depth: int = DEPTH) -> bool:
        """Whether an expression is made of a prediction."""
        if SIZES.search(expr.text) and expr.kind in {"name", "call"}:
            return False
        if expr.kind in {"name", "call", "item"} and expr.text and self._is_one(expr.text, is_call=expr.kind == "call"):
            return True
        return depth > 0 and any(self.holds(item, depth - 1) for item in expr.items)

    def take(self, assign: Assign) -> None:
        """Follows one assignment."""
        if self.holds(assign.value) and _may_hold(assign.target):
            self.names.add(_base(assign.target))
        elif assign.value.is_constant or assign.value.kind == "item":
            self.plain.add(assign.target)

    def _is_one(self, text: str, *, is_call: bool) -> bool:
        own = text.startswith(":") or _base(text) in self.plain
        return (
            (not own and (_asks(text) if is_call else _says(text))) or text in self.calls or _base(text) in self.names
        )


class Recorded(Struct, frozen=True, dict=True):
    """Predictions of the serving path, and where they are kept."""

    code: Code
    inference: Inference

    @classmethod
    def gather(cls, code: Code, inference: Inference) -> Self:
        """From the functions that answer, and the helpers that they hand their answers to."""
        return cls(code, inference)

    @cached_property
    def captured(self) -> tuple[Site, ...]:
        """Where a platform is told to keep requests and answers."""
        names = table().captured_by
        found = (site for name in names for site in self.code.by_method.get(name.rpartition(".")[2], ()))
        return tuple(site for site in found if site.unit.is_production and not site.name.startswith("collections."))

    @cached_property
    def answering(self) -> frozenset[str]:
        """Functions that answer and those that they lead to, as the call graph knows them."""
        keys = {key(each.unit, each.name) for each in self.inference.answering if each.unit.is_production}
        return self.inference.graph.reached_from(keys)

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """Every place where a prediction was seen to be written."""
        found: dict[tuple[str, int], Record] = {}
        own = {each.unit.path for each in self.inference.answering}
        judging = self.inference.lifecycle.units("training", "measuring") - own
        for record in islice(self._all(), MOST_RECORDS):
            if record.site.unit.path in judging:
                continue
            found.setdefault((record.site.unit.path, record.site.call.line), record)
        return tuple(found.values())

    @cached_property
    def predictions(self) -> tuple[Site, ...]:
        """Calls on the serving path that ask a model."""
        asked = (*self.inference.lifecycle.predicting, *self.inference.model.applied)
        return tuple(
            site
            for site in asked
            if key(site.unit, site.call.scope) in self.answering
            and not PREPARES.search(site.call.scope)
            and not WARMING.search(site.call.scope)
            and not SCORES.search(site.call.scope)
        )

    @cached_property
    def returned_only(self) -> tuple[Site, ...]:
        """Questions to a model by routes and pages in which nothing at all is written or logged."""
        serving = self.inference.serving
        ways = {key(r.unit, r.function.name) for r in serving.model_routes if r.function is not None and r.path}
        ways |= {key(unit, "") for unit in serving.model_demos}
        reached = self.inference.graph.reached_from(ways & self.answering)
        sites = [site for site in self._sites if key(site.unit, site.call.scope) in reached]
        if any(_writes(site) or _logs(site) or KEEPS.search(site.call.method) for site in sites):
            return ()
        return tuple(site for site in self.predictions if key(site.unit, site.call.scope) in reached)

    @cached_property
    def _giving(self) -> frozenset[str]:
        """Own functions that ask a model, at any distance, and return something."""
        leading = self.inference.graph.leading_to(self.predictions)
        units = self.code.by_path
        returning = {key(unit, f.name) for unit in units.values() for f in unit.python.functions if f.returns}
        return leading & returning

    def _answers(self, site: Site) -> bool:
        return site.name in self._giving or (not site.name.startswith(":") and _asks(site.name))

    @cached_property
    def _sites(self) -> tuple[Site, ...]:
        return tuple(site for site in self.code.sites if not site.unit.is_test)

    @cached_property
    def _by_scope(self) -> dict[str, list[Site]]:
        found: dict[str, list[Site]] = defaultdict(list)
        for site in self._sites:
            found[key(site.unit, site.call.scope)].append(site)
        return {
            name: sorted(sites, key=lambda site: (site.call.line, -site.call.column)) for name, sites in found.items()
        }

    def _all(self) -> Iterator[Record]:
        seen: set[tuple[str, frozenset[str]]] = set()
        for name in sorted(self.answering):
            yield from self._in(name, frozenset(), MOST_HOPS, seen)

    def _in(
        self,
        name: str,
        given: frozenset[str],
        hops: int,
        seen: set[tuple[str, frozenset[str]]],
        words: tuple[str, ...] = (),
    ) -> Iterator[Record]:
        """The records that one function makes, with the parameters that hold a prediction and what lies beside it."""
        sites = self._by_scope.get(name, [])
        if not sites or (name, given) in seen:
            return
        seen.add((name, given))
        scope = _Scope(set(given), set(self._giving), _parameters(sites[0]) - given, list(words))
        assigns = _assigns(sites[0].unit, sites[0].call.scope)
        waiting = assigns[::-1]
        for site in sites:
            call = site.call
            while waiting and waiting[-1].line <= call.line:
                scope.take(waiting.pop())
            arguments = (*call.args, *call.keywords.values())
            given_one = any(scope.holds(each) for each in arguments)
            if _base(call.receiver) in scope.names:
                scope.words += [word for each in arguments for word in _words(each)]
            if self._answers(site) or given_one:
                scope.names.update(_base(target) for target in call.targets if _may_hold(target))
                if call.targets:
                    scope.calls.add(call.name)
            if given_one or _base(call.receiver) in scope.names:
                if record := self._record(site, scope, assigns):
                    yield record
                elif given_one and hops:
                    words = tuple(_words_at(site, scope, assigns))
                    for called, parameters in self._handed(site, scope):
                        yield from self._in(called, parameters, hops - 1, seen, words)

    def _handed(self, site: Site, scope: _Scope) -> Iterator[tuple[str, frozenset[str]]]:
        """Functions of the project that are given a prediction: called, or named as what is to be called later."""
        if site.name.startswith(":"):
            yield site.name, self._parameters(site, scope)
            return
        for argument in site.call.args:
            name = self.code.canonical(site.unit, argument.text) if argument.kind == "name" and argument.text else ""
            path, _, inner = name[1:].partition(":")
            unit = self.code.by_path.get(path) if name.startswith(":") else None
            if unit is not None and inner in unit.functions:
                yield name, frozenset(each.name for each in unit.functions[inner].parameters)

    def _parameters(self, site: Site, scope: _Scope) -> frozenset[str]:
        """The parameters of a called function of the project that are given a prediction."""
        path, _, name = site.name[1:].partition(":")
        unit = self.code.by_path.get(path)
        function = unit.functions.get(name) if unit is not None else None
        if function is None:
            return frozenset()
        names = [each.name for each in function.parameters][bool(function.in_class) :]
        held = {name for name, value in zip(names, site.call.args, strict=False) if scope.holds(value)}
        return frozenset(held | {name for name, value in site.call.keywords.items() if scope.holds(value)})

    def _record(self, site: Site, scope: _Scope, assigns: Iterable[Assign]) -> Record | None:
        lasts = _writes(site) and not _only_reads(site, assigns)
        if not lasts and (not _logs(site) or WATCHES.search(site.unit.path.rpartition("/")[2])):
            return None
        return Record(site, lasts, _names_model(site, scope, assigns))


def _assigns(unit: Unit, scope: str) -> list[Assign]:
    return sorted((each for each in unit.python.assigns if each.scope == scope), key=lambda each: each.line)


def _parameters(site: Site) -> set[str]:
    function = site.unit.functions.get(site.call.scope)
    return {each.name for each in function.parameters} if function is not None else set()


def _only_reads(site: Site, assigns: Iterable[Assign]) -> bool:
    """Whether what is executed is SQL, as far as it is written down, that changes nothing."""
    first = next(iter(site.call.args), None)
    if first is None or not site.name.endswith("execute"):
        return False
    if first.kind == "name":
        known = [each.value for each in assigns if first.text.lstrip("?") in {each.target, each.value.text}]
        return _reads(first) or (bool(known) and all(_reads(each) for each in known))
    return _reads(first)


def _reads(statement: Expr) -> bool:
    """Whether a statement of SQL, written out or built, changes nothing."""
    if statement.kind == "call" and statement.items and statement.text.rpartition(".")[2] == "text":
        return _reads(statement.items[0])
    if statement.kind in {"call", "name"}:
        return "select" in statement.text.split(".")
    return statement.kind in {"str", "format"} and not CHANGES.search(statement.text)


def _writes(site: Site) -> bool:
    method = site.name.rpartition(".")[2]
    if method in table().writes:
        return True
    receivers = table().by_receiver.get(method, frozenset())
    return bool(receivers & set(re.split(r"[._\[\]'\"()]+", site.call.receiver.lower())))


def _logs(site: Site) -> bool:
    method = site.name.rpartition(".")[2].rpartition(":")[2]
    if method not in LEVELS and not method.startswith("log"):
        return False
    return bool(LOGGER.search(site.call.receiver) or OWN_LOGGER.search(site.call.receiver) or "logg" in site.name)


def _names_model(site: Site, scope: _Scope, assigns: Iterable[Assign]) -> bool:
    """Whether the written record has a field or a word for the model's version."""
    text = " ".join(_words_at(site, scope, assigns)).lower()
    return any(version in text for version in table().versions)


def _words_at(site: Site, scope: _Scope, assigns: Iterable[Assign]) -> list[str]:
    """Keys, written words and names in what is handed over, and in what that is made of."""
    words = [word for each in (*site.call.args, *site.call.keywords.values()) for word in _words(each)]
    words += [*site.call.keywords, *scope.words]
    for each in assigns:
        if _base(each.target) in scope.names and each.line <= site.call.line:
            words += [each.target, *_words(each.value)]
    return words


def _words(expr: Expr, depth: int = DEPTH) -> Iterator[str]:
    """Keys, written words and the names of variables in an expression; what values are made of is left out."""
    yield from expr.keys
    if expr.kind in {"str", "format"}:
        yield expr.text
    elif expr.kind == "name":
        yield expr.text.rpartition(".")[2].lstrip(":?")
    for item in expr.items if depth else ():
        yield from _words(item, depth - 1)


def _may_hold(target: str) -> bool:
    """Whether a variable can hold the answer, by its name, and does not say how it went or where it was kept."""
    return not OUTCOME.search(target) and not QUESTIONS.search(target)


def _asks(name: str) -> bool:
    """Whether a function is called after what models do, and not after what is done with many answers."""
    return bool(CALLS.search(name)) and not QUESTIONS.search(name)


def _says(text: str) -> bool:
    """Whether a name says that it is, or gives, a model's answer, and not what the model is asked about."""
    return bool(ANSWERS.search(text)) and not QUESTIONS.search(text)


def _base(text: str) -> str:
    """The variable that an expression starts from."""
    return re.split(r"[.\[(]", text.lstrip("?"), maxsplit=1)[0]
