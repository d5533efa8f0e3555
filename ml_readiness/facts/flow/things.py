"""What library objects are made of: steps, estimators, parts that stand for the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.facts.flow.joining import constant, rows_in
from ml_readiness.facts.flow.knowledge import knowledge
from ml_readiness.facts.flow.values import (
    NO_FITS,
    NOTHING,
    Choice,
    Class,
    Data,
    Ext,
    Map,
    Method,
    Obj,
    Seq,
    Thing,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.flow.calls import Call


LEARNED = re.compile(r"^(?!best_|feature_importances_|coef_|n_|classes_|labels_|feature_names|inertia_|history)\w+_$")


def create(c: Call, name: str, role: str) -> Thing:
    """A new object of a library class."""
    made = Thing(name, role, c.place.path, c.line)
    made.arguments = c.args
    made.options = c.kw
    made.children = list(_learners(c.values(), 4))
    if not made.children or role in {"", "composite"}:
        made.source = rows_in(Seq(c.values()), 2) if not role else None
    return made


def _learners(values: list[Value], depth: int, label: str = "") -> Iterator[tuple[str, Value]]:
    for value in values[:40]:
        if isinstance(value, Thing | Obj):
            yield label, value
        elif depth and isinstance(value, Seq):
            first = constant(value.items[0]) if value.items else None
            yield from _learners(value.items, depth - 1, first if isinstance(first, str) else label)
        elif depth and isinstance(value, Map):
            for key, inner in value.items.items():
                yield from _learners([inner], depth - 1, key if isinstance(key, str) else label)
        elif depth and isinstance(value, Choice):
            yield from _learners(list(value.options), depth - 1, label)
        elif isinstance(value, Class):
            continue


def is_model(c: Call, thing: Thing, depth: int = 5) -> bool:
    """Whether fitting it trains something that answers, rather than something that prepares."""
    if thing.role == "":
        return True
    if thing.role != "composite" or depth == 0:
        return False
    if thing.name.rpartition(".")[2] in {
        "ColumnTransformer",
        "make_column_transformer",
        "FeatureUnion",
        "make_union",
        "DataFrameMapper",
    }:
        return False
    children = [child for _, child in thing.children if isinstance(child, Thing | Obj)]
    if not children:
        return True
    if "ipeline" in thing.name:
        return _may_answer(c, children[-1], depth)
    return any(_may_answer(c, child, depth) for child in children)


def _may_answer(c: Call, child: Thing | Obj, depth: int) -> bool:
    if isinstance(child, Obj):
        return "predict" in child.made_of.members or "transform" not in child.made_of.members
    return is_model(c, child, depth - 1)


def thing_of(c: Call, receiver: Obj) -> Thing:
    """What a project's object inherits from a library."""
    known = receiver.attributes.get("\0inherited")
    if isinstance(known, Thing):
        return known
    base = next((base for base in _external_bases(receiver.made_of)), None)
    role = c.m.knowledge.role(base.name) if base is not None else ""
    made = Thing(base.name if base is not None else receiver.made_of.name, role, receiver.made_of.unit.path, 0)
    made.children = [(name, value) for name, value in receiver.attributes.items() if isinstance(value, Thing)]
    receiver.attributes["\0inherited"] = made
    return made


def _external_bases(made_of: Class, depth: int = 6) -> Iterator[Ext]:
    for base in made_of.bases:
        if isinstance(base, Ext):
            yield base
        elif isinstance(base, Class) and depth:
            yield from _external_bases(base, depth - 1)


def attribute(thing: Thing, name: str) -> Value | None:
    """`thing.name`; None where it says that the object is data."""
    if thing.holds_rows:
        return None
    if name in knowledge().sets["inner-models"]:
        return thing
    if name in {
        "transform",
        "fit_transform",
        "predict",
        "predict_proba",
        "fit",
        "inverse_transform",
        "texts_to_sequences",
    }:
        return Method(thing, name)
    for label, child in thing.children:
        if label == name:
            return child
    if name in thing.options:
        return thing.options[name]
    if thing.fits and LEARNED.match(name):
        return Data(None, NO_FITS, thing.fits)
    if thing.role:
        return Method(thing, name) if name in {"split", "save", "partial_fit"} else NOTHING
    return None if name in knowledge().sets["data-attributes"] and not thing.trainings else part_of(thing, name)


def part_of(thing: Thing, name: str) -> Thing:
    """Something inside an object that is not known, always the same."""
    found = thing.options.get(name)
    if not isinstance(found, Thing):
        found = Thing(f"{thing.name}.{name}", "", thing.path, thing.line)
        thing.options = {**thing.options, name: found}
    return found


def item(thing: Thing, index: Value) -> Value | None:
    """`thing[index]`; None where it says that the object is data."""
    if thing.holds_rows:
        return None
    key = constant(index)
    for label, child in thing.children:
        if label == key:
            return child
    if isinstance(key, int) and thing.children and -len(thing.children) <= key < len(thing.children):
        return thing.children[key][1]
    if thing.role == "composite":
        return thing
    if thing.role:
        return NOTHING
    return part_of(thing, f"[{key}]") if isinstance(key, str | int) else None
