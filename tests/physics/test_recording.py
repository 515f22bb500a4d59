"""The record and its shadow at twice the step: where they are compared, and what the difference is worth."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from physics import Numerics, Plans, Scenario, StrangPropagator, resolve
from physics.deviation import deviations, largest
from physics.launch import lattice, launched
from physics.recording import STRIDE, Recording
from physics.resolution import FIELD_SHARE, Resolution
from physics.validity import time_step_error

LINE = Scenario(disorder=1.0, sound_speed=0.3, wavenumber=0.4, packet_width=2.0, dimension=1)
# In one box, whose edge counts for nothing.
ASKED = Numerics(
    t_final=20.0, samples=9, tolerance=1e-2, box_length=2.0 * np.pi * 22, edge_tolerance=1.0, max_grid=512
)


transforms = cache(Plans)


def recorded(scenario, numerics, resolution):
    plans = transforms(resolution.grid.shape)
    field = lattice(scenario, resolution.grid, plans)
    psi0 = launched(scenario, field, plans)
    recording = Recording(scenario, numerics, resolution, field, psi0, plans)
    for _ in recording:
        pass
    return recording.series()


# ---- where


@pytest.mark.parametrize(
    ("samples", "steps", "compared"),
    [
        (9, 2, [0, 4, 8]),
        (9, 1, [0, 4, 8]),
        (11, 2, [0, 4, 8, 10]),
        (11, 1, [0, 4, 8, 10]),
        # The doubled step falls on no odd number of single ones.
        (10, 1, [0, 4, 8]),
        (10, 3, [0, 4, 8]),
        (10, 2, [0, 4, 8, 9]),
        # Few samples: at the last one.
        (4, 2, [0, 3]),
        (3, 2, [0, 2]),
        (3, 1, [0, 2]),
    ],
)
def test_the_doubled_step_is_compared_at_every_fourth_sample_and_the_last(samples, steps, compared):
    assert STRIDE == 4
    numerics = replace(ASKED, samples=samples)
    grid = resolve(LINE, numerics).grid
    dt = numerics.t_final / ((samples - 1) * steps)
    series, coarse = recorded(LINE, numerics, Resolution(grid, dt, steps))
    assert coarse["sample"].tolist() == compared
    np.testing.assert_allclose(series["t"], np.linspace(0.0, 20.0, samples))
    assert coarse.keys() - series.keys() == {"sample"}
    for name in coarse.keys() - {"sample"}:
        assert coarse[name][0] == series[name][0]


@pytest.mark.parametrize("integrator", ["strang", "takahashi-imada"])
def test_the_shadow_is_a_run_at_twice_the_step(integrator):
    """Sample by sample what a record at that step holds, its field between the same snapshots."""
    found = resolve(LINE, ASKED)
    step = ASKED.t_final / 8 / 4
    coarse_run = Resolution(found.grid, 2.0 * step, 2, integrator, kicks=4)
    fine_run = coarse_run.finer()
    assert (fine_run.dt, fine_run.steps, fine_run.kicks) == (step, 4, 8)
    _, shadow = recorded(LINE, ASKED, fine_run)
    series, _ = recorded(LINE, ASKED, coarse_run)
    at = shadow["sample"].astype(int)
    for name in shadow.keys() - {"sample"}:
        # The fine run reads its state between: roundings of some 100 operations.
        np.testing.assert_allclose(shadow[name], series[name][at], rtol=1e-11, atol=1e-12)


def test_the_record_stops_at_the_first_sample_beyond_the_edge():
    free = replace(LINE, disorder=0.0, wavenumber=1.0, packet_width=4.7)
    asked = replace(ASKED, t_final=100.0, samples=51, edge_tolerance=0.02)
    series, coarse = recorded(free, asked, resolve(free, asked))
    assert 10 < series["t"].size < 51
    assert coarse["sample"][-1] < series["t"].size
    faked = series["edge_probability"] * (asked.box_length / 2.0) ** 2
    msd = series["msd_raw"] - series["msd_raw"][0]
    beyond = faked > 0.02 * msd
    assert np.flatnonzero(beyond[1:]).tolist() == [series["t"].size - 2]


def test_the_record_stops_before_numbers_that_are_none(monkeypatch):
    exact = StrangPropagator.advance

    def breaks(self, psi, t, steps):
        after = exact(self, psi, t, steps)
        return after * np.nan if t >= 10.0 else after

    monkeypatch.setattr(StrangPropagator, "advance", breaks)
    found = resolve(LINE, replace(ASKED, integrator="strang"))
    series, coarse = recorded(LINE, ASKED, found)
    assert series["t"].tolist() == [0.0, 2.5, 5.0, 7.5, 10.0]
    assert coarse["sample"].tolist() == [0.0, 4.0]


# ---- how much

PLANE = replace(LINE, dimension=2)
POINTS = {
    "line": LINE,
    "line, weak": Scenario(disorder=0.2, wavenumber=1.0, dimension=1),
    "line, strong and fast": replace(LINE, disorder=3.0, sound_speed=0.8),
    "plane": PLANE,
    "plane, weak": replace(PLANE, disorder=0.3, sound_speed=0.1),
    "plane, strong and frozen": replace(PLANE, disorder=2.0, sound_speed=0.0),
}


@pytest.mark.parametrize("integrator", ["strang", "takahashi-imada"])
@pytest.mark.parametrize("point", POINTS)
def test_the_estimate_is_the_error(point, integrator):
    """Against a quarter of the step with the same snapshots, to a factor of three either way.

    The estimate holds up to the next order and looks at every fourth sample only.
    """
    scenario, numerics = POINTS[point], replace(ASKED, integrator=integrator)
    found = resolve(scenario, numerics)
    series, coarse = recorded(scenario, numerics, found)
    truth, _ = recorded(scenario, numerics, found.finer().finer())
    error = largest(deviations(truth, series, scenario))[1]
    assert 1.0 / 3.0 < error / time_step_error(series, coarse, scenario, found) < 3.0


@pytest.mark.parametrize(
    ("point", "tolerance"),
    [(LINE, 1e-2), (LINE, 1e-4), (replace(PLANE, sound_speed=0.8), 1e-2)],
    ids=["line", "line, accurate", "plane, fast"],
)
def test_the_snapshots_take_their_share_of_the_tolerance(point, tolerance):
    """The estimate cannot see the field's interpolation, which both steps share: it is kept small instead.

    At most 1.2e-3 (w_D D)^4 of V_rms, of changing sign, and observables are in units of E_F + V_rms.
    """
    finest = resolve(point, replace(ASKED, tolerance=tolerance)).finer().finer().finer()
    assert finest.kicks > 1
    off = 1.2e-3 * (point.speed * finest.kicks * finest.dt) ** 4
    assert off <= FIELD_SHARE * tolerance * (1.0 + 1e-9)
    exact, _ = recorded(point, ASKED, replace(finest, kicks=1))
    series, _ = recorded(point, ASKED, finest)
    assert 0.0 < largest(deviations(exact, series, point))[1] < FIELD_SHARE * tolerance
