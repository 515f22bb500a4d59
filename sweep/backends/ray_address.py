"""Whether a Ray cluster answers at an address, asked before Ray is: it would try for minutes."""

from __future__ import annotations

import os
import re
import socket

from sweep.errors import BackendError

PATIENCE_S = 5.0
# Of a head that answered before.
LOOK_S = 2.0
# What an HTTP/2 client says first, with empty settings; a gRPC server, as Ray's is, replies with its own.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_SETTINGS = 4
_ADVICE = "check --address (and RAY_ADDRESS), or leave it out to use this machine"


def check_address(address: str) -> None:
    """Refuse an address where no Ray cluster answers within seconds; "local" and "auto" are Ray's own.

    Raises
    ------
    BackendError
        With what was tried, and what came of it.
    """
    if address in ("local", "auto"):
        return
    try:
        host, port = _parts(address)
    except ValueError:
        raise BackendError(
            f"address: expected host:port of a Ray head, or auto, or local; got {address!r}; {_ADVICE}"
        ) from None
    try:
        said = _knock(host, port, PATIENCE_S)
    except OSError as error:
        raise BackendError(
            f"Ray at {address}: expected an answer within {PATIENCE_S:.0f} s, got: {error}; {_ADVICE}"
        ) from None
    if said is not None and said[3:4] != bytes((_SETTINGS,)):
        raise BackendError(f"Ray at {address}: expected a Ray head, got {said[:40]!r} from it; {_ADVICE}")


def answers(address: str) -> bool:
    """Whether anybody takes a call at host:port, at once."""
    try:
        _knock(*_parts(address), LOOK_S)
    except OSError:
        return False
    return True


def _parts(address: str) -> tuple[str, int]:
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:]+)\]|([^:/\s]+)):(\d{1,5})", address)
    if found is None or not 0 < int(found[3]) < 65536:
        raise ValueError(address)
    return found[1] or found[2], int(found[3])


def _knock(host: str, port: int, patience: float) -> bytes | None:
    """First bytes that the server says; None where they are not in clear."""
    with socket.create_connection((host, port), timeout=patience) as link:
        if os.environ.get("RAY_USE_TLS", "0") != "0":
            return None
        link.sendall(_PREFACE)
        return link.recv(64)
