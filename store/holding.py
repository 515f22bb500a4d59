"""One driver a plan: a name is taken hold of, unless the last driver that held it lives.

Whether that one lives is told at once on its own machine, by its process. Of another machine's it is told by
watching whether its beat goes on; no clocks are compared.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import final

from store.claims import (
    Claim,
    claim_key,
    directory,
    generation_of,
    last_generation,
    newest_claim,
    read_beat,
)
from store.errors import HeldError, RecordError, StoreError
from store.hold import Hold
from store.holders import Holder, holder_of
from store.layout import checked_name
from store.medium import Medium
from store.processes import this_process

BEAT_S = 10.0
"""Seconds between the beats of a holder."""
WATCHED_BEATS = 2.5
"""Beats without one, after which a holder on another machine counts as dead."""
_LOOKS = 10


@final
@dataclass(frozen=True)
class Waiting:
    """A driver on another machine is being watched.

    Attributes
    ----------
    holder : Holder
        The driver.
    seconds : float
        How much longer, unless it is seen to live before.
    """

    holder: Holder
    seconds: float

    def __str__(self) -> str:
        return f"waiting {self.seconds:.0f} s to see whether {self.holder} is alive"


def holding(
    medium: Medium, name: str, note: Mapping[str, str], *, beat_s: float = BEAT_S
) -> Generator[Waiting, None, Hold]:
    """Take hold of `name`, and say how long is to be waited yet where that must be.

    Parameters
    ----------
    medium : Medium
        The store, ready to be written.
    name : str
        What to hold, such as a plan.
    note : mapping of str to str
        What others are told of this driver; ``command`` is in the message to them.
    beat_s : float
        Seconds between beats.

    Yields
    ------
    Waiting
        About once a second, while a driver on another machine is watched.

    Returns
    -------
    Hold

    Raises
    ------
    HeldError
        If a driver that lives holds it; the message says which.
    RecordError
        If the name or the note cannot be written.
    WriteError
        If the medium refuses.
    """
    checked_name("name", name)
    said = _checked_note(note)
    while True:
        last = last_generation(medium, name)
        claim = newest_claim(medium, name)
        if claim is not None:
            yield from _refuse_living(medium, name, claim)
        hold = _claimed(medium, name, last + 1, said, beat_s)
        if hold is not None:
            return hold


def holds_token(medium: Medium, name: str, token: str) -> bool:
    """Whether `name` is held by the claim with `token`."""
    claim = newest_claim(medium, checked_name("name", name))
    return claim is not None and claim.token == token


def _checked_note(note: Mapping[str, str]) -> dict[str, str]:
    for key, value in note.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise RecordError(f"expected text in the note of a hold; got {key!r}: {value!r}; convert it")
    return dict(note)


def _refuse_living(medium: Medium, name: str, claim: Claim) -> Generator[Waiting, None, None]:
    holder = holder_of(medium, name, claim)
    if holder is None or holder.alive is False:
        return
    if holder.alive or (yield from _seen_to_beat(medium, claim, holder)):
        command = holder.note.get("command")
        raise HeldError(
            f"expected no other driver of {name} in {medium.url}; got one on {holder.host} (pid {holder.pid}"
            f"{f', {command}' if command else ''}), since {holder.since:%Y-%m-%d %H:%M} UTC; "
            "wait until it has ended, or stop it"
        )


def _seen_to_beat(medium: Medium, claim: Claim, holder: Holder) -> Generator[Waiting, None, bool]:
    """Watch a driver until it is seen to live or to let go, or has been still for too long."""
    patience = WATCHED_BEATS * claim.beat_s
    end = time.monotonic() + patience
    while (rest := end - time.monotonic()) > 0.0:
        yield Waiting(holder, rest)
        time.sleep(min(rest, claim.beat_s / _LOOKS))
        beat = read_beat(medium, holder.name, claim)
        if beat.ended or not holds_token(medium, holder.name, claim.token):
            return False
        if beat.counter > holder.beat:
            return True
    return False


def _claimed(medium: Medium, name: str, generation: int, note: dict[str, str], beat_s: float) -> Hold | None:
    """Put a claim of that generation, unless there is one or a newer one."""
    since = datetime.now(UTC).replace(tzinfo=None)
    claim = Claim(generation, uuid.uuid4().hex, this_process(), medium.url, since, beat_s, note)
    if not medium.put(claim_key(name, generation), claim.to_json()):
        return None
    if last_generation(medium, name) > generation:
        # This one came so late that the claim of its number was made, and removed by a newer holder.
        medium.remove(claim_key(name, generation))
        return None
    hold = Hold(medium, name, claim)
    with suppress(StoreError):  # what is left of them, the next holder removes
        _remove_older(medium, name, generation)
    return hold


def _remove_older(medium: Medium, name: str, generation: int) -> None:
    for file in medium.names(directory(name)):
        if (generation_of(file) or generation) < generation:
            medium.remove(f"{directory(name)}/{file}")
