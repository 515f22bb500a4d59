"""What a run was: when each trial ran and landed, what the processes spent, and what follows from it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.engine_trials import Trip

WORKERS = 2
# Between two looks at what the processes have spent.
LOOK_SECONDS = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")


class Watch:
    """Sums up the processor time of this process and of all that it starts, those that end included.

    What a killed process had spent goes to nobody's account in Ray, so all are looked at often.
    """

    def __init__(self) -> None:
        self._spent: dict[tuple[int, str], float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_often, daemon=True)

    def __getstate__(self) -> dict[str, object]:
        """What it has seen; Tune keeps a copy of its callbacks."""
        return {"_spent": dict(self._spent)}

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def seconds(self) -> float:
        """Processor seconds so far."""
        self._look()
        return sum(list(self._spent.values()))

    def _look_often(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        for process in family(os.getpid()):
            if fields := _stat(process):
                # The number of a process comes again; with its start it does not.
                self._spent[process, fields[19]] = (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass
class Account:
    """One run of a candidate, as it was written down.

    Attributes
    ----------
    asked : float
        Time at which it was asked for, its imports still to come.
    watch : Watch
        Of what it spends.
    trips : list of Trip
    ended : float
        Time at which it had ended its workers.
    spent : list of (int, float)
        Trials that had arrived, and processor seconds of all processes so far, at the first arrival and at
        the last.
    rss_mb : list of (int, float)
        Trials that had arrived, and resident memory of the driver; where asked for.
    """

    asked: float
    watch: Watch
    trips: list[Trip] = field(default_factory=list)
    ended: float = 0.0
    spent: list[tuple[int, float]] = field(default_factory=list)
    rss_mb: list[tuple[int, float]] = field(default_factory=list)

    def note(self, result: tuple[int, float, float], trials: int) -> None:
        """Write down one of so many trials that arrived now: its process, start and end."""
        self.trips.append(Trip(*result, time.time()))
        self.note_spent(len(self.trips), trials)

    def note_spent(self, arrived: int, trials: int) -> None:
        """Write down what was spent, at the first arrival and at the last."""
        if not self.spent or arrived == trials:
            self.spent.append((arrived, self.watch.seconds()))

    @property
    def first_s(self) -> float:
        """Seconds to the first result."""
        return min(trip.arrived for trip in self.trips) - self.asked

    @property
    def shutdown_s(self) -> float:
        """Seconds from the last result to the end."""
        return self.ended - self._last

    @property
    def total_s(self) -> float:
        """Seconds of it all."""
        return self.ended - self.asked

    @property
    def _last(self) -> float:
        return max(trip.arrived for trip in self.trips)

    def wall_ms(self) -> float:
        """Wall milliseconds per trial between the first arrival and the last, by all workers."""
        first = min(trip.arrived for trip in self.trips)
        later = sum(trip.arrived > first for trip in self.trips)
        return 1e3 * (self._last - first) / later

    def cpu_ms(self) -> float:
        """Processor milliseconds per trial of driver, workers and services between first and last arrival."""
        (before, begin), (after, end) = self.spent[0], self.spent[-1]
        return 1e3 * (end - begin) / (after - before)

    def efficiency(self, *, tail: bool) -> float:
        """Share of the workers' time that is spent in trials, from when all are up.

        Parameters
        ----------
        tail : bool
            Whether to count to the last result; otherwise to where the first worker has nothing more to do.
        """
        starts: dict[int, float] = {}
        ends: dict[int, float] = {}
        for trip in self.trips:
            starts[trip.worker] = min(trip.start, starts.get(trip.worker, trip.start))
            ends[trip.worker] = max(trip.arrived, ends.get(trip.worker, trip.arrived))
        # Where one came up too late for any work, all of the time counts.
        up = max(starts.values()) if len(starts) >= WORKERS else min(starts.values())
        until = max(ends.values()) if tail or len(ends) < WORKERS else min(ends.values())
        busy = sum(max(0.0, min(trip.end, until) - max(trip.start, up)) for trip in self.trips)
        return busy / (WORKERS * (until - up))


def family(root: int) -> Iterator[int]:
    """A process and those that it started and that live."""
    waiting = [root]
    while waiting:
        process = waiting.pop()
        yield process
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            with suppress(OSError):
                waiting += map(int, children.read_text().split())


def _stat(process: int) -> list[str]:
    """Fields of Linux's account of a process from its state on; none if it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def rss_mb() -> float:
    """Resident memory of this process."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(status["VmRSS"].split()[0]) / 1024.0
