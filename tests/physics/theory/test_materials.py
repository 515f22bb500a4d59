"""V_rms of a material, against the sum over a box's modes and the hot limit, in odd units."""

import numpy as np
import pytest

from physics import InputError, theory

AT = {
    "deformation": 0.4,
    "density": 11.0,
    "sound_speed": 0.7,
    "debye_wavenumber": 5.0,
    "temperature_ratio": 0.8,
    "dimension": 2,
    "hbar": 2.0,
}


@pytest.mark.parametrize("zero_point", [False, True])
@pytest.mark.parametrize("dimension", [1, 2])
def test_it_is_the_sum_over_modes(dimension, zero_point):
    """sum A_q^2 / 2, A_q = 2 g_q sqrt(n_q), g_q = E_d sqrt(hbar q^2 / (2 rho Vol w_q)), over a large box.

    The sum misses the integral by the rim: a part in 400.5 on the line (at most 2 rim modes of
    800), and far less than a part in 60.5 in the plane.
    """
    cells = {1: 400.5, 2: 60.5}[dimension]
    hbar, edge = AT["hbar"], AT["debye_wavenumber"]
    length = 2.0 * np.pi * cells / edge
    axis = 2.0 * np.pi / length * np.arange(-int(cells), int(cells) + 1)
    q = np.abs(axis) if dimension == 1 else np.hypot(axis[:, None], axis[None, :]).ravel()
    q = q[(q > 0.0) & (q <= edge)]
    omega = AT["sound_speed"] * q
    thermal_energy = AT["temperature_ratio"] * hbar * AT["sound_speed"] * edge
    quanta = 1.0 / np.expm1(hbar * omega / thermal_energy) + (0.5 if zero_point else 0.0)
    coupling = AT["deformation"] ** 2 * hbar * q**2 / (2.0 * AT["density"] * length**dimension * omega)
    variance = np.sum(4.0 * coupling * quanta) / 2.0
    found = theory.material_rms(**(AT | {"dimension": dimension}), zero_point=zero_point)
    assert found**2 == pytest.approx(variance, rel=1.0 / cells)


def test_the_hot_plane():
    """V_rms^2 -> E_d^2 k_B T q_D^2 / (4 pi rho v_s^2); I_2 is 1 / (3 T) short of it."""
    hot = AT | {"temperature_ratio": 1000.0}
    thermal_energy = 1000.0 * AT["hbar"] * AT["sound_speed"] * AT["debye_wavenumber"]
    expected = (AT["deformation"] * AT["debye_wavenumber"] / AT["sound_speed"]) ** 2 * thermal_energy
    assert theory.material_rms(**hot) ** 2 == pytest.approx(
        expected / (4.0 * np.pi * AT["density"]), rel=1.0 / 1000.0
    )


def test_the_sign_of_the_deformation_potential_does_not_count():
    assert theory.material_rms(**(AT | {"deformation": -0.4})) == theory.material_rms(**AT)


@pytest.mark.parametrize("name", ["deformation", "density", "sound_speed", "debye_wavenumber", "hbar"])
@pytest.mark.parametrize("bad", [0.0, float("nan"), float("inf"), "1"])
def test_refuses_a_material_that_is_none(name, bad):
    with pytest.raises(InputError, match=name):
        theory.material_rms(**(AT | {name: bad}))


def test_refuses_a_temperature_or_dimension_that_is_none():
    with pytest.raises(InputError, match="temperature"):
        theory.material_rms(**(AT | {"temperature_ratio": 0.0}))
    with pytest.raises(InputError, match="dimension"):
        theory.material_rms(**(AT | {"dimension": 3}))
