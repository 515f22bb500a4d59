"""Which box, grid and time step a point needs, from the energies the electron can reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, pi, sqrt
from statistics import NormalDist
from typing import final

from physics.absorption import layer_width
from physics.errors import InputError, ResolutionError
from physics.fourier import fast_size
from physics.grid import Grid
from physics.modes import check_mode_sum, is_continuous
from physics.observables import EDGE
from physics.packet import CLEARANCE
from physics.propagator import ORDER, STRANG, TAKAHASHI_IMADA
from physics.refusal import check_launch, check_window, named, refusal
from physics.scenario import ABSORBING, Numerics, Scenario
from physics.theory import debye_integral, free_variance

# Standard deviations of energy that run at the front: puts t_valid past t_final for an edge
# tolerance of 2% over disorder 0.2-4 and sound speed 0-1, measured at wavenumber 0.4.
FRONT = 1.2
# Share of the tolerance that the launched packet may have near k_max, a third of what the guard lets pass.
TAIL_SHARE = 0.01
# A cold lattice asks for a long box; beyond this one no two-dimensional grid could fill it.
LONGEST_FOR_MODES = 2.0 * pi * 512.0
# Standard deviations between launch and edge in a box of our own choice: with fewer, the packet's own
# tail counts as an escape while its MSD is small.
ROOM = 6.0
# C of the step's error, at which 95% of the runs stay within the tolerance.
STEP_ERROR = {
    (STRANG, 1): 0.06,
    (STRANG, 2): 0.024,
    (TAKAHASHI_IMADA, 1): 0.007,
    (TAKAHASHI_IMADA, 2): 0.0025,
}
# Beyond this phase a step is no longer in the range of its order.
LARGEST_PHASE = 1.0
# Share of the tolerance that the field's interpolation in time may take, and its longest interval.
FIELD_SHARE = 0.1
MOST_KICKS = 64
# With so few samples the check at the doubled step is made at the last one alone.
FEW_SAMPLES = 4


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
        Steps between samples.
    integrator : str
        "strang" or "takahashi-imada".
    kicks : int
        Steps between two syntheses of a moving field, 1 where each step has its own.
    """

    grid: Grid
    dt: float
    steps: int
    integrator: str = "strang"
    kicks: int = 1

    def finer(self) -> Resolution:
        """Half the time step, the field synthesised at the same interval."""
        kicks = 2 * self.kicks if self.kicks > 1 else 1
        return replace(self, dt=self.dt / 2.0, steps=2 * self.steps, kicks=kicks)


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
        If the box asked for cannot hold the packet or its absorbing edge, its modes cannot stand for the
        continuum, or no packet can have the energy that is filtered.
    """
    try:
        return _resolved(scenario, numerics)
    except ArithmeticError as error:
        raise InputError(
            f"point ({named(scenario)}): expected numbers whose box and grid can be computed, got {error}; "
            "bring them nearer to 1"
        ) from None


def _resolved(scenario: Scenario, numerics: Numerics) -> Resolution:
    check_window(scenario)
    length = numerics.box_length or default_box(scenario, numerics)
    check_launch(scenario, numerics, length)
    need = length * largest_wavenumber(scenario, numerics) / pi
    points = fast_size(need)
    if points is None or points > numerics.max_grid:
        raise ResolutionError(refusal(scenario, numerics, length, need))
    check_mode_sum((length,) * scenario.dimension, scenario.temperature, scenario.zero_point)
    grid = Grid((points,) * scenario.dimension, (length,) * scenario.dimension)
    return Resolution(grid, *_stepping(scenario, numerics))


def energy_spread(scenario: Scenario, t: float) -> float:
    """Standard deviation of the kinetic energy that the field can have given by time t.

    Two parts in quadrature: the potential difference between launch and present place,
    ``sqrt(2) V_rms``, and the work of the moving field, a diffusion in energy with
    ``D_E = V_rms^2 v_s^2 <q> / v`` at relative speed v. Derived from straight trajectories in the
    field's two-point function; the speed includes the energy gained, found by iteration.
    """
    rms, speed, mean_q = scenario.rms, scenario.speed, _moment(scenario, 1)
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
    energy = max(launched**2 / 2.0, _launch_energy(scenario)) + z * energy_spread(scenario, numerics.t_final)
    reach = sqrt(2.0 * energy) + 1.0
    return max(reach / EDGE if scenario.dimension == 1 else reach, least)


def default_box(scenario: Scenario, numerics: Numerics) -> float:
    """Box that the packet does not outrun by `t_final`, with dense modes, on a ladder of sqrt(2).

    The ladder lets neighbouring points share a box, and so a lattice.
    """
    t = numerics.t_final
    front = sqrt(scenario.wavenumber**2 + 2.0 * FRONT * energy_spread(scenario, t))
    reach = front * t + CLEARANCE * sqrt(float(free_variance(t, scenario.width)))
    reach = max(reach, ROOM * scenario.width)
    if numerics.boundary == ABSORBING:
        reach = max(reach, 2.0 * layer_width(scenario.slowest_absorbed))
    length = 2.0 * pi * 16.0
    while length < 2.0 * reach or (
        length < LONGEST_FOR_MODES
        and not is_continuous((length,) * scenario.dimension, scenario.temperature, scenario.zero_point)
    ):
        length *= sqrt(2.0)
    return length


def longest_step(scenario: Scenario, numerics: Numerics, integrator: str) -> float:
    """Time step whose error on every recorded observable stays within the tolerance, in most cases.

    An error of order p in dt is ``C s (w dt)^p``: w^2 = ``2 E q^2`` is the rate at which an electron
    with the energy E that it can reach crosses the field's wavelengths (q^2 the root of the spectrum's
    fourth moment), and s = ``min(1, disorder) N^(1/4)`` how far the field matters, N the wavelengths
    crossed by the end. The form follows from the schemes' error operators, the constants from runs over
    disorder 0.05-3, sound speed 0-1, temperature 0.1-5 and wavenumber 0.4-2.5 (benchmarks/tolerance.py).
    """
    d, t = scenario.dimension, numerics.t_final
    moments = [_moment(scenario, power) for power in (2, 4)]
    energy = _launch_energy(scenario) + energy_spread(scenario, t)
    rate = sqrt(2.0 * energy * sqrt(moments[1]))
    crossed = max(1.0, scenario.wavenumber * sqrt(moments[0]) * t)
    strength = max(min(1.0, scenario.rms / scenario.fermi_energy) * crossed**0.25, numerics.tolerance)
    reached = numerics.tolerance / (STEP_ERROR[integrator, d] * strength)
    return float(min(reached ** (1.0 / ORDER[integrator]), LARGEST_PHASE) / rate)


def _moment(scenario: Scenario, power: int) -> float:
    """Mean of ``q^power`` over the field's spectrum."""
    d, zero_point = scenario.dimension, scenario.zero_point
    moment = debye_integral(d + power, scenario.temperature, zero_point=zero_point)
    return moment / debye_integral(d, scenario.temperature, zero_point=zero_point)


