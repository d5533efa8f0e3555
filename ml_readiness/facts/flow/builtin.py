"""Functions and methods of Python itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow import attributes, frames, operators
from ml_readiness.facts.flow.joining import as_list, constant, data_of, element, elements, parts, signature
from ml_readiness.facts.flow.values import NOTHING, Const, Data, Function, Map, Method, Obj, Seq, Text, Thing, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ml_readiness.facts.flow.calls import Call

MAX_LIST = 256


def method(c: Call, receiver: Value, name: str) -> Value:
    """A method of a list, a dictionary or a string."""
    if isinstance(receiver, Seq):
        return _of_list(c, receiver, name)
    if isinstance(receiver, Map):
        return _of_map(c, receiver, name)
    return _of_text(c, receiver, name)


def _of_list(c: Call, receiver: Seq, name: str) -> Value:
    value = c.args[0] if c.args else NOTHING
    if name in {"append", "add"} and len(receiver.items) < MAX_LIST:
        if c.frame.branches:
            value = narrowed(c, value)
        receiver.items.append(value)
        if isinstance(value, Data) and value.form == "row":
            receiver.exact = False
    elif name == "insert" and len(c.args) > 1:
        receiver.items.append(c.args[1])
        receiver.exact = False
    elif name in {"extend", "update"}:
        receiver.exact = receiver.exact and isinstance(value, Seq) and value.exact
        receiver.items.extend(elements(value, c.m.universe)[: MAX_LIST - len(receiver.items)])
    elif name in {"remove", "discard", "clear"}:
        wanted = constant(value)
        receiver.items = [item for item in receiver.items if wanted is None or constant(item) != wanted]
    elif name == "pop":
        return receiver.items.pop() if receiver.items and receiver.exact else element(receiver, c.m.universe)
    elif name in {"copy", "union", "difference", "intersection"}:
        return Seq(list(receiver.items), receiver.exact and name == "copy")
    return NOTHING


def narrowed(c: Call, value: Value, depth: int = 2) -> Value:
    """Rows that are taken one by one, under some condition: not all of them."""
    if isinstance(value, Data) and value.rows is not None:
        made = value.derived(form=value.form)
        made.rows = c.m.universe.subset(value.rows, ("taken", c.place), (c.place.path, c.line))
        return made
    if isinstance(value, Seq) and depth:
        return Seq([narrowed(c, item, depth - 1) for item in value.items], value.exact)
    return value


def _of_map(c: Call, receiver: Map, name: str) -> Value:
    items = receiver.items
    key = constant(c.arg(0, "key"))
    if name in {"get", "pop", "setdefault"}:
        default = c.args[1] if len(c.args) > 1 else NOTHING
        found = items.get(key, items.get(None)) if key is not None else element(Seq(list(items.values())), c.m.universe)
        if found is None and name == "setdefault":
            items[key] = default
        return found if found is not None else default
    if name == "items":
        return Seq([Seq([Const(k) if k is not None else NOTHING, v]) for k, v in items.items()])
    if name == "values":
        return Seq(list(items.values()))
    if name == "keys":
        return Seq([Const(k) for k in items if k is not None])
    if name == "copy":
        return Map(dict(items))
    if name == "update":
        for each in c.args:
            if isinstance(each, Map):
                items.update(each.items)
        items.update({k: v for k, v in c.kw.items() if k != "**"})
    return NOTHING


def _of_text(c: Call, receiver: Value, name: str) -> Value:
    text = receiver.value if isinstance(receiver, Const) else getattr(receiver, "text", None)
    if not isinstance(text, str):
        return NOTHING
    if name == "join" and c.args and (held := data_of(c.args[0], c.m.universe)).rows is not None:
        return held.derived(form="row")
    if name == "join" and c.args and isinstance(c.args[0], Seq):
        return joined(text, c.args[0].items)
    if name == "format":
        for value in c.values():
            known = constant(value)
            start, end = text.find("{"), text.find("}")
            if start < 0 or end < start:
                break
            text = text[:start] + (str(known) if known is not None else "*") + text[end + 1 :]
        return Text(text) if "*" in text else Const(text)
    if name == "open":
        made = Thing("open", "file", c.place.path, c.line)
        made.arguments = [receiver]
        return made
    if name in {"resolve", "absolute", "expanduser", "as_posix", "__str__"}:
        return receiver
    if name == "joinpath":
        return joined("/", [receiver, *c.args])
    if name in {"lower", "upper", "strip", "rstrip", "lstrip", "title"} and not c.args:
        return Const(getattr(text, name)())
    if name == "split":
        separator = constant(c.arg(0, "sep"))
        return Seq(
            [Const(part) for part in text.split(separator if isinstance(separator, str) and separator else None)]
        )
    return NOTHING


def joined(separator: str, parts: list[Value]) -> Value:
    """Texts put together, with a `*` for each that is not known."""
    texts = [part.text if isinstance(part, Text) else _shown(constant(part)) for part in parts]
    text = separator.join(texts)
    return Text(text) if "*" in texts or "*" in text else Const(text)


def _shown(value: object) -> str:
    return "*" if value is None else str(value)


def _length(c: Call) -> Value:
    value = c.args[0] if c.args else NOTHING
    if isinstance(value, Data) and value.rows is not None:
        return Data(sig=("length", value.rows), form="number")
    return (
        Const(len(value.items)) if isinstance(value, Seq) and value.exact else Data(sig=signature(value), form="number")
    )


def _range(c: Call) -> Value:
    value = c.args[-1] if 0 < len(c.args) < 3 else NOTHING
    sig = parts(value.sig if isinstance(value, Data) else None)
    if sig[:1] == ("length",):
        return Data(sig[1], form="index")
    count = constant(value)
    first = constant(c.args[0]) if len(c.args) > 1 else 0
    if isinstance(count, int) and isinstance(first, int) and 0 < count - first <= 3:
        return Seq([Const(i) for i in range(first, count)])
    return Data(form="number", sig=("range", c.place))


def _same(c: Call) -> Value:
    value = c.args[0] if c.args else NOTHING
    if isinstance(value, Map):
        return Seq([Const(key) for key in value.items])
    return Seq(list(value.items), value.exact) if isinstance(value, Seq) else value


def _empty_list(c: Call) -> Value:
    value = _same(c) if c.args else Seq([])
    return as_list(value) if isinstance(value, Data) else value


def _dict(c: Call) -> Value:
    first = c.args[0] if c.args else None
    items: dict[object, Value] = dict(first.items) if isinstance(first, Map) else {}
    if isinstance(first, Seq):
        for pair in first.items:
            if isinstance(pair, Seq) and len(pair.items) == 2:
                items[constant(pair.items[0])] = pair.items[1]
    return Map({**items, **{key: value for key, value in c.kw.items() if key != "**"}})


def _zip(c: Call) -> Value:
    if c.args and all(isinstance(arg, Seq) and arg.exact for arg in c.args):
        columns = [arg.items for arg in c.args if isinstance(arg, Seq)]
        return Seq([Seq(list(row)) for row in zip(*columns, strict=False)])
    return Seq([Seq([element(arg, c.m.universe) for arg in c.args])], exact=False)


def _enumerate(c: Call) -> Value:
    value = c.args[0] if c.args else NOTHING
    if isinstance(value, Seq) and value.exact:
        return Seq([Seq([Const(i), item]) for i, item in enumerate(value.items)])
    index = Data(value.rows, form="index") if isinstance(value, Data) and value.rows is not None else NOTHING
    return Seq([Seq([index, element(value, c.m.universe)])], exact=False)


def _number(c: Call) -> Value:
    value = c.args[0] if c.args else NOTHING
    if isinstance(value, Const):
        return value
    if isinstance(value, Data):
        made = value.derived(form=value.form)
        made.sig = value.sig
        return made
    return NOTHING


def _text(c: Call) -> Value:
    value = c.args[0] if c.args else NOTHING
    if isinstance(value, Const):
        return Const(str(value.value))
    return value if isinstance(value, Text | Data) else NOTHING


def _extreme(c: Call) -> Value:
    if len(c.args) > 1:
        return operators.merged([data_of(arg, c.m.universe) for arg in c.args])
    return frames.statistic(c, data_of(c.args[0], c.m.universe), "max") if c.args else NOTHING


def _sum(c: Call) -> Value:
    data = data_of(c.args[0], c.m.universe) if c.args else NOTHING
    if data.made is not None:
        data.made.scored = True
    return NOTHING


def _map(c: Call) -> Value:
    if len(c.args) < 2:
        return NOTHING
    values = elements(c.args[1], c.m.universe)
    results = [c.m.invoke(c.frame, c.line, c.args[0], [value]) for value in values]
    exact = isinstance(c.args[1], Seq) and c.args[1].exact
    return Seq(results, exact)


def _next(c: Call) -> Value:
    return element(c.args[0], c.m.universe) if c.args else NOTHING


def _getattr(c: Call) -> Value:
    name = constant(c.args[1]) if len(c.args) > 1 else None
    if not isinstance(name, str):
        return NOTHING
    return attributes.attribute(c.m, c.frame, c.args[0], name)


def _setattr(c: Call) -> Value:
    name = constant(c.args[1]) if len(c.args) == 3 else None
    if isinstance(name, str) and isinstance(c.args[0], Obj):
        c.args[0].attributes[name] = c.args[2]
    return NOTHING


def _super(c: Call) -> Value:
    bound = c.frame.variables.get(c.frame.body.parameters[0]) if c.frame.body.parameters else None
    return Method(bound, "super") if bound is not None else NOTHING


def _isinstance(c: Call) -> Value:
    return NOTHING


def _partial(c: Call) -> Value:
    function = c.args[0] if c.args else NOTHING
    if isinstance(function, Function):
        bound = dict(zip(function.body.parameters, c.args[1:], strict=False))
        return Function(
            function.body, function.frame, {**function.defaults, **bound, **c.kw}, function.decorators, function.bound
        )
    return function


def _copied(c: Call) -> Value:
    value = c.args[0] if c.args else NOTHING
    if isinstance(value, Data):
        return value.derived(form=value.form)
    if isinstance(value, Thing):
        made = Thing(value.name, value.role, value.path, value.line)
        made.children, made.options, made.arguments = list(value.children), value.options, value.arguments
        made.fits = value.fits
        return made
    return _same(c)


FUNCTIONS: Mapping[str, Callable[[Call], Value]] = {
    "len": _length,
    "range": _range,
    "numpy.arange": _range,
    "list": _empty_list,
    "tuple": _empty_list,
    "set": _empty_list,
    "sorted": _same,
    "reversed": _same,
    "frozenset": _same,
    "iter": _same,
    "tqdm": _same,
    "tqdm.tqdm": _same,
    "tqdm.notebook.tqdm": _same,
    "tqdm.auto.tqdm": _same,
    "tqdm_notebook": _same,
    "tqdm.tqdm_notebook": _same,
    "track": _same,
    "dict": _dict,
    "collections.OrderedDict": _dict,
    "types.SimpleNamespace": _dict,
    "argparse.Namespace": _dict,
    "zip": _zip,
    "enumerate": _enumerate,
    "int": _number,
    "float": _number,
    "round": _number,
    "abs": _number,
    "math.floor": _number,
    "math.ceil": _number,
    "str": _text,
    "min": _extreme,
    "max": _extreme,
    "sum": _sum,
    "map": _map,
    "filter": lambda c: c.args[1] if len(c.args) > 1 else NOTHING,
    "next": _next,
    "getattr": _getattr,
    "setattr": _setattr,
    "super": _super,
    "isinstance": _isinstance,
    "type": _isinstance,
    "functools.partial": _partial,
    "partial": _partial,
    "copy.copy": _copied,
    "copy.deepcopy": _copied,
    "deepcopy": _copied,
    "sklearn.base.clone": _copied,
    "collections.defaultdict": lambda c: Map({}),
    "defaultdict": lambda c: Map({}),
}
