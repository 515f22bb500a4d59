"""What is left of a plan: core-hours, wall time and memory, on cores of a known speed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import final

from physics import memory_bytes
from sweep.any_trial import AnyTrial
from sweep.calibration import Speed
from sweep.chunk import chunked, missing
from sweep.cost import known_resolution, planning_cost, trial_cost
from sweep.timetable import finish, workers_within
from sweep.trial import Trial

# Rows of the table of wall times, at most.
MOST_ROWS = 12
# More workers that gain less than this are not shown.
LEAST_GAIN = 0.02


@final
@dataclass(frozen=True)
class Forecast:
    """Work that is left, and how long it takes.

    Attributes
    ----------
    speed : Speed
        Of the cores that it will run on.
    landed, left : int
        Trials that have a row in the store already, and those that have not.
    rounds : tuple of tuple of float
        Seconds of each chunk that is left, by round.
    longest_s : float
        Of the longest trial.
    fft_grids : int
        Kinds of transform that FFTW must choose once for each type of processor.
    fft_planning_s : float
        Core-seconds that it takes for all of them, not in `rounds`.
    """

    speed: Speed
    landed: int
    left: int
    rounds: tuple[tuple[float, ...], ...]
    longest_s: float
    fft_grids: int
    fft_planning_s: float

    @classmethod
    def of(cls, rounds: Sequence[Sequence[AnyTrial]], landed: Collection[str], speed: Speed) -> Forecast:
        """Forecast of the trials of each round, but for those that have landed."""
        rest = [list(missing(trials, landed)) for trials in rounds]
        left = [trial for trials in rest for trial in trials]
        kinds = {
            (known_resolution(trial.scenario, trial.numerics).grid, trial.numerics.precision)
            for trial in left
            if isinstance(trial, Trial)
        }
        return cls(
            speed,
            sum(map(len, rounds)) - len(left),
            len(left),
            tuple(tuple(speed.ratio * chunk.cost for chunk in chunked(trials)) for trials in rest),
            speed.ratio * max(map(trial_cost, left), default=0.0),
            len(kinds),
            speed.ratio * sum(planning_cost(grid) for grid, _ in kinds),
        )

    @property
    def is_known(self) -> bool:
        """Whether anything tells what the trials take."""
        return self.longest_s > 0.0 or self.fft_grids > 0 or self.left == 0

    @property
    def core_hours(self) -> float:
        """Core-hours of what is left."""
        return sum(map(sum, self.rounds)) / 3600.0

    @property
    def chunks(self) -> int:
        """Chunks that are left: more workers than these have nothing to do."""
        return sum(map(len, self.rounds))

    def hours(self, workers: int) -> float:
        """Wall time on so many workers."""
        return finish(self.rounds, workers) / 3600.0

    def table(self) -> list[tuple[int, float]]:
        """Hours on 1, 2, 4, 8, ... workers, as long as more of them help."""
        rows = [(1, self.hours(1))]
        while len(rows) < MOST_ROWS and rows[-1][0] < self.chunks:
            workers = 2 * rows[-1][0]
            hours = self.hours(workers)
            if hours > (1.0 - LEAST_GAIN) * rows[-1][1]:
                break
            rows.append((workers, hours))
        return rows

    def workers_within(self, hours: float) -> int | None:
        """Fewest workers that finish within so many hours; None if no number of them does."""
        return workers_within(self.rounds, 3600.0 * hours)


def largest_memory(trials: Iterable[AnyTrial]) -> int:
    """Bytes of arrays that the largest of the trials holds at its peak; one of each kind is asked.

    What a user's function holds nobody knows.
    """
    kinds: dict[tuple[object, ...], Trial] = {}
    for trial in trials:
        if not isinstance(trial, Trial):
            continue
        scenario, numerics = trial.scenario, trial.numerics
        found = known_resolution(scenario, numerics)
        still = scenario.frozen or scenario.sound_speed == 0.0
        kinds.setdefault((found.grid, found.integrator, found.kicks > 1, still), trial)
    return max((memory_bytes(one.scenario, one.numerics) for one in kinds.values()), default=0)