def _launch_energy(scenario: Scenario) -> float:
    if scenario.energy_filter is None:
        return scenario.fermi_energy
    energy, delta = scenario.energy_filter
    return scenario.fermi_energy * max(1.0, energy + 2.0 * delta)


def _stepping(scenario: Scenario, numerics: Numerics) -> tuple[float, int, str, int]:
    """Time step, steps between samples, integrator and steps between syntheses of the field."""
    asked = numerics.integrator
    if asked == "auto":
        known = [STRANG] if numerics.boundary == ABSORBING else [STRANG, TAKAHASHI_IMADA]
    else:
        known = [asked]
    choices = [_steps(scenario, numerics, integrator) for integrator in known]
    return min(choices, key=lambda choice: _work(scenario, numerics, choice))


def _steps(scenario: Scenario, numerics: Numerics, integrator: str) -> tuple[float, int, str, int]:
    interval = numerics.t_final / (numerics.samples - 1)
    steps = ceil(interval / longest_step(scenario, numerics, integrator))
    if numerics.samples <= FEW_SAMPLES:
        # The doubled step must fall on a sample.
        steps += steps % 2
    dt = interval / steps
    return dt, steps, integrator, _kicks(scenario, numerics, dt)


def _kicks(scenario: Scenario, numerics: Numerics, dt: float) -> int:
    """Steps between two syntheses of the field: 1, or an even number that the doubled step shares."""
    if scenario.speed == 0.0:
        return 1
    # Hermite interpolation over an interval D errs by 1.2e-3 (w_D D)^4 of V_rms at most.
    reach = (numerics.tolerance * FIELD_SHARE / 1.2e-3) ** 0.25
    phase = scenario.speed * dt
    kicks = MOST_KICKS if MOST_KICKS * phase <= reach else int(reach / phase)
    return 2 * (kicks // 2) or 1


def _work(scenario: Scenario, numerics: Numerics, choice: tuple[float, int, str, int]) -> float:
    """Rough cost of a choice, in FFTs; the same for a twin."""
    _, steps, integrator, kicks = choice
    fourth, moving = integrator == TAKAHASHI_IMADA, scenario.speed > 0.0
    fields = (1 + scenario.dimension) if fourth else 1
    synthesis = (2.0 * fields / kicks if kicks > 1 else 1.0 * fields) * 0.6 if moving else 0.0
    step = 2.0 + synthesis + (5.0 if moving else 0.5)
    reading = 4.0 if fourth else 0.0
    return (numerics.samples - 1) * (1.5 * steps * step + 1.25 * (reading + 2.0))
