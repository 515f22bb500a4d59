"""How much memory a simulation takes, counted in arrays before it runs."""

from __future__ import annotations

from math import pi, prod

from physics.landscape import FEWEST_KICKS
from physics.propagator import TAKAHASHI_IMADA
from physics.resolution import Resolution, resolve
from physics.scenario import ABSORBING, Numerics, Scenario
from physics.spline import fine_size

REAL = 8
# Beyond the arrays: small objects, and what the allocator leaves between arrays of several sizes, in real
# arrays (in single precision there are more sizes).
SMALL = 1_000_000
BETWEEN = {"double": 1.5, "single": 3.3}
# FFTW's tables for a long line.
LINE_TABLES = 7.0


def memory_bytes(scenario: Scenario, numerics: Numerics) -> int:
    """Peak memory of a simulation with its transforms, above what the process had before.

    Within 15% for grids of 256 x 256 points and more (an estimate, within a factor of 1.5, for small
    ones, which take next to nothing). Of the first attempt: a step that is halved may take a tenth more.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    ResolutionError, InputError
        As :func:`physics.resolve`.
    """
    return resolved_bytes(scenario, numerics, resolve(scenario, numerics))


def resolved_bytes(scenario: Scenario, numerics: Numerics, resolution: Resolution) -> int:
    """:func:`memory_bytes` at a resolution of one's own."""
    size = REAL * prod(resolution.grid.shape)
    held = _held(scenario, numerics, resolution) + BETWEEN[numerics.precision]
    passing = max(_recording(numerics, resolution), _synthesis(scenario, numerics, resolution), 6.0)
    classical = _classical_bytes(scenario, resolution)
    lattice = _mode_bytes(scenario, resolution)
    return round(SMALL + lattice + held * size + max(passing * size, classical))


# Counts below are in real arrays of the grid's shape.


def _wave(numerics: Numerics) -> float:
    """A wave function."""
    return 1.0 if numerics.precision == "single" else 2.0


def _is_static(scenario: Scenario) -> bool:
    return scenario.frozen or scenario.sound_speed == 0.0


def _held(scenario: Scenario, numerics: Numerics, resolution: Resolution) -> float:
    """From start to end: transforms, the launched wave, recorder, propagators and their states."""
    wave, line = _wave(numerics), scenario.dimension == 1
    transforms = wave + 2.0 + (LINE_TABLES if line else 0.0)
    recorder = 4.0 + 3.0 * wave if line else 5.0 + wave
    fourth = resolution.integrator == TAKAHASHI_IMADA
    drifts, tables = (4.0, 3.0) if fourth else (1.0, 2.0)
    propagator = drifts * wave
    if _is_static(scenario):
        propagator += tables * wave
    if numerics.boundary == ABSORBING:
        propagator += 1.0
    fields = sum(_field(scenario, kicks) for kicks in (resolution.kicks, resolution.kicks // 2))
    return transforms + 2.0 + recorder + 2.0 * propagator + fields + 2.0 * wave


def _field(scenario: Scenario, kicks: int) -> float:
    """What a landscape keeps: itself, the two latest, or values and rates at both ends."""
    if _is_static(scenario):
        return 1.0
    return 4.0 if kicks >= FEWEST_KICKS else 2.0


def _recording(numerics: Numerics, resolution: Resolution) -> float:
    """While the doubled step is recorded: both new states, as read, the potential, and the density."""
    wave = _wave(numerics)
    read = wave if resolution.integrator == TAKAHASHI_IMADA else 0.0
    return 2.0 * (wave + read) + 1.0 + wave + 1.5 * wave


def _synthesis(scenario: Scenario, numerics: Numerics, resolution: Resolution) -> float:
    """While the field is made anew for either step, with the new state or states beside it."""
    wave, fourth = _wave(numerics), resolution.integrator == TAKAHASHI_IMADA
    fine, double = (_snapshot(scenario, fourth, kicks) for kicks in (resolution.kicks, resolution.kicks // 2))
    return max(fine + (wave if fourth else 0.0), double + 1.0 + (2.0 if fourth else 1.0) * wave)


def _snapshot(scenario: Scenario, fourth: bool, kicks: int) -> float:
    if _is_static(scenario):
        return 0.0
    if kicks >= FEWEST_KICKS:
        return 9.0 if fourth else 5.0
    return 2.0 + scenario.dimension if fourth else 1.0


def _modes(scenario: Scenario, resolution: Resolution) -> float:
    length = resolution.grid.length[0]
    return length / pi if scenario.dimension == 1 else length**2 / (4.0 * pi)


def _mode_bytes(scenario: Scenario, resolution: Resolution) -> float:
    """Modes and their places in the half spectrum."""
    return REAL * (8.0 + 2.0 * scenario.dimension) * _modes(scenario, resolution)


def _classical_bytes(scenario: Scenario, resolution: Resolution) -> float:
    """Splines of the field on their own grid, and its modes in that grid's half spectrum."""
    if not scenario.classical:
        return 0.0
    points = fine_size(int(resolution.grid.length[0] / (2.0 * pi))) or 0
    splines = (3.0 if _is_static(scenario) else 6.0) * REAL * prod((points,) * scenario.dimension)
    return splines + _mode_bytes(scenario, resolution) + SMALL
