"""The command line: the program and its way out; each command has a file of its own."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from ml_readiness import __version__
from ml_readiness.cli.advising import init, next_
from ml_readiness.cli.auditing import audit
from ml_readiness.cli.explaining import explain, list_, schema
from ml_readiness.cli.options import COULD_NOT_RUN, FINE
from ml_readiness.cli.over_time import history
from ml_readiness.cli.upkeep import cache, publish
from ml_readiness.errors import ReadinessError, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

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


for command in (audit, history, list_, explain, next_, init, publish, cache, schema):
    cli.add_command(command)


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
