"""Coherent backscattering: limits of the closed forms."""

import numpy as np
import pytest

from physics import InputError, theory


def test_the_dephasing_time():
    """(3 tau_tr / (k v_s)^2)^(1/3): tau_tr = 9, k v_s = 1 gives 3; it falls as v_s^(-2/3)."""
    at = {"wavenumber": 0.5, "transport_rate": 1.0 / 9.0}
    assert theory.dephasing_time(speed=2.0, **at) == pytest.approx(3.0, rel=1e-12)
    assert theory.dephasing_time(speed=16.0, **at) == pytest.approx(0.75, rel=1e-12)


def test_a_frozen_or_empty_field_does_not_dephase():
    assert theory.dephasing_time(wavenumber=0.5, transport_rate=0.1, speed=0.0) == float("inf")
    assert theory.dephasing_time(wavenumber=0.5, transport_rate=0.0, speed=1.0) == float("inf")


def test_the_phases_of_a_path_and_its_reverse_part():
    """Var = sum over scatterings of (omega (t - 2 t_i))^2, uniform in time: (t / tau) <omega^2> t^2 / 3.

    With <omega^2> = 2 (k v_s)^2 and exp(-Var / 2) = exp(-(t / t_phi)^3), by quadrature over t_i.
    """
    k, speed, tau, t = 0.45, 0.02, 80.0, 300.0
    at = (np.arange(10_000) + 0.5) / 10_000 * t
    variance = t / tau * 2.0 * (k * speed) ** 2 * np.mean((t - 2.0 * at) ** 2)
    dephasing = theory.dephasing_time(wavenumber=k, transport_rate=1.0 / tau, speed=speed)
    assert (t / dephasing) ** 3 == pytest.approx(variance / 2.0, rel=1e-6)


def test_the_peak_rises_to_two_and_dies():
    """Early one scattering dominates: p_1 = 1 - x / 2. Late, 2 - x exp(-x); moving, 1."""
    early, late = theory.backscattering_enhancement([1e-6, 30.0], scattering_rate=1.0)
    assert early == pytest.approx(1.0 + 0.5e-6, abs=1e-9)
    assert late == pytest.approx(2.0, abs=1e-11)
    moving = theory.backscattering_enhancement(10.0, scattering_rate=1.0, dephasing_time=10.0)
    once = 10.0 / np.expm1(10.0)
    assert moving == pytest.approx(1.0 + (1.0 - once) / np.e, rel=1e-12)


@pytest.mark.parametrize(
    ("t", "change", "said"),
    [
        (0.0, {}, "t: expected"),
        ([1.0, float("nan")], {}, "t: expected"),
        (1.0, {"scattering_rate": 0.0}, "scattering_rate"),
        (1.0, {"dephasing_time": 0.0}, "dephasing_time"),
        (1.0, {"dephasing_time": float("nan")}, "dephasing_time"),
    ],
)
def test_refuses_a_peak_that_is_none(t, change, said):
    with pytest.raises(InputError, match=said):
        theory.backscattering_enhancement(t, **({"scattering_rate": 1.0} | change))


@pytest.mark.parametrize("name", ["wavenumber", "transport_rate", "speed"])
def test_refuses_a_lattice_that_is_none(name):
    at = {"wavenumber": 0.4, "transport_rate": 0.1, "speed": 0.1} | {name: -0.1}
    with pytest.raises(InputError, match=name):
        theory.dephasing_time(**at)
