"""What a point cannot be resolved with, and what could be done instead."""

from __future__ import annotations

from contextlib import suppress
from math import ceil, pi

from physics.absorption import check_layers
from physics.errors import InputError
from physics.fourier import FAST_SIZES, fast_size
from physics.modes import is_continuous
from physics.packet import check_room
from physics.scenario import ABSORBING, Numerics, Scenario

POINT = ("disorder", "coupling", "sound_speed", "temperature", "wavenumber", "packet_width")

# Standard deviations beyond which nothing is: of the potential, of a packet's momentum, of a window.
FARTHEST = 6.0
# Shares of the longest affordable box that are tried: a sum over few modes jumps with the box.
SHORTENED = (1.0, 0.98, 0.96, 0.94, 0.92, 0.9)
# More modes are not counted for the sake of a message.
MOST_MODES = 2.5e6


def check_launch(scenario: Scenario, numerics: Numerics, length: float) -> None:
    """Refuse a box that has no room for the packet, or for its absorbing edge.

    Raises
    ------
    InputError
        Saying how long the box must be, or which packet it holds.
    """
    check_room(length, scenario.width)
    if numerics.boundary == ABSORBING:
        check_layers(length, scenario.slowest_absorbed)


def check_window(scenario: Scenario) -> None:
    """Refuse an energy window that no packet of the scenario can meet, in whatever realization.

    Raises
    ------
    InputError
        Saying which energies the packet can have.
    """
    if scenario.energy_filter is None:
        return
    energy, delta = scenario.energy_filter
    fastest = scenario.wavenumber + FARTHEST / (2.0 * scenario.width)
    low = -FARTHEST * scenario.rms / scenario.fermi_energy
    high = fastest**2 / (2.0 * scenario.fermi_energy) - low
    if not low - FARTHEST * delta <= energy <= high + FARTHEST * delta:
        raise InputError(
            f"energy_filter: expected an energy that the packet can have, from {low:.3g} to {high:.3g} E_F, "
            f"got {energy:g} with delta {delta:g}; move it there or widen it"
        )


def refusal(scenario: Scenario, numerics: Numerics, length: float, need: float) -> str:
    """What is said of a point that needs a larger grid than allowed; the ways out are not refused themselves.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    length : float
        Of the box.
    need : float
        Points per axis.
    """
    points = fast_size(need)
    ways = []
    if points is not None and _has_modes(scenario, length):
        ways.append(f"raise max_grid to {points}")
    shorter = _affordable_box(scenario, numerics, length / need)
    if shorter is not None:
        ways.append(f"set box_length = {shorter:.4g} and accept an earlier escape")
    return (
        f"point ({named(scenario)}): expected a grid of at most max_grid = {numerics.max_grid} points "
        f"per axis, needs {points or ceil(need)} (box {length:.4g}, tolerance {numerics.tolerance:g}, "
        f"t_final {numerics.t_final:g}); {', or '.join([*ways, 'narrow the axes'])}"
    )


def _affordable_box(scenario: Scenario, numerics: Numerics, spacing: float) -> float | None:
    """The longest box, of a few, that the largest allowed grid resolves and that is not refused itself."""
    affordable = max((n for n in FAST_SIZES if n <= numerics.max_grid), default=0)
    for share in SHORTENED:
        # In the four digits that are printed, and not rounded up to a box that is refused.
        length = float(f"{spacing * affordable * share * (1.0 - 5e-4):.4g}")
        with suppress(InputError):
            check_launch(scenario, numerics, length)
            if _has_modes(scenario, length):
                return length
    return None


def _has_modes(scenario: Scenario, length: float) -> bool:
    """Whether a box's modes are known to stand for the continuum."""
    if (length / pi) ** scenario.dimension > MOST_MODES:
        return False
    return is_continuous((length,) * scenario.dimension, scenario.temperature, scenario.zero_point)


def named(scenario: Scenario) -> str:
    """The point by the names of its axes."""
    return ", ".join(
        f"{name} = {value:g}" for name in POINT if (value := getattr(scenario, name)) is not None
    )
