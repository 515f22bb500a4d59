"""The field's closed forms, against their limits and each other."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.special import j1, zeta

from physics import DeformationPotential, Grid, InputError, theory

TWO_PI = 2.0 * np.pi


@pytest.mark.parametrize("q", [1e-3, 0.5, 30.0])
def test_occupation_is_bose_einsteins(q):
    assert theory.occupation(q, 0.7) == pytest.approx(1.0 / np.expm1(q / 0.7), rel=1e-13)


def test_zero_point_adds_half_a_quantum():
    np.testing.assert_allclose(
        theory.occupation([0.2, 1.0], 0.5, zero_point=True) - theory.occupation([0.2, 1.0], 0.5), 0.5
    )
    np.testing.assert_array_equal(theory.occupation([0.2, 1.0], 0.0, zero_point=True), 0.5)
    np.testing.assert_array_equal(theory.occupation([0.2, 1.0], 0.0), 0.0)


def test_debye_integral_limits():
    """Hot, x / (exp(x/T) - 1) -> T - x/2 + x^2/(12 T): I_2 = T/2 - 1/6 + 1/(48 T), next term T^-3.

    Cold, the upper end is at infinity up to exp(-1/T): I_2 = 2 zeta(3) T^3, I_1 = pi^2 T^2 / 6.
    """
    assert theory.debye_integral(2, 50.0) == pytest.approx(25.0 - 1 / 6 + 1 / 2400, abs=50.0**-3)
    for cold in (0.02, 1e-4, 1e-8):
        assert theory.debye_integral(2, cold) == pytest.approx(2.0 * zeta(3) * cold**3, rel=1e-9)
        assert theory.debye_integral(1, cold) == pytest.approx(np.pi**2 / 6.0 * cold**2, rel=1e-9)


@pytest.mark.parametrize("power", [1, 2, 4])
def test_the_debye_integral_at_rest(power):
    """At T = 0 the half quanta are left, integral x^d / 2 dx; they add to any temperature's."""
    rest = 0.5 / (power + 1)
    assert theory.debye_integral(power, 0.0, zero_point=True) == pytest.approx(rest, rel=1e-15)
    both = theory.debye_integral(power, 0.7, zero_point=True)
    assert both == pytest.approx(theory.debye_integral(power, 0.7) + rest, rel=1e-12)


@pytest.mark.parametrize("zero_point", [False, True])
@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
def test_the_spectrum_integrates_to_the_variance(temperature, zero_point):
    """integral S d^dq / (2 pi)^d = rms^2."""
    at = {"rms": 0.3, "temperature": temperature, "zero_point": zero_point}

    def spectrum(q, dimension):
        return float(theory.field_spectrum(q, dimension=dimension, **at))

    plane = quad(lambda q: q / TWO_PI * spectrum(q, 2), 0.0, 1.0, epsrel=1e-10)[0]
    line = quad(lambda q: spectrum(q, 1) / np.pi, 0.0, 1.0, epsrel=1e-10)[0]
    assert plane == pytest.approx(0.09, rel=1e-9)
    assert line == pytest.approx(0.09, rel=1e-9)


def test_the_spectrum_ends_at_the_debye_wavenumber():
    q = np.array([1.0, np.nextafter(1.0, 2.0), 3.0])
    inside, *outside = theory.field_spectrum(q, rms=1.0, temperature=1.0)
    assert inside > 0.0
    assert outside == [0.0, 0.0]


def test_the_spectrum_is_continuous_at_zero():
    """q n(q) = T - q / 2 + ...: a step of 1e-9 changes it by half of that."""
    at, near = theory.field_spectrum([0.0, 1e-9], rms=1.0, temperature=1.0)
    assert near == pytest.approx(at, rel=1e-9)


def test_at_rest_the_spectrum_rises_linearly():
    """T = 0 with zero-point motion: S = C q / 2, C = 2 pi rms^2 / (1/6), so S = 6 pi rms^2 q."""
    q = np.array([0.0, 0.3, 1.0, 1.1])
    spectrum = theory.field_spectrum(q, rms=0.2, temperature=0.0, zero_point=True)
    np.testing.assert_allclose(spectrum, 6.0 * np.pi * 0.04 * np.where(q <= 1.0, q, 0.0), rtol=1e-12)


@pytest.mark.parametrize("zero_point", [False, True])
@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("temperature", [1e-5, 0.8, 1e4])
def test_the_correlation_starts_at_the_variance(dimension, temperature, zero_point):
    at = {"rms": 0.4, "temperature": temperature, "speed": 0.2}
    value = theory.field_correlation(0.0, 0.0, dimension=dimension, zero_point=zero_point, **at)
    assert value == pytest.approx(0.16, rel=1e-7)


@pytest.mark.parametrize("r", [0.3, 2.0, 9.0])
def test_the_hot_frozen_correlation(r):
    """Hot, S is flat: 2 J1(r) / r in the plane, sin(r) / r on the line, up to 1 / 2T relative."""
    at = {"rms": 1.0, "temperature": 1e4, "speed": 0.0}
    plane = theory.field_correlation(r, 0.0, dimension=2, **at)
    line = theory.field_correlation(r, 0.0, dimension=1, **at)
    assert plane == pytest.approx(2.0 * j1(r) / r, abs=1e-4)
    assert line == pytest.approx(np.sin(r) / r, abs=1e-4)


