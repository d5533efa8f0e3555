"""The report as JSON, and the JSON Schema that describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ml_readiness.report import Report


def render(report: Report, indent: int | None = 2) -> str:
    """JSON in plain ASCII: whatever file names hold, every reader gets the same text."""
    return json.dumps(report.model_dump(mode="python"), indent=indent, ensure_ascii=True) + "\n"


def schema() -> str:
    """The JSON Schema of the report."""
    from ml_readiness.report import Report  # noqa: PLC0415

    described = Report.model_json_schema(mode="serialization")
    described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(described, indent=2) + "\n"
