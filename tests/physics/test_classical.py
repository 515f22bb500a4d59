"""Classical trajectories against exact motion, conserved energy and the quantum packet's early times."""

import numpy as np
import pytest
from scipy.special import ellipj
from scipy.stats import kstest

from physics import DeformationPotential, Grid, InputError, Scenario, gaussian_packet, propagate, theory
from physics.classical import PHASE_PER_STEP, Cloud, classical_msd, classical_twin, newton, wigner_cloud
from physics.spline import FieldSpline

TWO_PI = 2.0 * np.pi
SIGMAS = 4.0
PLANE = Grid((64, 64), (TWO_PI * 16.0,) * 2)
EMPTY = DeformationPotential(PLANE, np.zeros((0, 2)), [], [], [])


def lattice(plans_of, **changes):
    asked = {"rms": 0.08, "temperature": 1.0, "speed": 0.0, "seed": 3} | changes
    return DeformationPotential.thermal(PLANE, plans=plans_of(PLANE.shape), **asked)


def cloud(field, **changes):
    asked = {"center": (0.0, 0.0), "wavevector": (0.6, 0.0), "width": 6.0, "stream": (0, 0, 0)} | changes
    return wigner_cloud(field, **asked)


def energies(field, t, moved):
    return np.sum(moved.momentum**2, axis=1) / 2.0 + FieldSpline(field)(t)(moved.position)[0]


def test_free_spreading():
    """MSD - MSD(0) = k^2 t^2 + d t^2 / (4 sigma^2): the Wigner function of a free packet moves as it does."""
    times = np.linspace(0.0, 40.0, 9)
    msd, error = classical_msd(EMPTY, cloud(EMPTY), (0.0, 0.0), times)
    exact = 0.36 * times**2 + 2.0 * (theory.free_variance(times, 6.0) - 36.0)
    assert msd[0] == error[0] == 0.0
    # All times share one sample, so this is one draw of the deviation, not nine.
    assert np.all(np.abs(msd[1:] - exact[1:]) < SIGMAS * error[1:])
    assert error[-1] < 0.02 * msd[-1]


def test_the_standard_error_is_one():
    """Deviations of 200 streams from the exact MSD, over their errors: of variance 1 within 4 sigma."""
    times = np.array([0.0, 20.0])
    exact = 0.36 * 400.0 + 2.0 * (float(theory.free_variance(20.0, 6.0)) - 36.0)
    found = [
        classical_msd(EMPTY, cloud(EMPTY, stream=(n, 0, 0), trajectories=400), (0.0, 0.0), times)
        for n in range(200)
    ]
    deviations = np.array([(msd[1] - exact) / error[1] for msd, error in found])
    assert np.mean(deviations**2) == pytest.approx(1.0, abs=SIGMAS * np.sqrt(2.0 / 200))


def test_the_cloud_is_the_wigner_function():
    """Positions and momenta normal and independent, of the packet's widths."""
    drawn = cloud(EMPTY, center=(2.0, -3.0), wavevector=(0.6, 0.1), trajectories=20000)
    scaled = np.hstack([(drawn.position - (2.0, -3.0)) / 6.0, (drawn.momentum - (0.6, 0.1)) * 12.0])
    for column in scaled.T:
        assert kstest(column, "norm").pvalue > 1e-3
    np.testing.assert_allclose(np.corrcoef(scaled.T), np.eye(4), atol=SIGMAS / np.sqrt(20000))


def pendulum(t, amplitude, q, start, speed=0.0):
    """Released at rest at x = start in ``-amplitude cos(q x)``, or in the frame moving at `speed`.

    ``sin(q x / 2) = k sn(K - w t, k)`` with k = sin(q start / 2), w = q sqrt(amplitude); here as cd.
    """
    k = np.sin(q * start / 2.0)
    _, cn, dn, _ = ellipj(q * np.sqrt(amplitude) * t, k**2)
    return 2.0 / q * np.arcsin(k * cn / dn) + speed * t


