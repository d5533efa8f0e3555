"""The command that audits commit by commit."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ml_readiness.cli.options import put, targets

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.argument("source", metavar="[PATH|URL]", default=".")
@click.option("--rev", metavar="REV", help="The commit, tag or branch whose history it is.")
@click.option("--since", metavar="WHEN", help="A date like 2026-03-31, or a time like '6 months'.")
@click.option(
    "--every", type=click.IntRange(1), metavar="N", help="Every Nth commit; without it at most 100, evenly spread."
)
@click.option("--tags", is_flag=True, help="The commits that tags name.")
@click.option("--format", "formats", metavar="FORMAT[=FILE]", multiple=True, help="terminal, json or html.")
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Where the format without =FILE goes.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes; by default one a processor.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors and what --format asks for.")
def history(
    source: str,
    rev: str | None,
    since: str | None,
    every: int | None,
    tags: bool,
    formats: Sequence[str],
    output: str | None,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Audit commits straight from git, and show how the score changed and which commits changed it most."""
    from ml_readiness.render import history as rendered

    if tags and every is not None:
        raise click.UsageError("--every counts commits, --tags takes those with a tag; give one of them")
    wanted = targets(formats, output, quiet=quiet, known=rendered.FORMATS)
    from ml_readiness.history import history as run_history
    from ml_readiness.progress import Meter

    with Meter(sys.stderr if sys.stderr.isatty() and not quiet else None) as meter:
        timeline = run_history(source, rev=rev, since=since, every=every, tags=tags, jobs=jobs, progress=meter)
    for name, file in wanted:
        if file is None and name == "terminal":
            from rich.console import Console

            from ml_readiness.render.history import terminal

            terminal.show(timeline, Console())
        else:
            put(rendered.renderer(name)(timeline), file)
