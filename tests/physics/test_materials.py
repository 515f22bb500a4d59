"""Materials in their units, mapped to a scenario's numbers and back."""

import pickle
from dataclasses import fields, replace
from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants

from physics import DeformationPotential, Grid, InputError, Material, materials, theory

# Made up.
SHEET = Material(
    effective_mass_kg=4e-31,
    deformation_j=8e-19,
    sound_speed_m_s=5e3,
    debye_wavenumber_per_m=9e9,
    fermi_wavenumber_per_m=3e9,
    density_kg_m2=8e-7,
)
CHAIN = replace(SHEET, density_kg_m2=None, density_kg_m=2e-16)
EV_ANGSTROM = {
    "effective_mass_me": 0.5,
    "deformation_ev": 5.0,
    "density_u_per_angstrom2": 5.0,
    "sound_speed_m_s": 4000.0,
    "lattice_constant_angstrom": 4.0,
    "fermi_wavenumber_per_angstrom": 0.3,
}

# Powers of (kg, m, s) in each field and of (kg, m, s, K) in each result.
FIELDS = {
    "effective_mass_kg": (1, 0, 0),
    "deformation_j": (1, 2, -2),
    "sound_speed_m_s": (0, 1, -1),
    "debye_wavenumber_per_m": (0, -1, 0),
    "fermi_wavenumber_per_m": (0, -1, 0),
    "density_kg_m2": (1, -2, 0),
    "density_kg_m": (1, -1, 0),
}
RESULTS = {
    "coupling": (0, 0, 0, 0),
    "wavenumber": (0, 0, 0, 0),
    "sound_speed": (0, 0, 0, 0),
    "fermi_energy_j": (1, 2, -2, 0),
    "fermi_velocity_m_s": (0, 1, -1, 0),
    "debye_temperature_k": (0, 0, 0, 1),
    "length_m": (0, 1, 0, 0),
    "time_s": (0, 0, 1, 0),
    "energy_j": (1, 2, -2, 0),
    "diffusion_m2_s": (0, 2, -1, 0),
}
HOT = 400.0


def power(bases: tuple[float, ...], exponents: tuple[int, ...]) -> float:
    product = 1.0
    for base, exponent in zip(bases, exponents, strict=False):
        product *= base**exponent
    return product


@pytest.mark.parametrize("material", [SHEET, CHAIN], ids=["sheet", "chain"])
@pytest.mark.parametrize(
    "bases", [(2.7, 1.0, 1.0, 1.0), (1.0, 0.31, 1.0, 1.0), (1.0, 1.0, 7.3, 1.0), (2.7, 0.31, 7.3, 0.17)]
)
def test_units_hold_by_dimension(material: Material, bases, monkeypatch) -> None:
    # In other base units every value, hbar and k_B among them, is another number; each result must
    # change by its own unit and a pure number not at all. Rounding: some ten products of 1e-16.
    numbers, vrms = material.numbers(HOT), material.vrms_j(HOT)
    expected = {name: getattr(material, name) * power(bases, unit) for name, unit in RESULTS.items()}
    monkeypatch.setattr(materials, "HBAR", constants.hbar * power(bases, (1, 2, -1)))
    monkeypatch.setattr(materials, "K_B", constants.k * power(bases, (1, 2, -2, -1)))
    values = {f.name: getattr(material, f.name) for f in fields(material)}
    rescaled = Material(
        **{name: None if x is None else x * power(bases, FIELDS[name]) for name, x in values.items()}
    )
    for name, value in expected.items():
        assert getattr(rescaled, name) == pytest.approx(value, rel=1e-12), name
    kelvin = HOT * bases[3]
    assert rescaled.numbers(kelvin) == pytest.approx(numbers, rel=1e-9)
    assert rescaled.vrms_j(kelvin) == pytest.approx(vrms * power(bases, (1, 2, -2)), rel=1e-9)


@pytest.mark.parametrize("material", [SHEET, CHAIN], ids=["sheet", "chain"])
def test_the_potential_is_that_of_the_coherent_states_mode_by_mode(material: Material) -> None:
    # The contract's sum itself: A_q = 2 g_q sqrt(n_q), V_rms^2 = sum A_q^2 / 2 over a box's modes, in SI.
    grid = Grid((512,) * material.dimension, (2.0 * pi * 100.0,) * material.dimension)
    q = DeformationPotential.thermal(grid, rms=1.0, temperature=5.0, speed=1.0, seed=0).modes.q
    wavenumber = np.linalg.norm(q, axis=1) * material.debye_wavenumber_per_m
    volume = float(np.prod(grid.length)) * material.length_m**material.dimension
    mass = (material.density_kg_m2 or material.density_kg_m or 0.0) * volume
    omega = material.sound_speed_m_s * wavenumber
    kelvin = material.temperature_k(5.0)
    quanta = 1.0 / np.expm1(constants.hbar * omega / (constants.k * kelvin))
    coupling = material.deformation_j * np.sqrt(constants.hbar * wavenumber**2 / (2.0 * mass * omega))
    vrms = np.sqrt(np.sum((2.0 * coupling * np.sqrt(quanta)) ** 2) / 2.0)
    # A box of 100 wavelengths: the sum misses the integral by an edge term of order 1/100 at most.
    assert material.vrms_j(kelvin) == pytest.approx(vrms, rel=1e-2)


