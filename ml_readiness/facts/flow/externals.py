"""Functions and classes of libraries, by their dotted names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow import builtin, drawing, frames, learners, operators, splitting, things
from ml_readiness.facts.flow.joining import constant, data_of, names_in, rows_in
from ml_readiness.facts.flow.passing import passed_on
from ml_readiness.facts.flow.reading import (
    configured,
    dumped,
    hub_dataset,
    library_dataset,
    loaded,
    opened,
    path,
    path_joined,
    reading,
    saved_arrays,
)
from ml_readiness.facts.flow.selecting import put, side_by_side
from ml_readiness.facts.flow.settings import parser_made
from ml_readiness.facts.flow.splitting import split
from ml_readiness.facts.flow.values import NO_FITS, NOTHING, Const, Data, Map, Seq, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ml_readiness.facts.flow.calls import Call


WITH_POWER = frozenset({"boxcox", "yeojohnson"})
"""Functions that learn nothing where they are given the power."""
TRAINERS = frozenset({"xgboost", "xgb", "lightgbm", "lgb", "catboost"})


def call(c: Call, name: str) -> Value:
    """The result of calling something of a library."""
    special = FUNCTIONS.get(name)
    if special is not None:
        return special(c)
    known = c.m.knowledge
    top, _, _ = name.partition(".")
    last = name.rpartition(".")[2]
    if top in known.inert:
        return NOTHING
    kind = known.functions.get(last)
    if kind is not None:
        return KINDS[kind](c, last)
    role = known.role(last)
    if role:
        return things.create(c, name, role)
    behaviour = known.frame.get(last)
    if (behaviour is not None or last in FRAME_FUNCTIONS) and (top in known.sets["frame-packages"] or top == name):
        return frame_function(c, last, behaviour)
    if last == "train" and top in TRAINERS:
        return _boosted(c)
    if last in LAST:
        return LAST[last](c)
    if last in known.sets["scaling-functions"] and c.args:
        return _scaled(c, last)
    return passed_on(c, name)


def frame_function(c: Call, last: str, behaviour: str | None) -> Value:
    """A function of an array or data frame library."""
    special = FRAME_FUNCTIONS.get(last)
    if special is not None:
        return special(c)
    if behaviour == "stacking":
        return _stacked(c, last)
    first = c.arg(0, "x", "a", "data", "df", "obj", "arr")
    receiver = data_of(first, c.m.universe) if first is not None else NOTHING
    if behaviour == "combining":
        return operators.merged([_flown(data_of(value, c.m.universe), receiver) for value in c.args])
    if receiver is NOTHING:
        return passed_on(c)
    inner = type(c)(c.m, c.frame, c.line, c.args[1:], c.kw)
    return frames.method(inner, receiver, last)


def _flown(data: Data, receiver: Data) -> Data:
    if data.rows is receiver.rows or not data.pending:
        return data
    return Data(data.rows, data.flowing, form=data.form)


def _stacked(c: Call, last: str) -> Value:
    first = c.arg(0, "objs", "arrays", "tup", "tensors")
    values = list(first.items) if isinstance(first, Seq) else [first] if first is not None else []
    if isinstance(first, Map):
        values = list(first.items.values())
    if last == "append" and len(c.args) > 1:
        values = [c.args[0], c.args[1]]
    parts = [data_of(value, c.m.universe) for value in values]
    told = [part for part in parts if part.rows is not None]
    operators.moved_on(c.m, told)
    axis = c.option("axis", 1)
    same = len({part.rows for part in told}) <= 1
    if axis in {1, "columns", -1} or last in {"column_stack", "dstack"} or (last in {"hstack", "stack"} and same):
        return side_by_side(parts)
    if same and (last == "concat" and len(told) > 1 and any(part.form == "row" for part in told)):
        return side_by_side(parts)
    return operators.stacked(c.m, parts, (c.frame.unit.path, c.line))


def _where(c: Call) -> Value:
    if len(c.args) == 1:
        data = data_of(c.args[0], c.m.universe)
        made = Data(data.rows, form="flag", sig=data.sig) if data.rows is not None else NOTHING
        return Seq([made]) if data.rows is not None else NOTHING
    parts = [data_of(arg, c.m.universe) for arg in c.args]
    rows = next((part.rows for part in parts if part.rows is not None), None)
    made = Data(rows)
    for part in parts:
        made.fits |= part.flowing if part.rows is not rows else part.learned
    if rows is None:
        made.pending, made.fits = made.fits, NO_FITS
    return made


def _cut(c: Call) -> Value:
    data = c.data(0, "x")
    bins = c.arg(1, "bins")
    if data.rows is None or data.form == "row":
        return data
    made = data.derived()
    if isinstance(constant(bins), int):
        made.fits |= {c.m.events.fit("binning", "cut", data.rows, c.place)}
    elif bins is not None:
        made.fits |= data_of(bins, c.m.universe).pending
    return made


def _dummies(c: Call) -> Value:
    """`get_dummies(data)`: a column for each word that these rows happen to hold."""
    data = c.adopted(0, "data")
    if data.rows is None or data.form == "row":
        return data
    made = data.derived()
    made.fits |= {c.m.events.fit("dummies", "get_dummies", data.rows, c.place)}
    return made


def _factorized(c: Call) -> Value:
    """`factorize(data)`: numbers in the order in which the words come."""
    data = c.adopted(0, "values")
    if data.rows is None or data.form == "row":
        return data
    made = data.derived()
    made.fits |= {c.m.events.fit("codes", "factorize", data.rows, c.place)}
    return Seq([made, Data(form="columns")])


def _merge(c: Call) -> Value:
    return operators.matched(c, c.data(0, "left"), c.data(1, "right"))


def _frame(c: Call) -> Value:
    """`DataFrame(...)`: of columns, of rows, or of nothing."""
    first = c.arg(0, "data")
    if isinstance(first, Map):
        made = Data()
        parts = {str(key): data_of(value, c.m.universe) for key, value in first.items.items()}
        made.rows = next((part.rows for part in parts.values() if part.rows is not None), None)
        for name, part in parts.items():
            put(c.m, c.frame, made, Const(name), part)
        made.names = tuple(parts)
        made.made = next((part.made for part in parts.values() if part.made is not None), None)
        return made
    data = data_of(first, c.m.universe) if first is not None else NOTHING
    named = names_in(c.arg(2, "columns")) if "columns" in c.kw or len(c.args) > 2 else None
    if named and first is not None and data.rows is None and not data.flowing:
        made = Data()
        made.names = tuple(named)
        return made
    if data is NOTHING:
        index = c.data(-1, "index")
        return Data(index.rows) if index.rows is not None else things.create(c, "DataFrame", "")
    return data.derived(form="" if data.form in {"row", "at", "index"} else data.form)


def _crosstab(c: Call) -> Value:
    return NOTHING


def _cross_validated(c: Call, last: str) -> Value:
    return splitting.cross_validated(c)


def _metric(c: Call, last: str) -> Value:
    score = NOTHING
    for value in c.values():
        data = data_of(value, c.m.universe)
        if data.made is not None:
            data.made.scored = True
            score = Data(form="number", sig=("score", c.place))
            score.made, score.several = data.made, data.several
    return score


def _boosted(c: Call) -> Value:
    """`xgboost.train(parameters, data)` and its kind."""
    thing = things.create(c, "train", "")
    thing.source = None
    data = c.data(1, "dtrain", "train_set", "pool", "dataset")
    inner = type(c)(c.m, c.frame, c.line, [data], c.kw)
    return learners.fitted(inner, thing)


def _set_up(c: Call) -> Value:
    """PyCaret's `setup`: divides the rows and fits its steps on the training part."""
    data = c.adopted(0, "data")
    if data.rows is not None:
        place = (c.place.path, c.place.line)
        splitting.note_split(c, "setup", data, {})
        c.m.events.fit("scaling", "setup", c.m.universe.part(data.rows, ("split", place), 0, "setup", place), c.place)
    return things.create(c, "setup", "")


