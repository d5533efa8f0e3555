"""The commands that answer questions about checks, findings and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ml_readiness.cli.options import checks, complete_check
from ml_readiness.errors import ReadinessError, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ml_readiness.check import Check
    from ml_readiness.report import Finding, Result

LEAST_OF_AN_ID = 6
"""Characters of a finding's id that have to be given."""


@click.command("list")
@checks
def list_(checks: Sequence[str]) -> None:
    """List the checks with what they weigh and the question each answers."""
    from ml_readiness import library

    loaded = library.load(*library.folders(checks))
    width = max((len(check.id) for check in loaded), default=0)
    for category in dict.fromkeys([*library.CATEGORIES, *(check.category for check in loaded)]):
        question = library.CATEGORIES.get(category, "Questions of your own")
        members = [check for check in loaded if check.category == category]
        if members:
            click.secho(f"{category}: {question}", bold=True)
            for check in members:
                click.echo(f"  {check.id:{width}}  {check.severity.value:8}  {check.question}")


@click.command()
@click.argument("name", metavar="[CHECK]", required=False, shell_complete=complete_check)
@click.option("--finding", metavar="ID", help="Explain this finding instead, by its id in a report.")
@click.option(
    "--in", "source", metavar="PATH", default=".", help="What to audit for the finding, or a JSON report that has it."
)
@checks
def explain(name: str | None, finding: str | None, source: str, checks: Sequence[str]) -> None:
    """Explain a check: why it matters, how to fix it, and examples of both sides.

    With --finding, explain one finding of a report: what was seen where, and the way that a value took there: where
    it came from, was fitted, divided and used.
    """
    from ml_readiness import library
    from ml_readiness.render import explanation

    if finding is not None:
        click.echo(explanation.of_finding(*_found(source, finding, checks)), nl=False)
        return
    if name is None:
        raise click.UsageError("Missing argument 'CHECK'.")
    known = {check.id: check for check in library.load(*library.folders(checks))}
    click.echo(explanation.render(_named(name, known)), nl=False)


@click.command()
def schema() -> None:
    """Print the JSON Schema of the JSON report."""
    from ml_readiness.render import json

    click.echo(json.schema(), nl=False)


def _found(source: str, name: str, checks: Sequence[str]) -> tuple[Result, Finding]:
    from pathlib import Path

    from ml_readiness import identity
    from ml_readiness.audit import audit as run_audit
    from ml_readiness.report import Report

    if source.endswith(".json") and Path(source).is_file():
        try:
            report = Report.from_json(Path(source).read_bytes())
        except ValueError as error:
            raise ReadinessError(f"{source}: expected a JSON report of ml-readiness: {str(error)[:200]}") from error
    else:
        report = run_audit(source, checks=checks)
    matched = list(identity.found(report, name)) if len(name) >= LEAST_OF_AN_ID else []
    if len(matched) == 1:
        return matched[0]
    problem = "there is no finding" if not matched else f"{len(matched)} findings begin with"
    raise click.UsageError(f"{problem} {name!r} in the report on {source}")


def _named(name: str, checks: dict[str, Check]) -> Check:
    if name not in checks:
        raise click.UsageError(f"there is no check {name!r}{suggestion(name, checks)}")
    return checks[name]
