"""The score as a badge: a picture that needs no other service."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml_readiness.report import Report

LABEL = "ML readiness"
COLOURS: Mapping[str | None, str] = {
    "A": "#1a7f37",
    "B": "#4c7a1d",
    "C": "#8a6100",
    "D": "#b35400",
    "F": "#b3261e",
    None: "#5b5f68",
}
"""Dark enough for white letters."""
_CHARACTER = 6.6


def render(report: Report) -> str:
    """An SVG picture."""
    message, colour = said(report), COLOURS.get(report.grade, COLOURS[None])
    left, right = _width(LABEL), _width(message)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{LABEL}: {message}">'
        f"<title>{LABEL}: {message}</title>"
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#40444b"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 12}">{LABEL}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{message}</text></g></svg>\n'
    )


def said(report: Report) -> str:
    """What the badge says."""
    return "no score" if report.score is None else f"{report.score}/100 {report.grade}"


def _width(text: str) -> int:
    return round(len(text) * _CHARACTER) + 12
