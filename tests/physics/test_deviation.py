"""Distances between two recordings: in whose units, and at which sample."""

import numpy as np
import pytest

from physics import Scenario
from physics.deviation import ABSOLUTE, deviations, largest

# E_F = 0.08, V_rms = 0.04.
SCENARIO = Scenario(disorder=0.5, wavenumber=0.4)
RAW = np.array([10.0, 12.0, 11.0, 26.0])
SERIES = {
    "t": np.array([0.0, 1.0, 2.0, 3.0]),
    "msd_raw": RAW,
    "msd": RAW - RAW[0],
    "participation_ratio": np.array([5.0, 8.0, 4.0, 20.0]),
    "autocorrelation_re": np.array([1.0, 0.5, 0.2, 0.0]),
    "autocorrelation_im": np.array([0.0, 0.5, -0.2, 0.0]),
    "spectral_tail": np.zeros(4),
    **{name: np.full(4, 0.3) for name in ABSOLUTE},
    **{name: np.full(4, 0.1) for name in ("kinetic_energy", "potential_energy")},
    **{f"{name}_{axis}": np.full(4, 2.0) for name in ("mean", "variance", "momentum") for axis in "xy"},
}
STEP = np.array([0.0, 0.01, 0.02, 0.03])
# What a difference of 1 counts for at each sample.
COUNTS = {
    **dict.fromkeys(ABSOLUTE, np.ones(4)),
    "kinetic_energy": np.full(4, 1.0 / 0.12),
    "potential_energy": np.full(4, 1.0 / 0.12),
    "participation_ratio": 1.0 / SERIES["participation_ratio"],
    **{f"momentum_{axis}": np.full(4, 1.0 / 0.4) for axis in "xy"},
    **{f"variance_{axis}": 1.0 / RAW for axis in "xy"},
    **{f"mean_{axis}": 1.0 / np.sqrt(RAW) for axis in "xy"},
}


def moved(**changes):
    return {**SERIES, **{name: SERIES[name] + change for name, change in changes.items()}}


def test_a_recording_is_at_no_distance_from_itself():
    apart = deviations(SERIES, SERIES, SCENARIO)
    assert apart.keys() == {*COUNTS, "msd_raw", "msd", "autocorrelation"}
    for values in apart.values():
        np.testing.assert_array_equal(values, np.zeros(4))


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_unit_of_each(name, sign):
    apart = deviations(SERIES, moved(**{name: sign * STEP}), SCENARIO)
    np.testing.assert_allclose(apart.pop(name), STEP * COUNTS[name], rtol=1e-12)
    assert all(not values.any() for values in apart.values())


def test_msd_counts_by_the_largest_so_far():
    """1 after launch, then 2, 2, 16; at launch it is 0 in both, whatever the launch itself is."""
    apart = deviations(SERIES, moved(msd_raw=STEP), SCENARIO)
    np.testing.assert_allclose(apart["msd"], [0.0, 0.01 / 2.0, 0.02 / 2.0, 0.03 / 16.0], rtol=1e-9)
    np.testing.assert_allclose(apart["msd_raw"], STEP / RAW, rtol=1e-9)
    shifted = deviations(SERIES, moved(msd_raw=1.0), SCENARIO)
    np.testing.assert_allclose(shifted["msd"], 0.0, atol=1e-14)


def test_a_packet_that_only_contracts():
    """|MSD| is what has been so far, also where it is below 0."""
    series = {**SERIES, "msd_raw": np.array([10.0, 8.0, 9.0, 10.0])}
    other = {**series, "msd_raw": series["msd_raw"] + STEP}
    np.testing.assert_allclose(deviations(series, other, SCENARIO)["msd"], STEP / 2.0, rtol=1e-9)


def test_autocorrelation_is_a_complex_distance():
    other = moved(autocorrelation_re=3.0 * STEP, autocorrelation_im=-4.0 * STEP)
    np.testing.assert_allclose(deviations(SERIES, other, SCENARIO)["autocorrelation"], 5.0 * STEP, atol=1e-15)


def test_only_what_both_have_counts():
    """The line has no y; a recording may lack columns."""
    line = {name: values for name, values in SERIES.items() if not name.endswith("_y")}
    apart = deviations(line, line, Scenario(disorder=0.5, wavenumber=0.4, dimension=1))
    assert not any(name.endswith("_y") for name in apart)
    few = {name: SERIES[name] for name in ("msd_raw", "norm")}
    assert deviations(SERIES, few, SCENARIO).keys() == {"msd_raw", "msd", "norm"}


def test_neither_recording_is_touched():
    kept = {name: values.copy() for name, values in SERIES.items()}
    deviations(SERIES, moved(norm=STEP), SCENARIO)
    for name, values in kept.items():
        np.testing.assert_array_equal(SERIES[name], values)


def test_largest_names_the_observable():
    other = moved(participation_ratio=np.array([0.0, 0.0, 0.4, 0.0]), norm=0.05)
    assert largest(deviations(SERIES, other, SCENARIO)) == ("participation_ratio", pytest.approx(0.1))


def test_no_number_is_as_far_as_can_be():
    """Compared as it is, NaN would hide behind whatever stands before it."""
    for name in ("norm", "entropy", "participation_ratio"):
        other = moved(variance_x=0.5, **{name: np.array([0.0, np.nan, 0.0, 0.0])})
        assert largest(deviations(SERIES, other, SCENARIO)) == (name, np.inf)
