"""Closed forms of a free packet against its propagation; what weak scattering adds."""

import numpy as np
import pytest

from physics import Grid, Scenario, gaussian_packet, propagate, theory
from physics.scalars import derived_axes
from sweep.closed_forms import (
    RETURN_RADIUS,
    closed_series,
    free_autocorrelation,
    free_msd,
    free_participation_ratio,
    free_return_probability,
    golden_rule,
)

WIDTH, WAVENUMBER, T = 3.0, 0.8, 12.0


@pytest.fixture(scope="module", params=[1, 2])
def flight(request) -> tuple[Grid, list[tuple[float, np.ndarray]]]:
    """A free packet in a box that it does not reach the edge of: the kinetic step is exact."""
    dimension = request.param
    grid = Grid((120,) * dimension, (80.0,) * dimension)
    psi0 = gaussian_packet(grid, (WAVENUMBER, 0.0)[:dimension], WIDTH)
    still = np.zeros(grid.shape)
    return grid, list(propagate(psi0, grid, still, dt=1.0, t_final=T, samples=4))


def test_msd_and_participation_ratio_are_those_of_a_free_packet(flight) -> None:
    grid, states = flight
    squared = sum(x**2 for x in grid.positions())
    shape = {"width": WIDTH, "dimension": grid.dimension}
    start = float(np.sum(np.abs(states[0][1]) ** 2 * squared) * grid.cell)
    for t, psi in states:
        density = np.abs(psi) ** 2
        # Sums of a Gaussian over a grid this fine are exact but for rounding.
        msd = float(np.sum(density * squared) * grid.cell) - start
        assert msd == pytest.approx(float(free_msd(t, wavenumber=WAVENUMBER, **shape)), abs=1e-8)
        ratio = 1.0 / float(np.sum(density**2) * grid.cell)
        assert ratio == pytest.approx(float(free_participation_ratio(t, **shape)), rel=1e-9)


def test_overlap_and_return_are_those_of_a_free_packet(flight) -> None:
    grid, states = flight
    radius = np.sqrt(sum(x**2 for x in grid.positions()))
    near, rim = radius <= RETURN_RADIUS * WIDTH, np.abs(radius - RETURN_RADIUS * WIDTH) < 1.0
    form = {"wavenumber": WAVENUMBER, "width": WIDTH, "dimension": grid.dimension}
    for t, psi in states:
        overlap = abs(np.sum(states[0][1].conj() * psi) * grid.cell)
        assert overlap == pytest.approx(float(free_autocorrelation(t, **form)), abs=1e-9)
        # A sum over cells misses at most half a cell along the rim, times the density there.
        length = 2.0 if grid.dimension == 1 else 2.0 * np.pi * RETURN_RADIUS * WIDTH
        missed = length * max(grid.spacing) / 2.0 * float(np.abs(psi[rim]).max() ** 2)
        found = float(np.sum(np.abs(psi[near]) ** 2) * grid.cell)
        assert found == pytest.approx(float(free_return_probability(t, **form)), abs=missed)
    # The bound tells the forms apart: without its flight the packet would be back at 80% or more.
    assert found + missed < 0.5


@pytest.mark.parametrize("dimension", [1, 2])
def test_fuerths_formula_starts_as_the_free_packet(dimension: int) -> None:
    """Its speed is the root mean square one: so small a packet's spread adds a ninth of k^2 for each axis."""
    scenario = Scenario(disorder=0.02, wavenumber=0.4, packet_width=1.5, dimension=dimension)
    t = np.array([0.0, 1.0])
    series = closed_series(scenario, t)
    early = golden_rule(scenario)["transport_rate"] * t[1]
    assert series["fuerth_msd"][1] == pytest.approx(series["free_msd"][1], rel=early)
    assert early < 0.01
    assert series["free_msd"][1] > 1.1 * 0.4**2
    # A filtered packet has the energy that was asked for.
    filtered = Scenario(disorder=0.02, wavenumber=0.4, dimension=dimension, energy_filter=(1.0, 0.1))
    assert closed_series(filtered, t)["fuerth_msd"][1] == pytest.approx(0.4**2, rel=0.01)


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("zero_point", [False, True])
@pytest.mark.parametrize("temperature", [0.3, 0.0])
def test_stored_axes_are_those_of_the_closed_forms(
    dimension: int, zero_point: bool, temperature: float
) -> None:
    if temperature == 0.0 and not zero_point:
        pytest.skip("no mode is awake")
    scenario = Scenario(
        disorder=0.5,
        sound_speed=0.2,
        wavenumber=0.4,
        dimension=dimension,
        temperature=temperature,
        zero_point=zero_point,
    )
    axes, numbers = derived_axes(scenario), golden_rule(scenario)
    assert axes["inverse_kl"] == pytest.approx(1.0 / (0.4 * numbers["mean_free_path"]), rel=1e-12)
    assert axes["omega_tau"] == pytest.approx(scenario.speed * numbers["transport_time"], rel=1e-12)
    assert axes["t_heat"] == pytest.approx(numbers["heating_time"], rel=1e-12)


def test_weak_scattering_gives_the_rates_of_the_golden_rule() -> None:
    scenario = Scenario(disorder=0.1, sound_speed=0.02, wavenumber=0.4)
    numbers = golden_rule(scenario)
    rate = theory.golden_rule_rate(wavenumber=0.4, temperature=1.0, rms=scenario.rms, transport=True)
    assert numbers["transport_time"] == pytest.approx(1.0 / rate)
    assert numbers["diffusion"] == pytest.approx(0.16 / (2.0 * rate))
    assert numbers["heating_time"] == pytest.approx(1.0 / (4.0 * rate * 0.02**2))
    t = np.array([0.0, 1.0 / rate, 200.0 / rate])
    series = closed_series(scenario, t)
    assert series["momentum_share"][1] == pytest.approx(np.exp(-1.0))
    # Late: 2 d D t, short of it by one tau in two hundred; the spread of momenta adds to k^2.
    late = 4.0 * numbers["diffusion"] * t[2] * (1.0 + 2.0 / (2.0 * 4.7) ** 2)
    assert series["fuerth_msd"][2] == pytest.approx(late, rel=6e-3)
    assert series["heat"][1] == pytest.approx(numbers["heating_rate"] / rate)


def test_what_does_not_exist_is_left_out() -> None:
    t = np.linspace(0.0, 10.0, 5)
    filtered = Scenario(disorder=1.0, sound_speed=0.1, wavenumber=0.4, energy_filter=(0.25, 0.1))
    # At a quarter of the energy the wavenumber is half.
    assert golden_rule(filtered)["wavenumber"] == pytest.approx(0.2)
    assert not any(name.startswith("free") for name in closed_series(filtered, t))
    trapped = Scenario(disorder=1.0, sound_speed=0.1, wavenumber=0.4, energy_filter=(-0.5, 0.1))
    assert golden_rule(trapped) == {}
    assert closed_series(trapped, t) == {}
    # Nothing turns an electron back on a line whose 2k is beyond q_D; a still lattice heats nothing.
    fast = Scenario(disorder=0.1, wavenumber=0.8, dimension=1)
    assert golden_rule(fast)["transport_time"] == float("inf")
    assert "fuerth_msd" not in closed_series(fast, t)
    assert "heating_time" not in golden_rule(Scenario(disorder=0.1, sound_speed=0.1, frozen=True))
