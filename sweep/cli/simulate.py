"""`simulate`: one trajectory in this process."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from textwrap import fill

import click
import numpy as np
from tqdm import tqdm

from physics import Trajectory, resolve, simulate
from sweep.cli.account import record, summary
from sweep.cli.settings import NUMERICS, SCENARIO, Chosen, chosen
from sweep.cli.targets import WIDTH_HELP, check_picture, check_place, check_width, written
from sweep.cost import trial_cost
from sweep.engine.stopping import Signals
from sweep.errors import SweepError
from sweep.figures import save, shots, trajectory_figure
from sweep.figures.movie import check_format, filmed
from sweep.figures.picture import checked_width
from sweep.spec import SweepSpec

INVALID = 1
# A shorter run says nothing of its progress.
PATIENCE_S = 2.0


def _wrapped(text: str) -> str:
    # A line of its own with \b keeps click from joining a paragraph's lines again.
    return "\b\n" + fill(text, 98)


EPILOG = "\n\n".join(
    _wrapped(text)
    for text in (
        f"Names for --set: the fields of a scenario ({', '.join(SCENARIO)}) and of the numerics "
        f"({', '.join(NUMERICS)}), temperature_K and the quantities of a material (in any of their units) "
        "where SPEC has one. Values as TOML writes them.",
        "--json prints one object: trial_id, point_id, status, reason, scenario, numerics, temperature_K (of "
        "a material), scalars (columns of the table trials), closed_forms (of weak scattering), wall_s, "
        "and series (columns of the table series, each a list of numbers). Null stands for a number that "
        "is not determined or is infinite.",
        "Exit codes: 0 done, also where the packet escaped its box (the series are good up to t_valid); 1 "
        "where a numerical guard failed; 2 bad input, or a file that could not be written; 130 after "
        "Ctrl-C, 143 after SIGTERM.",
    )
) + (
    "\n\n\b\nExample: regimap simulate examples/quickstart.toml --set disorder=2 --set sound_speed=0.2 \\\n"
    "           --plot trajectory.png --movie trajectory.gif"
)


@click.command("simulate", epilog=EPILOG)
@click.argument("spec", required=False, type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a value; may be repeated.")
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Series beside closed forms (.png, .svg, .pdf)."
)
@click.option("--width", type=float, metavar="MM", help=WIDTH_HELP)
@click.option("--movie", type=click.Path(path_type=Path), help="Density over the landscape (.gif, .mp4).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the summary.")
def simulate_command(
    spec: Path | None,
    *,
    settings: tuple[str, ...],
    plot: Path | None,
    width: float | None,
    movie: Path | None,
    as_json: bool,
) -> int:
    """Simulate one trajectory: a point of SPEC, with a value for each of its axes, or --set alone.

    Prints what was measured beside what closed forms say, and then draws.
    """
    _check_targets(plot, width, movie)
    choice = chosen(SweepSpec.from_toml(spec) if spec is not None else None, settings)
    with Signals(at_once=True):
        started = time.perf_counter()
        trajectory = _simulated(choice)
        wall_s = time.perf_counter() - started
        shown = json.dumps(record(choice, trajectory, wall_s), allow_nan=False) if as_json else None
        _show(shown or summary(choice, trajectory, wall_s))
        if plot is not None:
            with written("plot", plot):
                save(trajectory_figure(trajectory, width_mm=width), plot)
        if movie is not None:
            with written("movie", movie):
                _film(trajectory, movie)
    if trajectory.status == "invalid":
        click.echo(f"regimap: finished, but gave no data: {trajectory.reason}", err=True)
        return INVALID
    return 0


def _check_targets(plot: Path | None, width: float | None, movie: Path | None) -> None:
    check_width(width, plot)
    if width is not None:
        checked_width(width)
    if plot is not None:
        check_picture("plot", plot)
    if movie is not None:
        check_format(movie)
        check_place("movie", movie)


def _show(text: str) -> None:
    """Print, or say that it could not be."""
    try:
        click.echo(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        # What Python has kept of it would be written at exit, and fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SweepError(
            f"stdout: expected a place that can be written to, got: {error.strerror}; print to another"
        ) from None


def _simulated(choice: Chosen) -> Trajectory:
    resolution = resolve(choice.scenario, choice.numerics)
    predicted = trial_cost(choice.trial)
    if predicted > PATIENCE_S:
        shape = " x ".join(map(str, resolution.grid.shape))
        steps = resolution.steps * (choice.numerics.samples - 1)
        click.echo(f"simulating {shape} points, {steps} steps, about {predicted:.0f} s", err=True)
    # Overflow and the like become an invalid trajectory with its reason, as in a sweep.
    with np.errstate(all="ignore"):
        return simulate(choice.scenario, choice.numerics)


def _film(trajectory: Trajectory, path: Path) -> None:
    click.echo(f"drawing {trajectory.t.size} frames of {path}", err=True)
    # Drawing takes longer than propagating anew, which comes first.
    frames = filmed(trajectory, path, shots(trajectory))
    quiet = not sys.stderr.isatty()
    for _ in tqdm(frames, total=trajectory.t.size, unit="frame", delay=PATIENCE_S, disable=quiet):
        pass
