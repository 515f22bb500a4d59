"""The deformation potential against its sum over modes, and its statistics against closed forms.

Sources: Kim et al., Phys. Rev. B 106, 054311 (2022) for the field; the statistics follow from
independent uniform phases. One realization's spatial mean of V(x, 0) V(x + r, t) is
``sum_q (A_q^2 / 2) cos(q.r - w t)`` plus, from each pair +-q, ``A_q^2 cos(theta - w t) cos(q.r)``
with theta = phi_q + phi_-q uniform: mean 0, variance ``A_q^4 cos^2(q.r) / 2``. Every statistical
tolerance below is four standard deviations of that, over the root of the number of realizations.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import DeformationPotential, Grid, InputError, theory

TWO_PI = 2.0 * np.pi
SIGMAS = 4.0


def direct_sum(grid, modes, t):
    """V and dV/dt by adding the waves up one at a time."""
    value, rate = np.zeros(grid.shape), np.zeros(grid.shape)
    for q, a, w, phi in zip(modes.q, modes.amplitude, modes.omega, modes.phase, strict=True):
        where = sum(k * x for k, x in zip(q, grid.positions(), strict=True))
        value += a * np.cos(where - w * t + phi)
        rate += a * w * np.sin(where - w * t + phi)
    return value, rate


def thermal(shape, length, plans_of, **changes):
    grid = Grid(shape, length)
    asked = {"rms": 0.5, "temperature": 1.0, "speed": 0.3, "seed": 7} | changes
    return DeformationPotential.thermal(grid, plans=plans_of(grid.shape), **asked)


@pytest.fixture(params=[1, 2], ids=["line", "plane"])
def box(request):
    """Shape, length and number of realizations: boxes whose outermost modes keep off q = 1."""
    return {1: ((96,), (TWO_PI * 40.5,), 400), 2: ((40, 45), (TWO_PI * 14.2, TWO_PI * 16.3), 150)}[
        request.param
    ]


@pytest.mark.parametrize(
    ("shape", "length"),
    [
        ((128,), (TWO_PI * 40.5,)),
        ((129,), (TWO_PI * 40.5,)),
        ((64, 54), (TWO_PI * 16, TWO_PI * 12.9)),
        ((45, 45), (TWO_PI * 14.2, TWO_PI * 14.2)),
    ],
)
@pytest.mark.parametrize("t", [0.0, 17.3])
def test_synthesis_is_the_direct_sum(shape, length, t, plans_of):
    """Some 600 cosines of sum 0.5 rms each round at 1e-16: far inside 1e-12."""
    field = thermal(shape, length, plans_of)
    value, rate = direct_sum(field.grid, field.modes, t)
    np.testing.assert_allclose(field(t), value, rtol=0, atol=1e-12)
    np.testing.assert_allclose(field.rate(t), rate, rtol=0, atol=1e-12)


@given(
    modes=st.lists(
        st.tuples(
            st.integers(-7, 7), st.integers(-5, 5), st.floats(-2, 2), st.floats(-1, 1), st.floats(-9, 9)
        ),
        max_size=8,
    ),
    t=st.floats(min_value=-20.0, max_value=20.0),
)
def test_any_modes_on_the_lattice_add_up(plans_of, modes, t):
    """Repeated, opposite and constant ones too; an empty list is no field."""
    grid = Grid((16, 12), (9.0, 11.0))
    table = np.array(modes, dtype=float).reshape(-1, 5)
    q = TWO_PI * table[:, :2] / np.array(grid.length)
    field = DeformationPotential(grid, q, *table[:, 2:].T, plans=plans_of(grid.shape))
    value, rate = direct_sum(grid, field.modes, t)
    np.testing.assert_allclose(field(t), value, rtol=0, atol=1e-12)
    np.testing.assert_allclose(field.rate(t), rate, rtol=0, atol=1e-12)


def direct_gradient(grid, modes, t):
    """grad V and its time derivative by adding the waves up one at a time, each (d, *shape)."""
    gradient, rate = np.zeros((2, grid.dimension, *grid.shape))
    for q, a, w, phi in zip(modes.q, modes.amplitude, modes.omega, modes.phase, strict=True):
        angle = sum(k * x for k, x in zip(q, grid.positions(), strict=True)) - w * t + phi
        gradient -= a * np.multiply.outer(q, np.sin(angle))
        rate += a * w * np.multiply.outer(q, np.cos(angle))
    return gradient, rate


@pytest.mark.parametrize(("shape", "length"), [((129,), (TWO_PI * 40.5,)), ((45, 54), (TWO_PI * 14.2,) * 2)])
@pytest.mark.parametrize("t", [0.0, 17.3])
def test_a_snapshot_is_the_field_and_its_derivatives(shape, length, t, plans_of):
    """Rounding as in the synthesis itself; squares of a gradient of order one add no more than that."""
    field = thermal(shape, length, plans_of)
    gradient, gradient_rate = direct_gradient(field.grid, field.modes, t)
    taken = field.snapshot(t, gradient=True)
    assert taken.t == t
    np.testing.assert_array_equal(taken.value, field(t))
    np.testing.assert_array_equal(taken.rate, field.rate(t))
    np.testing.assert_allclose(field.gradient(t), gradient, rtol=0, atol=1e-12)
    np.testing.assert_allclose(taken.gradient_squared, np.sum(gradient**2, axis=0), rtol=0, atol=1e-11)
    rate = 2.0 * np.sum(gradient * gradient_rate, axis=0)
    np.testing.assert_allclose(taken.gradient_squared_rate, rate, rtol=0, atol=1e-11)


def test_a_snapshot_has_no_gradient_unless_asked(plans_of):
    taken = thermal((96,), (TWO_PI * 40.5,), plans_of).snapshot(3.0)
    assert taken.gradient_squared is None
    assert taken.gradient_squared_rate is None


def test_the_modes_are_the_fields_own():
    """Arrays that are refilled later change neither the field nor what it is made of."""
    given = [np.array(x) for x in ([[TWO_PI / 20.0]], [1.5], [0.3], [0.2])]
    field = DeformationPotential(Grid((16,), (20.0,)), *given)
    value, frozen = field(1.0), field.frozen()(1.0)
    for array in given:
        array[...] = 0.5
    np.testing.assert_array_equal(field(1.0), value)
    np.testing.assert_array_equal(field.frozen()(1.0), frozen)


def test_thermal_amplitudes_and_zero_point_motion(plans_of):
    """They reach the modes; a lattice at T = 0 is one only with zero-point motion."""
    shape, length = (96,), (TWO_PI * 40.5,)
    plain, options = thermal(shape, length, plans_of), {"amplitudes": "thermal", "zero_point": True}
    for name, value in options.items():
        other = thermal(shape, length, plans_of, **{name: value})
        np.testing.assert_array_equal(other.modes.phase, plain.modes.phase)
        assert np.abs(other.modes.amplitude - plain.modes.amplitude).max() > 0.01
    cold = thermal(shape, length, plans_of, temperature=0.0, zero_point=True)
    assert np.sum(cold.modes.amplitude**2) / 2.0 == pytest.approx(0.25)
    with pytest.raises(InputError, match="temperature"):
        thermal(shape, length, plans_of, temperature=-1.0, zero_point=True)


def test_one_mode_runs_along_its_wavevector():
    """A cos(q x - w t) is its launched shape moved by (w / q) t."""
    grid = Grid((60,), (30.0,))
    field = DeformationPotential(grid, [[TWO_PI / 30.0]], [1.0], [TWO_PI / 10.0], [0.4])
    # w / q = 3: after t = 2, twelve points of 0.5 to the right.
    np.testing.assert_allclose(field(2.0), np.roll(field(0.0), 12), atol=1e-13)


@pytest.mark.parametrize("dimension", [1, 2])
def test_a_finer_grid_samples_the_same_field(dimension, plans_of):
    length = (TWO_PI * {1: 40.5, 2: 14.2}[dimension],) * dimension
    coarse = thermal({1: (96,), 2: (36, 36)}[dimension], length, plans_of)(5.0)
    fine = thermal({1: (192,), 2: (72, 72)}[dimension], length, plans_of)(5.0)
    np.testing.assert_allclose(fine[(slice(None, None, 2),) * dimension], coarse, atol=1e-12)


def test_frozen_is_the_same_lattice_stopped(box, plans_of):
    shape, length, _ = box
    field = thermal(shape, length, plans_of)
    still = field.frozen()
    assert still.is_static
    assert not field.is_static
    np.testing.assert_array_equal(still(0.0), field(0.0))
    np.testing.assert_array_equal(still(31.0), field(0.0))
    np.testing.assert_array_equal(still.rate(31.0), 0.0)
    assert np.abs(field(31.0) - field(0.0)).max() > 0.1


def test_speed_zero_is_frozen(box, plans_of):
    """A twin made with speed 0 and one made by frozen() are one."""
    shape, length, _ = box
    twin = thermal(shape, length, plans_of, speed=0.0)
    assert twin.is_static
    np.testing.assert_array_equal(twin(9.0), thermal(shape, length, plans_of).frozen()(9.0))


def test_a_field_is_what_it_was_when_asked_again(box, plans_of):
    shape, length, _ = box
    field = thermal(shape, length, plans_of)
    first = field(3.0)
    kept = first.copy()
    field(8.0)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(field(3.0), kept)


def ensemble(box, plans_of, t):
    """Realizations of (V(., 0), V(., t)), and the modes that they share but for the phases."""
    shape, length, count = box
    fields = [thermal(shape, length, plans_of, realization=number) for number in range(count)]
    return [(field(0.0), field(t)) for field in fields], fields[0]


def test_the_realised_variance(box, plans_of):
    """The spatial mean of V^2 averages to rms^2 = sum A^2 / 2, with variance sum_pairs A^4 / 2."""
    pairs, field = ensemble(box, plans_of, 40.0)
    variance = np.sum(field.modes.amplitude**4) / 4.0
    for realised in np.mean([[np.mean(v**2) for v in pair] for pair in pairs], axis=0):
        assert realised == pytest.approx(0.25, abs=SIGMAS * np.sqrt(variance / len(pairs)))


def test_the_spread_of_the_realised_variance(plans_of):
    """7% of V_rms in 1-D at box 2 pi x 26, 1% in 2-D (physics.md), by the same formula."""
    for shape, length, expected in (((64,), TWO_PI * 26, 0.07), ((64, 64), TWO_PI * 26, 0.01)):
        field = thermal(shape, (length,) * len(shape), plans_of, rms=1.0)
        spread = np.sqrt(np.sum(field.modes.amplitude**4) / 4.0) / 2.0
        assert spread == pytest.approx(expected, rel=0.2)


def periodogram(grid, values):
    """Power per integer index, |integral V exp(-i q.r)|^2 / volume^2, and the wavenumber |q|."""
    power = np.abs(np.fft.fftn(values) / values.size) ** 2
    return power, np.sqrt(sum(k**2 for k in grid.wavenumbers()))


def test_the_spectrum(box, plans_of):
    """Power at +-q averages to A_q^2 / 2 = S(q) / volume, proportional to q n(q), with that spread over
    sqrt 2 in one realization (A_q^2 (1 + cos theta) / 2); checked in five shells and in total.
    """
    pairs, field = ensemble(box, plans_of, 40.0)
    grid = field.grid
    powers = [periodogram(grid, v)[0] for _, v in pairs]
    power, q = np.mean(powers, axis=0), periodogram(grid, pairs[0][1])[1]
    inside = (q > 0.0) & (q <= 1.0)
    shape = np.zeros(grid.shape)
    shape[inside] = q[inside] * theory.occupation(q[inside], 1.0)
    expected = 0.25 * shape / shape.sum()
    for low, high in [*zip(np.arange(5) / 5.0, np.arange(1, 6) / 5.0, strict=True), (0.0, 1.0)]:
        shell = inside & (q > low) & (q <= high)
        ratios = power[shell] / expected[shell]
        # Both of a pair carry the same draw, so shell.sum() / 2 of them are independent.
        error = np.sqrt(0.5 / (len(pairs) * shell.sum() / 2.0))
        assert ratios.mean() == pytest.approx(1.0, abs=SIGMAS * error)


def test_nothing_lies_outside_the_debye_sphere(box, plans_of):
    """No mode is there; what an FFT returns is rounding, 1e-16 of the amplitude, squared."""
    shape, length, _ = box
    field = thermal(shape, length, plans_of)
    assert np.linalg.norm(field.modes.q, axis=1).max() <= 1.0
    for t in (0.0, 40.0):
        power, q = periodogram(field.grid, field(t))
        assert power[(q > 1.0) | (q == 0.0)].max() < 1e-30


@pytest.mark.parametrize("t", [0.0, 6.0, 40.0])
def test_the_two_point_function(box, plans_of, t):
    """<V(0,0) V(r,t)> = sum (A_q^2 / 2) cos(q.r - w t), at a spread of displacements r."""
    pairs, field = ensemble(box, plans_of, t)
    grid, modes = field.grid, field.modes
    transform = [np.fft.fftn(at).conj() * np.fft.fftn(after) for at, after in pairs]
    measured = np.fft.ifftn(np.mean(transform, axis=0)).real / np.prod(grid.shape)
    for point in np.random.default_rng(0).integers(0, grid.shape, size=(12, grid.dimension)):
        r = point * np.array(grid.spacing)
        phase = modes.q @ r
        expected = np.sum(modes.amplitude**2 * np.cos(phase - modes.omega * t)) / 2.0
        variance = np.sum(modes.amplitude**4 * np.cos(phase) ** 2) / 4.0
        error = np.sqrt(variance / len(pairs))
        assert measured[tuple(point)] == pytest.approx(expected, abs=SIGMAS * error + 1e-12)


def discrete_correlation(modes, r, t):
    """Box sum of <V(0,0) V(r,t)>, with r along x."""
    return np.sum(modes.amplitude**2 * np.cos(modes.q[:, 0] * r - modes.omega * t)) / 2.0


@pytest.mark.parametrize(("r", "t"), [(0.0, 5.0), (2.0, 0.0), (3.0, 4.0), (6.0, 10.0)])
def test_on_the_line_the_box_sum_tends_to_the_integral(plans_of, r, t):
    """Box sum = (integral - S(0)/L) / ratio, exactly up to the midpoint rule.

    At L = 2 pi (n + 1/2) the sum with q = 0 is the midpoint rule for f(q) = (S(q) / 2 pi) cos(qr) cos(qs),
    s = v_s t, whose error is at most h^2 / 8 times the variation of f'. With w = q n(q): w <= 1,
    |w'| <= 1/2, |w''| <= 1/6 and a jump of w' of 1 at q = 0, in units of S(0) / 2 pi.
    """
    count, speed = 60.5, 0.3
    field = thermal((160,), (TWO_PI * count,), plans_of, rms=1.0, speed=speed)
    at = {"rms": 1.0, "temperature": 1.0, "dimension": 1}
    zero = float(theory.field_spectrum(0.0, **at)) / TWO_PI
    norm = 1.0 - zero / count
    expected = theory.field_correlation(r, t, speed=speed, **at) - zero / count
    reach = r + speed * t
    variation = 2.0 * (1.0 / 6.0 + reach + reach**2) + 1.0
    # The normalisation is such a sum too, with reach 0.
    tolerance = zero / count**2 / 8.0 * (variation + 4.0 / 3.0)
    assert discrete_correlation(field.modes, r, t) == pytest.approx(expected / norm, abs=tolerance)


@pytest.mark.parametrize(("r", "t"), [(0.0, 5.0), (2.0, 0.0), (3.0, 4.0), (10.0, 10.0), (25.0, 40.0)])
def test_in_the_plane_the_box_sum_tends_to_the_integral(plans_of, r, t):
    """Poisson: the box sum is the sum of the infinite plane's over periodic images, less S(0) / L^2.

    At distance R the sharp end of S(q) makes C ~ (n(1) / I_2) sqrt(2 / pi) R^-3/2. The four nearest
    images count in full; the farther ones alternate in sign, and we allow them as much again.
    """
    count, speed = 40.5, 0.3
    field = thermal((100, 100), (TWO_PI * count,) * 2, plans_of, rms=1.0, speed=speed)
    at = {"rms": 1.0, "temperature": 1.0}
    nearest = TWO_PI * count - r - speed * t
    edge = float(theory.occupation(1.0, 1.0)) / theory.debye_integral(2, 1.0)
    images = 4.0 * edge * np.sqrt(2.0 / np.pi) * nearest**-1.5
    zero = float(theory.field_spectrum(0.0, **at)) / (TWO_PI * count) ** 2
    expected = theory.field_correlation(r, t, speed=speed, **at)
    tolerance = 2.0 * images + zero
    assert tolerance < 0.01
    assert discrete_correlation(field.modes, r, t) == pytest.approx(expected, abs=tolerance)


GRID = Grid((16, 16), (10.0, 10.0))
Q = [[TWO_PI / 10.0, 0.0]]


@pytest.mark.parametrize(
    ("q", "amplitude", "omega", "phase", "said"),
    [
        (Q, [1.0, 2.0], [0.0], [0.0], "shapes"),
        (Q, [1.0], [0.0, 0.0], [0.0], "shapes"),
        ([[0.0]], [1.0], [0.0], [0.0], "shapes"),
        ([[0.0, 0.0, 0.0]], [1.0], [0.0], [0.0], "shapes"),
        (Q, [float("nan")], [0.0], [0.0], "finite"),
        (Q, [1.0], [float("inf")], [0.0], "finite"),
        ([[float("nan"), 0.0]], [1.0], [0.0], [0.0], "finite"),
        ([[0.5, 0.0]], [1.0], [0.0], [0.0], "multiples of 2 pi / length"),
        ([[0.0, TWO_PI / 10.0 * 1.001]], [1.0], [0.0], [0.0], "multiples of 2 pi / length"),
        ([[TWO_PI / 10.0 * 8, 0.0]], [1.0], [0.0], [0.0], "more grid points"),
        ([[0.0, -TWO_PI / 10.0 * 9]], [1.0], [0.0], [0.0], "more grid points"),
    ],
)
def test_refuses_modes_that_are_none(q, amplitude, omega, phase, said):
    with pytest.raises(InputError, match=said):
        DeformationPotential(GRID, q, amplitude, omega, phase)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rms", -0.1),
        ("rms", float("nan")),
        ("rms", "1"),
        ("temperature", 0.0),
        ("temperature", -1.0),
        ("temperature", float("inf")),
        ("speed", -0.1),
        ("speed", float("nan")),
    ],
)
def test_refuses_a_thermal_field_that_is_none(name, value, plans_of):
    with pytest.raises(InputError, match=name):
        thermal((96,), (TWO_PI * 40.5,), plans_of, **{name: value})


def test_a_field_of_no_strength_is_zero(plans_of):
    np.testing.assert_array_equal(thermal((96,), (TWO_PI * 40.5,), plans_of, rms=0.0)(1.0), 0.0)
