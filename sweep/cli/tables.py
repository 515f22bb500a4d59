"""`query` and `status`: what a store holds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from store import ExperimentStore

STATUSES = """
select status, coalesce(reason, '') as reason, count(*) as trials, round(sum(cpu_s) / 3600, 3) as core_hours
from trials group by status, reason order by trials desc
"""
PLANNED = """
select count(distinct c.trial_id) as planned, count(distinct t.trial_id) as landed
from chunks c left join trials t using (trial_id)
"""
RATE = """
select count(*) as trials, date_diff('millisecond', min(started_at), max(started_at)) / 1000.0 as seconds
from (select started_at from trials where started_at is not null order by started_at desc limit 100)
"""
ROUNDS = """
select campaign, max(round) + 1 as rounds, count(*) as points, count(*) filter (why = 'boundary') as boundary
from proposals group by campaign
"""


@click.command(
    "query", epilog='Example: regimap query runs/quickstart "select status, count(*) from trials group by 1"'
)
@click.argument("store", type=click.Path(path_type=Path))
@click.argument("sql")
@click.option("--table", "form", flag_value="table", default="table", help="Aligned columns (default).")
@click.option("--csv", "form", flag_value="csv", help="Comma-separated values.")
@click.option("--json", "form", flag_value="json", help="One array of objects.")
@click.option("--jsonl", "form", flag_value="jsonl", help="One object per line.")
@click.option("-o", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@click.option("--unsafe", is_flag=True, help="Allow any statement, and files outside the store.")
def query_command(store: Path, sql: str, *, form: str, output: Path | None, unsafe: bool) -> None:
    """Ask STORE in SQL, read-only; SQL may be - to read it from standard input.

    Views: trials, series, points, labels, proposals, sweeps, chunks; columns says what each holds.
    """
    text = sys.stdin.read() if sql == "-" else sql
    result = ExperimentStore(store).sql(text, unsafe=unsafe)
    with _target(output) as file:
        if form == "table":
            file.write(result.table() + "\n")
        elif form == "csv":
            result.write_csv(file)
        elif form == "json":
            result.write_json(file)
        else:
            result.write_jsonl(file)


@click.command("status", epilog="Example: regimap status runs/quickstart --watch")
@click.argument("store", type=click.Path(path_type=Path))
@click.option("--watch", is_flag=True, help="Repeat every two seconds until Ctrl-C.")
def status_command(store: Path, *, watch: bool) -> None:
    """Show the trials of STORE by status, rate and time left, failures by reason, campaign rounds."""
    opened = ExperimentStore(store)
    while True:
        click.echo(_status(opened))
        if not watch:
            return
        time.sleep(2.0)


def _status(store: ExperimentStore) -> str:
    planned, landed = next(iter(store.sql(PLANNED).rows()))
    trials, seconds = next(iter(store.sql(RATE).rows()))
    lines = [f"{landed} of {planned} planned trials have landed"]
    if planned > landed and trials > 1 and seconds:
        rate = (trials - 1) / float(seconds)
        lines[0] += f"; {rate:.2f}/s lately, about {(planned - landed) / rate:.0f} s left"
    lines.append(store.sql(STATUSES).table())
    for campaign, rounds, points, boundary in store.sql(ROUNDS).rows():
        lines.append(
            f"campaign {campaign}: {rounds} rounds, {points} points, {boundary} chosen at a boundary"
        )
    return "\n".join(lines)


@contextmanager
def _target(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    draft = output.with_name(f".{output.name}.draft")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            yield file
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)
