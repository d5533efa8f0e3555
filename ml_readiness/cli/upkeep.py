"""The commands that machines run, and that look after what is kept."""

from __future__ import annotations

import click


@click.command()
def publish() -> None:
    """Audit the workspace and tell its pull request: comment, summary, annotations, outputs.

    This is what the GitHub Action runs. Its inputs are read from the environment: `fail-under` is
    ML_READINESS_FAIL_UNDER, and so on.
    """
    import os

    from ml_readiness.publish.run import run as run_action

    raise SystemExit(run_action(os.environ))


@click.command()
@click.argument("action", type=click.Choice(["info", "clear", "prune"]), default="info")
@click.option("--megabytes", type=click.IntRange(0), default=128, help="For prune: the size to shrink to.")
def cache(action: str, megabytes: int) -> None:
    """Look at, empty or shrink what is kept between audits, so that a file is only ever parsed once."""
    from ml_readiness.kept import Kept

    kept = Kept.usual()
    if kept is None:
        click.echo("nothing is kept: the environment says so")
        return
    if action == "clear":
        kept.clear()
    elif action == "prune":
        kept.prune(megabytes * 1_000_000)
    count, size = kept.info()
    click.echo(f"{count:,} documents and reports, {size / 1_000_000:,.1f} MB in {kept.path}")
