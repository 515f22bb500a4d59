"""Up to when a record counts, the numbers it is judged by, and the verdict at each threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import Grid, Numerics, Resolution, Scenario
from physics.validity import (
    NORM_TOLERANCE,
    TAIL_SHARE,
    guards,
    judge,
    limits,
    outran,
    time_step_error,
    valid_samples,
)

PERIODIC = Numerics(tolerance=1e-3)
ABSORBING = Numerics(tolerance=1e-3, boundary="absorbing")
SCENARIO = Scenario(disorder=0.5, wavenumber=0.4)
RESOLUTION = Resolution(Grid((64, 64), (100.0, 100.0)), dt=0.5, steps=2)
FOURTH = Resolution(RESOLUTION.grid, dt=0.5, steps=2, integrator="takahashi-imada")

# ---- the valid time, in a box of length 2, where (L / 2)^2 = 1, with a tolerance of 2%


def edge_series(edge, msd):
    return {
        "edge_probability": np.array(edge),
        "norm": np.ones(len(edge)),
        "msd_raw": 9.0 + np.array(msd),
    }


CASES = [
    ([0.0, 0.0, 0.0], [0.0, 1.0, 2.0], 3),
    ([0.5, 0.0, 0.0], [0.0, 1.0, 2.0], 3),
    ([0.0, 0.0, 0.021], [0.0, 1.0, 1.0], 2),
    ([0.0, 0.019, 0.0], [0.0, 1.0, 1.0], 3),
    # The largest MSD so far, not the present one.
    ([0.0, 0.019, 0.019], [0.0, 1.0, 0.1], 3),
    ([0.0, 0.021, 0.0], [0.0, 1.0, 9.0], 1),
    # A packet that contracts has moved too.
    ([0.0, 0.019, 0.0], [0.0, -1.0, 9.0], 3),
    ([0.0, 0.021, 0.0], [0.0, -1.0, 9.0], 1),
    # One that has not moved: a thousandth of the raw MSD, the tolerance, is not known anyway.
    ([0.0, 1.7e-4, 0.0], [0.0, 0.0, 9.0], 3),
    ([0.0, 1.9e-4, 0.0], [0.0, 0.0, 9.0], 1),
    # What was at the edge at launch does not count.
    ([0.5, 0.519, 0.519], [0.0, 1.0, 1.0], 3),
    ([0.5, 0.521, 0.519], [0.0, 1.0, 1.0], 1),
    ([0.0], [0.0], 1),
]


@pytest.mark.parametrize(("edge", "msd", "count"), CASES)
def test_valid_samples(edge, msd, count):
    assert valid_samples(edge_series(edge, msd), 2.0, PERIODIC) == count


@pytest.mark.parametrize(("lost", "msd", "count"), CASES)
def test_an_absorbing_edge_counts_what_it_took(lost, msd, count):
    """The norm's loss in the place of the edge's probability, which may be anything."""
    series = {**edge_series(np.ones(len(lost)), msd), "norm": 1.0 - np.array(lost)}
    assert valid_samples(series, 2.0, ABSORBING) == count


def test_the_edge_counts_by_the_square_of_the_box_and_the_tolerance():
    series = edge_series([0.0, 0.002, 0.004], [0.0, 1.0, 1.0])
    assert [valid_samples(series, length, PERIODIC) for length in (4.0, 6.0, 7.0)] == [3, 2, 1]
    loose = Numerics(edge_tolerance=0.1)
    assert [valid_samples(series, length, loose) for length in (4.0, 6.0, 7.0, 12.0, 16.0)] == [3, 3, 3, 2, 1]


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 50.0)), min_size=1, max_size=20), st.data())
def test_validity_looks_only_back(rows, data):
    """A shorter record has the same valid samples, as far as it goes."""
    series = edge_series(*zip(*rows, strict=True))
    cut = data.draw(st.integers(1, len(rows)))
    shorter = {name: values[:cut] for name, values in series.items()}
    valid = valid_samples(series, 2.0, PERIODIC)
    assert valid_samples(shorter, 2.0, PERIODIC) == min(cut, valid)
    # What a run stops at is the first sample beyond it.
    table = [dict(zip(series, row, strict=True)) for row in zip(*series.values(), strict=True)]
    stops = [n for n in range(1, len(table) + 1) if outran(table[:n], 2.0, PERIODIC)]
    assert stops == list(range(valid + 1, len(table) + 1))


# ---- the guards


def recorded(n=9, **columns):
    names = ("norm", "edge_probability", "spectral_tail", "msd_raw", "participation_ratio")
    series = {name: np.ones(n) for name in names} | {"t": np.arange(n) * 1.0}
    return series | {name: np.array(values) for name, values in columns.items()}


def coarse_of(series, samples, **changes):
    at = np.array(samples)
    coarse = {name: values[at] for name, values in series.items() if name != "t"}
    return coarse | {name: coarse[name] + change for name, change in changes.items()} | {"sample": at * 1.0}


def test_guards_are_the_worst_of_the_series():
    series = recorded(
        norm=[1.0, 1.0, 0.9, 1.05, *[1.0] * 5],
        edge_probability=[0.3, 0.4, 0.2, *[0.1] * 6],
        spectral_tail=[0.0, 1e-7, 2e-7, *[0.0] * 6],
    )
    found = guards(series, coarse_of(series, [0, 4, 8]), SCENARIO, PERIODIC, RESOLUTION)
    assert found == {
        "norm_drift": pytest.approx(0.1),
        "absorbed": 0.0,
        "edge_probability": 0.4,
        "spectral_tail": 2e-7,
        "time_step_error": 0.0,
        "t_valid": 8.0,
    }


def test_what_an_absorbing_edge_takes_is_no_drift():
    series = recorded(norm=np.linspace(1.0, 0.7, 9))
    found = guards(series, coarse_of(series, [0, 8]), SCENARIO, ABSORBING, RESOLUTION)
    assert found["absorbed"] == pytest.approx(0.3)
    assert np.isnan(found["norm_drift"])


@pytest.mark.parametrize(("resolution", "share"), [(RESOLUTION, 3.0), (FOURTH, 15.0)])
def test_richardsons_share(resolution, share):
    """The doubled step errs by 2^p as much, so the step itself by 1 / (2^p - 1) of their difference."""
    series = recorded()
    coarse = coarse_of(series, [0, 4, 8], participation_ratio=np.array([0.0, 0.06, 0.03]))
    assert time_step_error(series, coarse, SCENARIO, resolution) == pytest.approx(0.06 / share)


def test_only_valid_samples_are_compared():
    """Beyond the series' end the doubled step may say anything; without a sample it says nothing."""
    series = recorded()
    coarse = coarse_of(series, [0, 4, 8], norm=np.array([0.0, 0.03, 9.0]))
    ends = {n: {name: values[:n] for name, values in series.items()} for n in (9, 8, 5, 4, 1)}
    found = {n: time_step_error(short, coarse, SCENARIO, RESOLUTION) for n, short in ends.items()}
    assert found[9] == pytest.approx(3.0)
    assert found[8] == found[5] == pytest.approx(0.01)
    assert np.isnan(found[4])
    assert np.isnan(found[1])


