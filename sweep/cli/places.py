"""Where a store is, as the command line takes it: a directory, or s3://bucket/prefix."""

from __future__ import annotations

from pathlib import Path

import click


def in_bucket(store: str) -> bool:
    """Whether `store` is an address, and no directory that pictures can be put in."""
    return "://" in store


def output_path(store: str, output: Path | None, name: str) -> Path:
    """Return `output`, or else `name` in the store's directory.

    Raises
    ------
    click.UsageError
        If there is no such directory.
    """
    if output is None and in_bucket(store):
        raise click.UsageError(
            f"expected -o FILE, since {store} is no directory; got none; add one, such as -o {name}"
        )
    return Path(store) / name if output is None else output
