"""Objects that learn: transformers, models, splitters, and what is asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.facts.flow.events import Evaluation, Fit, Training
from ml_readiness.facts.flow.joining import adopted, constant, data_of, rows_in
from ml_readiness.facts.flow.reading import file_asked
from ml_readiness.facts.flow.settings import parser_asked
from ml_readiness.facts.flow.splitting import DATA_NAMES, fold_pair, folds, note
from ml_readiness.facts.flow.storing import stored
from ml_readiness.facts.flow.things import is_model, thing_of
from ml_readiness.facts.flow.values import NO_FITS, NOTHING, Data, Obj, Seq, Text, Thing, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ml_readiness.facts.flow.calls import Call


VALIDATION = (
    "validation_data",
    "eval_set",
    "valid_sets",
    "evals",
    "eval_data",
    "val_data",
    "val_loader",
    "val_dataloaders",
)


OTHER_METHODS = frozenset(
    {"transform", "fit_transform", "fit_predict", "fit_resample", "fit_sample", "inverse_transform", "backward"}
)


NAMING = frozenset({"get_support", "get_feature_names", "get_feature_names_out"})
"""Methods that say which columns a transformer keeps or makes."""


SAVING = frozenset(
    {"save", "save_model", "save_pretrained", "save_weights", "dump", "to_disk", "export", "save_checkpoint"}
)


def called(c: Call, thing: Thing) -> Value:
    """`thing(data)`: a network is asked, a layer or transformation applied."""
    held = rows_in(Seq(c.args), 2)
    if held is None:
        return thing
    return answered(c, thing, held.derived())


def answered(c: Call, asked: Value, result: Value) -> Value:
    """The answer of a network to what it was called with."""
    held = rows_in(Seq(c.args), 2)
    if held is None or held.rows is None:
        return result
    answers = [data.made for arg in c.args if (data := data_of(arg, c.m.universe)).made is not None]
    if answers and len(c.args) > 1:
        loss = held.derived(form=held.form)
        loss.made = answers[0]
        return loss
    thing = asked if isinstance(asked, Thing) else thing_of(c, asked) if isinstance(asked, Obj) else None
    answer = Data(held.rows, held.learned | (thing.fits if thing is not None else NO_FITS), form=held.form)
    if thing is not None:
        answer.made = Evaluation(thing, "forward", c.place, held.rows, held.learned, order=c.m.events.tick())
        answer.made.training = thing.trainings[-1] if thing.trainings else None
        c.m.events.evaluations.append(answer.made)
    return answer


def method(c: Call, thing: Thing, name: str) -> Value:
    """A method of a library object."""
    known = c.m.knowledge
    if thing.role in SPECIAL:
        return SPECIAL[thing.role](c, thing, name)
    if name in {"transform", "inverse_transform", "texts_to_sequences", "texts_to_matrix", "encode", "doc2bow"}:
        c.m.events.use(thing, name, c.place, columns_of(c.arg(0, *DATA_NAMES)))
        return transformed(c, thing, c.adopted(0, *DATA_NAMES))
    if name == "fit_transform":
        return _fit_transform(c, thing)
    if name in known.fits and not (name == "train" and not c.args and thing.source is None and not _own_data(thing)):
        return fitted(c, thing)
    if name in {"fit_resample", "fit_sample"}:
        return _resampled(c, thing)
    if name == "fit_predict":
        return _fit_predict(c, thing)
    if name in known.asks:
        return _asked(c, thing, name)
    if name == "split" and thing.role == "splitter":
        return folds(c, thing)
    if name in SAVING:
        target = next((v for v in c.values() if isinstance(v, Text) or isinstance(constant(v), str)), NOTHING)
        stored(c, thing, target, name)
        return NOTHING
    if name == "add" and c.args and isinstance(c.args[0], Thing) and not thing.role:
        thing.children.append(("", c.args[0]))
        return thing
    if name in c.m.knowledge.sets["same-object"]:
        return thing
    if name in NAMING:
        return Data(None, NO_FITS, thing.fits, "columns")
    if name in {
        "get_params",
        "summary",
        "get_n_splits",
        "parameters",
    }:
        return NOTHING
    used = thing.holds_rows or name in c.m.knowledge.sets["data-methods"]
    if used and not thing.role and not thing.trainings:
        return c.m.asked(c, adopted(thing, c.m.universe), name)
    held = rows_in(Seq(c.args), 2)
    if held is not None and name not in {"explain_instance", "shap_values", "plot"}:
        answer = held.derived(form=held.form)
        answer.fits |= thing.fits
        return answer
    if name in {"append", "update", "register", "close", "write", "step", "zero_grad", "info"}:
        return NOTHING
    if thing.source is not None and name in {
        "get_next",
        "batch",
        "shuffle",
        "repeat",
        "prefetch",
        "map",
        "cache",
        "dataframe",
    }:
        return thing.source.derived()
    return Thing(f"{thing.name}.{name}", "", c.place.path, c.line) if name[:1].isalpha() and not thing.role else NOTHING


def columns_of(value: Value | None) -> tuple[str, ...]:
    """The names of the columns that a value has, in their order: of a frame, or of the variables in one row."""
    if isinstance(value, Data):
        return value.names
    if isinstance(value, Seq) and value.exact and len(value.items) == 1:
        return columns_of(value.items[0]) or _of_row(value.items[0])
    return ()


def _of_row(value: Value) -> tuple[str, ...]:
    """`[age, fare]`: the names under which the values of a row came in."""
    if not isinstance(value, Seq) or not value.exact:
        return ()
    names = [_came_as(item) for item in value.items]
    return tuple(names) if all(names) else ()


def _came_as(value: Value) -> str:
    if isinstance(value, Thing) and value.name.startswith("?"):
        return value.name[1:].rpartition(".")[2].strip("[]")
    if isinstance(value, Data) and value.rows is not None and value.rows.name.startswith("?"):
        return value.base[1] if value.base is not None and value.base[1] is not None else value.rows.name[1:]
    return ""


def transformed(c: Call, thing: Thing, data: Data) -> Value:
    """Rows seen through what a transformer has learned."""
    if data.rows is None and not data.flowing:
        return NOTHING
    if data.rows in c.m.events.numbered:
        c.m.events.numbered[data.rows].fits |= thing.fits
    return Data(data.rows, data.learned | thing.fits, data.pending, data.form if data.form == "row" else "")


def _fit_transform(c: Call, thing: Thing) -> Value:
    fitted(c, thing, transforming=True)
    return transformed(c, thing, c.adopted(0, *DATA_NAMES))


def fitted(c: Call, thing: Thing, *, transforming: bool = False) -> Value:
    """What a `fit` does to the object; the object."""
    thing.columns = columns_of(c.arg(0, *DATA_NAMES)) or thing.columns
    data = c.data(0, *DATA_NAMES)
    if data.rows is None and data.form != "columns":
        data = (
            next((d for v in c.args[1:3] if (d := data_of(v, c.m.universe)).rows is not None), None)
            or _own_data(thing)
            or data
        )
    if data.rows is None:
        data = c.adopted(0, *DATA_NAMES)
    c.m.events.use(thing, "fit", c.place, rows=data.rows)
    if is_model(c, thing) and not transforming:
        return _trained(c, thing, data)
    thing.fits = _state(c, thing, data)
    return thing


def _own_data(thing: Thing) -> Data | None:
    """The data that was given to the constructor."""
    for name in ("train_dataset", "train_data", "training_data", "train_dataloader", "data"):
        value = thing.options.get(name)
        found = rows_in(value) if value is not None else None
        if found is not None:
            return found
    return thing.source


def _state(c: Call, thing: Thing, data: Data, depth: int = 5) -> frozenset[Fit]:
    """What fitting learns, steps of a pipeline included."""
    if thing.role == "composite" and depth:
        found: frozenset[Fit] = NO_FITS
        for _, child in thing.children:
            if isinstance(child, Thing) and not is_model(c, child):
                child.fits = _state(c, child, data, depth - 1)
                found |= child.fits
        return found
    if data.rows is None or thing.role in {"stateless", "splitter", "composite", "undersampler", "oversampler"}:
        return NO_FITS
    fit = c.m.events.fit(thing.role or "unknown", thing.name, data.rows, c.place)
    c.m.events.learners[fit] = thing
    return frozenset({fit})


def _trained(c: Call, thing: Thing, data: Data) -> Value:
    if data.rows is None:
        return thing
    events = c.m.events
    training = Training(thing, c.place, data.rows, data.learned | _built_in(thing), events.tick(), c.m.loop)
    thing.trainings.append(training)
    events.trainings.append(training)
    if thing.role == "composite":
        thing.fits = training.inner = _state(c, thing, data)
    if c.m.autologs:
        stored(c, thing, NOTHING, "autolog")
    for name in VALIDATION:
        held = rows_in(c.kw[name]) if name in c.kw else None
        if held is not None and held.rows is not data.rows:
            note(c, thing, "fit", held, "validation", training)
    if thing.name.rpartition(".")[2] in c.m.knowledge.searches:
        fold_pair(c, thing, data)
    return thing


def _built_in(thing: Thing) -> frozenset[Fit]:
    """What the layers of a network have learned before it is trained."""
    if thing.role:
        return NO_FITS
    layers = [child for _, child in thing.children if isinstance(child, Thing) and child.role == "normalising"]
    return frozenset[Fit]().union(*(layer.fits for layer in layers))


def _asked(c: Call, thing: Thing, name: str) -> Value:
    data = c.data(0, *DATA_NAMES, "X_test", "test_dataset", "eval_dataset")
    if data.rows is None:
        given = next((d for v in c.args[1:3] if (d := data_of(v, c.m.universe)).rows is not None), None)
        option = thing.options.get("eval_dataset") if name == "evaluate" else None
        data = given or (rows_in(option) if option is not None else None) or c.adopted(0, *DATA_NAMES, "X_test")
    c.m.events.use(thing, name, c.place, columns_of(c.arg(0, *DATA_NAMES)), data.rows, data.learned)
    if data.rows is None:
        return NOTHING
    training = _last_training(thing)
    noted = note(c, thing, name, data, "test", training)
    noted.scored = name in c.m.knowledge.scores
    answer = Data(data.rows, form="row" if data.form == "row" else "")
    answer.made = noted
    return answer


def _last_training(thing: Thing) -> Training | None:
    if thing.trainings:
        return thing.trainings[-1]
    children = [child for _, child in thing.children if isinstance(child, Thing) and child.trainings]
    return children[-1].trainings[-1] if children and thing.role == "" else None


def _fit_predict(c: Call, thing: Thing) -> Value:
    data = c.adopted(0, *DATA_NAMES)
    if data.rows is None:
        return NOTHING
    if is_model(c, thing):
        _trained(c, thing, data)
        return Data(data.rows)
    if thing.role == "outliers":
        return Data(data.rows, form="flag", sig=("outliers", c.place))
    thing.fits = _state(c, thing, data)
    return Data(data.rows, data.learned | thing.fits)


def _resampled(c: Call, thing: Thing) -> Value:
    data = c.adopted(0, *DATA_NAMES)
    if data.rows is None:
        return NOTHING
    place = (c.place.path, c.place.line)
    fit = c.m.events.fit("resampling", thing.name, data.rows, c.place)
    if thing.role == "undersampler":
        rows = c.m.universe.subset(data.rows, ("resampled", place), place)
        fits = data.learned
    else:
        rows = c.m.universe.copies(data.rows, thing.name, place)
        fits = data.learned | {fit}
    return Seq([Data(rows, fits), Data(rows, fits)])


def asked_of_data(c: Call, data: Data, name: str) -> Value:
    """A learner's method on something that is not known to be one: a parameter, or data made ready for a model."""
    if name == "backward":
        learned_from(c, data)
        return NOTHING
    held = rows_in(Seq(c.values()), 2)
    if name in c.m.knowledge.fits and held is None and data.rows is not None:
        made = Thing("model", "", c.place.path, c.line)
        made.source = data
        return _trained(c, made, data)
    if data.rows is None or data.rows.kind != "source" or not data.rows.name.startswith("?"):
        return held.derived() if held is not None and name in OTHER_METHODS else NOTHING
    guessed = c.m.guessed.get(data.rows)
    if guessed is None:
        guessed = c.m.guessed[data.rows] = Thing(data.rows.name, _guess(data.rows.name), data.rows.path, data.rows.line)
    return method(c, guessed, name)


def _guess(name: str) -> str:
    lowered = name.lower()
    if re.search(r"scal|imput|vectori|encod|transform|preproc|pca|tfidf|tokeni|select", lowered):
        return "unknown"
    return ""


def learned_from(c: Call, loss: Data) -> None:
    """`loss.backward()`: the network that the loss comes from was trained, not asked."""
    asked = loss.made
    if asked is None or asked.method != "forward":
        return
    training = Training(asked.model, asked.place, asked.rows, asked.fits, c.m.events.tick())
    asked.model.trainings.append(training)
    c.m.events.trainings.append(training)
    asked.method = "trained"
    if asked in c.m.events.evaluations:
        c.m.events.evaluations.remove(asked)


SPECIAL: Mapping[str, Callable[[Call, Thing, str], Value]] = {"arguments": parser_asked, "file": file_asked}
"""Objects that neither learn nor hold rows."""