def test_a_series_that_is_no_number_has_no_small_error():
    series = recorded(participation_ratio=[1.0] * 4 + [np.nan] * 5)
    assert time_step_error(series, coarse_of(series, [0, 4, 8]), SCENARIO, RESOLUTION) == np.inf


# ---- the verdict

SOUND = {
    "norm_drift": 0.0,
    "absorbed": 0.0,
    "edge_probability": 1.0,
    "spectral_tail": 0.0,
    "time_step_error": 0.0,
    "t_valid": 1.0,
}


@pytest.mark.parametrize("tolerance", [1e-2, 1e-3])
@pytest.mark.parametrize("precision", ["double", "single"])
def test_the_thresholds(tolerance, precision):
    asked = Numerics(tolerance=tolerance, precision=precision)
    assert limits(asked) == {
        "spectral_tail": TAIL_SHARE * tolerance,
        "time_step_error": tolerance,
        "norm_drift": NORM_TOLERANCE[precision],
    }


@pytest.mark.parametrize("name", ["spectral_tail", "time_step_error", "norm_drift"])
@pytest.mark.parametrize("escaped", [False, True])
def test_each_guard_has_its_limit(name, escaped):
    limit = limits(PERIODIC)[name]
    kept = judge({**SOUND, name: limit}, PERIODIC, escaped=escaped)
    assert kept[0] == ("escaped" if escaped else "complete")
    status, reason = judge({**SOUND, name: limit * 1.01}, PERIODIC, escaped=escaped)
    assert status == "invalid"
    assert reason.startswith(f"{name} ")
    assert reason.endswith(f"above {limit:.2g}")


def test_every_guard_that_failed_is_named():
    """A step too long may show in the tail as well."""
    _, reason = judge({**SOUND, "spectral_tail": 0.5, "time_step_error": 0.25}, PERIODIC, escaped=False)
    assert reason == f"spectral_tail 0.5, above {TAIL_SHARE * 1e-3:.2g}; time_step_error 0.25, above 0.001"


def test_sound_numerics():
    assert judge(SOUND, PERIODIC, escaped=False) == ("complete", None)
    status, reason = judge(SOUND, PERIODIC, escaped=True)
    assert status == "escaped"
    assert "edge" in reason


@pytest.mark.parametrize("name", ["spectral_tail", "time_step_error", "norm_drift"])
def test_a_guard_that_is_unknown_does_not_pass(name):
    """But that of the step, in a record that escaped before its first comparison."""
    unknown = {**SOUND, name: float("nan")}
    assert judge(unknown, PERIODIC, escaped=False)[0] == "invalid"
    expected = "escaped" if name == "time_step_error" else "invalid"
    assert judge(unknown, PERIODIC, escaped=True)[0] == expected


def test_an_absorbing_edge_has_no_norm_to_keep():
    lossy = {**SOUND, "norm_drift": float("nan"), "absorbed": 0.6}
    assert judge(lossy, ABSORBING, escaped=False) == ("complete", None)
    assert judge({**lossy, "time_step_error": 1.0}, ABSORBING, escaped=False)[0] == "invalid"
