"""The command line: commands, where output goes, and exit codes."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ml_readiness import __version__
from ml_readiness.errors import ReadinessError, suggestion
from ml_readiness.render import FORMATS, renderer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ml_readiness.check import Check
    from ml_readiness.drafts.draft import Draft
    from ml_readiness.report import Finding, Report, Result

SEVERITIES = ("critical", "high", "medium", "low")
LEAST_OF_AN_ID = 6
"""Characters of a finding's id that have to be given."""
FINE, GATE_FAILED, COULD_NOT_RUN, INCOMPLETE = range(4)

EXAMPLES = """\b
Examples:
  ml-readiness audit                         the folder you are in
  ml-readiness audit https://host/team/repo  a repository, cloned for the audit
  ml-readiness audit --fail-under 60 --format html=report.html
Exit codes: 0 fine, 1 the gate failed, 2 could not run, 3 ran but incomplete."""


class Commands(click.Group):
    """A group that suggests the command you meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command by name; a UsageError names the closest one."""
        if args and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(f"there is no command {args[0]!r}{suggestion(args[0], self.commands)}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(__version__, message="ml-readiness %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Could I run this in production? Reads ML repositories, executes nothing."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


_checks = click.option(
    "--checks",
    metavar="DIR",
    multiple=True,
    help="A folder of checks of your own, beside the product's. They are code and run.",
)


@cli.command(short_help="Audit a folder, a git repository or a URL.")
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
@_checks
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
    targets = _targets(formats, output, quiet=quiet)
    from ml_readiness.audit import audit as run_audit
    from ml_readiness.progress import Meter
    from ml_readiness.workers import workers

    with Meter(sys.stderr if sys.stderr.isatty() and not quiet else None) as meter, workers(jobs) as executor:
        report = run_audit(source, rev=rev, base=base, progress=meter, executor=executor, checks=checks)
    for name, file in targets:
        _write(report, name, file)
    raise SystemExit(_exit_code(report, fail_under, fail_on, regression=fail_on_regression))


@cli.command(short_help="How the score changed, commit by commit.")
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
    targets = _targets(formats, output, quiet=quiet, known=rendered.FORMATS)
    from ml_readiness.history import history as run_history
    from ml_readiness.progress import Meter

    with Meter(sys.stderr if sys.stderr.isatty() and not quiet else None) as meter:
        timeline = run_history(source, rev=rev, since=since, every=every, tags=tags, jobs=jobs, progress=meter)
    for name, file in targets:
        if file is None and name == "terminal":
            from rich.console import Console

            from ml_readiness.render.history import terminal

            terminal.show(timeline, Console())
        else:
            _put(rendered.renderer(name)(timeline), file)


@cli.command("list", short_help="List the checks and the questions they answer.")
@_checks
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


def _complete_check(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names of checks that begin so, for the shell."""
    from ml_readiness import library

    names = (path.stem.replace("_", "-") for path in library.folder().glob("*/[a-z]*.py"))
    return sorted(name for name in names if name.startswith(incomplete))


@cli.command(short_help="Explain a check, or one finding and the way that a value took to it.")
@click.argument("name", metavar="CHECK", required=False, shell_complete=_complete_check)
@click.option("--finding", metavar="ID", help="Explain this finding instead, by its id in a report.")
@click.option(
    "--in", "source", metavar="PATH", default=".", help="What to audit for the finding, or a JSON report that has it."
)
@_checks
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


@cli.command("next", short_help="The one best next step, with a draft of the file it needs.")
@click.argument("path", metavar="[PATH]", default=".")
@click.option(
    "--check", metavar="CHECK", shell_complete=_complete_check, help="The step for this check instead of the best one."
)
@click.option("--write", "is_written", is_flag=True, help="Write the draft; a file that exists is never replaced.")
def next_(path: str, check: str | None, is_written: bool) -> None:
    """The one best next step: what to do, why, and a draft of the file that it needs."""
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


@cli.command(short_help="Write settings and the workflow for pull requests.")
@click.argument("path", metavar="[PATH]", default=".", type=click.Path(file_okay=False, exists=True))
@click.option("--settings/--no-settings", default=None, help="Write .ml-readiness.toml; asked for if not said.")
@click.option("--workflow/--no-workflow", default=None, help="Write the GitHub workflow; asked for if not said.")
@click.option("--action", metavar="OWNER/REPO@COMMIT", help="Where the workflow finds the Action.")
def init(path: str, settings: bool | None, workflow: bool | None, action: str | None) -> None:
    """Write commented settings and the workflow that audits pull requests; nothing that exists is replaced."""
    from datetime import UTC, datetime

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


@cli.command(short_help="Audit and tell a pull request: what the GitHub Action runs.")
def publish() -> None:
    """Audit the workspace and tell its pull request: comment, summary, annotations, outputs.

    This is what the GitHub Action runs. Its inputs are read from the environment: `fail-under` is
    ML_READINESS_FAIL_UNDER, and so on.
    """
    import os

    from ml_readiness.publish.run import run as run_action

    raise SystemExit(run_action(os.environ))


@cli.command(short_help="Look at, empty or shrink what is kept between audits.")
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


@cli.command()
def schema() -> None:
    """Print the JSON Schema of the JSON report."""
    from ml_readiness.render import json

    click.echo(json.schema(), nl=False)


def run(args: Sequence[str] | None = None) -> NoReturn:
    """The whole program: every way out is an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        cli.main(args=list(args) if args is not None else None, prog_name="ml-readiness", standalone_mode=False)
    except ReadinessError as error:
        _stop(str(error))
    except click.ClickException as error:
        _stop(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        _stop("interrupted")
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(COULD_NOT_RUN) from None
    except Exception as error:  # noqa: BLE001
        _stop(f"a mistake of this program, please report it: {type(error).__name__}: {error}")
    raise SystemExit(FINE)


def _stop(message: str) -> NoReturn:
    from ml_readiness.render.text import printable

    first, *more = message.splitlines() or [""]
    click.echo(f"ml-readiness: {printable(first)}", err=True)
    for line in more:
        click.echo(f"  {printable(line)}", err=True)
    raise SystemExit(COULD_NOT_RUN)


def _targets(
    formats: Sequence[str], output: str | None, *, quiet: bool, known: Mapping[str, str] = FORMATS
) -> list[tuple[str, Path | None]]:
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


def _write(report: Report, name: str, file: Path | None) -> None:
    if file is None and name == "terminal":
        from rich.console import Console

        from ml_readiness.render import terminal

        terminal.show(report, Console())
        return
    _put(renderer(name)(report), file)


def _put(text: str, file: Path | None) -> None:
    if file is None:
        click.echo(text.encode("utf-8"), nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReadinessError(f"{file}: cannot be written: {error.strerror}") from error


def _exit_code(report: Report, fail_under: int | None, fail_on: str | None, *, regression: bool) -> int:
    if not report.complete:
        return INCOMPLETE
    from ml_readiness.gate import Gate

    gate = Gate.stated(report.settings).with_(fail_under, fail_on, fail_on_regression=regression or None)
    objections = gate.objections(report, against=report.comparison)
    for objection in objections:
        click.echo(f"ml-readiness: {objection}", err=True)
    return GATE_FAILED if objections else FINE


def _wanted(said: bool | None, question: str) -> bool:
    if said is not None:
        return said
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is there to ask: say --settings or --no-settings, --workflow or --no-workflow")
    return click.confirm(question, default=True)


def _found(source: str, name: str, checks: Sequence[str]) -> tuple[Result, Finding]:
    from ml_readiness import identity
    from ml_readiness.audit import audit as run_audit
    from ml_readiness.report import Report

    if source.endswith(".json") and Path(source).is_file():
        try:
            report = Report.model_validate_json(Path(source).read_bytes())
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
