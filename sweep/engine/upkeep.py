"""A long run keeps its store small in files: it compacts while it runs, in a process beside it.

Whatever that process meets, a crash or too little memory, the run goes on; a compaction may be killed at any
moment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType
from typing import final

from store import ExperimentStore

LOOSE_LIMIT = 512
"""Fragments that may be loose before a compaction starts."""
_NICENESS = 10


@final
class Upkeep:
    """Starts a compaction when there are too many loose fragments, one at a time; stops it when the run ends.

    Parameters
    ----------
    store : ExperimentStore
    limit : int
        Loose fragments that are left alone.
    """

    def __init__(self, store: ExperimentStore, limit: int = LOOSE_LIMIT) -> None:
        self._store = store
        self._limit = limit
        self._loose = store.loose_fragments()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Upkeep:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process = None

    def landed(self) -> None:
        """Take note of a fragment that was committed."""
        self._loose += 1
        if self._process is not None:
            if self._process.poll() is None:
                return
            self._process = None
            # After one that failed, a tenth of the limit passes before the next try.
            self._loose = min(self._store.loose_fragments(), self._limit - self._limit // 10)
        if self._loose > self._limit:
            self._loose = self._store.loose_fragments()
            if self._loose > self._limit:
                self._start()

    def _start(self) -> None:
        command = [sys.executable, "-m", "sweep.cli", "compact", self._store.url]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
        os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICENESS)