@pytest.mark.parametrize("material", [SHEET, CHAIN], ids=["sheet", "chain"])
@pytest.mark.parametrize("kelvin", [20.0, 300.0, 3000.0])
@pytest.mark.parametrize("zero_point", [False, True])
def test_the_coupling_is_the_disorder_without_its_temperature(
    material: Material, kelvin: float, zero_point: bool
) -> None:
    numbers = material.numbers(kelvin, zero_point=zero_point)
    integral = theory.debye_integral(material.dimension, numbers["temperature"], zero_point=zero_point)
    # Both quadratures are good to 1e-10.
    assert numbers["disorder"] ** 2 == pytest.approx(material.coupling * integral, rel=1e-9)
    scenario = material.scenario(kelvin, zero_point=zero_point, realization=3)
    assert scenario.disorder is None
    assert scenario.realization == 3
    assert scenario.rms == pytest.approx(numbers["disorder"] * scenario.fermi_energy, rel=1e-9)
    assert scenario.rms * material.energy_j == pytest.approx(
        material.vrms_j(kelvin, zero_point=zero_point), rel=1e-9
    )
    for name in ("sound_speed", "temperature", "wavenumber", "dimension"):
        assert getattr(scenario, name) == numbers[name]


def test_a_hot_sheet_has_the_classical_potential() -> None:
    # E_d^2 k_B T q_D^2 / (4 pi rho v_s^2). With n = 1/x - 1/2 + x/12 for x = q/T the integral is
    # T/2 - 1/6 + ..., so V_rms^2 is lower by 1/(3 T) of itself: 1/300 at T = 100 T_D, V_rms by 1/600.
    kelvin = SHEET.temperature_k(100.0)
    classical = (
        SHEET.deformation_j**2
        * constants.k
        * kelvin
        * SHEET.debye_wavenumber_per_m**2
        / (4.0 * pi * 8e-7 * SHEET.sound_speed_m_s**2)
    )
    assert SHEET.vrms_j(kelvin) ** 2 == pytest.approx(classical * (1.0 - 1.0 / 300.0), rel=1e-4)


def test_natural_units_are_those_in_which_hbar_mass_and_debye_wavenumber_are_one() -> None:
    assert SHEET.energy_j * SHEET.time_s == pytest.approx(constants.hbar, rel=1e-12)
    assert SHEET.diffusion_m2_s == pytest.approx(SHEET.length_m**2 / SHEET.time_s, rel=1e-12)
    # E_F = wavenumber^2 / 2 and v_s = sound_speed wavenumber there.
    scenario = SHEET.scenario(300.0)
    assert SHEET.fermi_energy_j == pytest.approx(scenario.fermi_energy * SHEET.energy_j, rel=1e-12)
    speed = scenario.speed * SHEET.length_m / SHEET.time_s
    assert speed == pytest.approx(SHEET.sound_speed_m_s, rel=1e-12)


def test_both_systems_of_units_say_the_same() -> None:
    material = Material.from_ev_angstrom(**EV_ANGSTROM)
    assert material.effective_mass_kg == pytest.approx(0.5 * 9.1093837e-31, rel=1e-7)
    assert material.deformation_j == pytest.approx(5.0 * 1.602176634e-19, rel=1e-12)
    assert material.density_kg_m2 == pytest.approx(5.0 * 1.66053907e-27 / 1e-20, rel=1e-8)
    assert material.fermi_wavenumber_per_m == pytest.approx(3e9, rel=1e-12)
    # One mode per cell: pi q_D^2 / (2 pi)^2 = 1 / a^2.
    assert pi * material.debye_wavenumber_per_m**2 / (2.0 * pi) ** 2 == pytest.approx(1.0 / 4e-10**2)
    faster = dict(EV_ANGSTROM)
    del faster["sound_speed_m_s"]
    assert Material.from_ev_angstrom(**faster, sound_speed_angstrom_per_fs=0.04) == material


