"""How a job is stopped from outside: Ctrl-C, SIGTERM, and what each leaves time for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, final

from sweep.engine.stops import Stop

EXIT_TERMINATED = 143
# Seconds that running chunks get after a first Ctrl-C, and after a SIGTERM: Ray kills its jobs 3 s later.
PATIENCE = {signal.SIGINT: 10.0, signal.SIGTERM: 0.3}
REASONS = {signal.SIGINT: Stop.INTERRUPTED, signal.SIGTERM: Stop.TERMINATED}


@final
class Signals:
    """Remembers signals for the loop to heed; set after the backend has started, for Ray sets its own.

    The first Ctrl-C lets running chunks finish, the second raises KeyboardInterrupt wherever the program is:
    a commit is whole or absent wherever it is cut. Outside of the main thread, where no handler may be set,
    nothing is heard.

    Parameters
    ----------
    at_once : bool
        Whether to raise for any signal: the loop does the work itself and would hear of it late.
    """

    def __init__(self, *, at_once: bool = False) -> None:
        self._heard: list[signal.Signals] = []
        self._before: dict[signal.Signals, Any] = {}
        self._told = 0
        self._at_once = at_once

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for number in PATIENCE:
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def terminated(self) -> bool:
        """Whether a SIGTERM came: there is little time."""
        return signal.SIGTERM in self._heard

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Raise for any signal meanwhile: what is done takes long, and may be cut anywhere."""
        before, self._at_once = self._at_once, True
        try:
            yield
        finally:
            self._at_once = before

    def heard(self) -> Iterator[tuple[Stop, float]]:
        """Reason to stop, and seconds left to do so, of each signal not told of before."""
        while self._told < len(self._heard):
            number = self._heard[self._told]
            self._told += 1
            yield REASONS[number], PATIENCE[number]

    def _hear(self, number: int, frame: FrameType | None) -> None:
        heard = signal.Signals(number)
        repeated = heard in self._heard
        self._heard.append(heard)
        if self._at_once or repeated:
            raise_for(REASONS[heard])


def raise_for(reason: Stop) -> None:
    """Raise what Python has for a job that was stopped so: KeyboardInterrupt, or an exit with status 143."""
    if reason is Stop.INTERRUPTED:
        raise KeyboardInterrupt
    if reason is Stop.TERMINATED:
        raise SystemExit(EXIT_TERMINATED)
