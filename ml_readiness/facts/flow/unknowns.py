"""Parameters that nothing gives a value: rows of data, if their names or annotations say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.facts.flow.joining import constant
from ml_readiness.facts.flow.values import Const, Data, Function, Thing, Value

if TYPE_CHECKING:
    from ml_readiness.facts.flow.machine import Machine

ROWS = re.compile(
    r"(?:^|_)(?:df|data|dataset|frame|dataframe|x|y|features?|targets?|labels?|train|test|val|valid|validation|rows|table|texts?"
    r"|docs|documents|corpus|sentences|series|samples?|inputs?|images?|matrix|array|arr|batch|records|raw|loader)(?:_|\d|$)",
    re.IGNORECASE,
)
NOT_ROWS = re.compile(
    r"path|dir|file|name|col|size|num|^n_|ratio|frac|conf|param|type|id$|count|len|url|seed|steps|key|mode|flag|epochs?"
    r"|folder|uri",
    re.IGNORECASE,
)
ROW_TYPES = re.compile(r"DataFrame|Series|ndarray|Dataset|Tensor|DataLoader|ArrayLike|csr_matrix|NDArray")
PLAIN_TYPES = re.compile(
    r"^(?:str|int|float|bool|Path|pathlib\.Path|dict|DictConfig|Namespace|argparse\.Namespace)\b|Config|Settings"
)
DECLARING = ("option", "argument", "Option", "Argument", "Parameter")


def argument(m: Machine, function: Function, name: str) -> Value:
    """What a parameter holds that the call does not mention: its default, or something not known."""
    default = function.defaults.get(name)
    if default is None:
        default = _declared(function, name)
    if isinstance(default, Thing) and default.name.rpartition(".")[2] in DECLARING:
        default = _default_of(default)
    if default is not None and not (isinstance(default, Const) and default.value is None):
        return default
    return _unknown(m, function, name)


def _declared(function: Function, name: str) -> Value | None:
    """The default that a command-line decorator gives to a parameter."""
    for decorator in function.decorators:
        if isinstance(decorator, Thing) and decorator.name.rpartition(".")[2] in DECLARING:
            names = [text for each in decorator.arguments if isinstance(text := constant(each), str)]
            if name in {text.lstrip("-").replace("-", "_") for text in names}:
                return decorator.options.get("default")
    return None


def _default_of(declared: Thing) -> Value | None:
    given = declared.options.get("default") or next(iter(declared.arguments), None)
    return given if isinstance(given, Const) and given.value is not ... else None


def _unknown(m: Machine, function: Function, name: str) -> Value:
    body = function.body
    path = function.frame.unit.path
    position = body.parameters.index(name) if name in body.parameters else -1
    annotation = body.annotations[position] if 0 <= position < len(body.annotations) else ""
    rows = bool(ROW_TYPES.search(annotation))
    if not rows and not PLAIN_TYPES.search(annotation):
        rows = bool(ROWS.search(name)) and not NOT_ROWS.search(name)
    if rows:
        return Data(m.universe.source(f"?{name}", (path, body.line), (path, body.name, body.line, name)))
    return m.given.setdefault((path, body.name, name), Thing(f"?{name}", "", path, body.line))
