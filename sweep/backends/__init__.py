"""Where chunks run: in this process, in processes of this machine, or in Ray actors."""

from __future__ import annotations

from sweep.backends.base import Backend, Crashed, Event, Finished
from sweep.backends.process import ProcessBackend
from sweep.backends.ray_environment import prepare_environment
from sweep.backends.serial import SerialBackend
from sweep.provenance import Provenance

BACKENDS = ("ray", "process", "serial")

__all__ = ["BACKENDS", "Backend", "Crashed", "Event", "Finished", "make_backend"]


def make_backend(name: str, store_path: str, provenance: Provenance, address: str | None = None) -> Backend:
    """Backend of this name.

    Parameters
    ----------
    name : str
        One of :data:`BACKENDS`.
    store_path : str
        Absolute path of the store.
    provenance : Provenance
    address : str, optional
        Ray cluster to join; a local one is started by default.

    Raises
    ------
    ValueError
        For an unknown name.
    """
    if name == "serial":
        return SerialBackend(store_path, provenance)
    if name == "process":
        return ProcessBackend(store_path, provenance)
    if name == "ray":
        joined = prepare_environment(address)
        # Ray is slow to import, of no use to the other two, and reads its environment then.
        from sweep.backends.ray_actors import RayBackend  # noqa: PLC0415

        return RayBackend(store_path, provenance, joined)
    raise ValueError(f"backend: expected one of {', '.join(BACKENDS)}, got {name!r}")
