"""Closed forms, against their limits, their other derivations and the checked numbers."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.special import j1, zeta

from physics import InputError, theory

TWO_PI = 2.0 * np.pi


@pytest.mark.parametrize("q", [1e-3, 0.5, 30.0])
def test_occupation_is_bose_einsteins(q):
    assert theory.occupation(q, 0.7) == pytest.approx(1.0 / np.expm1(q / 0.7), rel=1e-13)


def test_debye_integral_limits():
    """Hot, x / (exp(x/T) - 1) -> T - x/2 + x^2/(12 T): I_2 = T/2 - 1/6 + 1/(48 T), next term T^-3.

    Cold, the upper end is at infinity up to exp(-1/T): I_2 = 2 zeta(3) T^3, I_1 = pi^2 T^2 / 6.
    """
    assert theory.debye_integral(2, 50.0) == pytest.approx(25.0 - 1 / 6 + 1 / 2400, abs=50.0**-3)
    for cold in (0.02, 1e-4, 1e-8):
        assert theory.debye_integral(2, cold) == pytest.approx(2.0 * zeta(3) * cold**3, rel=1e-9)
        assert theory.debye_integral(1, cold) == pytest.approx(np.pi**2 / 6.0 * cold**2, rel=1e-9)


def test_free_variance():
    """sigma^2 + t^2 / (4 sigma^2): doubled when t = 2 sigma^2."""
    np.testing.assert_allclose(theory.free_variance([0.0, 18.0], 3.0), [9.0, 18.0], rtol=1e-15)


@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
def test_the_spectrum_integrates_to_the_variance(temperature):
    """integral S d^dq / (2 pi)^d = rms^2."""

    def spectrum(q, dimension):
        return float(theory.field_spectrum(q, rms=0.3, temperature=temperature, dimension=dimension))

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


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("temperature", [1e-5, 0.8, 1e4])
def test_the_correlation_starts_at_the_variance(dimension, temperature):
    value = theory.field_correlation(
        0.0, 0.0, rms=0.4, temperature=temperature, speed=0.2, dimension=dimension
    )
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


def test_golden_rule_at_the_checked_point():
    """Wavenumber 1, temperature 1, V_rms = 0.05 E_F: confirmed by propagation; to the digits given."""
    at = {"wavenumber": 1.0, "temperature": 1.0, "rms": 0.05 * 0.5}
    assert theory.golden_rule_rate(**at) == pytest.approx(0.002858, abs=5e-7)
    assert theory.golden_rule_rate(transport=True, **at) == pytest.approx(0.0004297, abs=5e-8)


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("transport", [False, True])
def test_golden_rule_scales_as_the_variance(dimension, transport):
    at = {"wavenumber": 0.4, "temperature": 0.6, "transport": transport, "dimension": dimension}
    one, two = (theory.golden_rule_rate(rms=rms, **at) for rms in (0.01, 0.02))
    assert two == pytest.approx(4.0 * one, rel=1e-12)


@pytest.mark.parametrize(("wavenumber", "temperature"), [(0.3, 1.0), (0.5, 0.3), (1.0, 1.0), (2.0, 0.2)])
def test_golden_rule_is_the_angular_mean_of_the_spectrum(wavenumber, temperature):
    """1/tau = (1/2pi) integral_0^2pi S(2k |sin(phi/2)|) dphi, by the midpoint rule.

    The integrand has a kink at phi = 0 and a step where 2k sin(phi/2) = 1: the rule errs by at most
    the step in half a cell on either side, 2 S / 2N; with N = 2e5 that is below 1e-5 of S.
    """
    count = 200_000
    phi = (np.arange(count) + 0.5) * TWO_PI / count
    spectrum = theory.field_spectrum(
        2.0 * wavenumber * np.abs(np.sin(phi / 2.0)), rms=0.1, temperature=temperature
    )
    at = {"wavenumber": wavenumber, "temperature": temperature, "rms": 0.1}
    error = spectrum.max() / count
    assert theory.golden_rule_rate(**at) == pytest.approx(spectrum.mean(), abs=error)
    weighted = np.mean(spectrum * (1.0 - np.cos(phi)))
    assert theory.golden_rule_rate(transport=True, **at) == pytest.approx(weighted, abs=2.0 * error)


@pytest.mark.parametrize("temperature", [1e-8, 1e-5, 1e-3])
def test_a_cold_lattice_scatters_by_small_angles(temperature):
    """T << k: dphi = dq / k up to (q / 2k)^2 / 2, so 1/tau = 2 V_rms^2 I_1 / (k I_2); q is some 3 T."""
    debye = [theory.debye_integral(d, temperature) for d in (1, 2)]
    rate = theory.golden_rule_rate(wavenumber=1.0, temperature=temperature, rms=0.1)
    assert rate == pytest.approx(0.02 * debye[0] / debye[1], rel=10.0 * temperature**2 + 1e-8)


@pytest.mark.parametrize("transport", [False, True])
def test_golden_rule_on_the_line_is_forward_and_backward_scattering(transport):
    """Fermi's rule with the density of states 1 / (pi k) split between +k and -k."""

    def spectrum(q):
        return float(theory.field_spectrum(q, rms=0.2, temperature=1.0, dimension=1))

    expected = 2.0 * spectrum(0.6) / 0.3 if transport else (spectrum(0.0) + spectrum(0.6)) / 0.3
    rate = theory.golden_rule_rate(wavenumber=0.3, temperature=1.0, rms=0.2, dimension=1, transport=transport)
    assert rate == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("transport", [False, True])
