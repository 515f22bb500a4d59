"""From a scenario to its trajectory: propagate, record, judge; and stop and go on in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import final

from physics import checkpoint as records
from physics import scalars, validity
from physics.checkpoint import Place, Task
from physics.classical import TwinMoment, twin_moments
from physics.errors import InputError
from physics.fourier import Plans
from physics.grid import FloatArray
from physics.launch import lattice, launched
from physics.recording import Moment, Recording
from physics.resolution import Resolution, resolve
from physics.scenario import Numerics, Scenario
from physics.trajectory import REFINEMENTS, Trajectory

Judged = tuple[dict[str, FloatArray], dict[str, float], tuple[str, str | None]]


@final
class Simulation:
    """A simulation under way: iterating advances it sample by sample, and it can be saved at each.

    It starts at its first sample, or where a checkpoint left it. Iterating gives the number of each
    further sample once it is recorded; the numbers begin again where the step proves too long, twice at
    most, and for the classical trajectories, where asked for. A loop that was left may be taken up by
    another one. With the same transforms (built from the same wisdom) a simulation that was saved and
    continued, in whichever process, ends in the same trajectory as an undisturbed one, bit for bit.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    plans : Plans, optional
        Transforms of the resolved grid's shape, see :func:`physics.resolve`.
    resolution : Resolution, optional
        Grid and step instead of those that follow from the tolerance, for a convergence study; it is
        never refined.
    checkpoint : bytes, optional
        Where to go on, from :meth:`checkpoint` of the same scenario, numerics and resolution.

    Attributes
    ----------
    attempt : int
        From 0; each following one is at half the step.

    Raises
    ------
    CheckpointError
        If the checkpoint is damaged, or of another scenario, numerics, resolution or physics version.
    ResolutionError
        If the point needs a larger grid than allowed.
    InputError
        If the box cannot hold the packet or is too small for its modes, or the plans are of another
        shape or precision.

    Examples
    --------
    >>> from physics import Numerics, Scenario, Simulation
    >>> task = Scenario(disorder=0.5, dimension=1), Numerics(t_final=5.0, samples=5, tolerance=1e-2)
    >>> simulation = Simulation(*task)
    >>> next(iter(simulation)), simulation.progress
    (1, 0.25)
    >>> continued = Simulation(*task, checkpoint=simulation.checkpoint())
    >>> list(continued), continued.trajectory().status
    ([2, 3, 4], 'complete')
    """

    def __init__(
        self,
        scenario: Scenario,
        numerics: Numerics,
        plans: Plans | None = None,
        resolution: Resolution | None = None,
        checkpoint: bytes | None = None,
    ) -> None:
        attempts = REFINEMENTS + 1 if resolution is None else 1
        resolution = resolution if resolution is not None else resolve(scenario, numerics)
        grid = resolution.grid
        self._task = Task(scenario, numerics, resolution, attempts)
        place = None if checkpoint is None else records.read(checkpoint, self._task)
        plans = plans if plans is not None else Plans(grid.shape, precision=numerics.precision)
        if plans.precision != numerics.precision:
            raise InputError(f"plans: expected precision {numerics.precision!r}, got {plans.precision!r}")
        self.attempt = 0 if place is None else place.attempt
        self._twin: TwinMoment | None = None if place is None else place.twin
        self._plans = plans
        self._field = lattice(scenario, grid, plans)
        self._psi0 = launched(scenario, self._field, plans)
        self._recording = self._recorded(None if place is None else place.moment)
        self._trajectory: Trajectory | None = None
        self._samples = self._advance()

    def __iter__(self) -> Iterator[int]:
        return self._samples

    @property
    def progress(self) -> float:
        """Share, 0 to 1, of the work that is done, if the present attempt is the last.

        It falls when a step proves too long and is halved: there is then twice as much to do again. The
        classical trajectories count as much as a first attempt, which they take within a factor of
        about three.
        """
        if self._trajectory is not None:
            return 1.0
        moment, twin = self._recording.moment, self._twin
        # Attempt n takes 2^n times the steps of the first one.
        before, this = 2.0**self.attempt - 1.0, 2.0**self.attempt
        whole = before + this + (1.0 if self._task.scenario.classical else 0.0)
        if twin is not None:
            return (before + this + len(twin.rows) / (len(moment.rows) + 1.0)) / whole
        return (before + this * moment.sample / (self._task.numerics.samples - 1)) / whole

    def checkpoint(self) -> bytes:
        """Where the simulation stands, for another to go on: twice the size of the wave function."""
        return records.written(self._task, Place(self.attempt, self._recording.moment, self._twin))

    def trajectory(self) -> Trajectory:
        """The outcome, once the iteration has ended.

        Raises
        ------
        InputError
            If it has not.
        """
        if self._trajectory is None:
            raise InputError(
                f"trajectory: expected a simulation iterated to its end, got one at sample "
                f"{self._recording.moment.sample} of {self._task.numerics.samples}; iterate further"
            )
        return self._trajectory

    def _advance(self) -> Iterator[int]:
        yield from self._recording
        judged = self._judged()
        tolerance, last = self._task.numerics.tolerance, self._task.attempts - 1
        while judged[1]["time_step_error"] > tolerance and self.attempt < last:
            self.attempt += 1
            # Before the next one takes its memory.
            del self._recording
            self._recording = self._recorded(None)
            yield from self._recording
            judged = self._judged()
        if self._task.scenario.classical:
            yield from self._classical(judged[0])
        self._trajectory = self._concluded(*judged)

    def _classical(self, series: dict[str, FloatArray]) -> Iterator[int]:
        """The twin at the valid times, whose series are added."""
        scenario, times = self._task.scenario, series["t"]
        for moment in twin_moments(scenario, self._field, times, moment=self._twin):
            self._twin = moment
            if len(moment.rows) > 1:
                yield len(moment.rows) - 1
        assert self._twin is not None
        series["msd_classical"], series["msd_classical_err"] = self._twin.series()

    def _recorded(self, moment: Moment | None) -> Recording:
        task = self._task
        return Recording(
            task.scenario, task.numerics, task.at(self.attempt), self._field, self._psi0, self._plans, moment
        )

    def _judged(self) -> Judged:
        """Valid series of this attempt, its guards, and status with reason."""
        task, numerics = self._task, self._task.numerics
        series, coarse = self._recording.series()
        series["msd"] = series["msd_raw"] - series["msd_raw"][0]
        recorded = series["t"].size
        valid = validity.valid_samples(series, min(self._field.grid.length), numerics)
        series = {name: values[:valid] for name, values in series.items()}
        guards = validity.guards(series, coarse, task.scenario, numerics, task.at(self.attempt))
        if valid == recorded < numerics.samples:
            return series, guards, ("invalid", "the wave function is no longer finite")
        return series, guards, validity.judge(guards, numerics, escaped=valid < recorded)

    def _concluded(
        self, series: dict[str, FloatArray], guards: dict[str, float], outcome: tuple[str, str | None]
    ) -> Trajectory:
        scenario, numerics = self._task.scenario, self._task.numerics
        columns: dict[str, float | int | str] = {
            **scalars.resolved(self._task.at(self.attempt), numerics),
            **guards,
            **scalars.at_launch(self._psi0, self._field, series, self._plans),
            **scalars.estimates(scenario, series, self._field),
            **scalars.derived_axes(scenario),
        }
        return Trajectory(scenario, numerics, *outcome, series, columns)


def simulate(
    scenario: Scenario,
    numerics: Numerics,
    *,
    plans: Plans | None = None,
    resolution: Resolution | None = None,
) -> Trajectory:
    """Propagate a scenario and record its observables.

    Where the estimate of the time-step error exceeds the tolerance, it is done again at half the
    step, twice at most.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    plans : Plans, optional
        Transforms of the resolved grid's shape, see :func:`physics.resolve`.
    resolution : Resolution, optional
        Grid and step instead of those that follow from the tolerance, for a convergence study.

    Returns
    -------
    Trajectory

    Raises
    ------
    ResolutionError
        If the point needs a larger grid than allowed.
    InputError
        If the box cannot hold the packet or is too small for its modes, or the plans are of another
        shape or precision.
    """
    simulation = Simulation(scenario, numerics, plans, resolution)
    for _ in simulation:
        pass
    return simulation.trajectory()


def ensemble(scenario: Scenario, numerics: Numerics, *, realizations: Iterable[int]) -> Iterator[Trajectory]:
    """Trajectories of a scenario in several lattices, the same as one by one, sharing their transforms.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    realizations : iterable of int
        Numbers of the lattices.

    Yields
    ------
    Trajectory
    """
    plans = Plans(resolve(scenario, numerics).grid.shape, precision=numerics.precision)
    for realization in realizations:
        yield simulate(replace(scenario, realization=realization), numerics, plans=plans)
