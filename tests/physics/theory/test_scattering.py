"""Rates of scattering and heating, against their limits and other derivations."""

import numpy as np
import pytest

from physics import InputError, theory

TWO_PI = 2.0 * np.pi


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


@pytest.mark.parametrize("zero_point", [False, True])
@pytest.mark.parametrize(("wavenumber", "temperature"), [(0.3, 1.0), (0.5, 0.3), (1.0, 1.0), (2.0, 0.01)])
def test_golden_rule_is_the_angular_mean_of_the_spectrum(wavenumber, temperature, zero_point):
    """1/tau = (1/2pi) integral_0^2pi S(2k |sin(phi/2)|) dphi, by the midpoint rule.

    The integrand has a kink at phi = 0 and a step where 2k sin(phi/2) = 1: the rule errs by at most
    the step in half a cell on either side, 2 S / 2N; with N = 2e5 that is below 1e-5 of S.
    """
    count = 200_000
    phi = (np.arange(count) + 0.5) * TWO_PI / count
    field = {"temperature": temperature, "rms": 0.1, "zero_point": zero_point}
    spectrum = theory.field_spectrum(2.0 * wavenumber * np.abs(np.sin(phi / 2.0)), **field)
    at = {"wavenumber": wavenumber} | field
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
    assert rate == pytest.approx(theory.acoustic_rate(0.1), rel=1.0 / 1000.0)
    assert theory.acoustic_rate(0.1) == pytest.approx(4.0 * np.pi * 0.01, rel=1e-15)


def test_the_acoustic_rate_of_a_material():
    """m* E_d^2 k_B T / (hbar^3 rho v_s^2), by way of V_rms, in units of one's own.

    hbar = 2, m* = 3, q_D = 5, v_s = 0.7: energies in hbar^2 q_D^2 / m*, times in m* / (hbar q_D^2).
    At T = 500 T_D, I_2 is 1 / 1500 short of T / 2.
    """
    hbar, mass, wavenumber, speed, density, deformation, hot = 2.0, 3.0, 5.0, 0.7, 11.0, 0.4, 500.0
    rms = theory.material_rms(
        deformation=deformation,
        density=density,
        sound_speed=speed,
        debye_wavenumber=wavenumber,
        temperature_ratio=hot,
        dimension=2,
        hbar=hbar,
    )
    natural = theory.acoustic_rate(rms / (hbar**2 * wavenumber**2 / mass))
    thermal_energy = hot * hbar * speed * wavenumber
    expected = mass * deformation**2 * thermal_energy / (hbar**3 * density * speed**2)
    assert natural * hbar * wavenumber**2 / mass == pytest.approx(expected, rel=1.0 / 1000.0)


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_mean_free_path_is_speed_times_transport_time(dimension):
    at = {"wavenumber": 0.4, "temperature": 1.0, "rms": 0.02, "dimension": dimension}
    rate = theory.golden_rule_rate(transport=True, **at)
    assert theory.mean_free_path(**at) == pytest.approx(0.4 / rate, rel=1e-12)


def test_nothing_scatters_in_no_field():
    at = {"wavenumber": 0.4, "temperature": 1.0, "rms": 0.0}
    assert theory.golden_rule_rate(**at) == 0.0
    assert theory.mean_free_path(**at) == float("inf")
    assert theory.heating_rate(speed=0.1, **at) == 0.0


@pytest.mark.parametrize("zero_point", [False, True])
@pytest.mark.parametrize(
    ("wavenumber", "temperature"), [(0.1, 1.0), (0.3, 0.05), (0.45, 20.0), (0.55, 1.0), (1.0, 0.3)]
)
def test_heating_is_the_drift_of_diffusing_energy(wavenumber, temperature, zero_point):
    """2 v_s^2 d(E / tau_tr)/dE, by central differences of the golden rule's integral.

    Step h = E / 1000: the next order is (h / E)^2 times a number of order one, ten times that as
    2k = q_D comes within a tenth; the rate's own error of 1e-9 weighs E / h.
    """
    at = {"temperature": temperature, "rms": 0.05, "zero_point": zero_point}
    energy = wavenumber**2 / 2.0
    h = energy / 1000.0

    def flow(e):
        return e * theory.golden_rule_rate(wavenumber=float(np.sqrt(2.0 * e)), transport=True, **at)

    expected = 2.0 * 0.1**2 * (flow(energy + h) - flow(energy - h)) / (2.0 * h)
    found = theory.heating_rate(wavenumber=wavenumber, speed=0.1, **at)
    assert found == pytest.approx(expected, rel=1e-4)


def test_a_hot_lattice_heats_by_two_speeds_squared_per_lifetime():
    """2 m* v_s^2 / tau for T >> T_D and 2k < q_D, up to 1 / T."""
    rate = theory.heating_rate(wavenumber=0.3, temperature=500.0, rms=0.02, speed=0.05)
    assert rate == pytest.approx(2.0 * 0.05**2 * theory.acoustic_rate(0.02), rel=1.0 / 500.0)


def test_at_rest_a_lattice_with_zero_point_motion_heats():
    """S = 6 pi rms^2 q, 2k < 1: 1/tau_tr is linear in k, so d(E / tau)/dE = (3/2) / tau."""
    at = {"wavenumber": 0.3, "temperature": 0.0, "rms": 0.02, "zero_point": True}
    rate = theory.golden_rule_rate(transport=True, **at)
    assert theory.heating_rate(speed=0.05, **at) == pytest.approx(3.0 * 0.05**2 * rate, rel=1e-8)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), "1"])
@pytest.mark.parametrize("name", ["wavenumber", "temperature"])
def test_refuses_what_is_not_positive(name, bad):
    at = {"wavenumber": 0.4, "temperature": 1.0, "rms": 0.1} | {name: bad}
    for call in (theory.golden_rule_rate, theory.mean_free_path):
        with pytest.raises(InputError, match=name):
            call(**at)
    with pytest.raises(InputError, match=name):
        theory.heating_rate(speed=0.1, **at)


@pytest.mark.parametrize("bad", [-0.1, float("nan"), float("inf"), "1"])
@pytest.mark.parametrize("dimension", [1, 2])
def test_refuses_a_strength_that_is_none(dimension, bad):
    at = {"wavenumber": 0.4, "temperature": 1.0, "rms": bad}
    with pytest.raises(InputError, match="rms"):
        theory.golden_rule_rate(dimension=dimension, **at)
    with pytest.raises(InputError, match="rms"):
        theory.heating_rate(speed=0.1, **at)
    with pytest.raises(InputError, match="rms"):
        theory.acoustic_rate(bad)


def test_refuses_a_third_dimension_and_a_speed_that_is_none():
    at = {"wavenumber": 1.0, "temperature": 1.0, "rms": 1.0}
    with pytest.raises(InputError, match="dimension"):
        theory.golden_rule_rate(dimension=3, **at)
    with pytest.raises(InputError, match="speed"):
        theory.heating_rate(speed=-0.1, **at)
