"""`export`: a store's rows as files for other programs."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import click
from tqdm import tqdm

from store import ExperimentStore
from store.export import ARRAYS, FORMS, Exported, export
from sweep.cli.places import STORE
from sweep.engine.stopping import Signals
from sweep.errors import SweepError

# A shorter export says nothing of its progress.
PATIENCE_S = 2.0
LINE_SECONDS = 10.0

EPILOG = """\
netcdf and zarr hold every trial and its series as one labelled array with units, ready for xarray: dimensions
point, frozen, realization, packet and t (frozen and packet only where the trials differ in them). They need
pip install xarray h5netcdf h5py, or xarray zarr. csv and parquet hold one table, streamed.

F appears when it is whole; an export that is stopped leaves nothing.

Exit codes: 0 done; 2 bad input; 3 store damaged; 130 after Ctrl-C, 143 after SIGTERM.

\b
Example: regimap export runs/quickstart --to netcdf -o quickstart.nc --where "status = 'complete'"
"""


@click.command("export", epilog=EPILOG)
@click.argument("store", type=STORE)
@click.option("--to", "form", required=True, type=click.Choice(FORMS), help="The format.")
@click.option(
    "-o",
    "output",
    required=True,
    metavar="F",
    type=click.Path(path_type=Path),
    help="File, or Zarr directory.",
)
@click.option(
    "--table", type=click.Choice(["trials", "series"]), help="For csv and parquet; trials by default."
)
@click.option("--columns", metavar="NAMES", help="Columns, separated by commas; all by default.")
@click.option("--where", metavar="SQL", help="Condition on trials; without it, all of them.")
@click.option(
    "--times",
    type=click.Choice(["same", "union"]),
    help="For netcdf and zarr: one grid of times (default), or all times, NaN where a trial has none.",
)
@click.option("--force", is_flag=True, help="Replace F if it exists.")
def export_command(
    store: str,
    *,
    form: str,
    output: Path,
    table: str | None,
    columns: str | None,
    where: str | None,
    times: str | None,
    force: bool,
) -> None:
    """Write the trials and series of STORE to F, for other programs."""
    if table is not None and form in ARRAYS:
        raise SweepError(
            f"--table: expected it with csv or parquet, got {form}, which holds both; leave it out"
        )
    if times is not None and form not in ARRAYS:
        raise SweepError(f"--times: expected it with netcdf or zarr, got {form}; leave it out")
    with Signals(at_once=True):
        steps = export(
            ExperimentStore(store),
            form,
            output,
            table=table or "trials",
            columns=None if columns is None else [name.strip() for name in columns.split(",")],
            where=where,
            times=times or "same",
            force=force,
        )
        _follow(steps, str(output))
    click.echo(str(output))


def _follow(steps: Generator[Exported, None, None], label: str) -> None:
    """Do the work, and show on stderr how far it has come."""
    terminal = sys.stderr.isatty()
    spoken = time.monotonic()
    with closing(steps), tqdm(desc=label, delay=PATIENCE_S, disable=not terminal, unit_scale=True) as bar:
        for step in steps:
            bar.total, bar.unit = step.total, step.unit
            bar.update(step.done - bar.n)
            if not terminal and time.monotonic() - spoken > LINE_SECONDS:
                spoken = time.monotonic()
                click.echo(f"{label}: {step.done:,} of {step.total:,} {step.unit}s", err=True)
