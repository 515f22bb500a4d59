"""Numbers of a running job, as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sweep.engine.standing import Standing


def clock(seconds: float) -> str:
    """Length of time: "0:07", "12:30", "3:05:00", or "4.2 days".

    Parameters
    ----------
    seconds : float
    """
    if seconds >= 2 * 86400.0:
        return f"{seconds / 86400.0:.1f} days"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def pace(rate: float) -> str:
    """Trials per second as "12.5/s", "3.2/min" or "1.1/h"."""
    for unit, seconds in (("s", 1.0), ("min", 60.0)):
        if rate * seconds >= 0.95:
            return f"{rate * seconds:.1f}/{unit}"
    return f"{rate * 3600.0:.1f}/h"


def counts(failed: Mapping[str, int]) -> str:
    """Failed trials by status, such as "3 error, 1 timeout"."""
    return ", ".join(f"{count} {status}" for status, count in failed.items())


def parts(standing: Standing) -> Iterator[str]:
    """What there is to say of a job on one line, part by part."""
    yield f"{standing.done}/{standing.expected} trials"
    if standing.running:
        yield f"{standing.running} running"
    if standing.failed:
        yield f"{sum(standing.failed.values())} failed ({counts(standing.failed)})"
    if standing.rate is not None:
        yield pace(standing.rate)
    if standing.eta_s:
        yield f"about {clock(standing.eta_s)} left"


def last_words(standing: Standing) -> str:
    """What there is to say of a job that has ended."""
    failed = f", {counts(standing.failed)}" if standing.failed else ""
    known = standing.landed and standing.elapsed_s > 0.0
    rate = f", {pace(standing.landed / standing.elapsed_s)}" if known else ""
    return f"{standing.done}/{standing.expected} trials{failed} in {clock(standing.elapsed_s)}{rate}"
