"""A hold that was taken: it beats while its driver lives, and is let go."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, final

from store.claims import Beat, Claim, beat_key, newest_claim
from store.errors import RecordError
from store.holders import HELD_HERE
from store.medium import Medium

_RELEASE_S = 1.0


@final
class Hold:
    """What a driver has of the name that it holds; `holding` makes it.

    A thread beats until the hold is released or lost. What keeps it from writing does not end the driver: it
    is remembered in `trouble`, and tried again.

    Parameters
    ----------
    medium : Medium
        The store.
    name : str
        What is held.
    claim : Claim
        By which it is held.
    """

    def __init__(self, medium: Medium, name: str, claim: Claim) -> None:
        self._medium = medium
        self._name = name
        self._claim = claim
        self._state = "{}"
        self._counter = 0
        self._lost = False
        self._trouble: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True, name=f"hold of {name}")
        HELD_HERE.add(claim.token)
        self._beat()
        self._thread.start()

    @property
    def name(self) -> str:
        """What is held."""
        return self._name

    @property
    def token(self) -> str:
        """Unique text in the claim: whoever finds it in a store has found this very store."""
        return self._claim.token

    @property
    def lost(self) -> bool:
        """Whether another driver has taken over, as the last beat found: this one must stop."""
        return self._lost

    @property
    def trouble(self) -> Exception | None:
        """What kept the last beat from being written; None if nothing did."""
        return self._trouble

    @property
    def state(self) -> dict[str, Any]:
        """What the next beat says of the work: a small mapping that JSON can hold."""
        state: dict[str, Any] = json.loads(self._state)
        return state

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        try:
            self._state = json.dumps(dict(state))
        except (TypeError, ValueError) as error:
            raise RecordError(
                f"expected a mapping that JSON can hold; got {state!r} ({error}); convert its values"
            ) from error

    def release(self) -> None:
        """Let go; a second time does nothing, nor does it in a fork of the process that holds."""
        if os.getpid() != self._claim.process.pid or self._stop.is_set():
            return
        self._stop.set()
        HELD_HERE.discard(self.token)
        self._thread.join(_RELEASE_S)
        if not self._thread.is_alive():
            self._beat(ended=True)

    def _go_on(self) -> None:
        while not self._stop.wait(self._claim.beat_s) and not self._lost:
            self._beat()

    def _beat(self, *, ended: bool = False) -> None:
        try:
            newest = newest_claim(self._medium, self._name)
            if newest is not None and newest.token != self.token:
                self._lost = True
                return
            self._counter += 1
            beat = Beat(self._counter, ended, self.state)
            self._medium.replace(beat_key(self._name, self._claim.generation), beat.to_json())
            self._trouble = None
        except Exception as error:  # whatever it is, the driver's work goes on
            self._trouble = error

    def __enter__(self) -> Hold:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"Hold({self._name!r}, lost={self._lost}, trouble={self._trouble!r})"
