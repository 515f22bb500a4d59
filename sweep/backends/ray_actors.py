"""Workers as Ray actors, on this machine or on a cluster.

The driver owns the pool: actors never restart by themselves and hold one call each, so a death is
charged to the chunk that was running, and replaced here.
"""

from __future__ import annotations

import logging
import os
import random
import re
import time
from typing import Any, final

import ray
from ray._private.state import available_resources_per_node  # Ray's public sum hides the nodes
from ray.exceptions import ActorDiedError, OutOfMemoryError, RayError, RayTaskError, WorkerCrashedError

from sweep.backends.base import Backend, Event, Failed, Finished, Up
from sweep.backends.ray_metrics import Metrics
from sweep.backends.ray_watch import ClusterWatch
from sweep.chunk import Chunk
from sweep.engine.causes import Cause
from sweep.engine.happenings import Happening
from sweep.errors import BackendError, ClusterLostError
from sweep.worker import Assignment, TrialFaultError, Worker

OBJECT_STORE_BYTES = 200_000_000
# What Ray says of actors that died.
_SIGTERM = "The process receives a SIGTERM"
_NOT_ITS_DOING = ("node has died", "node was terminated", "its owner has died", _SIGTERM)
_EXIT_CODE = re.compile(r"exits with an exit code (\S+?)\.(?:\s|$)")
# Actors that may wait for a place: what an autoscaler takes for the demand.
MOST_PENDING = 200


