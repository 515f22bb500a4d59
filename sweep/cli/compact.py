"""`compact`: many small files of a store become few large ones."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from store import Compacted, ExperimentStore
from store.compaction import GRACE_S
from sweep.cli.places import STORE


@click.command("compact", epilog="Example: regimap compact runs/quickstart")
@click.argument("store", type=STORE)
@click.option(
    "--grace",
    type=click.FloatRange(min=0.0),
    default=GRACE_S,
    show_default=True,
    help="Seconds until what was replaced is removed; a query that runs longer may fail. "
    "Give 0 only when nobody reads.",
)
@click.option("--full", is_flag=True, help="Sort everything as one, however large.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compact_command(store: str, *, grace: float, full: bool, as_json: bool) -> None:
    """Merge the fragments of STORE into large sorted files, while others write and read.

    What they replace is removed by the first compact after the grace. It may be killed at any moment, and
    run again.
    """
    account = Compacted()
    for account in ExperimentStore(store).compacting(grace=grace, full=full):
        if sys.stderr.isatty():
            click.echo(f"\r{_written(account)} ...\x1b[K", err=True, nl=False)
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
    if account.gave_way:
        click.echo(f"regimap: another compaction of {store} is under way; this one gave way to it", err=True)
    click.echo(json.dumps(asdict(account)) if as_json else f"{store}: {_summary(account)}")


def _written(account: Compacted) -> str:
    size = f"{account.trials} trials in {account.files} files, {account.bytes / 1e6:.1f} MB"
    return f"{account.fragments} fragments compacted; written: {size}"


def _summary(account: Compacted) -> str:
    gone = f"{account.removed_fragments} fragments and {account.removed_files} files"
    return f"{_written(account)}; removed: {gone}"
