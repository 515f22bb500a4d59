"""Which process this is, and whether another one of this machine still lives."""

from __future__ import annotations

import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import final

_PROC = Path("/proc")
_ENDED = frozenset("ZXx")


@final
@dataclass(frozen=True)
class Process:
    """A process, told from every other there ever was.

    Attributes
    ----------
    host : str
        Name of its machine, for people.
    pid : int
        Its number, which another process may have after it.
    started : str
        When it started, in its machine's own measure.
    boot : str
        Which start of which machine it belongs to.
    namespace : str
        Within which its number means one process.
    """

    host: str
    pid: int
    started: str
    boot: str
    namespace: str


def this_process() -> Process:
    """Return the process that asks."""
    host, pid = socket.gethostname(), os.getpid()
    seen = _seen(pid)
    return Process(host, pid, seen[1] if seen else "", _boot(host), _namespace())


def lives(process: Process) -> bool | None:
    """Whether `process` has not ended; None where that cannot be told from here, as of another machine.

    One that was killed and that its parent has not taken note of yet has ended.
    """
    ours = this_process()
    if (process.boot, process.namespace) != (ours.boot, ours.namespace):
        return None
    try:
        os.kill(process.pid, 0)
        hidden = False
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's, whom /proc may not show
        hidden = True
    seen = _seen(process.pid)
    if seen is None:
        return None if hidden else False
    state, started = seen
    return state not in _ENDED and started == process.started


def _seen(pid: int) -> tuple[str, str] | None:
    """Return the state of a process, a letter, and when it started; None if it is not to be seen."""
    if not (_PROC / "self" / "stat").exists():
        return _listed(pid)
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The name of the program, in parentheses, may hold anything.
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]


def _listed(pid: int) -> tuple[str, str] | None:
    """Ask `ps`, where there is no /proc."""
    command = ["ps", "-o", "state=,lstart=", "-p", str(pid)]
    told = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    )
    state, _, started = told.stdout.strip().partition(" ")
    return (state[0], started.strip()) if state else None


def _boot(host: str) -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return host


def _namespace() -> str:
    try:
        return str((_PROC / "self/ns/pid").stat().st_ino)
    except OSError:
        return "0"
