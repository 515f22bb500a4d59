"""From a scenario to its field and its packet: which lattice, where, which way, at which energy."""

from dataclasses import replace

import numpy as np
import pytest

from physics import (
    DeformationPotential,
    InputError,
    Numerics,
    Plans,
    Scenario,
    gaussian_packet,
    resolve,
    simulate,
)
from physics.energy_filter import energy_filtered
from physics.launch import lattice, launched, loss_rate

TWO_PI = 2.0 * np.pi
LINE = Scenario(disorder=1.0, sound_speed=0.3, wavenumber=0.8, packet_width=4.0, dimension=1)
PLANE = replace(LINE, dimension=2)
ASKED = Numerics(t_final=20.0, samples=9, tolerance=1e-2, box_length=TWO_PI * 24, edge_tolerance=1.0)
LENGTH = TWO_PI * 24


@pytest.fixture(params=[LINE, PLANE], ids=["line", "plane"])
def scenario(request):
    return request.param


@pytest.fixture
def launch(plans_of):
    """Grid, field and wave function at launch."""

    def launch(scenario, numerics=ASKED):
        grid = resolve(scenario, numerics).grid
        plans = plans_of(grid.shape)
        field = lattice(scenario, grid, plans)
        return grid, field, launched(scenario, field, plans)

    return launch


@pytest.fixture
def run(plans_of):
    def run(scenario, numerics=ASKED):
        return simulate(scenario, numerics, plans=plans_of(resolve(scenario, numerics).grid.shape))

    return run


# ---- the lattice


def test_a_scenario_names_its_lattice(launch, scenario):
    """rms, speed, temperature, seed and realization, by the field's own names."""
    scenario = replace(scenario, temperature=2.0, seed=4, realization=7)
    grid, field, _ = launch(scenario)
    expected = DeformationPotential.thermal(
        grid, rms=0.32, temperature=2.0, speed=0.24, seed=4, realization=7
    )
    for t in (0.0, 3.0):
        np.testing.assert_allclose(field(t), expected(t), atol=1e-13)


def test_a_twin_has_the_same_lattice_stopped(launch, scenario):
    _, field, psi0 = launch(scenario)
    _, still, psi0_twin = launch(scenario.twin())
    assert still.is_static
    np.testing.assert_array_equal(still(5.0), field(0.0))
    np.testing.assert_array_equal(psi0_twin, psi0)


def test_thermal_amplitudes_and_zero_point_motion_reach_the_lattice(launch, scenario):
    plain, thermal, quantum = (
        launch(replace(scenario, **change))[1].modes.amplitude
        for change in ({}, {"amplitudes": "thermal"}, {"zero_point": True})
    )
    # A Rayleigh factor of mean square 1 on each mode; and A_q^2 proportional to q (n + 1/2).
    assert np.std(thermal / plain) == pytest.approx(np.sqrt(1.0 - np.pi / 4.0), abs=0.12)
    _, field, _ = launch(scenario)
    q = np.linalg.norm(field.modes.q, axis=1)
    weight = quantum**2 / (q / np.tanh(q / 2.0))
    np.testing.assert_allclose(weight, weight[0], rtol=1e-12)


# ---- places and directions


def test_packet_number_0_is_the_plain_launch(launch, scenario):
    grid, _, psi0 = launch(scenario)
    along = (0.8, 0.0)[: scenario.dimension]
    np.testing.assert_array_equal(psi0, gaussian_packet(grid, along, 5.0))


