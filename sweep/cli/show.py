"""`show`: one trial with everything that the store knows of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from store import ExperimentStore
from sweep.cli.account import with_error
from sweep.cli.places import STORE
from sweep.cli.plain import plain
from sweep.cli.targets import WIDTH_HELP, check_picture, check_width, written
from sweep.locating import find_trial
from sweep.trial_record import described, trial_record

PARTS = ("parameters", "draw", "numerics", "guards", "scalars", "provenance")
MEASURED = ("guards", "scalars")
# Of a value, from which on its line has no room for a meaning.
WIDE = 24
EPILOG = """\
--json prints one object: trial_id, point_id, status, reason, traceback, chunk, attempt, model; parameters,
draw, numerics, guards, scalars and provenance, each an object of columns of the table trials without those
that are NULL; twins, releases (of the moving packet from its frozen twin), labels (newest first), proposals
(why the point was chosen) and plans, each an array of objects; series, an array of numbers by column. Null
stands for a number that is not determined or is infinite.

\b
Example: regimap show runs/quickstart 3f2a
         regimap show runs/quickstart 3f2a --plot trial.svg
"""


@click.command("show", epilog=EPILOG)
@click.argument("store", type=STORE)
@click.argument("trial")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw its series (.png, .svg, .pdf).")
@click.option("--width", type=float, metavar="MM", help=WIDTH_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show_command(store: str, *, trial: str, plot: Path | None, width: float | None, as_json: bool) -> None:
    """Show TRIAL of STORE: parameters, what came out, provenance, twin, labels, and why it was chosen.

    TRIAL is a trial's id or as many of its first characters as are needed.
    """
    check_width(width, plot)
    if plot is not None:
        check_picture("plot", plot)
    opened = ExperimentStore(store)
    row = find_trial(opened, trial)
    record = trial_record(opened, row)
    click.echo(json.dumps(plain(record), allow_nan=False) if as_json else _page(record, described(opened)))
    if plot is not None:
        _draw(opened, row, plot, width)


def _draw(store: ExperimentStore, row: Mapping[str, Any], path: Path, width: float | None) -> None:
    from sweep.figures import save, trial_figure  # noqa: PLC0415 - half a second of matplotlib

    figure = trial_figure(store, row, width_mm=width)
    with written("plot", path):
        save(figure, path)


def _page(record: Mapping[str, Any], columns: Mapping[str, tuple[str, str]]) -> str:
    verdict = record["status"] + (f": {record['reason']}" if record["reason"] else "")
    head = {
        "trial": f"{record['trial_id']} of point {record['point_id']}",
        "status": verdict,
        "model": record["model"],
        "committed": f"with {record['chunk']}, attempt {record['attempt']}",
        "planned": ", ".join(record["plans"]) or "by no plan of this store",
    }
    lines = [f"{name:11s}{text}" for name, text in head.items()]
    lines += [f"{'chosen':11s}{_choice(each)}" for each in record["proposals"]]
    lines += [f"{'regime':11s}{text}" for text in _regimes(record["labels"])]
    lines += [f"{'twin':11s}{text}" for text in _twins(record)]
    for part in PARTS:
        lines += ["", part, *_columns(part, record[part], columns)] if record[part] else []
    if record["series"]:
        t = record["series"]["t"]
        lines += [
            "",
            f"series: {len(t)} samples from t = {t[0]:g} to {t[-1]:g}: {', '.join(record['series'])}",
        ]
    if record["traceback"]:
        lines += ["", record["traceback"].rstrip()]
    return "\n".join(lines)


def _choice(proposal: Mapping[str, Any]) -> str:
    place = f"{proposal['why']}, round {proposal['round']}, slot {proposal['slot']}, {proposal['campaign']}"
    if proposal["score"] is not None:
        place += f"; score {proposal['score']:.4g}"
    if proposal["membership"]:
        place += f"; then expected in its regimes by {_shares(proposal['membership'])}"
    return place


def _regimes(labels: list[dict[str, Any]]) -> Iterator[str]:
    for label in labels[:1]:
        shares = _shares(label["membership"])
        yield f"{label['regime']}; membership {shares}; labels {label['label_version']}, {label['k']} regimes"
    if len(labels) > 1:
        others = ", ".join(dict.fromkeys(label["regime"] for label in labels[1:]))
        yield f"in {len(labels) - 1} earlier versions of the labels: {others}"


def _twins(record: Mapping[str, Any]) -> Iterator[str]:
    for twin in record["twins"]:
        yield f"{twin['trial_id']}, {'frozen' if twin['frozen'] else 'moving'}, {twin['status']}"
    for each in record["releases"]:
        time, error = each["twin_release_time"], each["twin_release_time_err"]
        known = time is not None and error is not None
        yield f"released at t = {time:.4g} ± {error:.2g}" if known else "not released within the series"


def _shares(membership: list[float] | None) -> str:
    return ", ".join(f"{share:.2f}" for share in membership or []) or "not known"


def _columns(part: str, values: Mapping[str, Any], columns: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """A line for each column; its error, where it has one, beside it."""
    for name, value in values.items():
        if name.endswith("_err") and name.removesuffix("_err") in values:
            continue
        unit, meaning = columns.get(name, ("", ""))
        error = values.get(f"{name}_err")
        text = (
            with_error(value, error or 0.0)
            if part in MEASURED and isinstance(value, float)
            else _exact(value)
        )
        about = f"{'' if unit == '1' else unit:18s}  {meaning}" if len(text) < WIDE else ""
        yield f"  {name:26s}{text:24s}{about}".rstrip()


def _exact(value: Any) -> str:  # noqa: ANN401 - a cell of any column
    return f"{value:.12g}" if isinstance(value, float) else str(value)
