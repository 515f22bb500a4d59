"""What people ask of a driver: numbered additions to the ledger `requests`."""

from __future__ import annotations

import getpass
import os
import re
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from store.errors import RecordError
from store.ledgers import REQUESTS
from store.medium import Medium
from store.tables import append_rows, ledger_names, ledger_rows

KINDS = ("cancel", "retry")
_NAME = re.compile(r"r(\d{6,})")


def ask(
    medium: Medium,
    kind: str,
    condition: str,
    trial_ids: Sequence[str],
    *,
    attempts: Sequence[int] = (),
    driver: str | None = None,
) -> str:
    """Add a request under the next free number, durably; return its name.

    Parameters
    ----------
    medium : Medium
        The store, ready to be written.
    kind : str
        One of `KINDS`.
    condition : str
        Which trials, as it was typed.
    trial_ids : sequence of str
        The trials that this means now.
    attempts : sequence of int
        Of the rows that they have now, 0 for a trial without one: one for each, or none at all.
    driver : str, optional
        The hold of the driver that is to do it; every driver by default.

    Raises
    ------
    RecordError
        If it is of another kind, or has another number of attempts than of trials.
    WriteError
        If the medium refuses.
    """
    if kind not in KINDS:
        raise RecordError(f"expected a request to {' or '.join(KINDS)}; got {kind!r}; use one of these")
    if attempts and len(attempts) != len(trial_ids):
        raise RecordError(
            f"expected an attempt for each of {len(trial_ids)} trials; got {len(attempts)}; give all or none"
        )
    row: dict[str, object] = {
        "kind": kind,
        "condition": condition,
        "trial_ids": list(trial_ids),
        "attempts": list(attempts),
        "driver": driver,
        "asked_at": datetime.now(UTC),
        "asked_by": f"{_user()}@{socket.gethostname()}",
    }
    number = max(_numbered(medium), default=0)
    while True:
        number += 1
        name = f"r{number:06d}"
        if append_rows(medium, REQUESTS.name, name, [{**row, "request": name}]):
            return name


def requests(medium: Medium, after: str | None = None) -> list[dict[str, Any]]:
    """Return the requests in the order of asking, those after the one named `after`; only these are read."""
    found = _numbered(medium)
    known = 0 if after is None else _number(after)
    names = [found[number] for number in sorted(found) if number > known]
    return [row for name in names for row in ledger_rows(medium, REQUESTS.name, name)]


def _numbered(medium: Medium) -> dict[int, str]:
    names = ledger_names(medium, REQUESTS.name)
    return {int(found[1]): name for name in names if (found := _NAME.fullmatch(name))}


def _number(name: str) -> int:
    found = _NAME.fullmatch(name)
    if found is None:
        raise RecordError(f"expected the name of a request, such as r000001; got {name!r}; take one of these")
    return int(found[1])


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in containers
        return str(os.getuid())
