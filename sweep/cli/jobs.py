"""`run` and `campaign`: doing what a spec asks for."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click

from store import ExperimentStore, NotAStoreError, StoreNotFoundError
from sweep.analysis import CampaignResult, campaign_result
from sweep.campaign_ledger import CampaignLedger
from sweep.certainty import certainty, known, share_with_error
from sweep.cli.engine import engine_options
from sweep.cli.places import STORE, in_bucket
from sweep.cli.resuming import resumable
from sweep.cli.verdicts import SOME_FAILED, verdict
from sweep.engine.settings import Engine
from sweep.figures import DRAWN_AXES, map_figure, save
from sweep.outcome import Outcome
from sweep.own_model import OwnModel
from sweep.report import write_report
from sweep.rounds import ENQUEUED, GIVEN
from sweep.running import campaign, run
from sweep.spec import SweepSpec

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

QUERY = """select round(sound_speed, 2) as sound_speed, round(disorder, 1) as disorder,
  round(avg(diffusion) filter (not frozen), 1) as moving, round(avg(diffusion) filter (frozen), 1) as frozen
from trials where disorder > 2 and status = 'complete' group by all order by all"""


def store_option(function: Decorated) -> Decorated:
    """The store that a job writes to."""
    text = "Directory of the store, or s3://bucket/prefix; made if it does not exist."
    return click.option("--store", "store", type=STORE, required=True, metavar="STORE", help=text)(function)


@click.command("run", epilog="Example: regimap run examples/grid.toml --store runs/grid --workers 4")
@click.argument("spec", type=click.Path(path_type=Path))
@store_option
@engine_options(parts=True)
def run_command(spec: Path, *, store: str, engine: Engine) -> int:
    """Run the fixed design of SPEC; what the store holds already is not run again."""
    checked = SweepSpec.from_toml(spec)
    with resumable() as how:
        outcome = run(checked, store, engine=engine)
        how.ended(outcome.stopped)
    counts = ", ".join(f"{count} {status}" for status, count in outcome.statuses) or "nothing to do"
    click.echo(f"{store}: {counts}")
    return verdict(outcome)


@click.command(
    "campaign", epilog="Example: regimap campaign examples/quickstart.toml --store runs/quickstart"
)
@click.argument("spec", type=click.Path(path_type=Path))
@store_option
@click.option("--budget", type=click.IntRange(min=1), help="Points to spend; the spec's by default.")
@engine_options()
def campaign_command(spec: Path, *, store: str, budget: int | None, engine: Engine) -> int:
    """Map the boundaries between regimes: choose points where the map is uncertain until it is not.

    Points that STORE has of an earlier sweep with the same trials are taken over when the campaign begins.
    It ends when the map is expected to be as right as the spec asks, or no longer changes, or the budget is
    spent. A larger budget has it go on, whatever it had ended for, until that is spent; the same command
    continues one that was cut short. `regimap add` puts in points by hand.
    """
    checked = SweepSpec.from_toml(spec)
    _tell_if_extended(store, checked, checked.campaign.budget if budget is None else budget)
    with resumable() as how:
        outcome, labelling = campaign(checked, store, budget=budget, engine=engine)
        how.ended(outcome.stopped)
    if outcome.stopped is not None:
        return verdict(outcome)
    if labelling is None:
        said = f"expected {checked.regimes.evidence}, found none; see regimap status {shlex.quote(store)}"
        click.echo(f"{store}: {said}", err=True)
        return SOME_FAILED
    _present(ExperimentStore(store), store, checked, outcome)
    return verdict(outcome)


def _tell_if_extended(store: str, spec: SweepSpec, budget: int) -> None:
    with suppress(StoreNotFoundError, NotAStoreError):
        reason = CampaignLedger(ExperimentStore(store), spec).stopped_below(budget)
        if reason is not None:
            said = f"regimap: it had stopped ({reason}); it goes on until {budget} points are spent"
            click.echo(said, err=True)


def _present(opened: ExperimentStore, store: str, spec: SweepSpec, outcome: Outcome) -> None:
    result = campaign_result(opened, f"campaign-{spec.campaign_identity}")
    areas = result.regime_map.areas()
    click.echo(f"\n{_points(result)}; {outcome.stop_reason}.\n")
    click.echo("regime            points   share of the map")
    for regime, (name, count) in enumerate(result.counts().items()):
        share, error = areas.share[regime], areas.deviation[regime]
        click.echo(f"{name:16s}  {count:6d}   {share_with_error(share, error):>6s}")
    band = known(result.regime_map.band())
    doubt = "none" if band is None else f"label in doubt on {band:.1%} of the map"
    click.echo(f"\nboundary   {doubt}; {certainty(result.regime_map.wrong_area())}")
    _draw(opened, store, result)
    question, query = _question(opened, spec)
    click.echo(f"\nAsk it in SQL, for one: {question}?")
    click.echo(f"  regimap query {shlex.quote(store)} {_in_shell(query)}")


def _question(opened: ExperimentStore, spec: SweepSpec) -> tuple[str, str]:
    """A question that the store answers, in words and in SQL."""
    schema = opened.schema
    if not isinstance(spec.model, OwnModel):
        return "does a moving lattice let strongly disordered packets go", QUERY
    axes = [axis.sql for axis in schema.axes]
    means = [f"avg({column.sql}) as {column.sql}" for column in schema.outputs if column.type == "double"]
    names = ", ".join([*axes, "count(*) as trials", *means[:3]])
    version = spec.model.version.replace("'", "''")
    query = f"select {names} from trials where model_version = '{version}' group by all order by all"
    return "what came out at each point", query


def _in_shell(text: str) -> str:
    """Quoted for a shell, and readable: SQL has single quotes, and double ones around some names."""
    # An interactive shell takes ! between double quotes for a command of the past.
    if "!" in text:
        return shlex.quote(text)
    return '"' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'


def _points(result: CampaignResult) -> str:
    """How many points the map rests on, and whose they are."""
    why = Counter(str(row["why"]) for row in result.proposals)
    parts = [f"{len(result.proposals) - why[GIVEN]} points"]
    parts += [f"{why[ENQUEUED]} of them added by hand"] if why[ENQUEUED] else []
    parts += [f"{why[GIVEN]} more taken over from earlier sweeps"] if why[GIVEN] else []
    unnamed = len(result.proposals) - sum(result.counts().values())
    if unnamed:
        parts += [f"{unnamed} of all without a regime, around which the map goes by the others alone"]
    return ", ".join(parts)


def _draw(opened: ExperimentStore, store: str, result: CampaignResult) -> None:
    """Put the map and the report into the store's directory, or say how to get them from a bucket."""
    if in_bucket(store):
        click.echo(f"map        regimap map {shlex.quote(store)} -o map.png")
        click.echo(f"report     regimap report {shlex.quote(store)} -o report.html")
        return
    if len(result.spec.axes) <= DRAWN_AXES:
        picture = Path(store) / "map.png"
        save(map_figure(result.regime_map, result.points(), result.title), picture)
        click.echo(f"map        {picture}")
    page = Path(store) / "report.html"
    write_report(opened, result, page)
    click.echo(f"report     {page}")
