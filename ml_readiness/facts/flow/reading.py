"""What is read from files, libraries and registries, and written to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow import builtin, storing
from ml_readiness.facts.flow.joining import constant
from ml_readiness.facts.flow.values import NOTHING, Const, Data, Map, Obj, Seq, Text, Thing, Value

if TYPE_CHECKING:
    from ml_readiness.facts.flow.calls import Call


def reading(c: Call, last: str) -> Value:
    """Data as it is read, or made up: the same file is the same data."""
    target = c.arg(0, "filepath_or_buffer", "path", "io", "path_or_buf", "filepath", "sql", "name")
    path = storing.path_of(target) if target is not None else ""
    place = (c.place.path, c.place.line)
    known = c.m.shelf.get(path)
    if isinstance(known, Data) and known.rows is not None:
        c.m.events.load(known, path, c.place, last)
        return known.derived()
    subset = constant(c.arg(-1, "subset", "split", "train"))
    exact = path if path and "*" not in path else ""
    key = (last if not exact else "file", exact, subset, c.m.events.home) if exact else (last, place, c.m.reads(target))
    label = exact or (f"{last}()" if target is None else path or last)
    rows = c.m.universe.source(label, place, key)
    c.m.events.load(Data(rows), path if target is not None else label, c.place, last)
    if constant(c.arg(-1, "nrows")) is not None:
        rows = c.m.universe.subset(rows, ("first", place), place)
    if last == "load_data":
        sides = [Data(c.m.universe.part(rows, "given", index, last, place)) for index in range(2)]
        return Seq([Seq([side.derived(), side.derived()]) for side in sides])
    data = Data(rows)
    if constant(c.kw.get("return_X_y")) is True or last.startswith("make_") or last == "load_svmlight_file":
        return Seq([data, data.derived()])
    return data


def hub_dataset(c: Call) -> Value:
    """`datasets.load_dataset`: its named splits have no rows in common."""
    data = reading(c, "load_dataset")
    if not isinstance(data, Data) or data.rows is None or "split" in c.kw:
        return data
    place = (c.place.path, c.place.line)
    names = ("train", "test", "validation")
    return Map(
        {name: Data(c.m.universe.part(data.rows, "given", i, "load_dataset", place)) for i, name in enumerate(names)}
    )


def library_dataset(c: Call) -> Value:
    """A data set that a library brings along; its training and test parts are two."""
    place = (c.place.path, c.place.line)
    train = c.arg(1, "train", "split")
    rows = c.m.universe.source("data set", place, ("library", place, constant(train)))
    return Data(rows)


def loaded(c: Call) -> Value:
    """What was saved under a path; an object that is not known where nothing was."""
    target = c.arg(0, "filename", "file", "path", "f", "filepath", "model_uri", "model_name")
    path = storing.path_of(target) if target is not None else ""
    configured = c.m.configuration(path, c.m.script) if path else None
    if configured is not None:
        return configured
    known = c.m.shelf.get(path)
    value: Value = known if known is not None else Thing("loaded", "", c.place.path, c.line)
    c.m.events.load(value, path, c.place, "load")
    if isinstance(value, Data):
        return value.derived()
    return value


def configured(c: Call) -> Value:
    """`yaml.safe_load(...)` and its kind: what the file holds, if it is in the repository."""
    path = storing.path_of(c.args[0]) if c.args else "params.yaml"
    known = c.m.configuration(path, c.m.script) if path else None
    return known if known is not None else Thing("configuration", "", c.place.path, c.line)


def dumped(c: Call) -> Value:
    """A value is saved."""
    value = c.arg(0, "value", "obj", "model", "artifact", "sk_model")
    if value is not None and not isinstance(value, Const | Text):
        target = c.arg(1, "filename", "file", "path", "f", "artifact_path", "name") or NOTHING
        storing.stored(c, value, target, "dump")
    return NOTHING


def saved_arrays(c: Call) -> Value:
    """Arrays are saved under a path."""
    if len(c.args) > 1:
        storing.stored(c, c.args[1] if len(c.args) == 2 else Seq(c.args[1:]), c.args[0], "save")
    return NOTHING


def opened(c: Call) -> Value:
    """An open file, for what is read from it and written to it."""
    made = Thing("open", "file", c.place.path, c.line)
    made.arguments = c.args[:1]
    return made


def file_asked(c: Call, thing: Thing, name: str) -> Value:
    """A method of an open file."""
    path = storing.path_of(thing)
    if name in {"write", "writelines", "writerow", "writerows"}:
        if c.args and isinstance(c.args[0], Thing | Obj):
            storing.stored(c, c.args[0], thing, name)
            return NOTHING
        data = c.data(0)
        if data.rows is not None and path:
            taken = data.derived()
            taken.rows = c.m.universe.subset(data.rows, ("written", path), (c.place.path, c.line))
            c.m.shelf.put(path, taken)
        return NOTHING
    return file_rows(c, thing) if name in {"read", "readlines", "readline"} else NOTHING


def file_rows(c: Call, thing: Thing) -> Value:
    """The lines of an open file, as rows of data."""
    path = storing.path_of(thing)
    known = c.m.shelf.get(path)
    if isinstance(known, Data):
        return known.derived()
    place = (thing.path, thing.line)
    return Data(
        c.m.universe.source(path or "a file", place, ("file", path, None, c.m.events.home) if path else ("file", place))
    )


def path_joined(c: Call) -> Value:
    """Parts of a path put together."""
    return builtin.joined("/", [arg for arg in c.args if constant(arg) != ""])


def path(c: Call) -> Value:
    """`Path(...)`."""
    if not c.args:
        return Const(".")
    return c.args[0] if len(c.args) == 1 else path_joined(c)
