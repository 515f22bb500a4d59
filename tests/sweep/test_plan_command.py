"""`regimap plan`."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec
from sweep.cli import invoke
from sweep.cost import trial_cost
from sweep.planning import design_trials
from tests.sweep.conftest import SMALL
from tests.sweep.past import landed


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Ten trials of the spec, each of which took ten times the reference."""
    trials = design_trials(SweepSpec.from_text(SMALL))[:10]
    store = ExperimentStore.create(tmp_path / "store")
    store.commit("rows", [landed(trial, 10.0 * trial_cost(trial)) for trial in trials], {})
    return tmp_path / "store"


def record(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    assert invoke(["plan", *map(str, arguments), "--json"]) == 0
    shown: dict[str, object] = json.loads(capsys.readouterr().out)
    return shown


def test_the_record_has_all_that_the_help_names(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = record(capsys, spec, "--no-calibrate")
    assert invoke(["plan", "--help"]) == 0
    told = capsys.readouterr().out.split("--json prints one object:")[1]
    for name in found:
        assert name in told, name
    assert (found["points"], found["trials"], found["landed"], found["left"]) == (6, 24, 0, 24)
    assert 0.01 < found["memory_mb"] < 10.0
    assert found["asked"] is None


def test_a_calibration_is_named_with_its_time(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["plan", str(spec)]) == 0
    shown = capsys.readouterr().out
    assert "from a calibration of" in shown
    assert "s on this machine" in shown
    assert "wall time" in shown


def test_without_a_calibration_the_reference_is_named(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["plan", str(spec), "--no-calibrate"]) == 0
    assert "reference core; nothing was measured here" in capsys.readouterr().out
    speed = record(capsys, spec, "--no-calibrate")["speed"]
    assert isinstance(speed, dict)
    assert (speed["source"], speed["ratio"]) == ("reference", 1.0)


def test_what_is_planned_is_named(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["plan", str(spec), "--no-calibrate"]) == 0
    assert "6 of the design (sobol); with --campaign" in capsys.readouterr().out
    assert invoke(["plan", str(spec), "--no-calibrate", "--campaign"]) == 0
    assert " of the campaign\n" in capsys.readouterr().out


def test_a_store_tells_what_has_landed_and_how_fast(
    spec: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, found = record(capsys, spec, "--no-calibrate"), record(capsys, spec, "--store", store)
    assert (found["landed"], found["left"], found["trials"]) == (10, 14, 24)
    speed = found["speed"]
    assert isinstance(speed, dict)
    assert (speed["source"], speed["trials"], speed["processor"]) == ("past", 10, "A")
    assert 4.0 < found["core_hours"] / plain["core_hours"] < 8.0
    assert invoke(["plan", str(spec), "--store", str(store)]) == 0
    shown = capsys.readouterr().out
    assert f"10 of them are in {store} already" in shown
    assert f"from 10 past trials in {store} on A" in shown


def test_a_campaign_is_planned_with_its_store(
    spec: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = record(capsys, spec, "--store", store, "--campaign")
    assert (found["points"], found["trials"]) == (14, 56)


@pytest.mark.parametrize("cores", [1, 3])
def test_workers_and_nodes_that_finish_in_time(
    spec: Path, cores: int, capsys: pytest.CaptureFixture[str]
) -> None:
    given = (spec, "--campaign", "--no-calibrate", "--cores-per-node", cores)
    walls = {row["workers"]: row["hours"] for row in record(capsys, *given)["wall"]}
    asked = record(capsys, *given, "--within", 1.001 * walls[2])["asked"]
    assert isinstance(asked, dict)
    assert (asked["workers"], asked["nodes"]) == (2, 2 if cores == 1 else 1)
    asked = record(capsys, *given, "--within", 0.1 * min(walls.values()))["asked"]
    assert isinstance(asked, dict)
    assert (asked["workers"], asked["nodes"]) == (None, None)


def test_the_longest_trial_is_named_where_time_is_too_short(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["plan", str(spec), "--no-calibrate", "--within", "1e-7"]) == 0
    assert "no number of workers; the longest trial takes" in capsys.readouterr().out
    assert invoke(["plan", str(spec), "--no-calibrate", "--within", "5", "--cores-per-node", "4"]) == 0
    assert "within 5 h: 1 worker, 1 node of 4 cores" in capsys.readouterr().out


def test_a_time_of_day_is_as_good_as_hours(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    end = datetime.now() + timedelta(hours=3)
    asked = record(capsys, spec, "--no-calibrate", "--by", f"{end:%Y-%m-%d %H:%M:%S}")["asked"]
    assert isinstance(asked, dict)
    assert asked["hours"] == pytest.approx(3.0, abs=0.01)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--by", "2001-01-01 08:00"], "which is past"),
        (["--by", "tomorrow"], 'expected a time such as "2026-11-24 08:00"'),
        (["--by", "2100-01-01", "--within", "3"], "got both"),
        (["--within", "0"], "0"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    spec: Path, options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["plan", str(spec), "--no-calibrate", *options]) == 2
    assert told in capsys.readouterr().err
