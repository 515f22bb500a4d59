"""Where chunks run: in this process, in processes of this machine, or in Ray actors."""

from __future__ import annotations

from sweep.backends.base import Backend, Event, Failed, Finished, Up
from sweep.backends.process import ProcessBackend
from sweep.backends.ray_address import check_address
from sweep.backends.ray_environment import prepare_environment
from sweep.backends.serial import SerialBackend
from sweep.engine.settings import Engine
from sweep.worker import Assignment

__all__ = ["Backend", "Event", "Failed", "Finished", "Up", "make_backend"]


def make_backend(engine: Engine, assignment: Assignment, memory: int = 0) -> Backend:
    """Backend that the engine asks for.

    Parameters
    ----------
    engine : Engine
    assignment : Assignment
        What each worker is told.
    memory : int
        Bytes that a worker is expected to need at most.

    Raises
    ------
    BackendError
        If no Ray cluster answers at the address.
    """
    if engine.backend == "serial":
        return SerialBackend(assignment)
    if engine.backend == "process":
        return ProcessBackend(assignment, engine.workers)
    joined = prepare_environment(engine.address)
    check_address(joined)
    # Ray is slow to import, of no use to the other two, and reads its environment then.
    from sweep.backends.ray_actors import RayBackend  # noqa: PLC0415

    return RayBackend(assignment, joined, engine.workers, elastic=engine.elastic, memory=memory)
