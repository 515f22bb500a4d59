"""Which box, grid and time step a point needs, from the energies the electron can reach."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, pi, sqrt
from statistics import NormalDist
from typing import final

from physics.errors import InputError, ResolutionError
from physics.fourier import FAST_SIZES, fast_size
from physics.grid import Grid
from physics.modes import check_mode_sum, is_continuous
from physics.observables import EDGE
from physics.packet import CLEARANCE, check_room
from physics.scenario import Numerics, Scenario
from physics.theory import debye_integral, free_variance, golden_rule_rate

# Standard deviations of energy that run at the front: puts t_valid past t_final for an edge
# tolerance of 2% over disorder 0.2-4 and sound speed 0-1, measured at wavenumber 0.4.
FRONT = 1.2
# Weight near k_max over the error it stands for, at worst (trapped packets, strong disorder).
TAIL_SHARE = 0.01
# A cold lattice asks for a long box; beyond this one no two-dimensional grid could fill it.
LONGEST_FOR_MODES = 2.0 * pi * 512.0


# Standard deviations between launch and edge in a box of our own choice: with fewer, the packet's own
# tail counts as an escape while its MSD is small.
ROOM = 6.0


POINT = ("disorder", "coupling", "sound_speed", "temperature", "wavenumber", "packet_width")


@final
@dataclass(frozen=True)
class Resolution:
    """Numerics resolved for one point.

    Attributes
    ----------
    grid : Grid
    dt : float
        Time step, natural units.
    steps : int
        Steps between samples, even: the estimate of the time-step error halves it.
    """

    grid: Grid
    dt: float
    steps: int


def resolve(scenario: Scenario, numerics: Numerics) -> Resolution:
    """Box, grid and time step of a point; a frozen twin gets its partner's.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics

    Returns
    -------
    Resolution

    Raises
    ------
    ResolutionError
        If more than ``numerics.max_grid`` points per axis are needed; the point, the need and the
        nearest affordable choice are named.
    InputError
        If the box asked for cannot hold the packet, or its modes cannot stand for the continuum.
    """
    try:
        return _resolved(scenario, numerics)
    except ArithmeticError as error:
        raise InputError(
            f"point ({_named(scenario)}): expected numbers whose box and grid can be computed, got {error}; "
            "bring them nearer to 1"
        ) from None


def _resolved(scenario: Scenario, numerics: Numerics) -> Resolution:
    length = numerics.box_length or default_box(scenario, numerics)
    check_room(length, scenario.width)
    need = length * largest_wavenumber(scenario, numerics) / pi
    points = fast_size(need)
    if points is None or points > numerics.max_grid:
        raise ResolutionError(_refusal(scenario, numerics, length, need))
    check_mode_sum((length,) * scenario.dimension, scenario.temperature)
    interval = numerics.t_final / (numerics.samples - 1)
    steps = 2 * ceil(interval / (2.0 * longest_step(scenario, numerics)))
    grid = Grid((points,) * scenario.dimension, (length,) * scenario.dimension)
    return Resolution(grid, interval / steps, steps)


def energy_spread(scenario: Scenario, t: float) -> float:
    """Standard deviation of the kinetic energy that the field can have given by time t.

    Two parts in quadrature: the potential difference between launch and present place,
    ``sqrt(2) V_rms``, and the work of the moving field, a diffusion in energy with
    ``D_E = V_rms^2 v_s^2 <q> / v`` at relative speed v. Derived from straight trajectories in the
    field's two-point function; the speed includes the energy gained, found by iteration.
    """
    rms, speed, d = scenario.rms, scenario.speed, scenario.dimension
    mean_q = debye_integral(d + 1, scenario.temperature) / debye_integral(d, scenario.temperature)
    work = 0.0
    for _ in range(50):
        relative = sqrt(scenario.wavenumber**2 + 2.0 * (rms + work))
        work = 0.5 * (work + rms * speed * sqrt(2.0 * mean_q * t / relative))
    return sqrt(2.0 * rms**2 + work**2)


def largest_wavenumber(scenario: Scenario, numerics: Numerics) -> float:
    """Wavenumber the grid must carry: what the electron can occupy, and one scattering beyond.

    At least the launched packet, with no more than half the tail allowed near the grid's end. In one
    dimension all of the energy is along the one axis, so what it reaches must lie below that end too.
    """
    z = NormalDist().inv_cdf(1.0 - numerics.tolerance / 2.0)
    z_tail = NormalDist().inv_cdf(1.0 - TAIL_SHARE * numerics.tolerance / 2.0)
    spread = 1.0 / (2.0 * scenario.width)
    least = max((scenario.wavenumber + z_tail * spread) / EDGE, scenario.wavenumber + CLEARANCE * spread)
    launched = scenario.wavenumber + z * spread
    energy = launched**2 / 2.0 + z * energy_spread(scenario, numerics.t_final)
    reach = sqrt(2.0 * energy) + 1.0
    return max(reach / EDGE if scenario.dimension == 1 else reach, least)


def default_box(scenario: Scenario, numerics: Numerics) -> float:
    """Box that the packet does not outrun by `t_final` and whose modes are dense, on a ladder of sqrt(2).

    The ladder lets neighbouring points share a box, and so a lattice.
    """
    t = numerics.t_final
    front = sqrt(scenario.wavenumber**2 + 2.0 * FRONT * energy_spread(scenario, t))
    reach = front * t + CLEARANCE * sqrt(float(free_variance(t, scenario.width)))
    reach = max(reach, ROOM * scenario.width)
    length = 2.0 * pi * 16.0
    while length < 2.0 * reach or (
        length < LONGEST_FOR_MODES and not is_continuous((length,) * scenario.dimension, scenario.temperature)
    ):
        length *= sqrt(2.0)
    return length


def longest_step(scenario: Scenario, numerics: Numerics) -> float:
    """Time step whose error on the observables stays within the tolerance.

    The leading error of a Strang step acts as a potential ``(dt^2 / 12) (k.grad)^2 V``: a relative
    change ``k^2 <q^2> dt^2 / (6 d)`` of the scattering rate, which counts as far as there is any.
    """
    d, rms = scenario.dimension, scenario.rms
    mean_q2 = debye_integral(d + 2, scenario.temperature) / debye_integral(d, scenario.temperature)
    k2 = scenario.wavenumber**2 + 2.0 * rms
    rate = golden_rule_rate(
        wavenumber=scenario.wavenumber, temperature=scenario.temperature, rms=rms, dimension=d
    )
    scattered = min(1.0, max(rate * numerics.t_final, numerics.tolerance))
    return sqrt(6.0 * d * numerics.tolerance / (k2 * mean_q2 * scattered))


def _refusal(scenario: Scenario, numerics: Numerics, length: float, need: float) -> str:
    points = fast_size(need) or ceil(need)
    affordable = max((n for n in FAST_SIZES if n <= numerics.max_grid), default=numerics.max_grid)
    # Four digits are printed: no rounding up to a box that is refused again.
    shorter = length * affordable / need * (1.0 - 5e-4)
    return (
        f"point ({_named(scenario)}): expected a grid of at most max_grid = {numerics.max_grid} points "
        f"per axis, needs {points} (box {length:.4g}, tolerance {numerics.tolerance:g}, "
        f"t_final {numerics.t_final:g}); raise max_grid to {points}, or set box_length = "
        f"{shorter:.4g} and accept an earlier escape, or narrow the axes"
    )


def _named(scenario: Scenario) -> str:
    return ", ".join(
        f"{name} = {value:g}" for name in POINT if (value := getattr(scenario, name)) is not None
    )
