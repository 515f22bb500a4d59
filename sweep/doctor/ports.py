"""Ports that a Ray cluster's head wants on this machine; a local run needs none of them."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

from sweep.doctor.finding import NOTE, OK, Finding

PORTS = {6379: "head (ray start --port)", 8265: "dashboard and ray job submit", 10001: "Ray client"}


def look_at_ports() -> Iterator[Finding]:
    """Whether they are free."""
    taken = [port for port in PORTS if _is_taken(port)]
    if not taken:
        yield Finding("ports", OK, f"free: {', '.join(map(str, PORTS))}")
        return
    told = ", ".join(f"{port} ({PORTS[port]})" for port in taken)
    yield Finding(
        "ports",
        NOTE,
        f"taken: {told}",
        "matters only for `ray start --head` here; if a cluster runs already, --address auto joins it",
    )


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # As a server would: what a connection leaves behind for a minute is no obstacle.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("", port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