@pytest.mark.parametrize("speed", [0.0, 0.4])
@pytest.mark.parametrize("start", [0.5, 2.0, 4.0])
def test_one_mode_is_a_pendulum(speed, start):
    """Verlet is off by PHASE_PER_STEP^2 / 24 of the phase, the spline by 0.3% of the frequency."""
    grid, q, amplitude = Grid((64,), (TWO_PI * 4.0,)), 0.5, 0.3
    field = DeformationPotential(grid, [[q]], [amplitude], [q * speed], [np.pi])
    times = np.linspace(0.0, 30.0, 31)
    particle = Cloud(np.array([[start]]), np.array([[speed]]))
    found = np.array([moved.position[0, 0] for _, moved in newton(field, particle, times)])
    phase = q * np.sqrt(amplitude) * times
    bound = (PHASE_PER_STEP**2 / 24.0 + 0.003 + 0.1**2 / 8.0) * phase * start
    # A slow turn near the top multiplies an error in frequency: by less than 2 at these amplitudes.
    assert np.all(np.abs(found - pendulum(times, amplitude, q, start, speed)) <= 2.0 * bound)
    assert np.ptp(found - speed * times) > 1.9 * start


def test_energy_is_kept_where_the_lattice_is_frozen(plans_of, monkeypatch):
    """Trajectory by trajectory; what Verlet leaves oscillates and falls as dt^2: fourfold at half of it."""
    field = lattice(plans_of)
    drawn = cloud(field, trajectories=500)
    start, times = energies(field, 0.0, drawn), np.linspace(0.0, 60.0, 5)
    errors = []
    for phase in (PHASE_PER_STEP, PHASE_PER_STEP / 2.0):
        monkeypatch.setattr("physics.classical.PHASE_PER_STEP", phase)
        changes = [energies(field, t, moved) - start for t, moved in newton(field, drawn, times)]
        errors.append(np.sqrt(np.mean(np.square(changes[1:]))))
    # The shadow energy is off by (dt^2 / 24) (force^2 + 2 p.V''.p): a share PHASE^2 / 8 of V_rms at most.
    assert errors[0] < PHASE_PER_STEP**2 / 8.0 * 0.08
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1)


def test_a_moving_lattice_works_on_the_trajectories(plans_of):
    """d<H>/dt = <dV/dt>, summed over the path by Simpson's rule."""
    field = lattice(plans_of, speed=0.3)
    drawn = cloud(field, trajectories=300)
    times = np.linspace(0.0, 8.0, 81)
    spline, h = FieldSpline(field), 1e-3
    power, energy = [], []
    for t, moved in newton(field, drawn, times):
        before, after = (spline(t + s)(moved.position)[0] for s in (-h, h))
        power.append((after - before) / (2.0 * h))
        energy.append(energies(field, t, moved))
    weights = np.array([1.0, *[4.0, 2.0] * 39, 4.0, 1.0]) * 0.1 / 3.0
    gained, work = energy[-1] - energy[0], weights @ np.array(power)
    assert np.std(gained) > 0.01
    # As in the frozen lattice, plus lines between syntheses.
    assert np.sqrt(np.mean((gained - work) ** 2)) < (PHASE_PER_STEP**2 / 8.0 + 0.1**2 / 8.0) * 0.08


@pytest.mark.parametrize("speed", [0.0, 0.3])
def test_early_it_is_the_quantum_packet(plans_of, speed):
    """Moments agree to t^4 but for terms hbar^2 V'''' / V'': (q sigma)^-2 / 8 of what the field does."""
    field = lattice(plans_of, speed=speed, rms=0.18)
    times = np.linspace(0.0, 8.0, 9)
    drawn = cloud(field, trajectories=40000)
    msd, error = classical_msd(field, drawn, (0.0, 0.0), times)
    psi0 = gaussian_packet(PLANE, (0.6, 0.0), 6.0)
    squared = sum(x**2 for x in PLANE.displacements((0.0, 0.0)))
    states = propagate(psi0, PLANE, field, dt=0.1, t_final=8.0, samples=9, plans=plans_of(PLANE.shape))
    quantum = np.array([np.sum(np.abs(psi) ** 2 * squared) * PLANE.cell for _, psi in states])
    quantum -= quantum[0]
    free = 0.36 * times**2 + 2.0 * (theory.free_variance(times, 6.0) - 36.0)
    bound = SIGMAS * error + np.abs(quantum - free) / (8.0 * 6.0**2)
    assert np.all(np.abs(msd - quantum) <= bound + 1e-9)
    # The field has been felt: without it the test would fail.
    assert abs(quantum[-1] - free[-1]) > 2.0 * bound[-1]


