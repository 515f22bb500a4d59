"""Run as a program: a process that has imported everything forks a writer whenever it is told to.

One JSON object a line on stdin, one a line on stdout: ``start`` forks a writer that waits, ``go`` lets it run
and ``wait`` reaps it and returns how it ended and the lines that it wrote.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from typing import Any

from store import StoreError
from tests.store.faults.actions import CREATE, append, commit, compact, hold, keep, perform, save

_LET_ANYONE_TRACE = (0x59616D61, ctypes.c_ulong(-1))  # PR_SET_PTRACER, PR_SET_PTRACER_ANY
_GO = signal.SIGUSR1


class _Writer:
    def __init__(self, job: dict[str, Any]) -> None:
        lines, lines_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _write(job, lines_end)
        os.close(lines_end)
        self._lines = os.fdopen(lines)
        assert self._lines.readline() == "ready\n"

    def go(self) -> None:
        os.kill(self.pid, _GO)

    def wait(self) -> dict[str, Any]:
        with self._lines:
            said = [json.loads(line) for line in self._lines if line.endswith("\n")]
        _, status = os.waitpid(self.pid, 0)
        return {"said": said, "code": os.waitstatus_to_exitcode(status)}


def _write(job: dict[str, Any], lines: int) -> None:
    """Be the writer: never returns, and leaves nothing of the parent's to be run at its exit."""
    code = 1
    try:
        with suppress(AttributeError):
            ctypes.CDLL(None).prctl(*_LET_ANYONE_TRACE, 0, 0, 0)
        if "file_size" in job:
            resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_size"], job["file_size"]))
        os.write(lines, b"ready\n")
        signal.sigwait([_GO])  # no call on a file: a tracer that comes meanwhile counts from the next one on
        for number, action in enumerate(job["actions"]):
            _say(lines, _outcome(job["path"], action, number))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _outcome(path: str, action: dict[str, Any], number: int) -> dict[str, Any]:
    try:
        perform(path, action)
    except StoreError as error:
        return {"number": number, "error": type(error).__name__, "message": str(error)}
    return {"number": number}


def _say(lines: int, outcome: dict[str, Any]) -> None:
    os.write(lines, (json.dumps(outcome) + "\n").encode())


def _warm_up() -> None:
    """Do everything once: what is imported or set up at the first use would be done by every writer."""
    with tempfile.TemporaryDirectory() as scratch:
        for action in (
            CREATE,
            commit("c", "a"),
            append("n"),
            keep("n"),
            hold("n"),
            save("t", 0),
            compact(0.0),
        ):
            perform(f"{scratch}/store", action)


def main() -> None:
    _warm_up()
    signal.pthread_sigmask(signal.SIG_BLOCK, [_GO])
    writers: dict[int, _Writer] = {}
    for line in sys.stdin:
        order = json.loads(line)
        answer: dict[str, Any] = {}
        if order["order"] == "start":
            writer = _Writer(order)
            writers[writer.pid] = writer
            answer = {"pid": writer.pid}
        elif order["order"] == "go":
            writers[order["pid"]].go()
        else:
            answer = writers.pop(order["pid"]).wait()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
