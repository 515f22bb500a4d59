"""What is left of a plan."""

from dataclasses import replace

import pytest

from physics import Numerics, Scenario, resolve
from sweep import SweepSpec
from sweep.calibration import Speed
from sweep.cost import trial_cost
from sweep.forecast import Forecast, largest_memory
from sweep.planning import campaign_rounds, design_trials


def test_core_seconds_follow_the_speed(small: SweepSpec) -> None:
    trials = design_trials(small)
    plain, slow = (Forecast.of([trials], (), Speed(ratio=ratio)) for ratio in (1.0, 4.0))
    assert plain.core_hours == pytest.approx(sum(map(trial_cost, trials)) / 3600.0)
    assert slow.core_hours == pytest.approx(4.0 * plain.core_hours)
    assert slow.longest_s == pytest.approx(4.0 * max(map(trial_cost, trials)))


def test_what_has_landed_is_not_counted(small: SweepSpec) -> None:
    trials = design_trials(small)
    whole = Forecast.of([trials], (), Speed())
    half = Forecast.of([trials], {trial.trial_id for trial in trials[::2]}, Speed())
    assert (half.landed, half.left) == (12, 12)
    assert half.core_hours == pytest.approx(sum(map(trial_cost, trials[1::2])) / 3600.0)
    assert half.core_hours < whole.core_hours
    nothing = Forecast.of([trials], {trial.trial_id for trial in trials}, Speed())
    assert (nothing.left, nothing.core_hours, nothing.hours(3), nothing.fft_grids) == (0, 0.0, 0.0, 0)
    assert nothing.table() == [(1, 0.0)]


def test_the_table_doubles_workers_as_long_as_they_help(small: SweepSpec) -> None:
    forecast = replace(Forecast.of([design_trials(small)], (), Speed()), rounds=((3600.0,) * 8,))
    assert forecast.table() == [(1, 8.0), (2, 4.0), (4, 2.0), (8, 1.0)]
    assert [forecast.workers_within(hours) for hours in (8.0, 3.0, 0.5)] == [1, 3, None]


def test_rounds_of_a_campaign_keep_workers_waiting(small: SweepSpec) -> None:
    rounds = campaign_rounds(small, 14)
    assert [len(trials) for trials in rounds] == [8] * 7
    forecast = Forecast.of(rounds, (), Speed())
    assert forecast.hours(1) == pytest.approx(forecast.core_hours)
    # Four rounds, one after another: no number of workers does better.
    assert forecast.hours(1000) >= max(sum(map(max, forecast.rounds[::2])), 0.0) / 3600.0


def test_the_largest_trial_sets_the_memory(small: SweepSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def grid_bytes(scenario: Scenario, numerics: Numerics) -> int:
        asked.append(scenario)
        return resolve(scenario, numerics).grid.shape[0]

    monkeypatch.setattr("sweep.forecast.memory_bytes", grid_bytes)
    trials = design_trials(small)
    most = max(resolve(trial.scenario, trial.numerics).grid.shape[0] for trial in trials)
    assert largest_memory(trials) == most
    # One of each kind is asked, not each.
    assert len(asked) < len(trials)
    assert largest_memory([]) == 0
