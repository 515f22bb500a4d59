"""All looks, in the order in which their troubles matter."""

from __future__ import annotations

from collections.abc import Iterator

from sweep.doctor.clusters import look_at_ray
from sweep.doctor.finding import Finding
from sweep.doctor.machine import look_at_machine
from sweep.doctor.ports import look_at_ports
from sweep.doctor.software import look_at_software
from sweep.doctor.storage import look_at_storage
from sweep.doctor.transforms import look_at_transforms


def examine(store: str, *, start_ray: bool = False) -> Iterator[Finding]:
    """Look at this machine, and at the place of a store.

    Nothing stays but FFTW's choices in the user's cache: what is written to try is removed.

    Parameters
    ----------
    store : str
        A store, or where one is to be: a directory, or ``s3://bucket/prefix``.
    start_ray : bool
        Start a Ray cluster on this machine and stop it, which takes seconds.

    Yields
    ------
    Finding
    """
    yield from look_at_software()
    yield from look_at_transforms()
    yield from look_at_machine()
    yield from look_at_storage(store)
    yield from look_at_ray(starting=start_ray)
    yield from look_at_ports()
