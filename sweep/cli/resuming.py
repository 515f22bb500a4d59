"""What a job says that ends with work left: how to go on."""

from __future__ import annotations

from typing import final

import click

from store import UnreachableError, WriteError
from sweep.cli.refusals import STORE_UNUSABLE
from sweep.engine.stops import Stop
from sweep.errors import ClusterLostError

# What ends a job in the middle, through no fault of the spec.
_UNFINISHED = (ClusterLostError, WriteError, UnreachableError)


@final
class resumable:  # noqa: N801  # reads as a word in a with statement
    """Says how to resume a job that ends with work left: by the command that started it."""

    def __enter__(self) -> resumable:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None and issubclass(kind, (KeyboardInterrupt, SystemExit, *_UNFINISHED)):
            _say("stopped")
        if isinstance(error, WriteError):
            # Here it is the store that cannot be written to, not a file that was asked for.
            click.echo(f"regimap: {error}", err=True)
            raise click.exceptions.Exit(STORE_UNUSABLE) from None

    def ended(self, stopped: Stop | None) -> None:
        """Tell of a job that stopped by itself, if it did."""
        if stopped is not None:
            _say(f"stopped: {stopped.value}")


def _say(what: str) -> None:
    again = click.get_current_context().find_root().obj
    click.echo(f"\nregimap: {what}; all committed chunks are kept. Resume with: {again}", err=True)
