"""Workers in processes of this machine, joined by pipes."""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
from multiprocessing.connection import Connection, wait
from typing import final

from sweep.backends.base import Backend, Crashed, Event, Finished
from sweep.chunk import Chunk
from sweep.provenance import Provenance
from sweep.worker import ChunkReport, Worker


@final
class ProcessBackend(Backend):
    """One spawned process per worker; a closed pipe is a dead worker."""

    def __init__(self, store_path: str, provenance: Provenance) -> None:
        self._arguments = (store_path, provenance)
        self._processes: dict[int, mp.process.BaseProcess] = {}
        self._pipes: dict[int, Connection] = {}
        self._up: set[int] = set()

    def start(self, workers: int | None) -> int:
        """Spawn the workers."""
        count = workers or len(os.sched_getaffinity(0))
        for worker in range(count):
            self.respawn(worker)
        return count

    def submit(self, worker: int, chunk: Chunk) -> None:
        """Send the chunk; a worker found dead is reported by the next wait."""
        try:
            self._pipes[worker].send(chunk)
        except (BrokenPipeError, ConnectionResetError):
            return

    def respawn(self, worker: int) -> None:
        """Spawn a process for this worker."""
        context = mp.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, *self._arguments), daemon=True)
        process.start()
        theirs.close()
        self._processes[worker], self._pipes[worker] = process, ours
        self._up.discard(worker)

    def wait(self, timeout: float) -> list[Event]:
        """Read what the workers sent."""
        ready = set(wait(list(self._pipes.values()), timeout))
        heard = [self._event(worker) for worker, pipe in list(self._pipes.items()) if pipe in ready]
        return [event for event in heard if event is not None]

    def stop(self) -> None:
        """Kill the workers: a commit is whole or absent wherever it is cut."""
        for pipe in self._pipes.values():
            pipe.close()
        for process in self._processes.values():
            process.kill()
            process.join()
        self._pipes.clear()
        self._processes.clear()

    def _event(self, worker: int) -> Event | None:
        try:
            message = self._pipes[worker].recv()
        except (EOFError, OSError):
            self._pipes.pop(worker).close()
            process = self._processes.pop(worker)
            process.join()
            return Crashed(worker, _ending(process.exitcode), "chunk" if worker in self._up else "start")
        if isinstance(message, Exception):
            raise message
        self._up.add(worker)
        return Finished(worker, message) if isinstance(message, ChunkReport) else None


def _ending(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        return f"killed by {signal.Signals(-exitcode).name}"
    return f"exited with code {exitcode}"


def _serve(pipe: Connection, store_path: str, provenance: Provenance) -> None:
    # Ctrl-C reaches the whole process group; the driver decides when workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker(store_path, provenance)
    pipe.send("up")
    while True:
        try:
            chunk = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(worker.run(chunk))
        except Exception as error:
            # A trial's own failure is a row; this is the store or the code, and the driver's to judge.
            pipe.send(error)
