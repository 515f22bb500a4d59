"""How long chunks take on so many workers, as the engine gives them out: longest first, within a round."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heapreplace

# Seconds of each chunk, by round; a fixed design is one round.
Rounds = Sequence[Sequence[float]]


def finish(rounds: Rounds, workers: int) -> float:
    """Wall time in seconds.

    A round starts once all rounds up to the one before the last are done, as those of a campaign do.

    Parameters
    ----------
    rounds : sequence of sequence of float
        Seconds of each chunk on one core.
    workers : int
    """
    free = [0.0] * max(1, min(workers, sum(map(len, rounds))))
    heapify(free)
    ends: list[float] = []
    for number, chunks in enumerate(rounds):
        ready = max(ends[: max(0, number - 1)], default=0.0)
        last = ready
        for seconds in sorted(chunks, reverse=True):
            end = max(free[0], ready) + seconds
            heapreplace(free, end)
            last = max(last, end)
        ends.append(last)
    return max(ends, default=0.0)


def workers_within(rounds: Rounds, seconds: float) -> int | None:
    """Fewest workers that finish in so many seconds; None if no number of them does."""
    most = max(1, sum(map(len, rounds)))
    if finish(rounds, most) > seconds:
        return None
    low, high = 0, 1
    while finish(rounds, high) > seconds:
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if finish(rounds, middle) <= seconds else (middle, high)
    return high