@pytest.mark.parametrize("packet", [1, 2, 5])
def test_every_packet_starts_where_and_as_it_says(launch, run, scenario, packet):
    """In the same lattice; recorded relative to its own launch point, with its own momentum."""
    one = replace(scenario, packet=packet)
    grid, field, psi0 = launch(one)
    np.testing.assert_array_equal(field(0.0), launch(scenario)[1](0.0))
    expected = gaussian_packet(grid, one.wavevector, one.width, one.launch_point(grid.length))
    np.testing.assert_array_equal(psi0, expected)
    first = {name: values[0] for name, values in run(one).series.items()}
    for axis, k in zip("xy", one.wavevector, strict=False):
        assert first[f"mean_{axis}"] == pytest.approx(0.0, abs=1e-9)
        assert first[f"momentum_{axis}"] == pytest.approx(k, abs=1e-9)
    # The part of a Gaussian within two standard deviations.
    within = {1: 0.9544997361, 2: 1.0 - np.exp(-2.0)}[one.dimension]
    assert first["return_probability"] == pytest.approx(within, abs=1e-8)


def test_the_center_moves_the_launch_relative_to_the_field(launch, scenario):
    """By whole points, the packet is the same seen from there, and the lattice stays."""
    grid, field, psi0 = launch(scenario)
    points = (7, -12)[: scenario.dimension]
    center = tuple(n * dx for n, dx in zip(points, grid.spacing, strict=True))
    _, same, moved = launch(replace(scenario, center=center))
    np.testing.assert_array_equal(same(0.0), field(0.0))
    back = np.roll(moved, [-n for n in points], axis=range(scenario.dimension))
    # A plane wave's phase counts from the launch point.
    np.testing.assert_allclose(back, psi0, atol=1e-13)


def test_a_shift_by_the_whole_box_is_none(run, scenario):
    """The box is periodic; L itself is no binary number, so up to rounding."""
    here = tuple([3.0, -5.0][: scenario.dimension])
    there = tuple(x + LENGTH for x in here)
    one, other, elsewhere = (
        run(replace(scenario, center=center)) for center in (here, there, (0.0,) * scenario.dimension)
    )
    for name, values in one.series.items():
        np.testing.assert_allclose(other.series[name], values, rtol=1e-9, atol=1e-9)
    assert abs(elsewhere.msd[-1] / one.msd[-1] - 1.0) > 1e-3


def test_potential_energy_is_the_fields_at_the_launch_point(launch, run):
    """A packet wide against nothing: 0.4 of the shortest wavelength; the mean of V over its Gaussian.

    Mode by mode V(r_c) is weakened by exp(-q^2 sigma^2 / 2).
    """
    tight = replace(LINE, packet_width=2.0, center=(17.0,))
    _, field, _ = launch(tight)
    modes = field.modes
    weakened = modes.amplitude * np.exp(-((modes.q[:, 0] * tight.width) ** 2) / 2.0)
    expected = np.sum(weakened * np.cos(modes.q[:, 0] * 17.0 + modes.phase))
    assert run(tight).series["potential_energy"][0] == pytest.approx(expected, abs=1e-10)


# ---- energy-resolved packets and the classical twin


@pytest.mark.parametrize("energy", [0.8, 1.5])
def test_an_energy_filtered_launch(launch, run, scenario, energy, plans_of):
    """E and delta in E_F, in the lattice as it stands at launch; energy and width are columns."""
    fermi = scenario.fermi_energy
    one = replace(scenario, energy_filter=(energy, 0.1))
    grid, field, psi0 = launch(one)
    whole = gaussian_packet(grid, one.wavevector, one.width)
    plans = plans_of(grid.shape)
    expected, _ = energy_filtered(whole, grid, field(0.0), energy * fermi, 0.1 * fermi, plans)
    np.testing.assert_allclose(psi0, expected, atol=1e-12)
    filtered, plain = run(one), run(scenario)
    assert filtered.scalars["energy"] == pytest.approx(energy * fermi, abs=0.1 * fermi)
    assert filtered.scalars["energy_width"] < 0.5 * plain.scalars["energy_width"]
    assert filtered.series["norm"][0] == pytest.approx(1.0, abs=1e-12)


def test_single_precision_filters_in_double(launch, scenario):
    one = replace(scenario, energy_filter=(1.0, 0.1))
    grid, field, psi0 = launch(one)
    found = launched(one, field, Plans(grid.shape, precision="single"))
    assert found.dtype == np.complex128
    np.testing.assert_allclose(found, psi0, atol=1e-12)