def test_the_hot_golden_rule_is_the_acoustic_rate(transport):
    """2k < q_D, T >> T_D: 1/tau = 1/tau_tr = 4 pi V_rms^2, as q n(q) = T (1 - q / 2T + ...).

    Numerator and normalisation each move by at most 1 / 2T, in the same direction.
    """
    rate = theory.golden_rule_rate(wavenumber=0.45, temperature=500.0, rms=0.1, transport=transport)
    assert rate == pytest.approx(4.0 * np.pi * 0.01, rel=1.0 / 1000.0)


def test_the_born_mobility_edge():
    """S(2k) / (2 k^2) above 0 up to 2k = q_D, nothing beyond."""
    at = {"temperature": 1.0, "rms": 0.1}
    for k in (0.1, 0.3, 0.499):
        expected = theory.field_spectrum(2 * k, dimension=1, **at) / (2 * k**2)
        assert theory.lyapunov_exponent(wavenumber=k, **at) == pytest.approx(float(expected), rel=1e-12)
        assert expected > 0.0
    for k in (0.5001, 1.0, 7.0):
        assert theory.lyapunov_exponent(wavenumber=k, **at) == 0.0


def test_the_hot_lyapunov_exponent():
    """S = pi V_rms^2 flat: pi V_rms^2 / 2 k^2, up to 1 / 2T."""
    value = theory.lyapunov_exponent(wavenumber=0.4, temperature=1e3, rms=0.1)
    assert value == pytest.approx(np.pi * 0.01 / 0.32, rel=5e-4)


def test_in_one_dimension_half_the_transport_rate_is_the_localization_rate():
    """Thouless: the localization length of the density is twice the backscattering mean free path.

    gamma = S(2k) / 2k^2 and 1/tau_tr = 2 S(2k) / k: gamma = 1 / (4 k tau_tr).
    """
    at = {"wavenumber": 0.35, "temperature": 0.5, "rms": 0.05}
    rate = theory.golden_rule_rate(transport=True, dimension=1, **at)
    assert theory.lyapunov_exponent(**at) == pytest.approx(rate / (4.0 * 0.35), rel=1e-12)


def test_the_plane_correlation_is_the_transform_of_the_spectrum():
    """<V(0) V(r)> = integral S(q) exp(i q.r) d^2q / (2 pi)^2 over the disc, by direct cubature."""

    def integrand(angle, q):
        spectrum = theory.field_spectrum(q, rms=0.5, temperature=0.7)
        return float(spectrum) * q * np.cos(q * 2.5 * np.cos(angle)) / TWO_PI**2

    value = dblquad(integrand, 0.0, 1.0, 0.0, TWO_PI, epsabs=1e-8)[0]
    expected = theory.field_correlation(2.5, 0.0, rms=0.5, temperature=0.7, speed=0.0)
    assert expected == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), "1"])
def test_refuses_what_is_not_positive(bad):
    with pytest.raises(InputError, match="temperature"):
        theory.debye_integral(2, bad)
    with pytest.raises(InputError, match="wavenumber"):
        theory.golden_rule_rate(wavenumber=bad, temperature=1.0, rms=1.0)
    with pytest.raises(InputError, match="wavenumber"):
        theory.lyapunov_exponent(wavenumber=bad, temperature=1.0, rms=1.0)


def test_refuses_a_third_dimension():
    with pytest.raises(InputError, match="dimension"):
        theory.golden_rule_rate(wavenumber=1.0, temperature=1.0, rms=1.0, dimension=3)
