"""Ray: whether it is installed, and whether it starts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from sweep.doctor.finding import OK, TROUBLE, Finding
from sweep.errors import BackendError

ELSE = "meanwhile, --backend process works on this machine"


def look_at_ray(*, starting: bool) -> Iterator[Finding]:
    """Its version; with `starting`, a cluster of one core on this machine, started and stopped."""
    try:
        found = version("ray")
    except PackageNotFoundError:
        found = ""
    if not found or find_spec("ray") is None:
        yield Finding("Ray", TROUBLE, "not installed", f"pip install ray; {ELSE}")
    elif starting:
        yield _started(found)
    else:
        yield Finding("Ray", OK, f"{found}; not started (regimap doctor --ray does)")


def _started(found: str) -> Finding:
    from sweep.backends.ray_actors import RayBackend  # noqa: PLC0415 - the import takes a second
    from sweep.worker import Assignment  # noqa: PLC0415

    began = time.perf_counter()
    backend = RayBackend(Assignment("", "", "", ""), "local", 1)
    try:
        backend.start()
    except (BackendError, OSError) as error:
        return Finding("Ray", TROUBLE, f"{found}: {error}", f"see /tmp/ray/session_latest/logs; {ELSE}")
    finally:
        backend.stop()
    return Finding(
        "Ray", OK, f"{found}; a cluster on this machine started in {time.perf_counter() - began:.1f} s"
    )
