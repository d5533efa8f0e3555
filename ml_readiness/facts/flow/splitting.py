"""Rows divided: into training and evaluation, into folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.facts.flow.events import Evaluation, Splitting, Training
from ml_readiness.facts.flow.joining import adopted, constant, data_of, rows_in, signature
from ml_readiness.facts.flow.things import thing_of
from ml_readiness.facts.flow.values import NO_FITS, NOTHING, Const, Data, Obj, Seq, Thing, Value

if TYPE_CHECKING:
    from ml_readiness.facts.flow.calls import Call
    from ml_readiness.facts.flow.rows import Rows
    from ml_readiness.parsers.flow import Body


DATA_NAMES = (
    "X",
    "x",
    "data",
    "raw_documents",
    "texts",
    "train_data",
    "dataset",
    "training_data",
    "X_train",
    "df",
    "generator",
)
"""Keywords under which learners take rows."""


SETS_APART = re.compile(r"^(?:split|randomSplit)$|train|test|valid|hold_?out", re.IGNORECASE)
"""Names of functions that divide rows to evaluate on some of them, and not into batches."""

BY_COLUMNS = re.compile(
    r"feature|target|label|column|(?:^|_)x_?y(?:_|$)|input|(?:^|_)(?:path|file|url|name|text)s?(?:_|$)"
)
"""Names of functions that part columns, or words, and not rows."""


def split_parts(c: Call, data: Data, name: str) -> Value:
    """The sides of a split that a method of the data makes."""
    place = (c.frame.unit.path, c.line)
    last = name.rpartition(".")[2]
    if SETS_APART.search(last):
        note_split(c, last, data, {})
    sides: list[Value] = []
    for index in range(2):
        side = data.derived()
        assert data.rows is not None  # noqa: S101
        side.rows = c.m.universe.part(data.rows, (name, place), index, name, place)
        sides.append(side)
    return Seq(sides)


def split(c: Call, last: str) -> Value:
    """`train_test_split(...)` and its kind: for each argument its two sides."""
    given = [(arg, adopted(arg, c.m.universe)) for arg in c.args]
    arrays = [data for _, data in given if data.rows is not None]
    if last == "random_split":
        arrays = arrays[:1]
    arrays += [d for key, v in c.kw.items() if key in {"X", "y"} and (d := data_of(v, c.m.universe)).rows is not None]
    place = (c.place.path, c.place.line)
    options = {key: value for key, value in c.kw.items() if key not in {"X", "y"}}
    main = arrays[0] if arrays else NOTHING
    note_split(c, last, main, options)
    seed = constant(c.kw.get("random_state"))
    share = constant(c.kw.get("test_size")), constant(c.kw.get("train_size"))
    strata = signature(c.kw.get("stratify")) is not None
    key: tuple[object, ...] = (
        ("seeded", seed, *share, strata, constant(c.kw.get("shuffle")))
        if seed is not None
        else ("split", place, c.m.events.tick())
    )
    ordered = constant(c.kw.get("shuffle")) is False
    if ordered:
        key = ("ordered", *share)
    sides: list[Value] = []
    count = 2
    if last == "random_split" and len(c.args) > 1 and isinstance(c.args[1], Seq):
        count = max(2, min(len(c.args[1].items), 4))
    for arg, data in given:
        if last == "random_split" and arg is not c.args[0]:
            break
        if data.rows is None:
            sides += [NOTHING] * count
            continue
        for index in range(count):
            side = data.alike(form="index" if data.form == "index" else "")
            side.rows = c.m.universe.part(data.rows, key, index, last, place)
            sides.append(side)
    if not given:
        for data in arrays:
            for index in range(count):
                side = data.derived()
                assert data.rows is not None  # noqa: S101
                side.rows = c.m.universe.part(data.rows, key, index, last, place)
                sides.append(side)
    return Seq(sides)


def told_apart(c: Call, body: Body, result: Value) -> Value:
    """What a function of the project returns whose name says that it splits, where following it did not tell how."""
    name = body.name.rpartition(".")[2].lower()
    if "split" not in name or BY_COLUMNS.search(name) or not isinstance(result, Seq) or not result.exact:
        return result
    sides = [data_of(item, c.m.universe) for item in result.items]
    rows = {side.rows for side in sides}
    whole = sides[0].rows if len(sides) in {2, 3, 4, 6} and len(rows) == 1 else None
    if whole is None:
        return result
    indexes = _sides(body, len(sides))
    if indexes is None:
        return result
    place = (c.place.path, c.place.line)
    note_split(c, body.name, sides[0], {})
    told: list[Value] = []
    for side, index in zip(sides, indexes, strict=True):
        made = side.derived()
        made.rows = c.m.universe.part(whole, ("split", place), index, body.name, place)
        told.append(made)
    return Seq(told)


def _sides(body: Body, count: int) -> list[int] | None:
    """Which side each returned value is, by the names under which it is returned."""
    returned = next((op for op in reversed(body.ops) if op.code == "return" and op.args), None)
    made = body.ops[returned.args[0]] if returned is not None and returned.args[0] >= 0 else None
    if made is None or made.code != "tuple" or len(made.args) != count:
        return None
    return list(range(count)) if count < 4 else [index % 2 for index in range(count)] if count == 4 else None


def note_split(c: Call, name: str, data: Data, options: dict[str, Value]) -> None:
    """Remembers that rows were divided here."""
    shown = tuple(
        (key, str(known) if (known := constant(value)) is not None else _unsaid(value))
        for key, value in options.items()
    )
    c.m.events.splittings.append(Splitting(name, c.place, data.rows, shown, data.learned))


def _unsaid(value: Value) -> str:
    return "None" if isinstance(value, Const) else "*"


def note_masks(c: Call) -> None:
    """`Data(x=..., train_mask=..., test_mask=...)`: rows of a graph are divided by masks that lie beside them."""
    if "train_mask" in c.kw and ("test_mask" in c.kw or "val_mask" in c.kw):
        held = [data for value in c.values() if (data := rows_in(value)) is not None and data.form != "flag"]
        if held:
            learned = NO_FITS.union(*(data.learned for data in held))
            c.m.events.splittings.append(Splitting("train_mask", c.place, held[0].rows, (), learned))


def folds(c: Call, thing: Thing) -> Value:
    """The positions that `splitter.split(X)` yields."""
    data = c.adopted(0, *DATA_NAMES)
    if data.rows is None:
        return Seq([Seq([NOTHING, NOTHING])], exact=False)
    place = (thing.path, thing.line)
    name = thing.name.rpartition(".")[2]
    note_split(c, name, data, thing.options)
    sides: list[Value] = []
    for index in range(2):
        rows = c.m.universe.part(data.rows, ("folds", place, id(thing)), index, name, (c.place.path, c.line))
        sides.append(Data(rows, form="index"))
    return Seq([Seq(sides)], exact=False)


def fold_pair(c: Call, thing: Thing, data: Data) -> None:
    """Training and asking on the folds of the data, as cross-validation does by itself."""
    assert data.rows is not None  # noqa: S101
    place = (c.place.path, c.place.line)
    name = _splitter(c, thing)
    sides = [c.m.universe.part(data.rows, ("folds", place), index, name, place) for index in range(2)]
    training = Training(thing, c.place, sides[0], data.learned, c.m.events.tick())
    c.m.events.trainings.append(training)
    note(c, thing, "cross-validation", Data(sides[1], data.learned), "folds", training).scored = True


def _splitter(c: Call, thing: Thing) -> str:
    """What takes the folds: the splitter that is named, if there is one."""
    splitter = c.kw.get("cv", thing.options.get("cv"))
    return splitter.name.rpartition(".")[2] if isinstance(splitter, Thing) and splitter.role else "cross-validation"


def note(c: Call, thing: Thing, name: str, data: Data, phase: str, training: Training | None) -> Evaluation:
    """Remembers that a model was asked about rows."""
    events = c.m.events
    noted = Evaluation(thing, name, c.place, data.rows, data.learned, phase, events.tick(), training=training)
    noted.single = data.form == "row"
    in_loop = training is not None and training.loop != 0 and training.loop == c.m.loop
    noted.repeated = in_loop and data.rows is not None and data.rows.loop != c.m.loop and not _varies(c, data.rows)
    if training is not None:
        training.evaluations.append(noted)
    events.evaluations.append(noted)
    return noted


def _varies(c: Call, rows: Rows) -> bool:
    """Whether rows are others in each pass of the loop, since it goes through them."""
    return not rows.above.isdisjoint(c.m.varying.get(c.m.loop, ()))


def cross_validated(c: Call) -> Value:
    """`cross_val_score(model, X, y)` and its kind."""
    model = c.arg(0, "estimator")
    thing = model if isinstance(model, Thing) else Thing("", "", c.place.path, c.line)
    if isinstance(model, Obj):
        thing = thing_of(c, model)
    data = c.adopted(1, "X")
    if data.rows is None:
        return NOTHING
    fold_pair(c, thing, data)
    return Data(data.rows)
