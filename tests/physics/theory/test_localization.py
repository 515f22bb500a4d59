"""Localization: closed forms against limits, transfer matrices against exact solutions."""

import numpy as np
import pytest

from physics import InputError, theory


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


def test_the_mobility_edge_is_half_the_debye_wavenumber():
    at = {"temperature": 0.0, "rms": 0.1, "zero_point": True}
    edge = theory.MOBILITY_EDGE
    assert theory.lyapunov_exponent(wavenumber=edge, **at) > 0.0
    assert theory.lyapunov_exponent(wavenumber=np.nextafter(edge, 1.0), **at) == 0.0


def test_localization_lengths():
    """1 / gamma on the line, l exp(pi k l / 2) in the plane."""
    at = {"wavenumber": 0.4, "temperature": 1.0, "rms": 0.05}
    line = theory.localization_length(dimension=1, **at)
    assert line * theory.lyapunov_exponent(**at) == pytest.approx(1.0, rel=1e-12)
    path = theory.mean_free_path(**at)
    plane = theory.localization_length(**at)
    assert np.log(plane / path) == pytest.approx(np.pi * 0.4 * path / 2.0, rel=1e-12)


@pytest.mark.parametrize(
    ("dimension", "wavenumber", "rms"), [(1, 0.6, 0.1), (1, 0.4, 0.0), (2, 0.4, 0.0), (2, 1.0, 1e-3)]
)
def test_a_length_beyond_all_boxes_is_infinite(dimension, wavenumber, rms):
    at = {"dimension": dimension, "wavenumber": wavenumber, "temperature": 1.0, "rms": rms}
    assert theory.localization_length(**at) == float("inf")


def test_a_free_wave_does_not_grow():
    """Whatever the number of cells, to rounding; energies and lines are broadcast."""
    found = theory.transfer_matrix_lyapunov(np.zeros((3, 1000)), spacing=0.1, energy=[[0.1], [2.0]])
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found, 0.0, atol=1e-14)


def test_under_a_barrier_a_wave_grows_exponentially():
    """V > E flat: kappa = sqrt(2 (V - E)), exact in every cell; the start costs order 1 / length."""
    kappa = np.sqrt(2.0 * (0.9 - 0.4))
    found = [theory.transfer_matrix_lyapunov(np.full(n, 0.9), spacing=0.5, energy=0.4) for n in (2000, 4000)]
    # The same offset over twice the length.
    assert 2.0 * found[1] - found[0] == pytest.approx(kappa, rel=1e-10)


def test_where_the_energy_is_the_potential_the_wave_is_straight():
    """psi'' = 0 with psi' = 0 at the start: psi stays 1."""
    assert theory.transfer_matrix_lyapunov(np.full(100, 0.5), spacing=0.1, energy=0.5) == 0.0


def test_in_a_gap_a_wave_grows_at_mathieus_rate():
    """V = c cos(2 k x) at E = k^2 / 2: two waves coupled by c / 2 grow at c / 2k, up to (c / k^2)^2.

    Cells of 2k dx = 0.1 blur the potential by (0.1)^2 / 24; the start costs less than 1 / length.
    """
    k, c, dx, n = 0.4, 0.004, 0.125, 400_000
    x = (np.arange(n) + 0.5) * dx
    found = theory.transfer_matrix_lyapunov(c * np.cos(2.0 * k * x), spacing=dx, energy=k**2 / 2.0)
    expected = c / (2.0 * k)
    assert found == pytest.approx(expected, rel=(c / k**2) ** 2 + 0.01 / 24.0, abs=1.0 / (n * dx))


def test_the_block_does_not_show():
    """Growth over 1300 cells is that over one block plus that of the rest: no cell lost or doubled."""
    rng = np.random.default_rng(5)
    v = rng.normal(size=1300) * 0.1
    whole = theory.transfer_matrix_lyapunov(v, spacing=0.3, energy=0.2)
    # The product of 2 x 2 matrices, built one at a time, on the same start.
    state, growth = np.array([1.0, 0.0]), 0.0
    k = np.sqrt(0.4)
    for one in v:
        kappa = np.sqrt(complex(2.0 * (0.2 - one)))
        c, s = np.cos(kappa * 0.3).real, (np.sin(kappa * 0.3) / kappa).real
        turn = (kappa * np.sin(kappa * 0.3)).real
        state = np.array([c * state[0] + k * s * state[1], c * state[1] - turn / k * state[0]])
        growth += np.log(np.hypot(*state))
        state /= np.hypot(*state)
    assert whole == pytest.approx(growth / (1300 * 0.3), rel=1e-10)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spacing": 0.0}, "spacing"),
        ({"energy": 0.0}, "energy"),
        ({"energy": [0.1, float("nan")]}, "energy"),
        ({"potential": []}, "potential"),
        ({"potential": 1.0}, "potential"),
        ({"potential": [1j]}, "potential"),
        ({"potential": [float("inf")]}, "potential"),
    ],
)
def test_refuses_a_line_that_is_none(change, said):
    asked = {"potential": [0.1, 0.2], "spacing": 0.1, "energy": 0.3} | change
    with pytest.raises(InputError, match=said):
        theory.transfer_matrix_lyapunov(asked.pop("potential"), **asked)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), "1"])
def test_refuses_a_wavenumber_that_is_none(bad):
    at = {"wavenumber": bad, "temperature": 1.0, "rms": 0.1}
    with pytest.raises(InputError, match="wavenumber"):
        theory.lyapunov_exponent(**at)
    for dimension in (1, 2):
        with pytest.raises(InputError, match="wavenumber"):
            theory.localization_length(dimension=dimension, **at)
