"""Workers in processes of this machine, joined by pipes."""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
import pickle
import signal
import tempfile
import time
import traceback
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import final

from sweep.backends.base import Backend, Event, Failed, Finished, Up
from sweep.backends.child import forget_output, last_words, settle
from sweep.chunk import Chunk
from sweep.engine.causes import Cause
from sweep.worker import Assignment, ChunkReport, TrialFaultError, Worker

_UP = "up"


@final
class ProcessBackend(Backend):
    """One spawned process per worker; a closed pipe is a dead worker.

    Parameters
    ----------
    assignment : Assignment
    workers : int, optional
        One per core that this process may use, by default.
    """

    def __init__(self, assignment: Assignment, workers: int | None = None) -> None:
        self._assignment = assignment
        self._count = workers or len(os.sched_getaffinity(0))
        self._processes: dict[int, mp.process.BaseProcess] = {}
        self._pipes: dict[int, Connection] = {}
        self._up: set[int] = set()
        self._outputs: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> None:
        """Make a place for what workers print."""
        self._outputs = tempfile.TemporaryDirectory(prefix="regimap-workers-")

    def capacity(self) -> int:
        """The number asked for."""
        return self._count

    def spawn(self, worker: int) -> None:
        """Spawn a process for this worker."""
        context = mp.get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, self._assignment, os.getpid(), self._output(worker))
        process = context.Process(target=_serve, args=arguments, daemon=True)
        process.start()
        theirs.close()
        self._processes[worker], self._pipes[worker] = process, ours

    def submit(self, worker: int, chunk: Chunk, attempt: int) -> None:
        """Send the chunk; a worker found dead is reported by the next wait."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._pipes[worker].send((chunk, attempt))

    def kill(self, worker: int) -> None:
        """Kill the process: a commit is whole or absent wherever it is cut."""
        if worker not in self._processes:
            return
        self._pipes.pop(worker).close()
        process = self._processes.pop(worker)
        # With what its trial started; before the worker has settled, it has no group yet.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.kill()
        process.join()
        self._up.discard(worker)

    def wait(self, timeout: float) -> list[Event]:
        """Read what the workers sent."""
        if not self._pipes:
            time.sleep(timeout)
            return []
        ready = set(wait(list(self._pipes.values()), timeout))
        heard = [worker for worker, pipe in self._pipes.items() if pipe in ready]
        return [self._event(worker) for worker in heard]

    def shortage(self) -> str:
        """What keeps processes of this machine from coming up."""
        return (
            f"this machine has {len(os.sched_getaffinity(0))} cores for {self._count} workers; a script that "
            "runs a sweep must do so below `if __name__ == '__main__':`, for its workers import it"
        )

    def stop(self, *, hurry: bool = False) -> None:
        """Kill the workers."""
        for worker in list(self._processes):
            self.kill(worker)
        if self._outputs is not None:
            self._outputs.cleanup()

    def _output(self, worker: int) -> Path:
        assert self._outputs is not None
        return Path(self._outputs.name) / f"{worker}.log"

    def _event(self, worker: int) -> Event:
        try:
            message = self._pipes[worker].recv()
        except (EOFError, OSError):
            return self._death(worker)
        if message == _UP:
            self._up.add(worker)
            return Up(worker)
        if isinstance(message, ChunkReport):
            return Finished(worker, message)
        cause, reason, trace, error = message
        if cause is not Cause.FAULT:
            self.kill(worker)
        return Failed(worker, cause, reason, trace, error)

    def _death(self, worker: int) -> Event:
        process, up = self._processes[worker], worker in self._up
        process.join(1.0)
        self.kill(worker)
        words = last_words(self._output(worker))
        return Failed(worker, Cause.CRASH if up else Cause.START, _ending(process.exitcode), words)


def _ending(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        known = {number.value: number.name for number in signal.Signals}
        name = known.get(-exitcode, f"signal {-exitcode}")
        return f"killed by {name}" + (", as for want of memory" if name == "SIGKILL" else "")
    return f"exited with code {exitcode}"


def _serve(pipe: Connection, assignment: Assignment, parent: int, output: Path) -> None:
    settle(parent, output)
    try:
        worker = Worker(assignment)
    except Exception as error:
        pipe.send((Cause.START, f"{type(error).__name__}: {error}", None, _portable(error)))
        return
    pipe.send(_UP)
    while True:
        try:
            chunk, attempt = pipe.recv()
        except EOFError:
            return
        forget_output()
        try:
            pipe.send(worker.run(chunk, attempt))
        except TrialFaultError as fault:
            pipe.send((Cause.RAISED, str(fault), fault.trace, None))
        except SystemExit:
            traceback.print_exc()
            raise
        except Exception as error:
            # A trial's own failure is a row; this is the store or the code.
            trace = "".join(traceback.format_exception(error))
            pipe.send((Cause.FAULT, f"{type(error).__name__}: {error}", trace, _portable(error)))


def _portable(error: Exception) -> Exception | None:
    """The error itself where another process can make one like it."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return None
    return error
