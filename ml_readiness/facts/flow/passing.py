"""Calls of what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow import operators, splitting, things
from ml_readiness.facts.flow.joining import data_of
from ml_readiness.facts.flow.values import NO_FITS, NOTHING, Data, Value

if TYPE_CHECKING:
    from ml_readiness.facts.flow.calls import Call

DATA_WORDS = frozenset(
    {"data", "x", "X", "dataset", "endog", "exog", "features", "texts", "inputs", "images", "df", "train_data", "table"}
    | {"dataframe", "tensors", "label", "y"}
)
"""Keywords under which unknown functions take rows."""


def passed_on(c: Call, name: str = "") -> Value:
    """What an unknown function makes: of data, the same rows; of anything else, an object that is not known."""
    splitting.note_masks(c)
    parts = [data for arg in c.args if (data := data_of(arg, c.m.universe)).rows is not None]
    parts += [d for key, v in c.kw.items() if key in DATA_WORDS and (d := data_of(v, c.m.universe)).rows is not None]
    if parts:
        rows = parts[0].rows
        made = operators.merged([part for part in parts if part.rows is rows])
        made.form = parts[0].form if parts[0].form in {"row", "index"} else ""
        made.made = next((part.made for part in parts if part.made is not None), None)
        if "split" in name.rpartition(".")[2].lower() and rows is not None and made.form != "row":
            return splitting.split_parts(c, made, name)
        return made
    if not name:
        return NOTHING
    if name.startswith(("numpy.", "scipy.", "random.")):
        told = operators.merged([data_of(arg, c.m.universe) for arg in c.args])
        if told.pending:
            return Data(None, NO_FITS, told.pending)
    return things.create(c, name, "")
