"""`plan`: what a spec costs, and how many workers finish by when."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

import click

from store import ExperimentStore
from sweep.any_trial import AnyTrial
from sweep.calibration import CALIBRATION, PAST, Speed, calibrate, from_rows
from sweep.chunk import missing
from sweep.cli.places import STORE
from sweep.forecast import Forecast, largest_memory
from sweep.lookup import rows_by_id
from sweep.own_cost import GUESS, UNKNOWN, own_speed, priced
from sweep.planning import Plan, campaign_rounds, design_trials, plan_campaign, plan_design
from sweep.provenance import processor_name
from sweep.spec import SweepSpec

# FFTW's choosing is told of where it takes more than this share of the work.
WORTH_SAYING = 0.05
SECONDS_PER_HOUR = 3600.0

EPILOG = "\n\n".join(
    (
        "\b\n--json prints one object: points, trials, landed, left, chunks, grid_points, box_length, dt,\n"
        "core_hours (of what is left), speed (ratio to the reference core, low, high, trials, source,\n"
        "processor, seconds, planning_s), fft_grids, fft_planning_s, longest_trial_s, memory_mb (arrays of\n"
        "the largest trial), store_mb, wall (a list of workers and hours), and asked (hours, workers,\n"
        "cores_per_node, nodes; workers and nodes null where no number of them finishes in time), null\n"
        "without --within or --by.",
        "\b\nExample: regimap plan examples/quickstart.toml --campaign --within 2\n"
        '         regimap plan examples/material.toml --store runs/material --by "2026-11-24 08:00"',
    )
)


@click.command("plan", epilog=EPILOG)
@click.argument("spec", type=click.Path(path_type=Path))
@click.option(
    "--store", type=STORE, metavar="STORE", help="Leave out what STORE holds; predict from its trials."
)
@click.option("--campaign", "adaptive", is_flag=True, help="Plan the campaign, not the fixed design.")
@click.option(
    "--within", type=click.FloatRange(min=0.0, min_open=True), metavar="HOURS", help="Time to do it in."
)
@click.option("--by", metavar="TIME", help='When it must be done, local time, such as "2026-11-24 08:00".')
@click.option(
    "--cores-per-node", type=click.IntRange(min=1), help="Count nodes; this machine's cores by default."
)
@click.option(
    "--no-calibrate", is_flag=True, help="Run no short trials; take the reference core's constants."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def plan_command(
    spec: Path,
    *,
    store: str | None,
    adaptive: bool,
    within: float | None,
    by: str | None,
    cores_per_node: int | None,
    no_calibrate: bool,
    as_json: bool,
) -> None:
    """Show what SPEC would cost: points, trials, grids, core-hours, and wall time on 1, 2, 4, ... workers.

    The prediction is scaled to this machine by short trials of the plan (about 2 s), or to where STORE's
    trials ran by what they took. Nothing is run or written but FFTW's choices, which the run needs too.
    """
    hours = _hours(within, by)
    checked = SweepSpec.from_toml(spec)
    opened = None if store is None else ExperimentStore(store)
    budget = checked.campaign.budget
    plan = plan_campaign(checked, budget) if adaptive else plan_design(checked)
    found = campaign_rounds(checked, budget, opened) if adaptive else [design_trials(checked)]
    rounds = [priced(opened, trials) for trials in found]
    ids = [trial.trial_id for trials in rounds for trial in trials]
    landed = {} if opened is None else rows_by_id(opened, ids)
    left = [trial for trials in rounds for trial in missing(trials, landed)]
    own = own_speed(opened, [trial for trials in rounds for trial in trials])
    speed = own or _speed(left, opened, calibrating=not no_calibrate)
    forecast = Forecast.of(rounds, landed, speed)
    cores = cores_per_node or len(os.sched_getaffinity(0))
    memory_mb = largest_memory(left) / 1e6
    if as_json:
        click.echo(json.dumps(_record(plan, forecast, memory_mb, hours, cores)))
        return
    click.echo(_readable(plan, forecast, memory_mb, store, _what(checked, adaptive=adaptive)))
    if forecast.left and forecast.is_known:
        click.echo(_wall_times(forecast))
    if hours is not None and forecast.is_known:
        click.echo(_answer(forecast, hours, cores))


def _hours(within: float | None, by: str | None) -> float | None:
    """Hours until it must be done."""
    if by is None:
        return within
    if within is not None:
        raise click.UsageError("expected --within or --by, got both; remove one")
    try:
        end = datetime.fromisoformat(by).astimezone()
    except ValueError:
        raise click.BadParameter(
            f'expected a time such as "2026-11-24 08:00", got {by!r}', param_hint="--by"
        ) from None
    hours = (end - datetime.now().astimezone()).total_seconds() / SECONDS_PER_HOUR
    if hours <= 0.0:
        raise click.BadParameter(f"expected a time to come, got {by!r}, which is past", param_hint="--by")
    return hours


def _speed(left: list[AnyTrial], store: ExperimentStore | None, *, calibrating: bool) -> Speed:
    """Speed by past rows, else by a calibration, else the reference's."""
    past = None if store is None or not left else from_rows(store, left)
    if past is not None:
        return past
    return calibrate(left) if calibrating else Speed()


