"""How fast a processor is, by past rows and by short trials."""

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from physics import InputError, Numerics, Scenario, Trajectory, resolve, simulate
from store import ExperimentStore
from sweep.calibration import CALIBRATION, FEWEST, PAST, Speed, calibrate, from_rows
from sweep.cost import known_cost, trial_cost
from sweep.trial import Trial
from tests.sweep.past import landed

NUMERICS = Numerics(t_final=30.0, samples=16, tolerance=0.02, max_grid=4096)


def line(realization: int, **values: object) -> Trial:
    given = {"disorder": 0.5, "sound_speed": 0.1, "wavenumber": 0.5, "dimension": 1} | values
    return Trial(Scenario(realization=realization, **given), NUMERICS)


LINES = [line(n, disorder=0.2 + 0.1 * (n % 5)) for n in range(20)]


def filled(path: Path, rows: Iterable[dict[str, object]]) -> ExperimentStore:
    store = ExperimentStore.create(path)
    store.commit("rows", list(rows), {})
    return store


def once(trial: Trial, attempts: int = 1) -> float:
    found = resolve(trial.scenario, trial.numerics)
    return known_cost(trial.scenario, trial.numerics, found, attempts=attempts)


def test_rows_tell_how_slow_a_processor_is(tmp_path: Path) -> None:
    store = filled(tmp_path / "s", (landed(trial, 3.0 * once(trial)) for trial in LINES))
    speed = from_rows(store, LINES)
    assert speed is not None
    assert (speed.source, speed.trials, speed.processor) == (PAST, 20, "A")
    # None of them was repeated, which the prediction allows for.
    assert speed.ratio * sum(map(trial_cost, LINES)) == pytest.approx(3.0 * sum(map(once, LINES)), rel=0.01)
    assert speed.low <= speed.ratio <= speed.high


def test_a_row_that_waited_for_fftw_does_not_count(tmp_path: Path) -> None:
    rows = [landed(trial, once(trial) + (5.0 if n == 0 else 0.0)) for n, trial in enumerate(LINES)]
    speed = from_rows(filled(tmp_path / "s", rows), LINES)
    assert speed is not None
    assert speed.ratio == pytest.approx(1.0, rel=0.15)


def test_repeated_attempts_raise_the_prediction_not_the_speed(tmp_path: Path) -> None:
    repeated = []
    for trial in LINES:
        dt = resolve(trial.scenario, trial.numerics).dt / 2.0
        repeated.append(landed(trial, 2.0 * once(trial, attempts=2), dt=dt))
    speed = from_rows(filled(tmp_path / "s", repeated), LINES)
    assert speed is not None
    taken = sum(2.0 * once(trial, attempts=2) for trial in LINES)
    assert speed.ratio * sum(map(trial_cost, LINES)) == pytest.approx(taken, rel=0.01)


def test_trials_that_escape_early_lower_the_prediction(tmp_path: Path) -> None:
    rows = [landed(t, 0.4 * once(t), status="escaped", t_valid=0.3 * NUMERICS.t_final) for t in LINES]
    speed = from_rows(filled(tmp_path / "s", rows), LINES)
    assert speed is not None
    assert speed.ratio == pytest.approx(0.4, rel=0.15)


def test_the_processor_with_most_rows_counts(tmp_path: Path) -> None:
    rows = [landed(t, (9.0 if n < 8 else 1.0) * once(t), processor="BA"[n >= 8]) for n, t in enumerate(LINES)]
    speed = from_rows(filled(tmp_path / "s", rows), LINES)
    assert speed is not None
    assert (speed.processor, speed.trials) == ("A", 12)
    assert speed.ratio == pytest.approx(1.0, rel=0.15)


@pytest.mark.parametrize(
    "columns", [{"status": "error"}, {"cpu_s": None}, {"dt": None}, {"physics_version": "0"}]
)
def test_rows_that_say_nothing_are_left_out(tmp_path: Path, columns: dict[str, object]) -> None:
    store = filled(tmp_path / "s", (landed(trial, 1.0) | columns for trial in LINES))
    assert from_rows(store, LINES) is None


def test_rows_of_another_kind_or_too_few_say_nothing(tmp_path: Path) -> None:
    store = filled(tmp_path / "s", (landed(trial, 1.0) for trial in LINES[: FEWEST - 1]))
    assert from_rows(store, LINES) is None
    single = [Trial(trial.scenario, replace(NUMERICS, precision="single")) for trial in LINES]
    assert from_rows(filled(tmp_path / "t", (landed(trial, 1.0) for trial in LINES)), single) is None
    assert from_rows(ExperimentStore.create(tmp_path / "empty"), LINES) is None


def test_a_calibration_runs_short_trials_for_about_its_time() -> None:
    # A minute of work, of which half a second is done.
    numerics = replace(NUMERICS, t_final=2000.0, samples=8192, tolerance=1e-5, box_length=900.0)
    long = [Trial(trial.scenario, numerics) for trial in LINES]
    assert sum(map(trial_cost, long)) > 30.0
    began = time.perf_counter()
    speed = calibrate(long, seconds=0.4)
    assert (speed.source, speed.trials > 0) == (CALIBRATION, True)
    assert time.perf_counter() - began - speed.planning_s < 10.0
    assert 0.2 < speed.low <= speed.ratio <= speed.high < 5.0


def test_a_calibration_is_the_ratio_of_taken_to_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = calibrate(LINES, seconds=0.3)
    monkeypatch.setattr(
        "sweep.calibration.known_cost", lambda *given, **more: 0.25 * known_cost(*given, **more)
    )
    assert 2.0 < calibrate(LINES, seconds=0.3).ratio / plain.ratio < 8.0


def test_the_reference_stands_where_nothing_can_run() -> None:
    assert calibrate([]) == Speed()
    assert calibrate([line(0, wavenumber=1e4)]) == Speed()


def test_a_trial_that_refuses_at_launch_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(scenario: Scenario, *given: object, **more: object) -> Trajectory:
        if scenario.disorder == trials[0].scenario.disorder:
            raise InputError("energy_filter: expected a window that holds something, got none")
        return simulate(scenario, *given, **more)

    trials = [line(0, disorder=0.2), line(1, disorder=0.6)]
    monkeypatch.setattr("sweep.calibration.simulate", refuse)
    assert calibrate(trials, seconds=0.1).trials > 0
    assert calibrate(trials[:1], seconds=0.1) == Speed()
