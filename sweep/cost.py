"""What a trial costs: predicted core-seconds and stored bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from math import ceil, log2, pi, sqrt
from typing import final

from physics import Grid, Numerics, PhysicsError, Resolution, Scenario, resolve
from physics.classical import PHASE_PER_STEP, TRAJECTORIES
from physics.fourier import fast_size
from physics.landscape import FEWEST_KICKS
from physics.propagator import TAKAHASHI_IMADA
from physics.recording import STRIDE
from physics.scenario import ABSORBING
from physics.spline import FEWEST_POINTS, PHASE_BETWEEN, POINTS_PER_WAVE
from physics.trajectory import REFINEMENTS
from sweep.any_trial import AnyTrial
from sweep.own_trial import OwnTrial
from sweep.trial import Trial

# The reference core is one of an AMD EPYC with 2 MB of L2 and 32 MB of L3. A calibration or past rows say
# what another one takes of it (sweep.calibration); what matters here is that the shares are right.
# Nanoseconds per grid point, in double and in single precision:
PAIR_NS = {"double": 0.70, "single": 0.46}  # of an FFT pair and its tables, by log2 of the points
KICK_NS = {"double": 24.0, "single": 6.5}  # of a moving field's phase, on top
RECORD_NS = {"double": 17.0, "single": 13.5}  # of a recording, by density that it takes
# of the field's synthesis, by log2 of the points and by mode; of what is set up before the first step; of
# an absorbing layer in a moving field; of a term of the energy filter beside its FFT pair.
FIELD_NS, WAVE_NS = 0.28, 24.0
LAUNCH_NS, DRIFT_NS, MODE_NS = 220.0, 28.0, 390.0
LOSS_NS, FILTER_NS = 9.0, 18.0
# By how much all of it slows down where the arrays have outgrown the cache, and the points at half of that.
OUTGROWN, CACHE_POINTS = 0.5, 7e5
# Seconds whatever the grid: of a trial (resolve, estimates, row), a recording, a synthesis, a step.
TRIAL_S, RECORD_S, FIELD_S, STEP_S = 5.5e-3, 1.5e-4, 8e-6, 3.2e-6
# Of a classical trajectory's step by dimension, of blending two splines by point: nanoseconds.
TRAJECTORY_NS = {1: 90.0, 2: 370.0}
BLEND_NS = 3.0
# Densities that are recorded: at the grid's points and between them.
DENSITIES = {1: 4, 2: 2}
# Share of the trials whose step is halved, and share of those that halve it once more; by dimension.
REFINED = {1: 0.06, 2: 0.01}
# Seconds in which FFTW chooses its transforms of 1e4 points, and the power of the points it grows by.
PLANNING = {1: (1.5, 0.55), 2: (0.4, 0.33)}
BYTES_PER_SAMPLE = 150.0
BYTES_PER_TRIAL = 1500.0
# Fields of a scenario, and those that change no cost.
_FIELDS = tuple(entry.name for entry in fields(Scenario))
_FREE = ("realization", "seed")


def trial_cost(trial: AnyTrial) -> float:
    """Predicted core-seconds of a trial on the reference core; 0 where nobody knows.

    Attempts at a halved step are counted at their mean share: most trials take a little less than this, a few
    three times as much, hardly any seven times. A trial that is refused costs nothing. One of a user's model
    costs what others of it took, or what its spec guesses.
    """
    if not isinstance(trial, Trial):
        return trial.seconds if isinstance(trial, OwnTrial) else 0.0
    return _expected(timeless(trial.scenario), trial.numerics)


def trial_bytes(trial: AnyTrial) -> float:
    """Predicted bytes of a trial in the store, once compacted; 0 where nobody knows."""
    if not isinstance(trial, Trial):
        return 0.0
    return BYTES_PER_TRIAL + BYTES_PER_SAMPLE * trial.numerics.samples


def planning_cost(grid: Grid) -> float:
    """Predicted core-seconds in which FFTW chooses its transforms of a grid, once for a type of processor."""
    seconds, power = PLANNING[grid.dimension]
    return float(seconds * (_points(grid) / 1e4) ** power)


def known_cost(scenario: Scenario, numerics: Numerics, resolution: Resolution, *, attempts: int = 1) -> float:
    """Predicted core-seconds on the reference core of a trial that is known to take so many attempts.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
        With as many samples as are recorded, where a trial ends early.
    resolution : Resolution
        Of the first attempt; each further one halves the step.
    attempts : int
    """
    work = _Work.of(scenario, numerics, resolution)
    tries = list(_tries(resolution, attempts))
    return work.launch() + sum(work.attempt(resolution) for resolution in tries) + work.beside()


def known_resolution(scenario: Scenario, numerics: Numerics) -> Resolution:
    """What :func:`physics.resolve` gives, remembered: the same for all realizations and for frozen twins.

    Raises
    ------
    PhysicsError
        As it does.
    """
    return _resolution(replace(timeless(scenario), frozen=False), numerics)


def timeless(scenario: Scenario) -> Scenario:
    """The scenario without what changes no cost."""
    # Without the checks of what was checked, for this is asked several times for each trial; and without
    # `vars`, which would leave every scenario that is asked about with a dictionary of its own.
    plain = object.__new__(Scenario)
    for name in _FIELDS:
        object.__setattr__(plain, name, 0 if name in _FREE else getattr(scenario, name))
    return plain


@lru_cache(maxsize=65536)
def _resolution(scenario: Scenario, numerics: Numerics) -> Resolution:
    return resolve(scenario, numerics)


@lru_cache(maxsize=65536)
def _expected(scenario: Scenario, numerics: Numerics) -> float:
    try:
        resolution = known_resolution(scenario, numerics)
    except PhysicsError:
        # Such a trial becomes a row with this reason, which takes no time.
        return 0.0
    work = _Work.of(scenario, numerics, resolution)
    tries = _tries(resolution, REFINEMENTS + 1)
    share = REFINED[scenario.dimension]
    attempts = sum(share**number * work.attempt(resolution) for number, resolution in enumerate(tries))
    return work.launch() + attempts + work.beside()


def _tries(resolution: Resolution, attempts: int) -> Iterator[Resolution]:
    for attempt in range(attempts):
        if attempt > 0:
            resolution = resolution.finer()
        yield resolution


@final
@dataclass(frozen=True)
class _Work:
    """Core-seconds of the parts of a trial, in the order in which they are done."""

    scenario: Scenario
    numerics: Numerics
    grid: Grid
    fourth: bool

    @classmethod
    def of(cls, scenario: Scenario, numerics: Numerics, resolution: Resolution) -> _Work:
        return cls(scenario, numerics, resolution.grid, resolution.integrator == TAKAHASHI_IMADA)

    @property
    def moving(self) -> bool:
        return self.scenario.sound_speed > 0.0 and not self.scenario.frozen

    @property
    def fields(self) -> int:
        """Syntheses that a landscape takes: the field, and its slopes where the scheme asks for them."""
        return 1 + self.grid.dimension if self.fourth else 1

    def launch(self) -> float:
        """Modes, tables, the packet, and the trial's row."""
        tables = 8 if self.fourth else 2
        arrays = self._per_point(LAUNCH_NS + tables * DRIFT_NS) + 1e-9 * MODE_NS * self._modes()
        starting = 4.0 * self._step(1.0) if self.fourth else 0.0
        return TRIAL_S + arrays + starting + 4.0 * self._synthesis() + self._filter()

    def attempt(self, resolution: Resolution) -> float:
        """All steps and recordings at one time step, with the check at twice that step beside."""
        intervals = self.numerics.samples - 1
        steps = float(resolution.steps * intervals)
        compared = intervals / min(STRIDE, intervals)
        if self.fourth:
            # Each reading takes two steps on a copy.
            kicks = 1.5 * steps + 2.0 * (intervals + compared)
            pairs = kicks
        else:
            # The half kicks on either side of a recording are two.
            pairs = 1.5 * steps
            kicks = pairs + intervals + compared
        moved = self._step(0.0) * pairs + (self._step(1.0) - self._step(0.0)) * kicks
        shots = self._shots(resolution.kicks, steps) + self._shots(resolution.kicks // 2, steps / 2.0)
        synthesised = (self.numerics.samples + self.fields * shots) * self._synthesis()
        return moved + synthesised + (self.numerics.samples + compared) * self._recording()

    def beside(self) -> float:
        """The classical trajectories, where there are any."""
        scenario = self.scenario
        if not scenario.classical:
            return 0.0
        spread = scenario.dimension / (4.0 * scenario.width**2)
        speed = sqrt(scenario.wavenumber**2 + spread + 4.0 * scenario.rms) + self.moving * scenario.speed
        steps = max(self.numerics.t_final * speed / PHASE_PER_STEP, self.numerics.samples - 1.0)
        seconds = 1e-9 * TRAJECTORY_NS[scenario.dimension] * TRAJECTORIES * steps
        if not self.moving:
            return seconds
        least = max(FEWEST_POINTS, POINTS_PER_WAVE * int(max(self.grid.length) / (2.0 * pi)))
        points = float(fast_size(least) or least) ** scenario.dimension
        shots = min(steps, self.numerics.t_final * scenario.speed / PHASE_BETWEEN)
        synthesis = 1e-9 * (FIELD_NS * 2.0 * log2(points) * points + WAVE_NS * self._modes())
        return seconds + 1e-9 * BLEND_NS * points * steps + shots * synthesis

    def _per_point(self, nanoseconds: float) -> float:
        points = _points(self.grid)
        return 1e-9 * nanoseconds * points * (1.0 + OUTGROWN * points / (points + CACHE_POINTS))

    def _modes(self) -> float:
        """Modes of the box within the Debye sphere."""
        side = max(self.grid.length) / (2.0 * pi)
        return 2.0 * side if self.grid.dimension == 1 else pi * side**2

    def _step(self, kicks: float) -> float:
        """Seconds of a drift, with so many kicks of a moving field."""
        precision = self.numerics.precision
        if not self.moving:
            kicks = 0.0
        loss = LOSS_NS if self.numerics.boundary == ABSORBING else 0.0
        nanoseconds = PAIR_NS[precision] * log2(_points(self.grid)) + kicks * (KICK_NS[precision] + loss)
        return STEP_S * (1.0 + kicks) + self._per_point(nanoseconds)

    def _synthesis(self) -> float:
        nanoseconds = FIELD_NS * log2(_points(self.grid))
        return FIELD_S + self._per_point(nanoseconds) + 1e-9 * WAVE_NS * self._modes()

    def _shots(self, kicks: int, steps: float) -> float:
        """Times at which a propagator of so many steps has its landscape synthesised, rates counted too."""
        if not self.moving:
            return 0.0
        return 2.0 * ceil(steps / kicks) if kicks >= FEWEST_KICKS else steps

    def _recording(self) -> float:
        density = RECORD_NS[self.numerics.precision]
        return RECORD_S + self._per_point(density * DENSITIES[self.grid.dimension])

    def _filter(self) -> float:
        """The Chebyshev series of an energy window, a pair of double precision a term."""
        if self.scenario.energy_filter is None:
            return 0.0
        delta = self.scenario.energy_filter[1] * self.scenario.fermi_energy
        half = self.grid.dimension * self.grid.k_max**2 / 4.0 + 4.0 * self.scenario.rms
        terms = 32.0 + 5.3 * half / delta
        per_point = PAIR_NS["double"] * log2(_points(self.grid)) + FILTER_NS
        again = planning_cost(self.grid) if self.numerics.precision == "single" else 0.0
        return again + terms * (STEP_S + self._per_point(per_point))


def _points(grid: Grid) -> float:
    return float(grid.shape[0]) ** grid.dimension
