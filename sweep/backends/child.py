"""What a worker's process sets for itself: when it ends, what it hears, where its output goes."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
from pathlib import Path
from types import FrameType

# Of what a worker printed, what is looked at when it dies, and what is kept of that.
LAST_BYTES = 16_000
LAST_WORDS = 4000
_PR_SET_PDEATHSIG = 1


def settle(parent: int, output: Path) -> None:
    """Make this process a worker.

    It dies with its parent, in the middle of C code too (on Linux; elsewhere at the end of its chunk). Ctrl-C
    and SIGTERM are left to the driver, which decides when workers end. What it prints goes to a file, as does
    where Python was at a crash.

    Parameters
    ----------
    parent : int
        Process id of the driver.
    output : Path
    """
    # With what a trial starts, a group of its own, which can be killed as a whole.
    os.setsid()
    # Not SIG_IGN, which what a trial starts would inherit.
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(f"the driver, process {parent}, is gone")
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    faulthandler.enable()


def _leave(number: int, frame: FrameType | None) -> None:
    """Leave a signal to the driver."""


def forget_output() -> None:
    """Empty the file of what was printed: only the last chunk's words are of use."""
    os.ftruncate(1, 0)


def last_words(output: Path) -> str | None:
    """The end of what a worker printed, None if that is nothing."""
    try:
        with output.open("rb") as file:
            file.seek(max(0, output.stat().st_size - LAST_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return None
    # A list of all loaded libraries, which Python adds to where it was.
    lines = [line for line in text.splitlines() if not line.startswith("Extension modules:")]
    return "\n".join(lines).strip()[-LAST_WORDS:] or None
