"""How long GitHub asks to wait before the next request."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

PATIENCE = 60.0
"""Seconds that may be waited in all."""


def asked_to_wait(answer: BaseHTTPResponse) -> float | None:
    """The seconds that GitHub asks for where it refuses because of too many requests; None where it does not."""
    if answer.status not in {403, 429}:
        return None
    after, reset = answer.headers.get("retry-after"), answer.headers.get("x-ratelimit-reset")
    if after is not None:
        return max(0.0, _seconds(after))
    if answer.headers.get("x-ratelimit-remaining") == "0":
        return max(0.0, float(reset[:12]) - time.time()) if reset and _is_number(reset) else None
    if answer.status == 429 or b"secondary rate limit" in answer.data:
        return PATIENCE
    return None


def _seconds(text: str) -> float:
    if _is_number(text.strip()):
        return float(text.strip()[:12])
    try:
        return (parsedate_to_datetime(text) - datetime.now(tz=UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0.0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
