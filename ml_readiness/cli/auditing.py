"""The command that audits."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import click

from ml_readiness.cli.options import FINE, GATE_FAILED, INCOMPLETE, checks, put, targets
from ml_readiness.render import FORMATS, renderer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ml_readiness.report import Report

SEVERITIES = ("critical", "high", "medium", "low")


@click.command()
@click.argument("source", metavar="[PATH|URL]", default=".")
@click.option("--rev", metavar="REV", help="Audit this commit, tag or branch instead of the work tree.")
@click.option("--base", metavar="REV", help="Compare with this commit, tag or branch; its settings apply.")
@click.option(
    "--format",
    "formats",
    metavar="FORMAT[=FILE]",
    multiple=True,
    help=f"One of {', '.join(FORMATS)}; with =FILE written there, as often as you like.",
)
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Where the format without =FILE goes.")
@click.option("--fail-under", type=click.IntRange(0, 100), metavar="N", help="Exit with 1 if the score is lower.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 if a check of this severity, or a worse one, surely fails.",
)
@click.option("--fail-on-regression", is_flag=True, help="With --base: exit with 1 if anything got worse.")
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes that parse files; by default one a processor where there is much to parse.",
)
@checks
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors and what --format asks for.")
def audit(
    source: str,
    rev: str | None,
    base: str | None,
    formats: Sequence[str],
    output: str | None,
    fail_under: int | None,
    fail_on: str | None,
    fail_on_regression: bool,
    jobs: int | None,
    checks: Sequence[str],
    quiet: bool,
) -> None:
    """Audit a folder, a git repository or a URL; without a format, a report for people is printed."""
    wanted = targets(formats, output, quiet=quiet, known=FORMATS)
    from ml_readiness.audit import audit as run_audit
    from ml_readiness.kept import Kept
    from ml_readiness.progress import Meter
    from ml_readiness.store import Store
    from ml_readiness.workers import workers

    store = Store(Kept.usual())
    gc.disable()  # the process ends with the audit
    with Meter(sys.stderr if sys.stderr.isatty() and not quiet else None) as meter, workers(jobs) as executor:
        report = run_audit(source, rev=rev, base=base, progress=meter, store=store, executor=executor, checks=checks)
    for name, file in wanted:
        _write(report, name, file)
    raise SystemExit(_exit_code(report, fail_under, fail_on, regression=fail_on_regression))


def _write(report: Report, name: str, file: Path | None) -> None:
    if file is None and name == "terminal":
        from rich.console import Console

        from ml_readiness.render import terminal

        terminal.show(report, Console())
        return
    put(renderer(name)(report), file)


def _exit_code(report: Report, fail_under: int | None, fail_on: str | None, *, regression: bool) -> int:
    if not report.complete:
        return INCOMPLETE
    from ml_readiness.gate import Gate

    gate = Gate.stated(report.settings).with_(fail_under, fail_on, fail_on_regression=regression or None)
    objections = gate.objections(report, against=report.comparison)
    for objection in objections:
        click.echo(f"ml-readiness: {objection}", err=True)
    return GATE_FAILED if objections else FINE
