"""How a call is named in a sentence: as a reader finds it at the place that the sentence points to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ml_readiness.facts.source.code import Site

LONGEST = 60
"""Characters of a receiver that is still shown whole."""


def said(site: Site) -> str:
    """A call as its line has it, without arguments: `model.fit`, `SVC.fit` for `SVC().fit([[1]], [1])`."""
    call = site.call
    method = call.method.lstrip("?:")
    if method == "__call__":
        return _called(site)
    if call.receiver and call.receiver != "?" and len(call.receiver) <= LONGEST:
        return f"{call.receiver.replace('[]', '[…]')}.{method}"
    parts = site.name.rpartition(":")[2].lstrip("?.").split(".")
    known = [part for part in parts if part != "__call__"]
    return ".".join(known[-2:] if call.receiver else known[-1:])


def _called(site: Site) -> str:
    """An object that is called, by the name it is bound to."""
    name = site.name.removesuffix(".__call__")
    bound = [each for each in site.unit.python.assigns if each.value.kind == "call" and each.value.text == name]
    before = [each for each in bound if each.line <= site.call.line]
    if bound:
        return (before or bound)[-1].target
    return name.rpartition(":")[2].rpartition(".")[2].lstrip("?")
