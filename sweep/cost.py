"""What a trial costs: predicted core-seconds and stored bytes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import log2, sqrt

from physics import Numerics, PhysicsError, Scenario, resolve
from physics.classical import PHASE_PER_STEP, TRAJECTORIES
from physics.propagator import TAKAHASHI_IMADA
from sweep.trial import Trial

# Nanoseconds per grid point: of an FFT pair by log2 of the points, of a kick, of a table that replaces it
# where nothing moves, of one synthesis of the field, of a recording. Orders of magnitude measured on one
# core; they order and group work, and size forecasts.
FFT_NS = 0.9
KICK_NS = 27.0
TABLE_NS = 2.0
FIELD_NS = 5.0
RECORD_NS = 120.0
# Of a classical trajectory's step.
CLASSICAL_NS = 150.0
BYTES_PER_SAMPLE = 150.0
BYTES_PER_TRIAL = 1500.0


def trial_cost(trial: Trial) -> float:
    """Predicted core-seconds of a trial."""
    return _cost(_timeless(trial.scenario), trial.numerics)


def trial_bytes(trial: Trial) -> float:
    """Predicted bytes of a trial in the store, once compacted."""
    return BYTES_PER_TRIAL + BYTES_PER_SAMPLE * trial.numerics.samples


def _timeless(scenario: Scenario) -> Scenario:
    return replace(scenario, realization=0, seed=0)


@lru_cache(maxsize=65536)
def _cost(scenario: Scenario, numerics: Numerics) -> float:
    try:
        resolution = resolve(scenario, numerics)
    except PhysicsError:
        # Such a trial becomes a row with this reason, which takes no time.
        return 0.0
    d = resolution.grid.dimension
    points = float(resolution.grid.shape[0]) ** d
    fourth = resolution.integrator == TAKAHASHI_IMADA
    pair = FFT_NS * log2(points)
    kick, field = TABLE_NS, 0.0
    if scenario.sound_speed > 0.0 and not scenario.frozen:
        fields = 1 + d if fourth else 1
        kick = KICK_NS
        field = FIELD_NS * fields * (2.0 / resolution.kicks if resolution.kicks > 1 else 1.0)
    reading = 2.0 * (pair + kick) if fourth else 0.0
    # The estimate of the time-step error runs beside at half the steps and every fourth sample.
    steps = 1.5 * resolution.steps * (numerics.samples - 1)
    recordings = 1.25 * numerics.samples
    per_point = steps * (pair + kick + field) + recordings * (RECORD_NS + pair + reading)
    return 1e-9 * (points * per_point + _classical(scenario, numerics))


def _classical(scenario: Scenario, numerics: Numerics) -> float:
    """Nanoseconds of the classical trajectories, where there are any."""
    if not scenario.classical:
        return 0.0
    speed = scenario.wavenumber + 2.0 * sqrt(scenario.rms) + scenario.speed
    steps = max(numerics.t_final * speed / PHASE_PER_STEP, float(numerics.samples))
    return CLASSICAL_NS * scenario.dimension * TRAJECTORIES * steps