def _serialised(c: Call) -> Value:
    """`pickle.dumps(value)`: the value as bytes, which somebody may write."""
    return c.arg(0, "obj", "value") or NOTHING


def _autologged(c: Call) -> Value:
    c.m.autologs = c.option("log_models") is not False and c.option("disable") is not True
    return NOTHING


def _scaled(c: Call, last: str) -> Value:
    data = data_of(c.args[0], c.m.universe)
    if data.rows is None or data.form == "row" or c.option("axis") == 1:
        return data
    if last in WITH_POWER and (power := c.arg(1, "lmbda", "lam")) is not None and not _is_none(power):
        return operators.merged([data, data_of(power, c.m.universe)])
    made = data.derived()
    made.fits |= {c.m.events.fit("scaling", last, data.rows, c.place)}
    return made


def _is_none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


def _loader(c: Call) -> Value:
    held = rows_in(Seq(c.values()))
    return held.derived() if held is not None else passed_on(c, "DataLoader")


FRAME_FUNCTIONS: Mapping[str, Callable[[Call], Value]] = {
    "where": _where,
    "cut": _cut,
    "get_dummies": _dummies,
    "factorize": _factorized,
    "merge": _merge,
    "merge_asof": _merge,
    "DataFrame": _frame,
    "Series": _frame,
    "permutation": drawing.permutation,
    "choice": drawing.choice,
    "crosstab": _crosstab,
    "repeat": drawing.repeated,
    "tile": drawing.repeated,
    "setdiff1d": lambda c: operators.combined(c.m, c.data(0), c.data(1), "Sub"),
    "arange": builtin.FUNCTIONS["range"],
    "load": loaded,
    "save": lambda c: dumped(c) if c.args and not isinstance(constant(c.args[0]), str) else saved_arrays(c),
    "savez": saved_arrays,
    "savez_compressed": saved_arrays,
}


