"""`map` and `report`: what a campaign found."""

from __future__ import annotations

import json
from pathlib import Path

import click

from store import ExperimentStore
from sweep.analysis import latest_campaign
from sweep.cli.places import STORE, output_path
from sweep.cli.targets import WIDTH_HELP, written
from sweep.errors import SweepError
from sweep.figures import DRAWN_AXES, map_figure, save
from sweep.report import subject_of, told, write_page

FORMATS = (".png", ".svg", ".pdf")
PAGES = (".html", ".htm")


@click.command("map", epilog="Example: regimap map runs/quickstart -o map.pdf --width 86 --no-rounds")
@click.argument("store", type=STORE)
@click.option(
    "-o", "output", type=click.Path(path_type=Path), help="Picture (.png, .svg, .pdf); STORE/map.png."
)
@click.option("--width", type=float, metavar="MM", help=WIDTH_HELP)
@click.option("--rounds/--no-rounds", default=True, help="Colour points by the round they were chosen in.")
@click.option("--json", "as_json", is_flag=True, help="Print regions, boundary and points; draws nothing.")
def map_command(store: str, *, output: Path | None, width: float | None, rounds: bool, as_json: bool) -> None:
    """Draw the regime map of STORE's latest campaign: regions, boundary with its 90% band, points.

    Over one axis it shows the probabilities along it, over three slices at three values of the last.
    """
    if as_json:
        click.echo(json.dumps(latest_campaign(ExperimentStore(store)).summary()))
        return
    output = output_path(store, output, "map.png")
    if output.suffix not in FORMATS:
        raise click.BadParameter(f"expected a name ending in {', '.join(FORMATS)}, got {output.name!r}")
    result = latest_campaign(ExperimentStore(store))
    if len(result.spec.axes) > DRAWN_AXES:
        raise SweepError(
            f"map: expected one to three swept axes to draw, got {len(result.spec.axes)}; use --json"
        )
    figure = map_figure(result, width_mm=width, by_round=rounds)
    with written("map", output):
        save(figure, output)
    click.echo(str(output))


@click.command("report", epilog="Example: regimap report runs/quickstart -o report.html")
@click.argument("store", type=STORE)
@click.option(
    "-o", "output", type=click.Path(path_type=Path, dir_okay=False), help="Page; STORE/report.html."
)
def report_command(store: str, *, output: Path | None) -> None:
    """Write one self-contained HTML page about STORE's latest sweep, campaign or fixed design.

    The map with its points, each with its series and why it was chosen; the regimes, the course of the
    campaign, failures by reason, what it cost and what a grid would have, the spec, how to come to the same.
    The page needs no network and no script; with scripts it answers to the pointer and the keys.
    """
    output = output_path(store, output, "report.html")
    if output.suffix not in PAGES:
        raise click.BadParameter(f"expected a name ending in {', '.join(PAGES)}, got {output.name!r}")
    subject = subject_of(ExperimentStore(store))
    write_page(subject, output)
    click.echo(str(output))
    click.echo(told(subject), err=True)
