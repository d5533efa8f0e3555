"""What can go wrong before there is a report, and how it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ReadinessError(Exception):
    """The audit could not run; the message says what was expected, what was found and where."""


class RepositoryError(ReadinessError):
    """The repository, or the revision asked for, cannot be read."""


class SettingsError(ReadinessError):
    """The settings, or the arguments, make no sense; all problems are in one message."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """A question that names the closest known word, to end a message with; or nothing."""
    import difflib  # noqa: PLC0415

    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""
