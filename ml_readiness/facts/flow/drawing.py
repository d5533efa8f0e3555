"""Rows and positions that are drawn at random, or repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow import shapes
from ml_readiness.facts.flow.joining import data_of, parts, signature
from ml_readiness.facts.flow.passing import passed_on
from ml_readiness.facts.flow.values import NOTHING, Data, Seq, Value

if TYPE_CHECKING:
    from ml_readiness.facts.flow.calls import Call


def resampled(c: Call) -> Value:
    """`sklearn.utils.resample`: a sample that may hold a row twice, unless told otherwise."""
    place = (c.frame.unit.path, c.line)
    made: list[Value] = []
    for value in c.args:
        data = data_of(value, c.m.universe)
        sample = data.derived(form=data.form)
        if data.rows is not None and c.option("replace") is False:
            sample.rows = c.m.universe.subset(data.rows, ("resampled", place), place)
        elif data.rows is not None:
            sample.rows = c.m.universe.copies(data.rows, "resample", place)
        made.append(sample)
    return made[0] if len(made) == 1 else Seq(made)


def drawn(c: Call) -> Value:
    """As many random numbers as there are rows: the same ones wherever this value is used."""
    size = c.arg(0, "size", "n")
    if len(c.args) < 2 and parts(signature(size))[:1] == ("length",):
        return Data(form="number", sig=("drawn", c.place, c.m.events.tick()))
    return passed_on(c, "numpy.random.random")


def repeated(c: Call) -> Value:
    """`numpy.repeat(rows, n)`: every row several times."""
    return shapes.repeated(c, c.data(0, "a", "A"), "repeat")


def permutation(c: Call) -> Value:
    """`numpy.random.permutation(n)`: positions in any order; of rows, the same rows."""
    value = c.args[0] if c.args else NOTHING
    sig = parts(signature(value))
    if len(sig) > 1 and sig[0] == "length":
        return Data(sig[1], form="index")
    data = data_of(value, c.m.universe)
    return data.derived(form=data.form) if data.rows is not None else NOTHING


def choice(c: Call) -> Value:
    """`numpy.random.choice(len(data), n, replace=False)`: positions, of all rows or of some."""
    positions = permutation(c)
    if not isinstance(positions, Data) or positions.form != "index" or positions.rows is None:
        return passed_on(c, "numpy.random.choice")
    size = c.arg(1, "size")
    if size is not None and signature(size) != signature(c.args[0]):
        place = (c.place.path, c.line)
        positions.rows = c.m.universe.subset(positions.rows, ("chosen", place, c.m.events.tick()), place)
    return positions