KINDS: Mapping[str, Callable[[Call, str], Value]] = {
    "split": split,
    "cross-validation": _cross_validated,
    "metric": _metric,
    "reading": reading,
}


LAST: Mapping[str, Callable[[Call], Value]] = {
    "autolog": _autologged,
    "dump": dumped,
    "dumps": _serialised,
    "log_model": dumped,
    "save_model": dumped,
    "load": loaded,
    "load_model": loaded,
    "DataLoader": _loader,
}


FUNCTIONS: Mapping[str, Callable[[Call], Value]] = {
    **builtin.FUNCTIONS,
    **{
        f"numpy.random.{name}": drawing.drawn
        for name in ("rand", "random", "random_sample", "uniform", "randn", "normal")
    },
    "sklearn.utils.resample": drawing.resampled,
    **{f"pycaret.{task}.setup": _set_up for task in ("classification", "regression", "clustering", "anomaly")},
    "open": opened,
    "argparse.ArgumentParser": parser_made,
    "ArgumentParser": parser_made,
    "yaml.safe_load": configured,
    "yaml.load": configured,
    "yaml.full_load": configured,
    "json.load": configured,
    "omegaconf.OmegaConf.load": configured,
    "dvc.api.params_show": configured,
    "os.path.join": path_joined,
    "posixpath.join": path_joined,
    "pathlib.Path": path,
    "pathlib.PurePath": path,
    "Path": path,
    "os.path.abspath": path,
    "os.path.normpath": path,
    "datasets.load_dataset": hub_dataset,
    "torchvision.datasets.MNIST": library_dataset,
    "torchvision.datasets.CIFAR10": library_dataset,
    "torchvision.datasets.FashionMNIST": library_dataset,
}
MODULES_OF_FUNCTIONS = frozenset(name.rpartition(".")[0] for name in FUNCTIONS)
NAMES_OF_MODULES = {
    module: tuple(last for owner, _, last in (name.rpartition(".") for name in FUNCTIONS) if owner == module)
    for module in MODULES_OF_FUNCTIONS
    if module
}
"""What `from module import *` brings in that is known."""
"""Modules some of whose functions are followed, though others only print or draw."""
