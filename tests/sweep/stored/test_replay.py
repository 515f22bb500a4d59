"""`replay`: a trial computed again, and compared with what is stored."""

import json

import pytest

from physics import PHYSICS_VERSION
from store import ExperimentStore
from sweep import SweepSpec, run
from sweep.cli import invoke
from sweep.errors import SelectionError
from sweep.locating import find_trial
from sweep.rebuilding import FROM_PLAN, FROM_PLANS, FROM_ROW, rebuilt
from sweep.replaying import replay
from sweep.trial_record import trial_series
from tests.sweep.stored.conftest import TINY


def replayed(store: ExperimentStore, trial_id: str):
    row = find_trial(store, trial_id)
    return replay(store, row, rebuilt(store, row))


def altered(store: ExperimentStore, trial_id: str, change) -> ExperimentStore:
    """A store with this trial alone, after a change of its row or its series."""
    row, series = find_trial(store, trial_id), trial_series(store, trial_id)
    change(row, series)
    other = ExperimentStore.create(store.path.parent / "altered")
    kept = {name: value for name, value in row.items() if name not in ("chunk", "attempt")}
    other.commit("c", [kept], {trial_id: series} if series else {})
    return other


def test_trials_come_out_bit_for_bit_and_nothing_is_written(stored) -> None:
    before = {path: path.stat().st_mtime_ns for path in stored.path.rglob("*")}
    for trial_id in sorted(stored.statuses())[::4]:
        again = replayed(stored, trial_id)
        assert again.differences == ()
        assert (again.source, again.status) == (FROM_ROW, "complete")
        # The checkout may have changes, of which nothing else is said.
        assert {"uncommitted" in note for note in again.notes} <= {True}
        assert again.samples == 16
        assert again.series > 10
        assert again.columns > 50
    assert {path: path.stat().st_mtime_ns for path in stored.path.rglob("*")} == before


def test_what_differs_is_named_with_its_size(stored, first, capsys) -> None:
    def change(row, series):
        row["diffusion"] *= 1.0 + 1e-6
        row["status"] = "escaped"
        row["reason"] = "it says"
        series["msd"][5] *= 1.0 + 1e-7

    other = altered(stored, first, change)
    found = {each.column: each for each in replayed(other, first).differences}
    assert set(found) == {"diffusion", "status", "reason", "msd"}
    assert found["diffusion"].relative == pytest.approx(1e-6, rel=1e-3)
    assert found["msd"].t == pytest.approx(5 * 40.0 / 15)
    assert 0.0 < found["msd"].relative < 1e-7
    assert (found["status"].stored, found["status"].found, found["status"].relative) == (
        "escaped",
        "complete",
        None,
    )
    assert invoke(["replay", str(other.path), first]) == 1
    page = capsys.readouterr().out
    assert "it differs in 4" in page
    assert "trials.diffusion" in page


def test_rounding_passes_within_what_was_allowed(stored, first, capsys) -> None:
    def change(row, series):
        series["msd"][5] *= 1.0 + 1e-12

    other = altered(stored, first, change)
    assert invoke(["replay", str(other.path), first, "--within", "1e-15"]) == 1
    assert "series.msd" in capsys.readouterr().out
    assert invoke(["replay", str(other.path), first, "--within", "1e-9", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["same"]
    assert [each["column"] for each in content["differences"]] == ["msd"]


def test_a_shorter_series_and_a_missing_one_are_differences(stored, first) -> None:
    def change(row, series):
        del series["entropy"]
        for name in series:
            series[name] = series[name][:-2]

    found = {
        each.column: (each.stored, each.found)
        for each in replayed(altered(stored, first, change), first).differences
    }
    assert found == {"number of samples": (14, 16), "entropy": (0, 16)}


def test_another_physics_processor_or_library_is_said(stored, first) -> None:
    def change(row, series):
        row["processor"] = "Difference Engine"
        row["git_dirty"] = True
        row["libraries"] = json.dumps({"numpy": "0.1"})

    notes = "\n".join(replayed(altered(stored, first, change), first).notes)
    for words in ("Difference Engine", "last digits", "uncommitted", "numpy 0.1 there"):
        assert words in notes


def test_a_row_of_another_physics_is_rebuilt_by_its_own_and_its_ids_differ(
    stored, first, monkeypatch
) -> None:
    for module in ("sweep.trial", "sweep.replaying"):
        monkeypatch.setattr(f"{module}.PHYSICS_VERSION", PHYSICS_VERSION + ".1")
    again = replayed(stored, first)
    assert "the ids differ" in again.notes[0].replace("\n", " ")
    assert {each.column for each in again.differences} == {"trial_id", "point_id"}


def test_numerics_without_a_column_come_from_the_plan_and_without_it_from_other_plans(tmp_path) -> None:
    text = TINY.replace("n = 3", "n = 1").replace(
        "tolerance = 0.05", "tolerance = 0.05\nedge_tolerance = 0.1"
    )
    run(SweepSpec.from_text(text), store=tmp_path / "store", backend="serial")
    store = ExperimentStore(tmp_path / "store")
    one, other = sorted(store.statuses())[:2]
    row = find_trial(store, one)
    assert rebuilt(store, row).source == FROM_PLAN
    assert replayed(store, one).differences == ()
    lone = altered(store, one, lambda row, series: None)
    with pytest.raises(SelectionError, match="expected columns whose hash is its id"):
        rebuilt(lone, row)
    lone.append("chunks", "p", [each for _, each in _plan(store) if each["trial_id"] == other])
    assert rebuilt(lone, row).source == FROM_PLANS


def _plan(store: ExperimentStore) -> list[tuple[str, dict]]:
    return [(name, row) for name in store.names("chunks") for row in store.rows("chunks", name)]


def test_an_error_is_replayed_and_a_lost_trial_is_not(stored, first, capsys, monkeypatch) -> None:
    def fail(*_, **__):
        raise FloatingPointError("no luck")

    monkeypatch.setattr("sweep.replaying.Simulation", fail)
    found = {each.column: each.found for each in replayed(stored, first).differences}
    assert (found["status"], found["reason"]) == ("error", "FloatingPointError: no luck")
    stored.commit("c", [{"trial_id": "gone", "point_id": "p", "status": "lost"}], {})
    assert invoke(["replay", str(stored.path), "gone"]) == 2
    assert "got lost, for which nothing is stored" in capsys.readouterr().err
