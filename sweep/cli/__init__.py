"""The command `regimap`: stdout is data, stderr is progress and errors."""

from __future__ import annotations

import sys

import click

from sweep.cli.care import merge_command, verify_command
from sweep.cli.compact import compact_command
from sweep.cli.export import export_command
from sweep.cli.jobs import campaign_command, plan_command, run_command
from sweep.cli.maps import map_command, regimes_command, report_command
from sweep.cli.query import query_command
from sweep.cli.refusals import exit_code, explain
from sweep.cli.simulate import simulate_command
from sweep.cli.tables import status_command

INTERRUPTED = 130


@click.group(
    epilog="Example: regimap campaign examples/quickstart.toml --store runs/quickstart",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="regimap", message="regimap %(version)s")
def regimap() -> None:
    """Map the dynamical regimes of an electron in a vibrating lattice.

    A spec says what to simulate, a store keeps every trajectory, a campaign finds the boundaries.
    """


for command in (
    plan_command,
    simulate_command,
    run_command,
    campaign_command,
    status_command,
    query_command,
    regimes_command,
    map_command,
    report_command,
    export_command,
    compact_command,
    verify_command,
    merge_command,
):
    regimap.add_command(command)


def main() -> None:
    """Run the command line and exit with its status."""
    sys.exit(invoke(sys.argv[1:]))


def invoke(arguments: list[str]) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 done; 1 done, but trials failed; 2 bad input; 3 store damaged or in use; 130 after Ctrl-C.
    """
    try:
        return int(regimap.main(arguments, prog_name="regimap", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except Exception as error:
        message = explain(error)
        if message is None:
            raise
        click.echo(f"regimap: {message}", err=True)
        return exit_code(error)


__all__ = ["invoke", "main", "regimap"]