@final
class RayBackend(Backend):
    """One actor with one CPU per worker.

    Parameters
    ----------
    assignment : Assignment
    address : str
        Cluster to join; "local" starts one on this machine.
    workers : int, optional
        All CPUs by default; on a cluster, those too that join later.
    elastic : bool
        Whether `workers` is the most to have, not the number to insist on.
    memory : int
        Bytes that each worker is expected to need; no node is given more workers than that allows.
    """

    def __init__(
        self,
        assignment: Assignment,
        address: str,
        workers: int | None = None,
        *,
        elastic: bool = False,
        memory: int = 0,
    ) -> None:
        self._assignment = assignment
        self._address = address
        self._asked = workers
        self._elastic = elastic or (workers is None and address != "local")
        self._memory = memory
        self._ours = False
        self._actors: dict[int, Any] = {}
        self._calls: dict[Any, int] = {}
        self._starting: set[int] = set()
        self._metrics: Metrics | None = None
        self._watch: ClusterWatch | None = None
        self._lost = False

    def start(self) -> None:
        """Join or start Ray.

        Raises
        ------
        BackendError
            If the cluster cannot be reached or, unless it may grow, has less than was asked for.
        """
        # A session that the caller has is used, and left as it is.
        self._ours = not ray.is_initialized()
        if self._ours:
            _connect(self._address, self._asked)
        self._metrics = Metrics()
        self._watch = ClusterWatch()
        if self._elastic:
            return
        places, asked = self._places(), self._asked
        self._asked = asked or max(1, places)
        if self._asked > places:
            raise BackendError(
                f"workers: expected at most {places}, got {asked or 'none free'}: "
                f"{_inventory(self._memory)}; take fewer, add nodes, or take what there is by --elastic"
            )

    def capacity(self) -> int:
        """Places that are ours or free; at least one, which an autoscaler takes for demand.

        Raises
        ------
        ClusterLostError
            If the cluster is gone.
        """
        if not self._well():
            return len(self._actors)
        if self._asked is not None:
            return min(self._asked, MOST_PENDING + len(self._actors) - len(self._starting))
        return max(1, self._places() + len(self._actors))

    def spawn(self, worker: int) -> None:
        """Ask for an actor."""
        options: dict[str, Any] = {"num_cpus": 1, "max_restarts": 0, "max_task_retries": 0}
        if self._memory:
            options["memory"] = self._memory
        actor: Any = ray.remote(**options)(_Actor).options(enable_task_events=False).remote()
        self._actors[worker] = actor
        self._starting.add(worker)
        self._calls[actor.ready.remote(self._assignment)] = worker

    def submit(self, worker: int, chunk: Chunk, attempt: int) -> None:
        """Call the worker's actor."""
        self._calls[self._actors[worker].run.remote(chunk, attempt)] = worker

    def kill(self, worker: int) -> None:
        """Kill the actor: a commit is whole or absent wherever it is cut."""
        self._starting.discard(worker)
        actor = self._actors.pop(worker, None)
        if actor is not None:
            ray.kill(actor)
        self._calls = {call: owner for call, owner in self._calls.items() if owner != worker}

    def wait(self, timeout: float) -> list[Event]:
        """Wait for a call to end."""
        if not self._calls:
            time.sleep(timeout)
            return []
        # ray.wait favours the head of its list.
        calls = random.sample(list(self._calls), len(self._calls))
        ready, _ = ray.wait(calls, num_returns=1, timeout=timeout)
        more, _ = ray.wait(calls, num_returns=len(calls), timeout=0) if ready else ([], None)
        return [self._event(call) for call in more or ready]

    def hear(self, happening: Happening) -> None:
        """Count it for Prometheus."""
        if self._metrics is not None:
            self._metrics.hear(happening)

    def shortage(self) -> str:
        """What the cluster has."""
        return _inventory(self._memory)

    def stop(self, *, hurry: bool = False) -> None:
        """Kill the actors and leave Ray; one that is gone would not answer.

        In a hurry Ray is left as it is: its processes on this machine end with the driver's.
        """
        if self._lost:
            return
        for worker in list(self._actors):
            self.kill(worker)
        if self._ours and not hurry:
            ray.shutdown()

    def _well(self) -> bool:
        try:
            return self._watch is None or self._watch.look()
        except ClusterLostError:
            self._lost = True
            raise

    def _places(self) -> int:
        """Workers for which there is room now, node by node."""
        places = 0
        for resources in _free():
            cpus = int(resources.get("CPU", 0))
            places += min(cpus, int(resources.get("memory", 0) // self._memory)) if self._memory else cpus
        return places

    def _event(self, call: Any) -> Event:  # noqa: ANN401  # Ray's references are not typed
        worker = self._calls.pop(call)
        starting = worker in self._starting
        try:
            report = ray.get(call)
        except RayTaskError as error:
            return self._raised(worker, error, starting)
        except RayError as error:
            self.kill(worker)
            return Failed(worker, _cause(error, starting), _ending(error))
        self._starting.discard(worker)
        return Up(worker) if starting else Finished(worker, report)

    def _raised(self, worker: int, error: RayTaskError, starting: bool) -> Event:
        """The actor lives, but what it was asked for failed."""
        cause = error.cause if isinstance(error.cause, Exception) else error
        if isinstance(cause, TrialFaultError):
            self.kill(worker)
            return Failed(worker, Cause.RAISED, str(cause), cause.trace)
        reason = f"{type(cause).__name__}: {cause}"
        if starting:
            self.kill(worker)
            return Failed(worker, Cause.START, reason, None, cause)
        return Failed(worker, Cause.FAULT, reason, str(error), cause)


class _Actor:
    """A worker in a Ray actor."""

    _worker: Worker

    def ready(self, assignment: Assignment) -> None:
        self._worker = Worker(assignment)

    def run(self, chunk: Chunk, attempt: int) -> Any:  # noqa: ANN401  # Ray wraps the method and its type
        return self._worker.run(chunk, attempt)


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
            f"Ray at {address!r}: expected a cluster that lets us in, got: {error}; {_advice(str(error))}"
        ) from None


def _advice(said: str) -> str:
    """What to do about what Ray said."""
    if "ersion mismatch" in said:
        return "install the cluster's versions of Ray and Python here, or these on all of its nodes"
    if "token" in said.lower() or "auth" in said.lower():
        return "set RAY_AUTH_MODE and RAY_AUTH_TOKEN (or RAY_AUTH_TOKEN_PATH) to what the cluster has"
    return "check --address, or leave it out to use this machine"


def _ending(error: RayError) -> str:
    """How an actor ended, in a line: of what Ray tells, the part that says something."""
    text = str(error).strip()
    if code := _EXIT_CODE.search(text):
        return f"exited with code {code[1]}" + (", by SIGTERM" if _SIGTERM in text else "")
    if "connection error code 2" in text:
        return "ended without a word: crashed in C, left by os._exit, or killed, as for want of memory"
    return f"{type(error).__name__}: {text.partition(chr(10))[0]}"


def _cause(error: RayError, starting: bool) -> Cause:
    """Charge a chunk only with what it can have done: a lost node or a preempted actor is not its doing."""
    if isinstance(error, OutOfMemoryError):
        return Cause.MEMORY
    if isinstance(error, ActorDiedError):
        if error.preempted or any(phrase in str(error) for phrase in _NOT_ITS_DOING):
            return Cause.ELSEWHERE
        return Cause.START if starting or error.actor_init_failed else Cause.CRASH
    return Cause.CRASH if isinstance(error, WorkerCrashedError) else Cause.ELSEWHERE


def _free() -> list[dict[str, float]]:
    """Resources that are free, of each node that lives."""
    return list(available_resources_per_node().values())


def _inventory(memory: int) -> str:
    """What the cluster has, in words."""
    total, free = ray.cluster_resources(), ray.available_resources()
    nodes = sum(bool(node["Alive"]) for node in ray.nodes())
    cpus = f"{total.get('CPU', 0):g} CPUs on {nodes} nodes, {free.get('CPU', 0):g} of them free"
    text = f"the Ray cluster has {cpus}"
    if memory:
        text += f", and {free.get('memory', 0) / 1e9:.1f} GB free for workers of {memory / 1e9:.1f} GB"
    return text
