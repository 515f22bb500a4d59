"""What a simulation is: values, derived numbers, refusals."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import InputError, Numerics, Scenario, theory

positive = st.floats(min_value=1e-3, max_value=1e3)
scenarios = st.builds(
    Scenario,
    disorder=st.floats(min_value=0.0, max_value=10.0),
    sound_speed=st.floats(min_value=0.0, max_value=10.0),
    temperature=positive,
    wavenumber=positive,
    packet_width=positive,
    direction=st.floats(min_value=-10.0, max_value=10.0),
    dimension=st.sampled_from([1, 2]),
    realization=st.integers(0, 2**40),
    seed=st.integers(0, 2**40),
    frozen=st.booleans(),
)
numerics = st.builds(
    Numerics,
    t_final=positive,
    samples=st.integers(3, 500),
    tolerance=st.floats(min_value=1e-8, max_value=0.1),
    max_grid=st.integers(16, 4096),
    edge_tolerance=st.floats(min_value=1e-6, max_value=1.0),
    box_length=st.none() | positive,
)


@given(scenarios | numerics)
def test_is_a_value(value):
    copy = pickle.loads(pickle.dumps(value))
    assert copy == value
    assert hash(copy) == hash(value)


@given(scenarios)
def test_natural_units(scenario):
    """E_F = k^2 / 2, V_rms = disorder E_F, v_s = sound_speed k, sigma = packet_width / k."""
    k = scenario.wavenumber
    assert scenario.fermi_energy == pytest.approx(k**2 / 2.0)
    assert scenario.rms == pytest.approx(scenario.disorder * k**2 / 2.0)
    assert scenario.speed == pytest.approx(scenario.sound_speed * k)
    assert scenario.width == pytest.approx(scenario.packet_width / k)
    assert len(scenario.wavevector) == scenario.dimension
    assert np.hypot.reduce(scenario.wavevector) == pytest.approx(k)


@given(scenarios)
def test_the_twin_differs_by_being_frozen(scenario):
    twin = scenario.twin()
    assert twin.frozen
    assert twin.twin() == twin
    assert {**vars(twin), "frozen": scenario.frozen} == vars(scenario)


@pytest.mark.parametrize("dimension", [1, 2])
def test_coupling_is_disorder_at_a_temperature(dimension):
    """disorder^2 = Lambda I_d(T / T_D)."""
    at = {"temperature": 0.6, "wavenumber": 0.4, "dimension": dimension}
    disorder = np.sqrt(3.0 * theory.debye_integral(dimension, 0.6))
    assert Scenario(coupling=3.0, **at).rms == pytest.approx(Scenario(disorder=disorder, **at).rms, rel=1e-12)


@pytest.mark.parametrize(
    ("dimension", "direction", "along"),
    [(1, 0.0, (2.0,)), (1, np.pi, (-2.0,)), (2, 0.0, (2.0, 0.0)), (2, np.pi / 2.0, (0.0, 2.0))],
)
def test_direction_turns_the_wavevector(dimension, direction, along):
    scenario = Scenario(disorder=1.0, wavenumber=2.0, dimension=dimension, direction=direction)
    assert scenario.wavevector == pytest.approx(along, abs=1e-12)


NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("disorder", [-0.1, NAN, INFINITY, "1", True]),
        ("sound_speed", [-0.1, NAN, INFINITY, "1", [0.1]]),
        ("temperature", [0.0, -1.0, NAN, INFINITY, "1", None]),
        ("wavenumber", [0.0, -1.0, NAN, INFINITY, "1", None]),
        ("packet_width", [0.0, -1.0, NAN, INFINITY, "1", None]),
        ("direction", [NAN, INFINITY, "east", None]),
        ("dimension", [0, 3, 1.5, 2.0, "2", True, None]),
        ("realization", [-1, 0.5, 1.0, "0", True, None]),
        ("seed", [-1, 0.5, 1.0, "0", True, None]),
    ],
)
def test_a_scenario_names_what_it_refuses(name, values):
    for value in values:
        with pytest.raises(InputError, match=rf"^{name}: expected .*got "):
            Scenario(**{"disorder": 1.0, name: value})


@pytest.mark.parametrize("value", [-0.1, NAN, INFINITY, "1"])
def test_a_scenario_refuses_a_coupling_that_is_none(value):
    with pytest.raises(InputError, match=r"^coupling: expected .*got "):
        Scenario(coupling=value)


def test_a_scenario_has_either_disorder_or_coupling():
    for both in ({}, {"disorder": 1.0, "coupling": 1.0}):
        with pytest.raises(InputError, match="exactly one"):
            Scenario(**both)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("t_final", [0.0, -1.0, NAN, INFINITY, "150"]),
        ("samples", [2, 0, -5, 64.0, "64", True]),
        ("tolerance", [0.0, -1e-3, 0.2, NAN, "1e-3"]),
        ("max_grid", [15, -256, 256.0, "256"]),
        ("edge_tolerance", [0.0, -0.1, 1.5, NAN, "0.02"]),
        ("box_length", [0.0, -1.0, NAN, INFINITY, "100"]),
        ("precision", ["single", "quadruple", 64]),
    ],
)
def test_numerics_name_what_they_refuse(name, values):
    for value in values:
        with pytest.raises(InputError, match=rf"^{name}: expected .*got "):
            Numerics(**{name: value})
