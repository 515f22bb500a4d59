"""Exit codes of jobs: what is said by a number to a script."""

from __future__ import annotations

import click

from sweep.cli.refusals import STORE_UNUSABLE
from sweep.engine.stops import Stop
from sweep.outcome import Outcome

SOME_FAILED = 1
OUT_OF_TIME = 75


def verdict(outcome: Outcome) -> int:
    """Exit code, and what there is to say about trials without data."""
    if outcome.failed:
        counts = ", ".join(f"{count} {status}" for status, count in outcome.failed.items())
        click.echo(f"regimap: some trials gave no data: {counts}", err=True)
    if outcome.stopped is Stop.WALLTIME:
        return OUT_OF_TIME
    if outcome.stopped is Stop.TAKEN_OVER:
        return STORE_UNUSABLE
    return SOME_FAILED if outcome.failed or outcome.stopped else 0
