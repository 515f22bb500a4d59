"""The lattice's modes: which, how strong, and phases that depend on (seed, realization, index) alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from physics import DeformationPotential, Grid, InputError, theory
from physics.modes import (
    check_mode_sum,
    is_continuous,
    lattice_indices,
    mean_squared_acceleration,
    mode_phases,
    mode_sum_ratio,
    thermal_factors,
    thermal_modes,
    wavevectors,
)

TWO_PI = 2.0 * np.pi
# Of indices (0, 1), (1, 0), (-3, 2) at seed 7, realization 2, recorded when the streams were fixed.
PHASES = [0.47607978543353113, 1.450514853544271, 1.1232038036446177]
FACTORS = [1.7878825562381822, 0.5309408896003228, 0.14328003134775302]


def square(half_side, dimension=2):
    """All integer indices with every component within `half_side`."""
    line = np.arange(-half_side, half_side + 1)
    return np.stack(np.meshgrid(*[line] * dimension, indexing="ij"), axis=-1).reshape(-1, dimension)


@given(st.lists(st.floats(min_value=1.0, max_value=150.0), min_size=1, max_size=2))
def test_indices_are_all_of_the_debye_sphere_but_the_origin(length):
    grid = Grid((4,) * len(length), length)
    found = {tuple(j) for j in lattice_indices(grid).tolist()}
    candidates = square(int(max(length) / TWO_PI) + 1, len(length))
    q = np.linalg.norm(TWO_PI * candidates / np.array(length), axis=1)
    assert found >= {tuple(j) for j in candidates[(q > 0) & (q < 1 - 1e-6)].tolist()}
    assert found <= {tuple(j) for j in candidates[(q > 0) & (q < 1 + 1e-6)].tolist()}
    assert found == {tuple(-i for i in j) for j in found}


@pytest.mark.parametrize("n", [11, 15, 16, 22, 30, 44, 60, 88])
def test_a_mode_on_the_debye_sphere_survives_rounding(n):
    """In a box of 2 pi n the outermost index is n, whatever the last bit of 2 pi n / (2 pi) says."""
    assert np.abs(lattice_indices(Grid((4,), (TWO_PI * n,)))).max() == n


@given(st.integers(min_value=1, max_value=12), st.sampled_from([1, 2]), st.randoms())
def test_the_phase_of_an_index_does_not_depend_on_its_company(half_side, dimension, random):
    indices = square(half_side, dimension)
    phases = mode_phases(indices, seed=3, realization=5)
    chosen = np.array(random.sample(range(len(indices)), min(7, len(indices))))
    np.testing.assert_array_equal(mode_phases(indices[chosen], 3, 5), phases[chosen])
    larger = square(13, dimension)
    within = np.abs(larger).max(axis=1) <= half_side
    np.testing.assert_array_equal(mode_phases(larger, 3, 5)[within], phases)


@pytest.mark.parametrize("dimension", [1, 2])
def test_no_two_indices_share_a_phase(dimension):
    phases = mode_phases(square(30, dimension), seed=0, realization=0)
    assert np.unique(phases).size == phases.size


@pytest.mark.parametrize(("shape", "factor"), [((64,), 1), ((64, 64), 1), ((64,), 2), ((64, 64), 2)])
def test_finer_grids_and_longer_boxes_see_the_same_lattice(shape, factor):
    length = TWO_PI * 20.0
    few = thermal_modes(
        Grid(shape, (length,) * len(shape)), rms=1.0, temperature=2.0, speed=0.1, seed=1, realization=2
    )
    wide = Grid([2 * n for n in shape], (factor * length,) * len(shape))
    many = thermal_modes(wide, rms=0.3, temperature=1.0, speed=0.7, seed=1, realization=2)

    def by_index(modes, extent):
        indices = np.rint(modes.q * extent / TWO_PI).astype(int)
        return {tuple(j): x for j, x in zip(indices.tolist(), modes.phase.tolist(), strict=True)}

    known, shared = by_index(many, factor * length), by_index(few, length)
    assert {index: known[index] for index in shared} == shared


def test_phases_are_uniform():
    """Kolmogorov-Smirnov: a sample of a uniform law gives p above 1e-3 in all but 1e-3 of seeds."""
    phases = mode_phases(square(50), seed=0, realization=0)
    assert phases.min() >= 0.0
    assert phases.max() < TWO_PI
    assert kstest(phases / TWO_PI, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((0, 0, 1), (1, 0, 1)),
        ((0, 0, 1), (0, 1, 1)),
        ((0, 1, 1), (1, 0, 1)),
        ((0, 0, 1), (0, 0, -1)),
        ((7, 3, 1), (7, 3, -1)),
    ],
)
def test_seeds_realizations_and_opposite_modes_are_independent(first, second):
    """The mean of N random unit vectors exceeds x with probability exp(-N x^2): here 1e-4."""
    indices = square(40)
    indices = indices[(indices[:, 0] > 0) | ((indices[:, 0] == 0) & (indices[:, 1] > 0))]
    one, two = (mode_phases(sign * indices, seed, number) for seed, number, sign in (first, second))
    bound = np.sqrt(np.log(1e4) / len(indices))
    for angle in (one - two, one + two):
        assert abs(np.exp(1j * angle).mean()) < bound


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("temperature", [0.4, 1.0, 5.0])
def test_thermal_modes_follow_the_occupation(dimension, temperature):
    """A_q^2 proportional to q n(q), sum A_q^2 / 2 = rms^2, omega = v_s |q| (Kim et al. 2022)."""
    grid = Grid((64,) * dimension, (TWO_PI * 60.5,) * dimension)
    modes = thermal_modes(grid, rms=0.7, temperature=temperature, speed=0.3, seed=0)
    q = np.linalg.norm(modes.q, axis=1)
    assert np.sum(modes.amplitude**2) / 2.0 == pytest.approx(0.49, rel=1e-12)
    ratio = modes.amplitude**2 * np.expm1(q / temperature) / q
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-12)
    np.testing.assert_allclose(modes.omega, 0.3 * q, rtol=1e-14)
    np.testing.assert_allclose(modes.q, wavevectors(grid, lattice_indices(grid)), rtol=0)


def test_the_mode_sum_tends_to_the_integral():
    """q n(q) is T at q = 0, where the box has no mode: in 1-D half a spacing is missing at each side.

    At half-integer boxes the outer edge is met (midpoint rule), so what is missing is T (2 pi / L) of
    2 I_1, to second order in 2 pi / L: 1 - ratio = T / (2 n I_1), and its error falls as 1 / n^2.
    """
    debye = 0.7775046341122482  # I_1(1) = integral_0^1 x / (exp(x) - 1) dx
    errors = [
        abs(1.0 - mode_sum_ratio((TWO_PI * n,), 1.0) - 1.0 / (2.0 * n * debye)) for n in (20.5, 40.5, 80.5)
    ]
    for coarse, fine in pairwise(errors):
        assert coarse / fine == pytest.approx(4.0, rel=0.1)


def test_the_one_dimensional_box_of_26_is_11_percent_short_when_cold():
    assert 1.0 - mode_sum_ratio((TWO_PI * 26,), 0.1) == pytest.approx(0.11, abs=0.005)
    assert not is_continuous((TWO_PI * 26,), 0.1)
    assert is_continuous((TWO_PI * 26, TWO_PI * 26), 0.1)


@pytest.mark.parametrize(("length", "temperature"), [((50.0,), 1.0), ((20.0, 20.0), 1.0), ((160.0,), 0.1)])
def test_refuses_a_box_whose_modes_do_not_stand_for_the_continuum(length, temperature):
    with pytest.raises(InputError, match=r"within 2% of the integral.*longer box"):
        check_mode_sum(length, temperature)
    with pytest.raises(InputError, match=r"within 2% of the integral.*longer box"):
        thermal_modes(Grid((64,) * len(length), length), rms=1.0, temperature=temperature, speed=0.0, seed=0)


def test_a_box_without_modes_is_refused():
    with pytest.raises(InputError, match=r"got a ratio of 0\.000"):
        check_mode_sum((3.0, 3.0), 1.0)


def drawn(dimension=2, **changes):
    grid = Grid((64,) * dimension, (TWO_PI * 60.5,) * dimension)
    asked = {"rms": 0.7, "temperature": 1.0, "speed": 0.3, "seed": 0} | changes
    return thermal_modes(grid, **asked)


def test_the_streams_of_earlier_results_are_kept():
    """Stored trajectories name their lattice by (seed, realization): these draws may never change."""
    indices = np.array([[0, 1], [1, 0], [-3, 2]])
    np.testing.assert_allclose(mode_phases(indices, 7, 2), PHASES, rtol=1e-15)
    np.testing.assert_allclose(thermal_factors(indices, 7, 2), FACTORS, rtol=1e-15)


def test_thermal_amplitudes_leave_the_phases_alone():
    mean, thermal = drawn(), drawn(amplitudes="thermal")
    np.testing.assert_array_equal(thermal.phase, mean.phase)
    assert np.all(thermal.amplitude != mean.amplitude)


def test_thermal_amplitudes_are_those_of_a_thermal_state():
    """abs(alpha)^2 exponential of mean n (Glauber 1963), independent of the phases.

    Kolmogorov-Smirnov, and the correlation of 6600 pairs, normal with deviation 1 / sqrt(6600).
    """
    indices = square(40)
    factors = thermal_factors(indices, seed=0, realization=0)
    assert kstest(factors**2, "expon").pvalue > 1e-3
    phases = mode_phases(indices, seed=0, realization=0)
    for wave in (np.cos(phases), np.sin(phases)):
        assert abs(np.corrcoef(factors, wave)[0, 1]) < 4.0 / np.sqrt(len(indices))
    ratio = drawn(amplitudes="thermal").amplitude / drawn().amplitude
    assert kstest(ratio**2, "expon").pvalue > 1e-3


@pytest.mark.parametrize(("seed", "realization"), [(1, 0), (0, 1)])
def test_thermal_draws_are_named_by_seed_and_realization(seed, realization):
    indices = square(10)
    assert np.all(thermal_factors(indices, seed, realization) != thermal_factors(indices, 0, 0))


def test_a_thermal_factor_does_not_depend_on_its_company():
    indices = square(9)
    factors = thermal_factors(indices, 3, 5)
    np.testing.assert_array_equal(thermal_factors(indices[40:47], 3, 5), factors[40:47])


def test_the_ensemble_of_thermal_amplitudes_has_the_rms_asked_for():
    """sum A^2 / 2 averages to rms^2, with variance sum (A^2 / 2)^2 (an exponential's own mean squared)."""
    mean = drawn(dimension=1)
    found = [np.sum(drawn(1, amplitudes="thermal", seed=n).amplitude ** 2) / 2.0 for n in range(200)]
    spread = np.sqrt(np.sum(mean.amplitude**4)) / 2.0
    assert np.mean(found) == pytest.approx(0.49, abs=4.0 * spread / np.sqrt(200))
    assert np.std(found) == pytest.approx(spread, rel=4.0 * np.sqrt((6.0 / 2.0 + 2.0) / (4.0 * 200)))


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("temperature", [0.0, 0.5, 2.0])
def test_zero_point_motion_adds_half_a_quantum(dimension, temperature):
    """A_q^2 proportional to q (n + 1/2), at T = 0 to q alone; rms is that of all of it."""
    modes = drawn(dimension, temperature=temperature, zero_point=True)
    q = np.linalg.norm(modes.q, axis=1)
    number = 0.5 / np.tanh(q / (2.0 * temperature)) if temperature > 0.0 else np.full(q.shape, 0.5)
    ratio = modes.amplitude**2 / (q * number)
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-12)
    assert np.sum(modes.amplitude**2) / 2.0 == pytest.approx(0.49, rel=1e-12)