def test_an_energy_window_selects(plans_of):
    """Energies follow the Gaussian window times the unfiltered law: here by weighing a larger sample."""
    field = lattice(plans_of)
    chosen = energies(field, 0.0, cloud(field, energy_window=(0.2, 0.02), trajectories=4000))
    large = energies(field, 0.0, cloud(field, stream=(9, 9, 9), trajectories=200000))
    weight = np.exp(-((large - 0.2) ** 2) / (2.0 * 0.02**2))
    mean = np.average(large, weights=weight)
    spread = np.sqrt(np.average((large - mean) ** 2, weights=weight))
    assert len(chosen) == 4000
    assert chosen.mean() == pytest.approx(mean, abs=SIGMAS * spread / np.sqrt(4000) * 1.2)
    assert chosen.std() == pytest.approx(spread, rel=SIGMAS / np.sqrt(2 * 4000) * 1.2)


def test_a_rare_window_gives_fewer_trajectories(plans_of, monkeypatch):
    """With one round of draws, those of it that the window accepts: 64 or more, or none."""
    monkeypatch.setattr("physics.classical.DRAWS", 1)
    some = cloud(lattice(plans_of), energy_window=(0.2, 0.03), trajectories=500)
    assert 64 <= len(some.position) < 500
    with pytest.raises(InputError, match=r"holds 64 of 500 classical draws, got \d+ at energy 0\.2"):
        cloud(lattice(plans_of), energy_window=(0.2, 0.003), trajectories=500)


def test_refuses_a_window_far_from_the_packet(plans_of):
    with np.errstate(all="raise"), pytest.raises(InputError, match=r"move it towards the packet's own"):
        cloud(lattice(plans_of), energy_window=(-3.0, 0.02), trajectories=100)


def test_the_twin_of_a_scenario(plans_of):
    """The packet's own launch point, width, direction and window; the same numbers when asked again."""
    scenario = Scenario(
        disorder=0.5, wavenumber=0.6, packet_width=3.6, packet=1, energy_filter=(1.0, 0.2), seed=3
    )
    field, times = lattice(plans_of, rms=scenario.rms), np.linspace(0.0, 5.0, 3)
    drawn = cloud(
        field,
        center=scenario.launch_point(PLANE.length),
        wavevector=scenario.wavevector,
        stream=(3, 0, 1),
        trajectories=500,
        energy_window=(0.18, 0.036),
    )
    expected = classical_msd(field, drawn, scenario.launch_point(PLANE.length), times)
    for _ in range(2):
        found = classical_twin(scenario, field, times, trajectories=500)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("stream", [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_draws_are_named_by_seed_realization_and_packet(stream):
    assert np.abs(cloud(EMPTY, stream=stream).position - cloud(EMPTY).position).min() > 0.0


def test_neighbouring_points_share_their_draws():
    """Common random numbers: twice the width is the same cloud, stretched."""
    one, two = cloud(EMPTY), cloud(EMPTY, width=12.0)
    np.testing.assert_allclose(two.position, 2.0 * one.position, rtol=1e-15)


@pytest.mark.parametrize(
    ("changes", "said"), [({"width": 0.0}, "width"), ({"trajectories": 1}, "trajectories")]
)
def test_refuses_a_cloud_that_is_none(changes, said):
    with pytest.raises(InputError, match=said):
        cloud(EMPTY, **changes)


def test_refuses_times_that_do_not_ascend():
    with pytest.raises(InputError, match="ascending"):
        classical_msd(EMPTY, cloud(EMPTY), (0.0, 0.0), np.array([0.0, 2.0, 1.0]))
