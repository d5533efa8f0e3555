"""The command line: the program and its way out; each command has a file of its own."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, cast

import click

from ml_readiness import __version__
from ml_readiness.cli.options import COULD_NOT_RUN, FINE
from ml_readiness.errors import ReadinessError, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\b
Examples:
  ml-readiness audit                         the folder you are in
  ml-readiness audit https://host/team/repo  a repository, cloned for the audit
  ml-readiness audit --fail-under 60 --format html=report.html
Exit codes: 0 fine, 1 the gate failed, 2 could not run, 3 ran but incomplete."""


COMMANDS = {
    "audit": ("auditing", "audit", "Audit a folder, a git repository or a URL."),
    "cache": ("upkeep", "cache", "Look at, empty or shrink what is kept between audits."),
    "explain": ("explaining", "explain", "Explain a check, or one finding and the way that a value took to it."),
    "history": ("over_time", "history", "How the score changed, commit by commit."),
    "init": ("advising", "init", "Write settings and the workflow for pull requests."),
    "list": ("explaining", "list_", "List the checks and the questions they answer."),
    "next": ("advising", "next_", "The one best next step, with a draft of the file it needs."),
    "publish": ("upkeep", "publish", "Audit and tell a pull request: what the GitHub Action runs."),
    "schema": ("explaining", "schema", "Print the JSON Schema of the JSON report."),
}
"""For each command its file here, its function, and what it does in a line."""


class Commands(click.Group):
    """The commands, each loaded when it is asked for; suggests the one you meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        file, function, _ = COMMANDS[cmd_name]
        return cast("click.Command", getattr(import_module(f"{__name__}.{file}"), function))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What each command does, without loading it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command by name; a UsageError names the closest one."""
        if args and args[0] not in COMMANDS:
            raise click.UsageError(f"there is no command {args[0]!r}{suggestion(args[0], COMMANDS)}")
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
