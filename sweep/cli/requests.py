"""`cancel` and `retry`: stop trials, run failed ones again."""

from __future__ import annotations

import click

from store import ExperimentStore
from sweep.asking import Asked, ask_again, cancel, run_again, unplanned
from sweep.cli.engine import engine_options
from sweep.cli.places import STORE
from sweep.cli.resuming import resumable
from sweep.cli.verdicts import verdict
from sweep.engine.settings import Engine


@click.command("cancel", epilog="""Example: regimap cancel runs/grid "disorder > 3 and status = 'queued'\"""")
@click.argument("store", type=STORE)
@click.argument("where")
def cancel_command(store: str, *, where: str) -> None:
    """Stop trials of STORE that run or are queued and meet WHERE.

    WHERE is a trial's id, or an SQL condition on the columns of `trials`; planned trials without a row have
    the status `queued`. A driver at work is asked through the store, and ends a trial in the middle of C too.
    """
    opened = ExperimentStore(store)
    asked = cancel(opened, where)
    _tell_handed(asked, "to be cancelled")
    handed = sum(count for _, count in asked.handed)
    landed = asked.selected - asked.done - handed
    click.echo(
        f"{store}: {asked.done} cancelled here, {handed} by drivers at work, {landed} had landed and stay"
    )
    if not asked.selected:
        click.echo("regimap: no trial meets the condition", err=True)
    for name, missing in unplanned(opened):
        click.echo(
            f"regimap: {missing} trials of {name} are not planned yet, and not reached; ask again later, "
            "or end its driver",
            err=True,
        )


@click.command("retry", epilog="""Example: regimap retry runs/grid "status = 'error'" --workers 4""")
@click.argument("store", type=STORE)
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
    if not asked.selected:
        click.echo("regimap: no trial meets the condition", err=True)
    if not asked.done:
        return 0
    with resumable() as how:
        outcome = run_again(opened, engine)
        how.ended(outcome.stopped)
    click.echo(f"{store}: {asked.done} run again here")
    return verdict(outcome)


def _tell_handed(asked: Asked, what: str) -> None:
    for holder, count in asked.handed:
        click.echo(f"regimap: asked {holder} (process {holder.pid}) for {count} trials {what}", err=True)
