"""What writers that died have left in the staging directory, and its removal."""

from __future__ import annotations

import os
import shutil
import socket
import time
import uuid
from pathlib import Path

ABANDONED_AFTER_S = 6 * 3600.0


def writer_scope() -> str:
    """Name the space in which a process id means one process: the host and, on Linux, its pid namespace."""
    host = "".join(c if c.isalnum() or c in ".-" else "_" for c in socket.gethostname())[:80] or "host"
    try:
        return f"{host}~{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return f"{host}~0"


def writer_tag() -> str:
    """Name this process so that any process of the same scope can tell whether it lives."""
    return f"{writer_scope()}~{os.getpid()}"


def sweep(staging: Path, *, now: float | None = None) -> int:
    """Remove what dead writers left in `staging`; return how many entries went.

    An entry goes when its writer ran in this scope and is gone, or when it is older than `ABANDONED_AFTER_S`.
    """
    scope = writer_scope()
    limit = (time.time() if now is None else now) - ABANDONED_AFTER_S
    removed = 0
    for entry in list(staging.iterdir()):
        if _is_dead(entry.name, scope) or _is_older(entry, limit):
            removed += _remove(entry)
    return removed


def _is_dead(name: str, scope: str) -> bool:
    if not name.startswith(f"{scope}~"):
        return False
    pid = name.removeprefix(f"{scope}~").partition("~")[0]
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _is_older(entry: Path, limit: float) -> bool:
    try:
        return entry.stat().st_mtime < limit
    except FileNotFoundError:
        return False


def _remove(entry: Path) -> bool:
    # Renamed first: a writer that wakes up late must fail, never publish a directory that is half removed.
    doomed = entry.with_name(f"{writer_tag()}~doomed-{uuid.uuid4().hex}")
    try:
        entry.rename(doomed)
    except OSError:  # swept by someone else, or not ours to sweep
        return False
    if doomed.is_dir():
        shutil.rmtree(doomed, ignore_errors=True)
    else:
        doomed.unlink(missing_ok=True)
    return True
