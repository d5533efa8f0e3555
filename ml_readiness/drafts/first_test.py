"""A first test: of a function that prepares data, where there is one."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.drafts.draft import MARK, Draft
from ml_readiness.facts.modelling.preparation import Preparation
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.python import Function

MODULE = re.compile(r"(?:(?:src|lib)/)?(?P<module>[a-zA-Z_]\w*(?:/[a-zA-Z_]\w*)*?)(?:/__init__)?\.py")

TEXT = '''\
# {mark}
"""What `{name}` makes of its input."""

from {module} import {imported}


def test_{plain}_of_one_typical_row() -> None:
    result = {call}
    raise NotImplementedError(f"say what must come back instead of {{result!r}}")


def test_{plain}_of_a_row_with_missing_values() -> None:
    result = {call}
    raise NotImplementedError(f"say what must come back instead of {{result!r}}")
'''


def draft(code: Code, preparation: Preparation, files: Files) -> Draft | None:
    """Two tests of one function, which fail until they say what must come back."""
    for unit, function in _candidates(code, preparation):
        found = MODULE.fullmatch(unit.path)
        if found is None:
            continue
        module = found["module"].replace("/", ".")
        path = f"tests/test_{module.rpartition('.')[2]}.py"
        if path not in files.entries and not any(keyword.iskeyword(part) for part in module.split(".")):
            imported, _, method = function.name.partition(".")
            text = TEXT.format(
                mark=MARK,
                name=function.name,
                plain=(method or imported).strip("_"),
                module=module,
                imported=imported,
                call=_call(function),
            )
            return Draft(path, text, "Put a row in the place of each `...`, and assert what must come back.")
    return None


def _candidates(code: Code, preparation: Preparation) -> Iterator[tuple[Unit, Function]]:
    """Those that change data first, then any function that takes something and gives something back."""
    for each in sorted(preparation.functions, key=lambda each: (not each.transforms, "." in each.name)):
        function = each.unit.functions.get(each.name)
        if function is not None and _is_callable(function):
            yield each.unit, function
    for unit in code.production:
        for function in unit.python.functions:
            if "." not in function.name and _is_callable(function) and function.returns and not function.decorators:
                yield unit, function


def _is_callable(function: Function) -> bool:
    """Whether a test can call it by a name of its module, or of a class there, with arguments."""
    nested = function.name.count(".") > (1 if function.in_class else 0)
    return not nested and not function.is_async and bool(_needed(function)) and not _own(function).startswith("__")


def _own(function: Function) -> str:
    return function.name.rpartition(".")[2]


def _needed(function: Function) -> list[str]:
    """The parameters that a call has to give."""
    names = [each.name for each in function.parameters if each.default is None and not each.name.startswith("*")]
    return names[1:] if function.in_class and "staticmethod" not in function.decorators else names


def _call(function: Function) -> str:
    owner = ""
    if function.in_class:
        bound = {"staticmethod", "classmethod"} & set(function.decorators)
        owner = f"{function.in_class}." if bound else f"{function.in_class}(...)."
    return f"{owner}{_own(function)}({', '.join(f'{name}=...' for name in _needed(function))})"
