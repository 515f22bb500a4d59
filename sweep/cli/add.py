"""`add`: points that a campaign is to visit whatever it would choose itself."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from store import ExperimentStore
from sweep.adding import Added, add_points, listed_points, typed_point
from sweep.cli.places import STORE
from sweep.overview import as_typed

EPILOG = "\n\n".join(
    (
        "--json prints an array of objects: point_id, round, why, and the axes.",
        "\b\nExample: regimap add runs/quickstart disorder=0.9 sound_speed=0.3\n"
        "         regimap add runs/quickstart points.csv",
    )
)


@click.command("add", epilog=EPILOG)
@click.argument("store", type=STORE)
@click.argument("point", nargs=-1, required=True, metavar="AXIS=VALUE... | FILE.csv")
@click.option("--json", "as_json", is_flag=True, help="Print the points that were added.")
def add_command(store: str, *, point: tuple[str, ...], as_json: bool) -> None:
    """Add points to STORE's latest campaign: one, by the value of each axis, or those of a CSV file.

    They are a round of their own, which its driver runs before it chooses another, or runs when it is started
    again. They count as evidence and not towards the budget. A point that the campaign has is left as it is.
    """
    opened = ExperimentStore(store)
    in_file = len(point) == 1 and "=" not in point[0]
    points = listed_points(Path(point[0])) if in_file else [typed_point(point)]
    added = add_points(opened, points)
    if as_json:
        click.echo(json.dumps([_plain(added, *named) for named in added.points]))
    else:
        click.echo(_told(added))
    if added.known:
        click.echo(f"regimap: {added.known} of {len(points)} points were in the campaign already", err=True)
    if added.points and added.driver is None:
        click.echo(f"regimap: no driver is at work; run them with: {_command(opened, added)}", err=True)


def _plain(added: Added, point_id: str, point: Mapping[str, float]) -> dict[str, object]:
    return {"point_id": point_id, "round": added.round, "why": "enqueued", **point}


def _told(added: Added) -> str:
    if added.round is None:
        return f"{added.name}: nothing to add"
    count = len(added.points)
    return f"{added.name}: {count} {'point' if count == 1 else 'points'} added as round {added.round}"


def _command(store: ExperimentStore, added: Added) -> str:
    """How the campaign was started, as its last driver said."""
    name = f"campaign-{added.campaign}"
    said = (holder.note.get("command") for holder in store.holders(ended=True) if holder.name == name)
    command = next((command for command in said if command), None)
    return f"regimap campaign SPEC --store {shlex.quote(store.url)}" if command is None else as_typed(command)
