"""Workers as Ray actors, on this machine or on a cluster.

The driver owns the pool: actors never restart by themselves and hold one call each, so a death is
charged to the chunk that was running, and replaced here.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable
from typing import Any, final

import ray
from ray.exceptions import ActorDiedError, OutOfMemoryError, RayError, RayTaskError, WorkerCrashedError

from sweep.backends.base import Backend, Crashed, Event, Finished
from sweep.chunk import Chunk
from sweep.errors import BackendError
from sweep.provenance import Provenance
from sweep.scheduler import Cause
from sweep.worker import Worker

OBJECT_STORE_BYTES = 200_000_000
START_TIMEOUT = 120.0


@final
class RayBackend(Backend):
    """One actor with one CPU per worker.

    Parameters
    ----------
    store_path : str
    provenance : Provenance
    address : str
        Cluster to join; "local" starts one on this machine.
    """

    def __init__(self, store_path: str, provenance: Provenance, address: str) -> None:
        self._arguments = (store_path, provenance)
        self._address = address
        self._actors: dict[int, Any] = {}
        self._calls: dict[Any, int] = {}

    def start(self, workers: int | None) -> int:
        """Join or start Ray, then start an actor per worker and wait until one answers.

        Raises
        ------
        BackendError
            If the cluster cannot be reached or has fewer CPUs than workers.
        """
        _connect(self._address, workers)
        available = _cpus(ray.available_resources)
        count = workers or available
        if not 1 <= count <= available:
            raise BackendError(
                f"workers: expected at most the {available} CPUs that are free of the "
                f"{_cpus(ray.cluster_resources)} that the Ray cluster has, got {count}; "
                "ask for fewer, or add nodes"
            )
        for worker in range(count):
            self.respawn(worker)
        probe = self._actors[0].ready.remote()
        if not ray.wait([probe], timeout=START_TIMEOUT)[0]:
            raise BackendError(
                f"Ray: expected a worker within {START_TIMEOUT:.0f} s, got none; the cluster has "
                f"{_cpus(ray.available_resources):g} free CPUs of {available}"
            )
        try:
            ray.get(probe)
        except RayError as error:
            raise BackendError(f"Ray: expected a worker to start, got: {_first_line(error)}") from None
        return count

    def submit(self, worker: int, chunk: Chunk) -> None:
        """Call the worker's actor."""
        self._calls[self._actors[worker].run.remote(chunk)] = worker

    def respawn(self, worker: int) -> None:
        """Start an actor for this worker."""
        actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(_Actor)
        self._actors[worker] = actor.options(enable_task_events=False).remote(*self._arguments)

    def wait(self, timeout: float) -> list[Event]:
        """Wait for one call to end."""
        if not self._calls:
            time.sleep(timeout)
            return []
        # ray.wait favours the head of its list.
        calls = random.sample(list(self._calls), len(self._calls))
        ready, _ = ray.wait(calls, num_returns=1, timeout=timeout)
        return [self._event(call) for call in ready]

    def stop(self) -> None:
        """Kill the actors and leave Ray: a commit is whole or absent wherever it is cut."""
        for actor in self._actors.values():
            ray.kill(actor)
        self._actors.clear()
        self._calls.clear()
        ray.shutdown()

    def _event(self, call: Any) -> Event:  # noqa: ANN401  # Ray's references are not typed
        worker = self._calls.pop(call)
        try:
            return Finished(worker, ray.get(call))
        except RayTaskError as error:
            # A trial's own failure is a row; this is the store or the code, and repeats everywhere.
            raise (error.cause if isinstance(error.cause, Exception) else error) from None
        except RayError as error:
            ray.kill(self._actors[worker])
            return Crashed(worker, _first_line(error), _cause(error))


class _Actor:
    """A worker in a Ray actor."""

    def __init__(self, store_path: str, provenance: Provenance) -> None:
        self._worker = Worker(store_path, provenance)

    def ready(self) -> bool:
        return True

    def run(self, chunk: Chunk) -> Any:  # noqa: ANN401  # Ray wraps the method and its type
        return self._worker.run(chunk)


def _connect(address: str, workers: int | None) -> None:
    local: dict[str, Any] = {
        "num_cpus": workers or len(os.sched_getaffinity(0)),
        "include_dashboard": False,
        "object_store_memory": OBJECT_STORE_BYTES,
    }
    options = local if address == "local" else {}
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **options)
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        raise BackendError(
            f"Ray at {address!r}: expected a cluster that answers, got: {error}; check --address, or "
            "leave it out to use this machine"
        ) from None


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"


def _cause(error: RayError) -> Cause:
    """Charge a chunk only with what it can have done: a lost node or a preempted actor is not its doing."""
    if isinstance(error, ActorDiedError):
        if error.actor_init_failed:
            return "start"
        return "elsewhere" if error.preempted or "node has died" in str(error) else "chunk"
    return "chunk" if isinstance(error, (OutOfMemoryError, WorkerCrashedError)) else "elsewhere"


def _cpus(resources: Callable[[], dict[str, float]]) -> int:
    return int(resources().get("CPU", 0))
