"""Where a store is, as the command line takes it: a directory, or s3://bucket/prefix."""

from __future__ import annotations

from pathlib import Path
from typing import final

import click
from click.shell_completion import CompletionItem


@final
class StorePlace(click.ParamType[str]):
    """A store's place as text; a shell completes it to directories."""

    name = "store"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """What asks the shell for directories."""
        return [CompletionItem(incomplete, type="dir")]


STORE = StorePlace()


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
