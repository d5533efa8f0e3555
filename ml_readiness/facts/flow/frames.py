"""Data frames and arrays: what their methods do to rows and to what is learned from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow import learners, storing
from ml_readiness.facts.flow.joining import constant, data_of, rows_in, signature
from ml_readiness.facts.flow.operators import matched, moved_on, stacked
from ml_readiness.facts.flow.selecting import aligned, put, select
from ml_readiness.facts.flow.shapes import SPECIAL
from ml_readiness.facts.flow.splitting import split_parts
from ml_readiness.facts.flow.values import (
    NO_FITS,
    NOTHING,
    Choice,
    Const,
    Data,
    Ext,
    Function,
    Method,
    Seq,
    Slice,
    Thing,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ml_readiness.facts.flow.calls import Call


KEEPING = frozenset({"to_numpy", "astype", "reset_index", "sort_values", "sort_index", "round", "abs", "infer_objects"})
"""Methods after which a frame has the same columns in the same order."""
OPERATOR_ASSIGNS = ("inplace",)


def statistic(c: Call, data: Data, name: str, kind: str = "statistic") -> Data:
    """A number learned from rows: a mean, a maximum, a frequency."""
    if data.made is not None:
        data.made.scored = True
    if data.rows is None or data.form in {"flag", "index", "number", "columns"}:
        return Data(None, NO_FITS, data.flowing) if data.flowing else NOTHING
    if data.form == "row" or c.option("axis", 0 if c.args and isinstance(constant(c.args[0]), int) else -1) in {
        1,
        "columns",
    }:
        return data.derived(form=data.form)
    fit = c.m.events.fit(kind, name, data.rows, c.place)
    if data.form == "group":
        table = Data(c.m.universe.group(data.rows, (c.frame.unit.path, c.line)), NO_FITS, data.flowing | {fit})
        table.form = ""
        return table
    return Data(None, NO_FITS, data.flowing | {fit})


def method(c: Call, data: Data, name: str) -> Value:
    """A method of a frame, an array, or something that is not known."""
    known = c.m.knowledge
    if name in {"transform", "fit_transform"} and _is_frame_transform(c, data):
        return _applying(c, data, name)
    if name in known.fits or name in known.asks or name in learners.OTHER_METHODS:
        return learners.asked_of_data(c, data, name)
    if data is NOTHING or (data.rows is None and not data.flowing and data.form != "columns"):
        return _of_nothing(c, data, name)
    behaviour = known.frame.get(name)
    result = BEHAVIOURS[behaviour](c, data, name) if behaviour is not None else _unlisted(c, data, name)
    if c.kw and constant(c.kw.get("inplace")) is True and isinstance(result, Data):
        write_back(c, data, result)
    return result


def _is_frame_transform(c: Call, data: Data) -> bool:
    """Whether `transform` is the frame's own, that of groups or with a function's name, and not that of a learner."""
    by_name = bool(c.args) and isinstance(constant(c.args[0]), str)
    return data.rows is not None and (data.form in {"group", "row"} or (not data.form and by_name))


def _of_nothing(c: Call, data: Data, name: str) -> Value:
    """A method of something unknown: data that goes in may come out."""
    held = rows_in(Seq(c.args))
    if held is None or name in c.m.knowledge.inert:
        return data if data.form in {"number", "columns"} else NOTHING
    return held.derived(form=held.form)


def write_back(c: Call, data: Data, result: Data) -> None:
    """The effect of `inplace=True` on what the method was called on."""
    base = data.base
    if base is not None and base[1] is not None:
        put(c.m, c.frame, base[0], Const(base[1]), result)
        return
    if base is not None:
        base[0].fits |= result.fits
    data.fits, data.rows, data.names = result.fits, result.rows, result.names
    data.columns = dict(result.columns) if result.columns else result.columns


def _unlisted(c: Call, data: Data, name: str) -> Value:
    special = SPECIAL.get(name)
    if special is not None:
        return special(c, data, name)
    made = data.derived(form=data.form if data.form in {"row", "index", "group", "columns", "turned"} else "")
    made.names = data.names if name in KEEPING else ()
    if name == "factorize" and data.rows is not None and data.form != "row":
        made.fits |= {c.m.events.fit("codes", name, data.rows, c.place)}
        return Seq([made, Data(form="columns")])
    if name == "reindex" and "columns" in c.kw:
        made.fits = aligned(made.fits)
    if name == "astype" and c.option("dtype", 0) == "category":
        made.sig = ("categories", data.rows)
        return made
    made.sig = c.m.universe.same("method", name, data.sig) if data.sig is not None and not c.args else None
    return made


def _statistic(c: Call, data: Data, name: str) -> Value:
    return statistic(c, data, name)


def _frequency(c: Call, data: Data, name: str) -> Value:
    return statistic(c, data, name, "frequency")


def _nothing(c: Call, data: Data, name: str) -> Value:
    if data.form == "group":
        return statistic(c, data, name, "frequency")
    storing.stored_data(c, data, name)
    return data if data.form in {"number", "columns"} else NOTHING


def _ranking(c: Call, data: Data, name: str) -> Value:
    if data.rows is None or data.form == "row" or c.option("axis") == 1:
        return data.derived(form=data.form)
    made = data.derived()
    made.fits |= {c.m.events.fit("ranking", name, data.rows, c.place)}
    return made


def _flagging(c: Call, data: Data, name: str) -> Value:
    made = data.derived(form="flag" if data.form not in {"row", "columns"} else data.form)
    other = data_of(c.args[0], c.m.universe) if c.args else NOTHING
    if name == "isin" and other.rows is not None and other.form == "index":
        made.sig = ("isin", other.rows)
    else:
        made.sig = c.m.universe.same(
            "method", name, data.rows if data.sig is None else data.sig, *(signature(arg) for arg in c.args)
        )
    return made


def _subset(c: Call, data: Data, name: str) -> Value:
    if data.rows is None or data.form == "group":
        return data.derived()
    if name == "get_group":
        return data.derived()
    made = data.derived(form=data.form)
    place = (c.frame.unit.path, c.line)
    first = c.arg(0, "n", "frac")
    if name == "sample" and (c.option("frac") == 1 or c.option("frac") == 1.0):
        return made
    if name == "sample" and _repeats(c):
        made.rows = c.m.universe.copies(data.rows, name, place)
        return made
    if name == "randomSplit":
        return split_parts(c, data, name)
    if name in {"head", "tail"}:
        bound = first or Const(5)
        known = constant(bound)
        lower = Const(-known) if isinstance(known, int) else bound
        selector = Slice(Const(None), bound, Const(None)) if name == "head" else Slice(lower, Const(None), Const(None))
        made.rows = select(c.m, data.rows, selector, place)
    else:
        made.rows = c.m.universe.subset(data.rows, (name, place), place)
    return made


def _repeats(c: Call) -> bool:
    """Whether a sample may hold a row twice."""
    return constant(c.kw.get("replace")) is True or constant(c.kw.get("with_replacement")) is True


def _combining(c: Call, data: Data, name: str) -> Value:
    if name in {"append", "merge", "join", "concat"} and c.args:
        return _joined(c, data, name)
    if name == "assign":
        made = data.derived()
        for key, value in c.kw.items():
            if isinstance(value, Function):
                value = c.m.invoke(c.frame, c.line, value, [data])
            put(c.m, c.frame, made, Const(key), value)
        return made
    if name == "insert" and len(c.args) > 2:
        put(c.m, c.frame, data, c.args[1], c.args[2])
        return NOTHING
    values = [value for key, value in (*((None, a) for a in c.args), *c.kw.items()) if key not in OPERATOR_ASSIGNS]
    functions = [value for value in values if isinstance(value, Function)]
    if functions:
        return _applying(c, data, name)
    made = data.derived(form=data.form)
    for value in values:
        other = data_of(value, c.m.universe)
        made.fits |= other.flowing if other.rows is not data.rows else other.learned
    return made


def _joined(c: Call, data: Data, name: str) -> Value:
    others = [data_of(arg, c.m.universe) for arg in c.args[:1]]
    if name == "append" and data.form != "columns":
        if isinstance(c.args[0], Seq):
            others = [data_of(each, c.m.universe) for each in c.args[0].items]
        moved_on(c.m, [data, *others])
        return stacked(c.m, [data, *others], (c.frame.unit.path, c.line))
    if name == "merge" and others:
        return matched(c, data, others[0])
    made = data.derived()
    for other in others:
        made.fits |= other.flowing if other.rows is not data.rows else other.learned
    return made


def _applying(c: Call, data: Data, name: str) -> Value:
    function = c.arg(0, "func")
    if function is None:
        return data.derived()
    text = constant(function)
    if isinstance(function, Ext):
        text = function.name.rpartition(".")[2]
    if isinstance(text, str):
        return _applied_by_name(c, data, text, name)
    if not isinstance(function, Function | Method | Choice):
        return data.derived()
    is_series = data.base is not None and data.base[1] is not None
    axis = c.option("axis", 1)
    by_row = data.form != "group" and (
        is_series or axis in {1, "columns"} or name in {"applymap", "map", "map_elements"}
    )
    if name == "pipe" or (isinstance(function, Method) and isinstance(function.receiver, Thing)):
        by_row = False
    passed = data.derived(form="row" if by_row else "")
    passed.base = None
    result = data_of(
        c.m.invoke(c.frame, c.line, function, [passed, *(c.args[1:] if name == "pipe" else [])]), c.m.universe
    )
    if name == "pipe":
        return result
    made = data.derived(form="" if data.form == "group" else data.form)
    made.fits |= result.flowing if by_row or result.rows is not data.rows else result.learned
    made.base = data.base
    if result.rows is None and result.pending and not by_row and name != "transform" and data.form == "group":
        return Data(
            c.m.universe.group(data.rows, (c.frame.unit.path, c.line)) if data.rows else None, NO_FITS, result.flowing
        )
    if result.rows is None and result.pending and not by_row and name != "transform":
        return Data(None, NO_FITS, result.flowing)
    return made


def _applied_by_name(c: Call, data: Data, text: str, name: str) -> Value:
    behaviour = c.m.knowledge.frame.get(text, "")
    if behaviour not in {"statistic", "frequency", "ranking", "counting"}:
        return data.derived(form="" if data.form == "group" else data.form)
    kind = "frequency" if behaviour in {"frequency", "counting"} else "statistic"
    learned = statistic(c, data, text, kind)
    if name != "transform":
        return learned
    made = data.derived()
    made.form = ""
    made.fits |= learned.flowing
    return made


def _stacking(c: Call, data: Data, name: str) -> Value:
    return (
        _joined(c, data, "append")
        if name in {"append", "union", "unionAll", "unionByName", "concatenate"}
        else data.derived()
    )


BEHAVIOURS: Mapping[str, Callable[[Call, Data, str], Value]] = {
    "statistic": _statistic,
    "frequency": _frequency,
    "association": _nothing,
    "counting": _nothing,
    "ranking": _ranking,
    "flagging": _flagging,
    "subset": _subset,
    "combining": _combining,
    "applying": _applying,
    "stacking": _stacking,
}
