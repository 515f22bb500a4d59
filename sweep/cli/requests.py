"""`cancel` and `retry`: stop trials, run failed ones again."""

from __future__ import annotations

import click

from store import ExperimentStore
from sweep.asking import Asked, ask_again, cancel, run_again
from sweep.cli.engine import engine_options
from sweep.cli.resuming import resumable
from sweep.cli.verdicts import OUT_OF_TIME, SOME_FAILED
from sweep.engine.settings import Engine
from sweep.engine.stops import Stop


@click.command("cancel", epilog="""Example: regimap cancel runs/grid "disorder > 3 and status = 'queued'\"""")
@click.argument("store")
@click.argument("where")
def cancel_command(store: str, *, where: str) -> None:
    """Stop trials of STORE that run or are queued and meet WHERE.

    WHERE is a trial's id, or an SQL condition on the columns of `trials`; planned trials without a row have
    the status `queued`. A driver at work is asked through the store, and ends a trial in the middle of C too.
    """
    asked = cancel(ExperimentStore(store), where)
    _tell_handed(asked, "to be cancelled")
    landed = asked.selected - asked.done - sum(count for _, count in asked.handed)
    click.echo(f"{store}: {asked.done} cancelled here, {landed} had landed and stay")


@click.command("retry", epilog="""Example: regimap retry runs/grid "status = 'error'" --workers 4""")
@click.argument("store")
@click.argument("where")
@engine_options()
def retry_command(store: str, *, where: str, engine: Engine) -> int:
    """Run trials of STORE that failed and meet WHERE again.

    WHERE is a trial's id, or an SQL condition on the columns of `trials`. Of the trials that meet it, those
    with the status error, timeout, lost or cancelled are run: the others would only repeat what they gave. A
    driver at work on them is asked through the store; otherwise they are run here.
    """
    opened = ExperimentStore(store)
    asked = ask_again(opened, where)
    _tell_handed(asked, "to be run again")
    left = asked.selected - asked.done - sum(count for _, count in asked.handed)
    if left:
        click.echo(f"regimap: {left} of the trials that meet the condition did not fail, and stay", err=True)
    with resumable() as how:
        stopped = run_again(opened, engine) if asked.done else None
        how.ended(stopped)
    click.echo(f"{store}: {asked.done} run again here")
    if stopped is Stop.WALLTIME:
        return OUT_OF_TIME
    return 0 if stopped is None else SOME_FAILED


def _tell_handed(asked: Asked, what: str) -> None:
    for holder, count in asked.handed:
        click.echo(f"regimap: asked {holder} (process {holder.pid}) for {count} trials {what}", err=True)
