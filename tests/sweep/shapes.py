"""Simulators of milliseconds whose regimes are known, for campaigns. Workers import them by place."""

import time
from math import log

import numpy as np

from sweep.simulators import Records
from sweep.trial import Trial

TWO = "tests.sweep.shapes:two"
ISLAND = "tests.sweep.shapes:island"
SLOW = "tests.sweep.shapes:slow"

# The box of the specs that use them: both axes logarithmic.
DISORDER, SOUND_SPEED = (0.2, 3.0), (0.05, 1.0)
# MSD over its largest at s = t / t_final, participation growth over the whole, late exponent, and growth.
HELD = (lambda s: 1.0 - np.exp(-8.0 * s), 0.2, 0.1, 0.1)
SPREADING = (lambda s: 40.0 * s, 3.0, 1.0, 1.0)
BALLISTIC = (lambda s: 900.0 * s**2, 20.0, 2.0, 1.0)


def two(trial: Trial) -> Records:
    """Held above a curve across the box, spreading below it."""
    x, y = unit(trial)
    return recorded(trial, HELD if x > 0.4 + 0.3 * y**2 else SPREADING)


def island(trial: Trial) -> Records:
    """The same, with a third regime on an island far from the curve, where nobody would look."""
    x, y = unit(trial)
    return recorded(trial, BALLISTIC) if (x - 0.82) ** 2 + (y - 0.8) ** 2 < 0.09**2 else two(trial)


def slow(trial: Trial) -> Records:
    """The same as `two`, and no faster than a short trajectory."""
    time.sleep(0.25)
    return two(trial)


def unit(trial: Trial) -> tuple[float, float]:
    """Where the trial lies in the unit square."""
    ends = (DISORDER, trial.scenario.disorder), (SOUND_SPEED, trial.scenario.sound_speed)
    x, y = (log((value or low) / low) / log(high / low) for (low, high), value in ends)
    return x, y


def recorded(trial: Trial, shape) -> Records:
    """Row and series of a shape, a little different at each point and in each realization."""
    msd, growth, exponent, participation = shape
    s = np.linspace(0.0, 1.0, trial.numerics.samples)
    x, y = unit(trial)
    scatter = np.exp(0.3 * np.sin(7.0 * x + 5.0 * y + trial.scenario.realization))
    spread = 100.0 * scatter * msd(s ** (1.0 + 0.1 * np.sin(9.0 * y - 4.0 * x)))
    row = {
        "status": "complete",
        "reason": None,
        "t_valid": trial.numerics.t_final,
        "msd_exponent_late": exponent,
        "participation_growth": participation,
        "energy_gain": 0.0,
    }
    series = {
        "t": s * trial.numerics.t_final,
        "msd": spread,
        "msd_raw": 100.0 + spread,
        "participation_ratio": 50.0 * scatter * (1.0 + growth * s),
    }
    return row, series
