"""The score for a badge service that reads an endpoint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ml_readiness.render.badge import COLOURS, LABEL, said

if TYPE_CHECKING:
    from ml_readiness.report import Report


def render(report: Report) -> str:
    """The endpoint's JSON."""
    colour = COLOURS.get(report.grade, COLOURS[None])
    return json.dumps({"schemaVersion": 1, "label": LABEL, "message": said(report), "color": colour}) + "\n"
