"""The command `regimap`: stdout is data, stderr is progress and errors."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from importlib import import_module
from typing import final

import click
from click.shell_completion import CompletionItem

from sweep.cli.refusals import exit_code, message

INTERRUPTED = 130
TERMINATED = 143


# In the order of a job; each in the module of sweep.cli that has it as NAME_command.
COMMANDS = {
    "plan": "plan",
    "simulate": "simulate",
    "run": "jobs",
    "campaign": "jobs",
    "add": "add",
    "status": "status",
    "query": "query",
    "export": "export",
    "regimes": "regimes",
    "map": "maps",
    "report": "maps",
    "show": "show",
    "replay": "replay",
    "explain": "explain",
    "cancel": "requests",
    "retry": "requests",
    "compact": "compact",
    "verify": "care",
    "merge": "care",
    "doctor": "doctor",
}


@final
class _Commands(click.Group):
    """Commands that are imported when they are called: most need a part of the packages only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(
            import_module(f"sweep.cli.{COMMANDS[cmd_name]}"), f"{cmd_name}_command"
        )
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands and options, without the import of every command that begins so."""
        names = [CompletionItem(name) for name in COMMANDS if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)


@click.group(
    cls=_Commands,
    epilog="Example: regimap campaign examples/quickstart.toml --store runs/quickstart",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _, asked: _tell_versions(ctx) if asked else None,
    help="Show the versions that matter, and exit.",
)
def regimap() -> None:
    """Map the dynamical regimes of an electron in a vibrating lattice.

    A spec says what to simulate, a store keeps every trajectory, a campaign finds the boundaries.
    """


def _tell_versions(ctx: click.Context) -> None:
    from sweep.cli.versions import versions  # noqa: PLC0415 - nothing else needs it

    click.echo("\n".join(f"{name} {text}" for name, text in versions().items()))
    ctx.exit()


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        sys.exit(invoke(sys.argv[1:]))
    except SystemExit as end:
        # While it starts, Ray has a handler of its own, which ends with the number of the signal.
        if end.code not in (TERMINATED, signal.SIGTERM):
            raise
        # Everything is said and kept; what libraries do at the end of a program may take longer than is left.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(TERMINATED)


def invoke(arguments: list[str]) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 done; 1 done, but trials failed; 2 bad input; 3 store damaged or in use; 75 out of time with work
        left; 130 after Ctrl-C, 143 after SIGTERM.
    """
    try:
        again = shlex.join(["regimap", *arguments])
        return int(regimap.main(arguments, prog_name="regimap", standalone_mode=False, obj=again) or 0)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except Exception as error:
        text = message(error)
        if text is None:
            raise
        click.echo(f"regimap: {text}", err=True)
        return exit_code(error)


__all__ = ["COMMANDS", "invoke", "main", "regimap"]