def test_the_mode_sum_of_zero_point_motion_is_its_own():
    """At T = 0 the weight q vanishes at q = 0: no mode is missed, the midpoint rule is exact in 1-D.

    With n + 1/2 at T = 1 the missing half mode is T (2 pi / L), of 2 (I_1 + 1/4).
    """
    box = (TWO_PI * 20.5,)
    assert mode_sum_ratio(box, 0.0, True) == pytest.approx(1.0 - 0.25 / 20.5**2, abs=1e-9)
    debye = 0.7775046341122482
    missing = 1.0 / (2.0 * 20.5 * (debye + 0.25))
    # Second order in 2 pi / L, of a weight of curvature at most 1 and slope 0 at q = 0.
    assert mode_sum_ratio(box, 1.0, True) == pytest.approx(1.0 - missing, abs=0.25 / 20.5**2)
    cold = (TWO_PI * 26,)
    assert not is_continuous(cold, 0.1)
    check_mode_sum((TWO_PI * 26.5,), 0.1, zero_point=True)


def test_refuses_amplitudes_of_another_kind():
    with pytest.raises(InputError, match="amplitudes: expected one of mean, thermal, got 'loud'"):
        drawn(amplitudes="loud")


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_mean_squared_acceleration(dimension, plans_of):
    """rms^2 I_{d+2} / I_d within the 2% that the box's sum may miss; scatter of 200 realizations."""
    box = {1: ((96,), (TWO_PI * 40.5,)), 2: ((40, 40), (TWO_PI * 14.2,) * 2)}[dimension]
    grid, asked = Grid(*box), {"rms": 0.5, "temperature": 1.0, "speed": 0.3, "seed": 7}
    mean, spread = mean_squared_acceleration(thermal_modes(grid, **asked))
    exact = theory.debye_integral(dimension + 2, 1.0) / theory.debye_integral(dimension, 1.0)
    assert mean == pytest.approx(0.25 * exact, rel=0.03)
    found = [
        DeformationPotential.thermal(grid, realization=n, plans=plans_of(grid.shape), **asked)
        .snapshot(2.0, gradient=True)
        .gradient_squared.mean()
        for n in range(200)
    ]
    assert np.mean(found) == pytest.approx(mean, abs=4.0 * spread / np.sqrt(200))
    # Of a sum of many independent terms, nearly normal.
    assert np.std(found) == pytest.approx(spread, rel=4.0 / np.sqrt(400))
