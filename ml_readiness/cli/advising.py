"""The commands that help to get better: the next step, settings and the workflow."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ml_readiness.cli.options import complete_check

if TYPE_CHECKING:
    from ml_readiness.drafts.draft import Draft


@click.command("next")
@click.argument("path", metavar="[PATH]", default=".")
@click.option(
    "--check", metavar="CHECK", shell_complete=complete_check, help="The step for this check instead of the best one."
)
@click.option("--write", "is_written", is_flag=True, help="Write the draft; a file that exists is never replaced.")
def next_(path: str, check: str | None, is_written: bool) -> None:
    """The one best next step: what to do, why, and a draft of the file that it needs."""
    from pathlib import Path

    from ml_readiness.advice import advise
    from ml_readiness.drafts.draft import write
    from ml_readiness.progress import Meter
    from ml_readiness.render import advice

    if is_written and not Path(path).is_dir():
        raise click.UsageError(f"--write needs a folder, found {path!r}")
    with Meter(sys.stderr if sys.stderr.isatty() else None) as meter:
        found = advise(path, check, meter)
    if is_written and found.draft is not None:
        write(found.draft, Path(path))
    click.echo(advice.render(found.report, found.result, found.draft, written=is_written), nl=False)


@click.command()
@click.argument("path", metavar="[PATH]", default=".", type=click.Path(file_okay=False, exists=True))
@click.option("--settings/--no-settings", default=None, help="Write .ml-readiness.toml; asked for if not said.")
@click.option("--workflow/--no-workflow", default=None, help="Write the GitHub workflow; asked for if not said.")
@click.option("--action", metavar="OWNER/REPO@COMMIT", help="Where the workflow finds the Action.")
def init(path: str, settings: bool | None, workflow: bool | None, action: str | None) -> None:
    """Write commented settings and the workflow that audits pull requests; nothing that exists is replaced."""
    from datetime import UTC, datetime
    from pathlib import Path

    from ml_readiness.audit import audit as run_audit
    from ml_readiness.drafts import audit_workflow, own_settings
    from ml_readiness.drafts.draft import write

    drafts: list[Draft] = []
    if _wanted(settings, "Write .ml-readiness.toml, with every setting commented out?"):
        drafts.append(own_settings.draft(run_audit(path), datetime.now(tz=UTC).year))
    if _wanted(workflow, "Write .github/workflows/ml-readiness.yml, which comments on pull requests?"):
        drafts.append(audit_workflow.draft(action or audit_workflow.ACTION))
    for draft in drafts:
        write(draft, Path(path))
        click.echo(f"{draft.path}: written. {draft.left}".rstrip())


def _wanted(said: bool | None, question: str) -> bool:
    if said is not None:
        return said
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is there to ask: say --settings or --no-settings, --workflow or --no-workflow")
    return click.confirm(question, default=True)
