"""The history as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from ml_readiness.render.json import readable_all

if TYPE_CHECKING:
    from ml_readiness.timeline import Timeline


def render(timeline: Timeline) -> str:
    """JSON in plain ASCII; times as ISO 8601 in UTC."""
    dumped = msgspec.to_builtins(timeline, builtin_types=(datetime,))
    for moment in dumped["moments"]:
        moment["when"] = moment["when"].isoformat()
    return json.dumps(readable_all(dumped), indent=2, ensure_ascii=True) + "\n"
