"""`map` and `report`: what a campaign found."""

from __future__ import annotations

import json
from pathlib import Path

import click

from store import ExperimentStore
from sweep.analysis import latest_campaign
from sweep.cli.places import output_path
from sweep.errors import SweepError
from sweep.figures import DRAWN_AXES, map_figure, save
from sweep.report import lead, write_report

FORMATS = (".png", ".svg", ".pdf")
PAGES = (".html", ".htm")


@click.command("map", epilog="Example: regimap map runs/quickstart -o map.svg")
@click.argument("store")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), help="Picture (.png, .svg, .pdf); STORE/map.png."
)
@click.option("--json", "as_json", is_flag=True, help="Print regions, boundary and points; draws nothing.")
def map_command(store: str, *, output: Path | None, as_json: bool) -> None:
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
    save(map_figure(result.regime_map, result.points(), result.title), output)
    click.echo(str(output))


@click.command("report", epilog="Example: regimap report runs/quickstart -o report.html")
@click.argument("store")
@click.option(
    "-o", "output", type=click.Path(path_type=Path, dir_okay=False), help="Page; STORE/report.html."
)
def report_command(store: str, *, output: Path | None) -> None:
    """Write one self-contained HTML page about STORE's latest campaign."""
    output = output_path(store, output, "report.html")
    if output.suffix not in PAGES:
        raise click.BadParameter(f"expected a name ending in {', '.join(PAGES)}, got {output.name!r}")
    opened = ExperimentStore(store)
    result = latest_campaign(opened)
    write_report(opened, result, output)
    click.echo(str(output))
    click.echo(lead(result), err=True)
