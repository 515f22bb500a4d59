"""`explain`: which points of a spec a store has, and why not the others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from store import ExperimentStore
from sweep.cli.places import STORE
from sweep.cli.plain import plain
from sweep.explaining import ABSENT, COMPLETE, PARTIAL, Change, Explained, explain
from sweep.spec import SweepSpec

EPILOG = """\
A point is in the store if the hash of everything that decides its numbers is. Of one that is not, the stored
trial is shown that has the fewest keys different, and of those the one whose values are nearest.

--json prints an array of objects, one per point: point_id, parameters, verdict (in the store, in part, not in
the store), trials (that SPEC asks for), statuses (an object, of those that have a row), nearest (a trial id,
or null), changes (an array of key, asked, stored; "model" alone where STORE is of another model than SPEC).

\b
Example: regimap explain runs/grid examples/grid.toml
"""


@click.command("explain", epilog=EPILOG)
@click.argument("store", type=STORE)
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one array of objects.")
def explain_command(store: str, *, spec: Path, as_json: bool) -> None:
    """Say of each point of SPEC's design whether STORE has it, or what differs from the nearest that it has.

    The last line sums up. Nothing is run.
    """
    opened = ExperimentStore(store)
    asked = SweepSpec.from_toml(spec)
    explained = list(explain(opened, asked))
    if as_json:
        click.echo(json.dumps([plain(asdict(each)) for each in explained], allow_nan=False))
        return
    if asked.model.name != opened.model:
        click.echo(
            f"{len(explained)} points: none in the store, which is of the model {opened.model}; "
            f"the spec is of {asked.model.name}"
        )
        return
    for each in explained:
        click.echo("\n".join(_lines(each)))
    click.echo("\n" + _summary(explained))


def _lines(each: Explained) -> Iterator[str]:
    point = ", ".join(f"{name} {_value(value)}" for name, value in each.parameters.items())
    counted = ", ".join(f"{count} {status}" for status, count in each.statuses.items())
    known = f": {sum(each.statuses.values())} of {each.trials} trials ({counted})" if counted else ""
    yield f"{point}: {each.verdict}{known}"
    if each.nearest is not None:
        yield f"    nearest {each.nearest}: " + "; ".join(map(_change, each.changes))


def _change(change: Change) -> str:
    return f"{change.key} {_value(change.asked)}, there {_value(change.stored)}"


def _value(value: Any) -> str:  # noqa: ANN401 - any value of a spec
    if value is None:
        return "not given"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _summary(explained: Sequence[Explained]) -> str:
    counts = Counter(each.verdict for each in explained)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in (COMPLETE, PARTIAL, ABSENT))
    line = f"{len(explained)} points: {told}"
    keys = Counter(", ".join(change.key for change in each.changes) for each in explained if each.changes)
    if keys:
        line += "; these differ in " + ", or in ".join(f"{key} ({n})" for key, n in keys.most_common(5))
    return line