def test_carriers_fill_the_band_to_the_fermi_wavenumber() -> None:
    filled = dict(EV_ANGSTROM)
    del filled["fermi_wavenumber_per_angstrom"]
    # Two spins in a disc, two spins on a line of both signs of k.
    sheet = Material.from_quantities(filled | {"carrier_density_per_cm2": 1e13})
    assert 2.0 * pi * sheet.fermi_wavenumber_per_m**2 / (2.0 * pi) ** 2 == pytest.approx(1e17)
    line = filled | {"density_u_per_angstrom": 20.0, "carrier_density_per_angstrom": 0.2}
    del line["density_u_per_angstrom2"]
    chain = Material.from_quantities(line)
    assert 2.0 * 2.0 * chain.fermi_wavenumber_per_m / (2.0 * pi) == pytest.approx(0.2e10)
    assert 2.0 * chain.debye_wavenumber_per_m / (2.0 * pi) == pytest.approx(1.0 / 4e-10)
    assert (sheet.dimension, chain.dimension) == (2, 1)


@given(
    mass=st.floats(1e-32, 1e-29),
    deformation=st.floats(1e-20, 1e-17),
    speed=st.floats(10.0, 1e5),
    debye=st.floats(1e8, 1e11),
    fermi=st.floats(1e7, 1e11),
    kelvin=st.floats(1.0, 1e4),
    chain=st.booleans(),
)
def test_the_numbers_lead_back_to_the_material(mass, deformation, speed, debye, fermi, kelvin, chain) -> None:
    densities = {"density_kg_m": 3e-16} if chain else {"density_kg_m2": 3e-7}
    material = Material(mass, deformation, speed, debye, fermi, **densities)
    again = Material.from_numbers(
        material.numbers(kelvin), effective_mass_kg=mass, debye_wavenumber_per_m=debye, **densities
    )
    for name in ("deformation_j", "sound_speed_m_s", "fermi_wavenumber_per_m"):
        # The quadratures, made at two temperatures that differ by rounding, agree to their 1e-10.
        assert getattr(again, name) == pytest.approx(getattr(material, name), rel=1e-9)
    assert again.temperature_k(material.temperature(kelvin)) == pytest.approx(kelvin, rel=1e-9)
    assert pickle.loads(pickle.dumps(material)) == material


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"deformation_ev": 0.0}, "deformation_ev: expected.*above 0.*0.0"),
        ({"effective_mass_me": float("nan")}, "effective_mass_me.*nan"),
        ({"deformation_ev": None}, "deformation potential: expected exactly one of.*deformation_ev.*none"),
        (
            {"deformation_j": 1e-19},
            "deformation potential: expected exactly one.*deformation_ev, deformation_j",
        ),
        ({"debye_wavenumber_per_m": 1e9}, "Debye wavenumber: expected exactly one"),
        ({"carrier_density_per_cm2": 1e13}, "Fermi wavenumber: expected exactly one"),
        ({"density_kg_m": 1e-15}, "density: expected exactly one"),
        ({"deformation_eV": 5.0}, "deformation_eV: expected 'deformation_ev'"),
        (
            {"fermi_wavenumber_per_angstrom": None, "carrier_density_per_angstrom": 0.1},
            "carrier density: expected one per area.*carrier_density_per_angstrom",
        ),
        ({"deformation_ev": 1e200}, "coupling: expected finite.*units"),
        ({"lattice_constant_angstrom": 1e-200}, "expected finite.*units"),
    ],
)
def test_bad_values_are_refused_by_name(changes: dict[str, float | None], words: str) -> None:
    values = {name: x for name, x in (EV_ANGSTROM | changes).items() if x is not None}
    with pytest.raises(InputError, match=words):
        Material.from_quantities(values)


@pytest.mark.parametrize("kelvin", [0.0, 40.0])
def test_zero_point_motion_leads_back_to_the_material(kelvin: float) -> None:
    numbers = SHEET.numbers(kelvin, zero_point=True)
    found = Material.from_numbers(
        numbers,
        effective_mass_kg=SHEET.effective_mass_kg,
        debye_wavenumber_per_m=SHEET.debye_wavenumber_per_m,
        density_kg_m2=SHEET.density_kg_m2,
        zero_point=True,
    )
    assert found.deformation_j == pytest.approx(SHEET.deformation_j, rel=1e-12)
    scenario = SHEET.scenario(kelvin, zero_point=True)
    assert scenario.rms / scenario.fermi_energy == pytest.approx(numbers["disorder"], rel=1e-12)


def test_the_constructors_refuse_what_they_cannot_use() -> None:
    with pytest.raises(InputError, match=r"density: expected exactly one.*none"):
        replace(SHEET, density_kg_m2=None)
    with pytest.raises(InputError, match="sound_speed_m_s: expected"):
        replace(SHEET, sound_speed_m_s=-1.0)
    with pytest.raises(InputError, match="temperature_K: expected"):
        SHEET.temperature(-1.0)
    with pytest.raises(InputError, match="temperature: expected a number above 0"):
        SHEET.scenario(0.0)
    numbers = SHEET.numbers(300.0)
    del numbers["disorder"]
    with pytest.raises(InputError, match="disorder: expected"):
        Material.from_numbers(
            numbers, effective_mass_kg=1e-30, debye_wavenumber_per_m=1e10, density_kg_m2=1e-6
        )
