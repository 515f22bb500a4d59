"""`plan`, `run` and `campaign`: what a spec costs, and doing it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from store import ExperimentStore
from sweep.analysis import CampaignResult, campaign_result
from sweep.backends import BACKENDS
from sweep.cli.places import in_bucket
from sweep.figures import map_figure, save
from sweep.planning import Plan, plan_campaign, plan_design
from sweep.report import write_report
from sweep.running import Outcome, campaign, run
from sweep.spec import SweepSpec

SOME_FAILED = 1
Decorated = TypeVar("Decorated", bound=Callable[..., Any])

QUERY = """select round(sound_speed, 2) as sound_speed, round(disorder, 1) as disorder,
  round(avg(diffusion) filter (not frozen), 1) as moving, round(avg(diffusion) filter (frozen), 1) as frozen
from trials where disorder > 2 and status = 'complete' group by all order by all"""


def store_option(function: Decorated) -> Decorated:
    """The store that a job writes to."""
    text = "Directory of the store, or s3://bucket/prefix; made if it does not exist."
    return click.option("--store", "store", required=True, metavar="STORE", help=text)(function)


def engine_options(function: Decorated) -> Decorated:
    """Where the work runs."""
    for option in (
        click.option("--workers", type=click.IntRange(min=1), help="Workers; one per core by default."),
        click.option("--address", help="Ray cluster to join; RAY_ADDRESS, or this machine, by default."),
        click.option("--backend", type=click.Choice(BACKENDS), default="ray", show_default=True),
    ):
        function = option(function)
    return function


@click.command("plan", epilog="Example: regimap plan examples/quickstart.toml")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--campaign", "adaptive", is_flag=True, help="Plan the campaign, not the fixed design.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def plan_command(spec: Path, *, adaptive: bool, as_json: bool) -> None:
    """Show what SPEC would cost: points, trials, chunks, grids, core-hours. Runs nothing."""
    checked = SweepSpec.from_toml(spec)
    plan = plan_campaign(checked, checked.campaign.budget) if adaptive else plan_design(checked)
    click.echo(json.dumps(asdict(plan)) if as_json else _readable(plan))


@click.command("run", epilog="Example: regimap run examples/grid.toml --store runs/grid --workers 4")
@click.argument("spec", type=click.Path(path_type=Path))
@store_option
@engine_options
def run_command(spec: Path, *, store: str, backend: str, address: str | None, workers: int | None) -> int:
    """Run the fixed design of SPEC; what the store holds already is not run again."""
    checked = SweepSpec.from_toml(spec)
    with resumable("run", spec, store):
        outcome = run(checked, store, backend=backend, workers=workers, address=address)
    counts = ", ".join(f"{count} {status}" for status, count in outcome.statuses) or "nothing to do"
    click.echo(f"{store}: {counts}")
    return _verdict(outcome)


@click.command(
    "campaign", epilog="Example: regimap campaign examples/quickstart.toml --store runs/quickstart"
)
@click.argument("spec", type=click.Path(path_type=Path))
@store_option
@click.option("--budget", type=click.IntRange(min=1), help="Points to spend; the spec's by default.")
@engine_options
def campaign_command(
    spec: Path, *, store: str, budget: int | None, backend: str, address: str | None, workers: int | None
) -> int:
    """Map the boundaries between regimes: choose points where the map is uncertain until it is not."""
    checked = SweepSpec.from_toml(spec)
    with resumable("campaign", spec, store):
        outcome, labelling = campaign(
            checked, store, budget=budget, backend=backend, workers=workers, address=address
        )
    if labelling is None:
        click.echo(f"{store}: no point has series that can be compared; see regimap status {store}", err=True)
        return SOME_FAILED
    _present(ExperimentStore(store), store, checked, outcome)
    return _verdict(outcome)


class resumable:  # noqa: N801  # reads as a word in a with statement
    """Says how to resume when Ctrl-C or SIGTERM ends a job."""

    def __init__(self, command: str, spec: Path, store: str) -> None:
        self._again = shlex.join(["regimap", command, str(spec), "--store", store])

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None and issubclass(kind, (KeyboardInterrupt, SystemExit)):
            click.echo(
                f"\nregimap: stopped; all committed chunks are kept. Resume with: {self._again}", err=True
            )


def _present(opened: ExperimentStore, store: str, spec: SweepSpec, outcome: Outcome) -> None:
    result = campaign_result(opened, f"campaign-{spec.campaign_identity}")
    areas = result.regime_map.areas()
    click.echo(f"\n{len(result.proposals)} points; {outcome.stop_reason}.\n")
    click.echo("regime            points   share of the map")
    for regime, (name, count) in enumerate(result.counts().items()):
        share, error = areas.share[regime], areas.deviation[regime]
        click.echo(f"{name:16s}  {count:6d}   {share:6.1%} ± {error:.1%}")
    band, wrong = result.regime_map.band(), result.regime_map.wrong_area()
    click.echo(f"\nboundary   label in doubt on {band:.1%} of the map, expected wrong on {wrong:.1%}")
    _draw(opened, store, result)
    click.echo("\nAsk it in SQL, for one: does a moving lattice let strongly disordered packets go?")
    click.echo(f'  regimap query {shlex.quote(store)} "{QUERY}"')


def _draw(opened: ExperimentStore, store: str, result: CampaignResult) -> None:
    """Put the map and the report into the store's directory, or say how to get them from a bucket."""
    if in_bucket(store):
        click.echo(f"map        regimap map {shlex.quote(store)} -o map.png")
        click.echo(f"report     regimap report {shlex.quote(store)} -o report.html")
        return
    if len(result.spec.axes) == 2:
        picture = Path(store) / "map.png"
        save(map_figure(result.regime_map, result.points(), result.title), picture)
        click.echo(f"map        {picture}")
    page = Path(store) / "report.html"
    write_report(opened, result, page)
    click.echo(f"report     {page}")


def _verdict(outcome: Outcome) -> int:
    if not outcome.failed:
        return 0
    counts = ", ".join(f"{count} {status}" for status, count in outcome.failed.items())
    click.echo(f"regimap: finished, but some trials gave no data: {counts}", err=True)
    return SOME_FAILED


def _readable(plan: Plan) -> str:
    lines = {
        "points": f"{plan.points}",
        "trials": f"{plan.trials} in {plan.chunks} chunks",
        "grid": f"{_span(plan.grid_points)} points per axis",
        "box": f"{_span(plan.box_length)} / q_D",
        "time step": f"{_span(plan.dt)} m*/(hbar q_D^2)",
        "cost": f"{plan.core_hours:.3g} core-hours (predicted)",
        "store": f"{plan.store_mb:.3g} MB (predicted)",
    }
    return "\n".join(f"{name:10s} {text}" for name, text in lines.items())


def _span(ends: tuple[float, float]) -> str:
    low, high = ends
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