def _record(
    plan: Plan, forecast: Forecast, memory_mb: float, hours: float | None, cores: int
) -> dict[str, Any]:
    left = {
        "landed": forecast.landed,
        "left": forecast.left,
        "core_hours": forecast.core_hours if forecast.is_known else None,
        "speed": asdict(forecast.speed),
        "fft_grids": forecast.fft_grids,
        "fft_planning_s": forecast.fft_planning_s,
        "longest_trial_s": forecast.longest_s if forecast.is_known else None,
        "memory_mb": memory_mb or None,
        "wall": [{"workers": n, "hours": wall} for n, wall in forecast.table() if forecast.is_known],
        "asked": None,
    }
    if hours is not None:
        workers = forecast.workers_within(hours) if forecast.is_known else None
        nodes = None if workers is None else ceil(workers / cores)
        left["asked"] = {"hours": hours, "workers": workers, "cores_per_node": cores, "nodes": nodes}
    return asdict(plan) | left


def _what(spec: SweepSpec, *, adaptive: bool) -> str:
    """Which points these are: a spec may have a design and a campaign."""
    if adaptive:
        return "of the campaign"
    return (
        f"of the design ({spec.design.kind}); with --campaign those of the campaign, {spec.campaign.budget}"
    )


def _readable(plan: Plan, forecast: Forecast, memory_mb: float, store: str | None, what: str) -> str:
    trials = f"{plan.trials} in {plan.chunks} chunks"
    if store is not None:
        trials += f"; {forecast.landed} of them are in {store} already and are not counted below"
    core_hours = f"{forecast.core_hours:.3g} core-hours, " if forecast.is_known else ""
    lines = {"points": f"{plan.points} {what}", "trials": trials} | _resolved(plan)
    lines["cost"] = core_hours + _source(forecast.speed, store)
    if memory_mb:
        lines["memory"] = f"{memory_mb:.3g} MB of arrays in the largest trial"
    if plan.store_mb is not None:
        lines["store"] = f"{plan.store_mb:.3g} MB (predicted)"
    if forecast.fft_planning_s > WORTH_SAYING * SECONDS_PER_HOUR * forecast.core_hours:
        lines["FFTW"] = (
            f"up to {_time(forecast.fft_planning_s)} more, once for each type of processor, to choose the "
            f"transforms of {forecast.fft_grids} grids"
        )
    return "\n".join(f"{name:10s} {text}" for name, text in lines.items())


def _resolved(plan: Plan) -> dict[str, str]:
    """Grids and time steps, of a model that has them."""
    if plan.grid_points is None or plan.box_length is None or plan.dt is None:
        return {}
    return {
        "grid": f"{_span(plan.grid_points)} points per axis",
        "box": f"{_span(plan.box_length)} / q_D",
        "time step": f"{_span(plan.dt)} m*/(hbar q_D^2)",
    }


def _source(speed: Speed, store: str | None) -> str:
    """Where the core-hours come from."""
    if speed.source == UNKNOWN:
        return (
            "unknown: no trial of this model was run; run a few and give --store, or guess trial_seconds in "
            "[sweep]"
        )
    if speed.source == GUESS:
        return "by trial_seconds, the guess in the spec"
    if speed.source == PAST and not speed.processor:
        return (
            f"by the mean of {speed.trials} past trials in {store} "
            f"({speed.low:.2g} to {speed.high:.2g} of it by trial)"
        )
    spread = f"{speed.ratio:.2g} of the reference core, {speed.low:.2g} to {speed.high:.2g} by trial"
    if speed.source == PAST:
        elsewhere = "" if speed.processor == processor_name() else f" on {speed.processor}"
        return f"from {speed.trials} past trials in {store}{elsewhere} ({spread})"
    if speed.source == CALIBRATION:
        said = f"from a calibration of {speed.seconds:.1f} s on this machine ({spread})"
        return said + (f", after {speed.planning_s:.1f} s of FFTW's" if speed.planning_s > 1.0 else "")
    return "from the constants of a reference core; nothing was measured here"


def _wall_times(forecast: Forecast) -> str:
    lines = [f"{workers:7d}    {_time(SECONDS_PER_HOUR * hours)}" for workers, hours in forecast.table()]
    return "\n".join(["\nworkers    wall time", *lines])


def _answer(forecast: Forecast, hours: float, cores: int) -> str:
    """How many workers finish in time."""
    workers, asked = forecast.workers_within(hours), _time(SECONDS_PER_HOUR * hours)
    if workers is not None:
        nodes = f"{_many(ceil(workers / cores), 'node')} of {_many(cores, 'core')}"
        return f"\nwithin {asked}: {_many(workers, 'worker')}, {nodes}"
    least = _time(SECONDS_PER_HOUR * forecast.hours(forecast.chunks))
    longest = _time(forecast.longest_s)
    return (
        f"\nwithin {asked}: no number of workers; the longest trial takes {longest}, and everything {least} "
        f"on {forecast.chunks} workers; allow more time, or shorten t_final, or loosen the tolerance"
    )


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _time(seconds: float) -> str:
    for unit, size in (("days", 172800.0), ("h", 5400.0), ("min", 90.0)):
        if seconds >= size:
            return f"{seconds / {'days': 86400.0, 'h': 3600.0, 'min': 60.0}[unit]:.3g} {unit}"
    return f"{seconds:.2g} s"


def _span(ends: tuple[float, float]) -> str:
    low, high = ends
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
