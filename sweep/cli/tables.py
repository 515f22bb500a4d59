"""`status`: what a store holds."""

from __future__ import annotations

import time
from datetime import datetime

import click

from store import ExperimentStore
from store.textbox import draw

LATELY = 100

# One pass over five columns of the trials; the newest starts of all are among the newest of each group.
TRIALS = f"""
with planned as (select distinct trial_id from chunks)
select status, coalesce(reason, '') as reason, count(status) as trials,
    round(sum(cpu_s) / 3600, 3) as core_hours,
    count(planned.trial_id) as planned, max(started_at, {LATELY}) as starts
from trials full join planned on trials.trial_id = planned.trial_id
group by status, reason order by trials desc, status, reason
"""
ROUNDS = """
select campaign, max(round) + 1 as rounds, count(*) as points, count(*) filter (why = 'boundary') as boundary
from proposals group by campaign
"""


@click.command("status", epilog="Example: regimap status runs/quickstart --watch")
@click.argument("store")
@click.option("--watch", is_flag=True, help="Repeat every two seconds until Ctrl-C.")
def status_command(store: str, *, watch: bool) -> None:
    """Show the trials of STORE by status, rate and time left, failures by reason, campaign rounds."""
    opened = ExperimentStore(store)
    while True:
        click.echo(_status(opened))
        if not watch:
            return
        time.sleep(2.0)


def _status(store: ExperimentStore) -> str:
    result = store.sql(TRIALS)
    groups = list(result.rows())
    planned = sum(group[4] for group in groups)
    # A planned trial that has no row is in the group without a status.
    held = [group for group in groups if group[0] is not None]
    landed = sum(group[4] for group in held)
    lines = [f"{landed} of {planned} planned trials have landed"]
    rate = _rate([start for group in held for start in group[5] or ()])
    if planned > landed and rate is not None:
        lines[0] += f"; {rate:.2f}/s lately, about {(planned - landed) / rate:.0f} s left"
    rows = [group[:4] for group in held]
    lines.append(draw(result.columns[:4], rows, len(rows), None))
    for campaign, rounds, points, boundary in result.also(ROUNDS).rows():
        lines.append(
            f"campaign {campaign}: {rounds} rounds, {points} points, {boundary} chosen at a boundary"
        )
    return "\n".join(lines)


def _rate(starts: list[datetime]) -> float | None:
    """Trials per second between the newest starts, where there are two."""
    newest = sorted(starts)[-LATELY:]
    seconds = (newest[-1] - newest[0]).total_seconds() if newest else 0.0
    return (len(newest) - 1) / seconds if seconds > 0.0 else None
