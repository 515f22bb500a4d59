"""`replay`: compute a stored trial again and compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from store import ExperimentStore
from sweep.cli.places import STORE
from sweep.cli.plain import plain
from sweep.cost import trial_cost
from sweep.locating import find_trial
from sweep.own_directories import stored_directories
from sweep.rebuilding import rebuilt
from sweep.replaying import Difference, Replayed, check_replayable, replay

DIFFERS = 1
# A shorter one says nothing of how long it takes.
PATIENCE_S = 2.0
EPILOG = """\
The trial is built from its row, and computed in this process; nothing is written to STORE. Compared are ids,
status, reason, resolved numerics, scalars and series, not when and where it ran. On one type of processor all
of it is the same bit for bit.

--json prints one object: trial_id, source (what the trial was built from), status (that came out), same,
within, columns, series, samples (how many were compared), differences (an array of table, column, stored,
found, largest, relative, t; of a series, at the sample that differs most), notes, seconds.

Exit codes: 0 the same; 1 it differs; 2 bad input, or a trial without results; 130 after Ctrl-C.

\b
Example: regimap replay runs/quickstart 3f2a
         regimap replay runs/from-the-cluster 3f2a --within 1e-9
"""


@click.command("replay", epilog=EPILOG)
@click.argument("store", type=STORE)
@click.argument("trial")
@click.option(
    "--within",
    type=click.FloatRange(min=0.0),
    default=0.0,
    metavar="R",
    help="Let differences pass up to R of a column's largest magnitude; none by default.",
)
@click.option(
    "--model-path",
    metavar="DIR",
    help="Where the module of a model of one's own is; as the specs in STORE say by default.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replay_command(store: str, *, trial: str, within: float, model_path: str | None, as_json: bool) -> int:
    """Compute TRIAL of STORE again from its stored row, and compare with what is stored.

    TRIAL is a trial's id or as many of its first characters as are needed.
    """
    opened = ExperimentStore(store)
    row = find_trial(opened, trial)
    check_replayable(row)
    built = rebuilt(opened, row)
    predicted = trial_cost(built.trial)
    if predicted > PATIENCE_S:
        click.echo(f"computing {row['trial_id']} again, about {predicted:.0f} s", err=True)
    given = None if model_path is None else [str(Path(model_path).absolute())]
    replayed = replay(opened, row, built, given or stored_directories(opened))
    beyond = replayed.beyond(within)
    if as_json:
        verdict = {"same": not beyond, "within": within}
        click.echo(json.dumps(plain(asdict(replayed) | verdict), allow_nan=False))
    else:
        click.echo(_account(replayed, beyond, within))
    return DIFFERS if beyond else 0


def _account(replayed: Replayed, beyond: Sequence[Difference], within: float) -> str:
    compared = f"{replayed.columns} columns, and {replayed.series} series of {replayed.samples} samples"
    lines = [
        f"{replayed.trial_id}: built from {replayed.source}, {replayed.status} in {replayed.seconds:.2f} s",
        *(f"note: {note}" for note in replayed.notes),
    ]
    if not replayed.differences:
        return "\n".join([*lines, f"the same, bit for bit: {compared}"])
    how = f"beyond {within:g} " if within else ""
    said = (
        f"it differs in {len(beyond)} {how}of {compared}"
        if beyond
        else f"the same within {within:g}: {compared}"
    )
    heading = f"{'':34s}{'stored':>24s}{'found':>24s}{'difference':>12s}{'relative':>12s}"
    return "\n".join([*lines, said, heading, *map(_line, replayed.differences)])


def _line(difference: Difference) -> str:
    where = "" if difference.t is None else f" at t = {difference.t:.5g}"
    name = f"{difference.table}.{difference.column}"
    cells = f"{_cell(difference.stored):>24s}{_cell(difference.found):>24s}"
    for value in (difference.largest, difference.relative):
        cells += " " * 12 if value is None else f"{value:12.2g}"
    return f"  {name:32s}{cells}{where}".rstrip()


def _cell(value: Any) -> str:  # noqa: ANN401 - a cell of any column
    if value is None:
        return "none"
    return f"{value:.17g}" if isinstance(value, float) else str(value)
