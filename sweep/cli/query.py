"""`query`: ask a store in SQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from store import ExperimentStore, Result
from store.draft import check_outside, draft
from sweep.cli.places import STORE


@click.command(
    "query", epilog='Example: regimap query runs/quickstart "select status, count(*) from trials group by 1"'
)
@click.argument("store", type=STORE)
@click.argument("sql")
@click.option(
    "--table",
    "form",
    flag_value="table",
    default="table",
    help="Aligned columns, the first 40 rows (default).",
)
@click.option("--csv", "form", flag_value="csv", help="Comma-separated values.")
@click.option("--json", "form", flag_value="json", help="One array of objects.")
@click.option("--jsonl", "form", flag_value="jsonl", help="One object per line.")
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to a file, or over it.",
)
@click.option("--unsafe", is_flag=True, help="Allow any statement, and files outside the store.")
def query_command(store: str, sql: str, *, form: str, output: Path | None, unsafe: bool) -> None:
    """Ask STORE in SQL, read-only; SQL may be - to read it from standard input.

    Views: trials, series, points, twins, labels, proposals, sweeps, chunks; columns says what each holds.
    Rows are written as they come, however many they are; --table counts them up to a million.
    """
    text = sys.stdin.read() if sql == "-" else sql
    opened = ExperimentStore(store)
    if output is not None:
        check_outside(opened.url, output)
    result = opened.sql(text, unsafe=unsafe)
    if output is None:
        with quiet_pipe():
            _write(result, form, sys.stdout)
        return
    with draft(output, force=True) as path, path.open("x", encoding="utf-8", newline="") as file:
        _write(result, form, file)


def _write(result: Result, form: str, file: TextIO) -> None:
    if form == "table":
        file.write(result.table() + "\n")
    elif form == "csv":
        result.write_csv(file)
    elif form == "json":
        result.write_json(file)
    else:
        result.write_jsonl(file)


@contextmanager
def quiet_pipe() -> Iterator[None]:
    """End well when the reader of standard output has seen enough, as ``head`` has after its lines."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Else Python complains when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
