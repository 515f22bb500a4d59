"""Numbers of a running job for Prometheus, exported by Ray.

Where Ray is installed as ``ray[default]``, as on most clusters, they appear beside Ray's own at
``http://NODE:PORT/metrics`` of the driver's node, within twenty seconds or so. PORT is its
`MetricsExportPort`, which ``ray.nodes()`` lists and ``ray start --metrics-export-port`` sets (-1: this Ray
exports none). Ray puts ``ray_`` before each name. A driver that ends takes its numbers with it; what counts
is in the store.
"""

from __future__ import annotations

from typing import final

from ray.util.metrics import Counter, Gauge, Histogram

from sweep.engine.happenings import Happening, Landed, Moved, Pulse

SECONDS = [0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3600.0, 36000.0]


@final
class Metrics:
    """Counts what happens; made once Ray is joined.

    Notes
    -----
    ``ray_regimap_trials_total{status}``, ``ray_regimap_trial_seconds`` (histogram, wall seconds of a trial),
    ``ray_regimap_running`` (trials in the hands of workers), ``ray_regimap_workers`` (that are up) and
    ``ray_regimap_moved_total{cause}`` (workers that were lost or failed).
    """

    def __init__(self) -> None:
        self._trials = Counter("regimap_trials_total", "Trials that got a row.", ("status",))
        self._seconds = Histogram("regimap_trial_seconds", "Wall seconds of a trial.", SECONDS)
        self._running = Gauge("regimap_running", "Trials in the hands of workers.")
        self._workers = Gauge("regimap_workers", "Workers that are up.")
        self._moved = Counter("regimap_moved_total", "Workers that were lost or failed.", ("cause",))

    def hear(self, happening: Happening) -> None:
        """Take note of what happened."""
        match happening:
            case Landed(_, statuses, _, seconds):
                for status in statuses:
                    self._trials.inc(1, {"status": status})
                for value in seconds:
                    self._seconds.observe(value)
            case Moved(cause, _, _):
                self._moved.inc(1, {"cause": cause.name.lower()})
            case Pulse(running, workers, _):
                self._running.set(sum(len(chunk.trials) for chunk in running.values()))
                self._workers.set(workers)