def test_a_window_with_nothing_in_it_is_refused(run, scenario):
    with pytest.raises(InputError, match=r"^energy_filter: expected a window that holds at least"):
        run(replace(scenario, energy_filter=(-5.0, 0.1)))


def test_the_classical_twin_is_recorded_beside_with_its_error(run, scenario):
    """Without a field, MSD = v^2 t^2 + d t^2 / (4 sigma^2), as the wave's; four of its own errors."""
    free = run(replace(scenario, disorder=0.0, classical=True))
    t = free.t
    assert free.series["msd_classical"].shape == free.series["msd_classical_err"].shape == t.shape
    assert free.series["msd_classical"][0] == free.series["msd_classical_err"][0] == 0.0
    error = free.series["msd_classical_err"]
    assert np.all(error[1:] > 0.0)
    assert np.all(error[1:] < 0.1 * free.msd[1:])
    assert np.all(np.abs(free.series["msd_classical"] - free.msd) <= 4.0 * error)
    assert "msd_classical" not in run(scenario).series


def test_the_classical_twin_moves_in_the_same_lattice(run):
    """A heavy start: in a field of 30 E_F classical and quantum packets leave the origin alike at first.

    Ehrenfest: both accelerate by the force averaged over the packet, from the same point.
    """
    quick = replace(ASKED, t_final=1.0, samples=5, max_grid=1024)
    found = run(replace(LINE, disorder=30.0, packet_width=2.0, classical=True), quick)
    other = run(replace(LINE, disorder=30.0, packet_width=2.0, classical=True, realization=1), quick)
    off = np.abs(found.series["msd_classical"] - found.msd)[1:]
    assert np.all(off <= 4.0 * found.series["msd_classical_err"][1:] + 0.02 * np.abs(found.msd[1:]))
    assert abs(other.msd[-1] / found.msd[-1] - 1.0) > 0.1


# ---- the edge


def test_only_an_absorbing_box_has_a_loss(launch, scenario):
    grid, _, _ = launch(replace(scenario, disorder=0.3))
    assert loss_rate(scenario, ASKED, grid) is None
    rate = loss_rate(scenario, replace(ASKED, boundary="absorbing"), grid)
    assert rate.shape == grid.shape
    assert rate[tuple(n // 2 for n in grid.shape)] == 0.0
    assert rate.reshape(-1)[0] > 0.0


def test_an_absorbing_box_loses_what_a_periodic_one_brings_back(run):
    """A free packet past the edge: all but the layer's reflection is gone, and the record says how much."""
    free = replace(LINE, disorder=0.0, packet_width=8.0)
    asked = replace(ASKED, t_final=200.0, samples=33)
    there, back = (run(free, replace(asked, boundary=name)) for name in ("absorbing", "periodic"))
    for found in (there, back):
        assert found.numerics.boundary == found.scalars["boundary"]
    assert there.status == "escaped"
    assert there.scalars["absorbed"] > 0.0
    assert back.scalars["absorbed"] == 0.0
    assert np.isnan(there.scalars["norm_drift"])


def test_a_filter_beside_single_precision_does_not_depend_on_timing(monkeypatch):
    """The plans of the trial are in single; those of the filter have no record and so may not be timed."""
    made = []

    def noted(shape, **given):
        made.append(given)
        return Plans(shape, **given)

    scenario = replace(LINE, energy_filter=(1.0, 0.4))
    grid = resolve(scenario, ASKED).grid
    plans = Plans(grid.shape, precision="single")
    monkeypatch.setattr("physics.launch.Plans", noted)
    found = launched(scenario, lattice(scenario, grid, plans), plans)
    assert made == [{"effort": "FFTW_ESTIMATE"}]
    np.testing.assert_allclose(
        found, launched(scenario, lattice(scenario, grid), Plans(grid.shape)), atol=1e-12
    )
