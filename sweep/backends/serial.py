"""One worker, in the driver's own process: for debugging, and for machines that forbid more."""

from __future__ import annotations

from typing import final

from sweep.backends.base import Backend, Event, Finished
from sweep.chunk import Chunk
from sweep.provenance import Provenance
from sweep.worker import Worker


@final
class SerialBackend(Backend):
    """Runs each chunk when waited for."""

    def __init__(self, store_path: str, provenance: Provenance) -> None:
        self._worker = Worker(store_path, provenance)
        self._pending: Chunk | None = None

    def start(self, workers: int | None) -> int:
        """One worker, whatever is asked for."""
        return 1

    def submit(self, worker: int, chunk: Chunk) -> None:
        """Keep the chunk for the next wait."""
        self._pending = chunk

    def respawn(self, worker: int) -> None:
        """Nothing: a death of the worker is a death of the driver."""

    def wait(self, timeout: float) -> list[Event]:
        """Run the chunk that was submitted, if there is one."""
        chunk, self._pending = self._pending, None
        return [] if chunk is None else [Finished(0, self._worker.run(chunk))]

    def stop(self) -> None:
        """Nothing to end."""