def test_on_the_line_the_correlation_travels():
    """cos(q r) cos(q s) is the mean of the frozen ones at r + s and r - s, s = v_s t."""
    at = {"rms": 1.0, "temperature": 1.0, "dimension": 1}
    moving = theory.field_correlation(3.0, 5.0, speed=0.4, **at)
    frozen = [theory.field_correlation(r, 0.0, speed=0.0, **at) for r in (1.0, 5.0)]
    assert moving == pytest.approx(np.mean(frozen), abs=1e-9)


def test_the_plane_correlation_is_the_transform_of_the_spectrum():
    """<V(0) V(r)> = integral S(q) exp(i q.r) d^2q / (2 pi)^2 over the disc, by direct cubature."""

    def integrand(angle, q):
        spectrum = theory.field_spectrum(q, rms=0.5, temperature=0.7)
        return float(spectrum) * q * np.cos(q * 2.5 * np.cos(angle)) / TWO_PI**2

    value = dblquad(integrand, 0.0, 1.0, 0.0, TWO_PI, epsabs=1e-8)[0]
    expected = theory.field_correlation(2.5, 0.0, rms=0.5, temperature=0.7, speed=0.0)
    assert expected == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize("zero_point", [False, True])
@pytest.mark.parametrize("dimension", [1, 2])
def test_the_force_is_the_curvature_of_the_correlation(dimension, zero_point):
    """<|grad V|^2> = -lap <V(0) V(r)> at 0 = 2 d (C(0) - C(h)) / h^2, up to h^2 / 12 of <q^4> / <q^2>.

    <q^4> is at most <q^2>, as q is at most 1; the integrals' own error, 1e-8, weighs 2 d / h^2.
    """
    at = {"rms": 0.4, "temperature": 0.7, "dimension": dimension, "zero_point": zero_point}
    h = 0.05
    here, there = (theory.field_correlation(r, 0.0, speed=0.0, **at) for r in (0.0, h))
    curvature = 2.0 * dimension * (here - there) / h**2
    noise = 4.0 * dimension / h**2 * 1e-8 * 0.16
    expected = theory.mean_squared_acceleration(**at)
    assert expected == pytest.approx(curvature, rel=h**2 / 12.0, abs=noise)


@pytest.mark.parametrize(("shape", "length"), [((480,), 200.5), ((120, 120), 40.5)])
def test_the_box_has_the_force_of_the_continuum(shape, length):
    """Sum over modes against I_{d+2} / I_d: their variance is exact, and q^2 weighs the rim.

    The rim is known to one cell of the reciprocal lattice, 1 / 40.5 on a circle of 2 pi 40.5 cells,
    which average out: well inside 1 / 40.5; on the line 1 / 200.5 of 2 weights at most.
    """
    grid = Grid(shape, (TWO_PI * length,) * len(shape))
    field = DeformationPotential.thermal(grid, rms=0.3, temperature=1.0, speed=0.1, seed=1)
    expected = theory.mean_squared_acceleration(rms=0.3, temperature=1.0, dimension=len(shape))
    force = field.modes.amplitude**2 @ np.sum(field.modes.q**2, axis=1) / 2.0
    assert force == pytest.approx(expected, rel=1.0 / 40.5)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), "1"])
def test_refuses_a_temperature_that_is_none(bad):
    with pytest.raises(InputError, match="temperature"):
        theory.debye_integral(2, bad)
    with pytest.raises(InputError, match="temperature"):
        theory.field_spectrum(0.5, rms=1.0, temperature=bad)
    with pytest.raises(InputError, match="temperature"):
        theory.field_correlation(0.5, 0.0, rms=1.0, temperature=bad, speed=0.0)


@pytest.mark.parametrize("bad", [-0.1, float("nan"), float("inf"), "1", True])
def test_refuses_a_strength_that_is_none(bad):
    with pytest.raises(InputError, match="rms"):
        theory.field_spectrum(0.5, rms=bad, temperature=1.0)
    with pytest.raises(InputError, match="rms"):
        theory.field_correlation(0.5, 0.0, rms=bad, temperature=1.0, speed=0.0)
    with pytest.raises(InputError, match="rms"):
        theory.mean_squared_acceleration(rms=bad, temperature=1.0)


@pytest.mark.parametrize("bad", [0, 3, 2.0, True, "2"])
def test_refuses_a_dimension_that_is_none(bad):
    at = {"rms": 1.0, "temperature": 1.0, "dimension": bad}
    with pytest.raises(InputError, match="dimension"):
        theory.field_spectrum(0.5, **at)
    with pytest.raises(InputError, match="dimension"):
        theory.field_correlation(0.5, 0.0, speed=0.0, **at)
    with pytest.raises(InputError, match="dimension"):
        theory.mean_squared_acceleration(**at)


def test_refuses_a_power_or_a_speed_that_is_none():
    with pytest.raises(InputError, match="dimension"):
        theory.debye_integral(0, 1.0)
    with pytest.raises(InputError, match="speed"):
        theory.field_correlation(0.5, 0.0, rms=1.0, temperature=1.0, speed=-1.0)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "1"])
def test_refuses_a_separation_that_is_none(bad):
    for name, at in (("r: ", (bad, 0.0)), ("t: ", (0.0, bad))):
        with pytest.raises(InputError, match=name):
            theory.field_correlation(*at, rms=1.0, temperature=1.0, speed=0.1)
