"""One worker, in the driver's own process: for debugging, and for machines that forbid more.

What ends or hangs a trial ends or hangs the driver here, and no deadline is kept.
"""

from __future__ import annotations

import traceback
from typing import final

from sweep.backends.base import Backend, Event, Failed, Finished, Up
from sweep.chunk import Chunk
from sweep.engine.causes import Cause
from sweep.worker import Assignment, TrialFaultError, Worker


@final
class SerialBackend(Backend):
    """Runs each chunk when waited for."""

    works_in_wait = True

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._worker: Worker | None = None
        self._events: list[Event] = []
        self._pending: tuple[int, Chunk, int] | None = None

    def start(self) -> None:
        """Nothing to make ready."""

    def capacity(self) -> int:
        """One worker, whatever is asked for."""
        return 1

    def spawn(self, worker: int) -> None:
        """Open the store."""
        self._worker = Worker(self._assignment, own_process=False)
        self._events.append(Up(worker))

    def submit(self, worker: int, chunk: Chunk, attempt: int) -> None:
        """Keep the chunk for the next wait."""
        self._pending = (worker, chunk, attempt)

    def kill(self, worker: int) -> None:
        """Forget the worker and its chunk."""
        self._worker = self._pending = None

    def wait(self, timeout: float) -> list[Event]:
        """Run the chunk that was submitted, if there is one."""
        events, self._events = self._events, []
        if self._pending is not None and self._worker is not None:
            (worker, chunk, attempt), self._pending = self._pending, None
            events.append(self._event(self._worker, worker, chunk, attempt))
        return events

    def shortage(self) -> str:
        """The worker is this process: it is up or has raised."""
        return "this process could not run a worker"

    def stop(self, *, hurry: bool = False) -> None:
        """Nothing to end."""

    def _event(self, runner: Worker, worker: int, chunk: Chunk, attempt: int) -> Event:
        try:
            return Finished(worker, runner.run(chunk, attempt))
        except TrialFaultError as fault:
            self._worker = None
            return Failed(worker, Cause.RAISED, str(fault), fault.trace)
        except Exception as error:
            trace = "".join(traceback.format_exception(error))
            return Failed(worker, Cause.FAULT, f"{type(error).__name__}: {error}", trace, error)
