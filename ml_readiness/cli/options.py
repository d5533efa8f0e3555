"""What several commands share: exit codes, options, and where output goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ml_readiness.errors import ReadinessError, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FINE, GATE_FAILED, COULD_NOT_RUN, INCOMPLETE = range(4)
"""The exit codes."""

checks = click.option(
    "--checks",
    metavar="DIR",
    multiple=True,
    help="A folder of checks of your own, beside the product's. They are code and run.",
)


def complete_check(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names of checks that begin so, for the shell."""
    from ml_readiness import library

    names = (path.stem.replace("_", "-") for path in library.folder().glob("*/[a-z]*.py"))
    return sorted(name for name in names if name.startswith(incomplete))


def targets(
    formats: Sequence[str], output: str | None, *, quiet: bool, known: Mapping[str, str]
) -> list[tuple[str, Path | None]]:
    """The formats that are wanted, each with its file or None for the terminal; UsageError where they make no sense."""
    from pathlib import Path

    pairs = [(name, file) for name, _, file in (item.partition("=") for item in formats)]
    for name, _ in pairs:
        if name not in known:
            listed = ", ".join(known)
            raise click.UsageError(f"there is no format {name!r}, expected one of {listed}{suggestion(name, known)}")
    bare = [name for name, file in pairs if not file]
    if len(bare) > 1:
        raise click.UsageError(f"only one format can go to one place; write {bare[1]}=FILE")
    files: list[tuple[str, Path | None]] = [(name, Path(file)) for name, file in pairs if file]
    if output is not None and not bare:
        bare = ["terminal"]
    if bare:
        return [*files, (bare[0], Path(output) if output is not None else None)]
    return files if quiet else [*files, ("terminal", None)]


def put(text: str, file: Path | None) -> None:
    """Writes text to a file or the terminal; ReadinessError where the file cannot be written."""
    if file is None:
        click.echo(text.encode("utf-8"), nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReadinessError(f"{file}: cannot be written: {error.strerror}") from error
