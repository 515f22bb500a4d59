"""What a trial costs: predicted core-seconds and stored bytes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import log2

from physics import Numerics, PhysicsError, Scenario, resolve
from sweep.trial import Trial

# Nanoseconds per grid point: of an FFT pair by log2 of the points, of a kick, of a moving field, of a
# recording. Orders of magnitude measured on one core; they order and group work, and size forecasts.
FFT_NS = 0.9
KICK_NS = 25.0
FIELD_NS = 18.0
RECORD_NS = 110.0
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
    points = float(resolution.grid.shape[0]) ** resolution.grid.dimension
    # The estimate of the time-step error runs beside at half the steps.
    steps = 1.5 * resolution.steps * (numerics.samples - 1)
    moving = scenario.sound_speed > 0.0 and not scenario.frozen
    per_step = FFT_NS * log2(points) + (KICK_NS + FIELD_NS if moving else 2.0)
    return 1e-9 * points * (steps * per_step + numerics.samples * RECORD_NS)
