"""Who holds what in a store, and whether that driver lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, final

from store import layout
from store.claims import Claim, newest_claim, read_beat
from store.medium import Medium
from store.processes import lives, this_process

HELD_HERE: set[str] = set()
"""Tokens of what this process holds: its own number tells nothing of a hold that it has released."""


@final
@dataclass(frozen=True)
class Holder:
    """Who holds a name, as it seems from here.

    Attributes
    ----------
    name : str
        What is held.
    host : str
        The driver's machine.
    pid : int
        Its process there.
    since : datetime
        UTC.
    note : dict of str to str
        What the driver said of itself, such as its command.
    state : dict
        What it said last of its work.
    alive : bool or None
        None for one of another machine: only watching can tell.
    beat : int
        Which beat was its last.
    ended : bool
        Whether it has let go.
    """

    name: str
    host: str
    pid: int
    since: datetime
    note: dict[str, str]
    state: dict[str, Any]
    alive: bool | None
    beat: int
    ended: bool = False

    def __str__(self) -> str:
        return f"the driver on {self.host}"


def holder_of(medium: Medium, name: str, claim: Claim) -> Holder | None:
    """Return who holds `name` by `claim`, alive or dead; None if the driver has let go."""
    holder = _last_holder(medium, name, claim)
    return None if holder.ended else holder


def holders(medium: Medium, *, ended: bool = False) -> list[Holder]:
    """List who holds what, by name: drivers that live, and those that died without letting go.

    Parameters
    ----------
    medium : Medium
    ended : bool
        List the last driver of each name also where it has let go.
    """
    found: list[Holder] = []
    for name in medium.names(layout.HOLDS):
        claim = newest_claim(medium, name)
        holder = None if claim is None else _last_holder(medium, name, claim)
        if holder is not None and (ended or not holder.ended):
            found.append(holder)
    return found


def _last_holder(medium: Medium, name: str, claim: Claim) -> Holder:
    beat, process = read_beat(medium, name, claim), claim.process
    alive = False if beat.ended else _alive(medium, claim)
    said = (claim.since, claim.note, beat.state, alive, beat.counter, beat.ended)
    return Holder(name, process.host, process.pid, *said)


def _alive(medium: Medium, claim: Claim) -> bool | None:
    alive = claim.token in HELD_HERE if claim.process == this_process() else lives(claim.process)
    # In the copy of a store the claim is copied too, and its driver lives elsewhere.
    return None if alive and claim.place != medium.url else alive
