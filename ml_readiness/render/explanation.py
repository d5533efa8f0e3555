"""One check explained: why it matters, how to fix it, and examples of both sides."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ml_readiness.examples import explain

if TYPE_CHECKING:
    from ml_readiness.check import Check

WIDTH = 80


def render(check: Check) -> str:
    """The documentation of a check as plain text."""
    explanation = explain(check.doc)
    lines = [f"{check.id}: {check.question}", _facts(check), "", *textwrap.wrap(explanation.why, WIDTH)]
    for title, body in explanation.sections.items():
        lines += ["", f"{title}:", ""]
        lines += textwrap.wrap(" ".join(body.split()), WIDTH) if title == "How to fix" else body.strip().splitlines()
    return "\n".join(lines) + "\n"


def _facts(check: Check) -> str:
    facts = [check.category, check.severity.value, f"{check.effort.value} effort"]
    if check.prohibition:
        facts.append("passing earns nothing, failing costs")
    if check.requires:
        facts.append(f"waits for {check.requires}")
    if check.not_for:
        facts.append(f"not for {', '.join(sorted(kind.value for kind in check.not_for))}")
    return "; ".join(facts)
