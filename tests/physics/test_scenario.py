"""What a simulation is: values, derived numbers, refusals."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import InputError, Numerics, Scenario, theory
from physics.scenario import SINGLE_TOLERANCE

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
    packet=st.integers(0, 1000),
    frozen=st.booleans(),
    energy_filter=st.none() | st.tuples(st.floats(-5.0, 5.0), positive),
    classical=st.booleans(),
    amplitudes=st.sampled_from(["mean", "thermal"]),
    zero_point=st.booleans(),
)
numerics = st.builds(
    Numerics,
    t_final=positive,
    samples=st.integers(3, 500),
    tolerance=st.floats(min_value=1e-8, max_value=0.1),
    max_grid=st.integers(16, 4096),
    edge_tolerance=st.floats(min_value=1e-6, max_value=1.0),
    box_length=st.none() | positive,
    boundary=st.sampled_from(["periodic", "absorbing"]),
    integrator=st.sampled_from(["auto", "strang"]),
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
        ("sound_speed", [-0.1, NAN, INFINITY, "1", [0.1], None]),
        ("temperature", [0.0, -1.0, NAN, INFINITY, "1", None]),
        ("wavenumber", [0.0, -1.0, NAN, INFINITY, "1", None]),
        ("packet_width", [0.0, -1.0, NAN, INFINITY, "1", None]),
        ("direction", [NAN, INFINITY, "east", None]),
        ("dimension", [0, 3, 1.5, 2.0, "2", True, None]),
        ("realization", [-1, 0.5, 1.0, "0", True, None]),
        ("seed", [-1, 0.5, 1.0, "0", True, None]),
        ("packet", [-1, 0.5, "0", True, None, np.float64(1.0)]),
        ("frozen", [0, 1, "yes", None, np.True_]),
        ("classical", [1, "yes", None]),
        ("zero_point", [1, "no", None]),
        ("amplitudes", ["rms", "", None, True]),
        ("center", [0.0, (1.0,), (1.0, 2.0, 3.0), (1.0, NAN), ("a", "b"), "ab"]),
        ("energy_filter", [0.5, (0.5,), (NAN, 0.1), (0.5, INFINITY), (0.5, None)]),
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
        ("precision", ["quadruple", 64, None]),
        ("boundary", ["reflecting", "", None]),
        ("integrator", ["rk4", 4, None]),
    ],
)
def test_numerics_name_what_they_refuse(name, values):
    for value in values:
        with pytest.raises(InputError, match=rf"^{name}: expected .*got "):
            Numerics(**{name: value})


@pytest.mark.parametrize("delta", [0.0, -0.1])
def test_an_energy_window_has_a_width(delta):
    with pytest.raises(InputError, match=r"^energy_filter's delta: expected .*got "):
        Scenario(disorder=1.0, energy_filter=(0.5, delta))


def test_single_precision_has_its_least_tolerance():
    assert Numerics(precision="single", tolerance=SINGLE_TOLERANCE).tolerance == SINGLE_TOLERANCE
    with pytest.raises(
        InputError, match=r"^tolerance: expected 0\.001 or above in single precision, got 0\.0009"
    ):
        Numerics(precision="single", tolerance=9e-4)


def test_the_fourth_order_has_no_absorbing_edge():
    with pytest.raises(InputError, match=r"^integrator: expected 'strang' or 'auto'"):
        Numerics(boundary="absorbing", integrator="takahashi-imada")


def test_a_cold_lattice_has_only_its_zero_point_motion():
    assert Scenario(disorder=1.0, temperature=0.0, zero_point=True).rms == 0.5
    with pytest.raises(InputError, match="no mode is awake"):
        Scenario(disorder=1.0, temperature=0.0)


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8])
def test_whole_numbers_may_be_numpys(kind):
    """Kept as Python's: equal, of one hash, and printed alike, which identities are made of."""
    names = {"dimension": 1, "realization": 3, "seed": 7, "packet": 2}
    plain = Scenario(disorder=1.0, **names)
    other = Scenario(disorder=1.0, **{name: kind(value) for name, value in names.items()})
    assert (other, hash(other), repr(other)) == (plain, hash(plain), repr(plain))
    asked = Numerics(samples=kind(40), max_grid=kind(128))
    assert repr(asked) == repr(Numerics(samples=40, max_grid=128))


# ---- several packets in one field


@given(st.floats(-10.0, 10.0), st.integers(0, 200))
def test_packet_number_0_is_the_plain_launch(direction, packet):
    scenario = Scenario(disorder=1.0, direction=direction, center=(3.0, -4.0))
    expected = (np.cos(direction), np.sin(direction))
    assert scenario.wavevector == pytest.approx(expected, abs=1e-12)
    assert scenario.launch_point((100.0, 80.0)) == (3.0, -4.0)
    other = replace(scenario, packet=packet)
    assert np.hypot(*other.wavevector) == pytest.approx(1.0)
    assert all(abs(x) <= 50.0 for x in other.launch_point((100.0, 100.0)))


def largest_gap(turns):
    turns = np.sort(turns)
    return float(np.max(np.diff([*turns, turns[0] + 1.0])))


@pytest.mark.parametrize("count", [2, 4, 8, 21, 50])
def test_packets_spread_over_directions_and_places(count):
    """Multiples of the golden turn leave gaps of three lengths, the largest below 2 / n of a turn (Sos 1958).

    Places: each quarter of the box has its share of the packets, to 1.5 of them in so even a sequence.
    """
    packets = [Scenario(disorder=1.0, packet=number) for number in range(count)]
    turns = [np.arctan2(*p.wavevector[::-1]) / (2.0 * np.pi) % 1.0 for p in packets]
    assert largest_gap(turns) < 2.0 / count
    assert len({p.launch_point((60.0, 60.0)) for p in packets}) == count
    x, y = np.array([p.launch_point((60.0, 60.0)) for p in packets]).T
    for quarter in ((x < 0) & (y < 0), (x < 0) & (y >= 0), (x >= 0) & (y < 0), (x >= 0) & (y >= 0)):
        assert abs(np.count_nonzero(quarter) - count / 4.0) <= 1.5


def test_packets_on_the_line_go_both_ways():
    packets = [Scenario(disorder=1.0, dimension=1, packet=number) for number in range(16)]
    assert [p.wavevector[0] for p in packets] == [1.0, -1.0] * 8
    places = [p.launch_point((60.0,))[0] / 60.0 % 1.0 for p in packets]
    assert largest_gap(places) < 2.0 / 16


@given(st.floats(-200.0, 200.0), st.floats(-200.0, 200.0))
def test_places_are_those_of_the_periodic_box(x, y):
    length = (100.0, 80.0)
    here = Scenario(disorder=1.0, center=(x, y)).launch_point(length)
    assert all(abs(c) <= extent / 2.0 for c, extent in zip(here, length, strict=True))
    assert np.allclose(np.remainder(np.subtract(here, (x, y)) + 1e-6, length), 1e-6, atol=1e-9)
