"""How numbers, lists and long texts stand in a sentence, the same in findings and in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`, `3 libraries`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("ry") else f"{count} {noun}s"


def joined(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *before, end = words or [""]
    return f"{', '.join(before)} {last} {end}" if before else end


def shortened(text: str, most: int = 80) -> str:
    """A text on one line, with an ellipsis where it goes on."""
    whole = " ".join(text.split())
    return whole if len(whole) <= most else whole[: most - 1].rstrip() + "…"


def quoted(names: Sequence[str], most: int = 6) -> str:
    """Names as code, joined; `most` of them at most, and the number of the others."""
    over = len(names) - most
    shown = [f"`{name}`" for name in (names if over <= 1 else names[:most])]
    return joined([*shown, f"{over} more"] if over > 1 else shown)
