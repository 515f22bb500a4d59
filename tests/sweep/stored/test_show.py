"""`show`: one trial with everything that the store knows of it."""

import json
from pathlib import Path

import numpy as np
import pytest

from store import ExperimentStore
from sweep.cli import invoke
from sweep.errors import SelectionError
from sweep.figures import recorded_figure
from sweep.locating import find_trial
from sweep.rebuilding import stored_trajectory
from sweep.trial_record import trial_record


def test_a_prefix_finds_the_trial_and_an_ambiguous_one_names_the_candidates(whole, first) -> None:
    assert find_trial(whole, first)["trial_id"] == first
    ids = sorted(whole.statuses())
    shortest = next(n for n in range(1, 21) if sum(other.startswith(first[:n]) for other in ids) == 1)
    assert find_trial(whole, first[:shortest])["trial_id"] == first
    with pytest.raises(SelectionError, match=rf"{ids[0]}.*{ids[1]}.*\.\.\.; name one") as refused:
        _ambiguous(whole, ids)
    assert str(refused.value).count(", ") < len(ids)
    with pytest.raises(SelectionError, match=r"got none in .*regimap query"):
        find_trial(whole, "no such trial")
    with pytest.raises(SelectionError, match="got an empty text"):
        find_trial(whole, "")


def _ambiguous(store: ExperimentStore, ids: list[str]) -> None:
    """Ask by what every id begins with: here that of made-up trials beside the twelve."""
    other = ExperimentStore.create(store.path.parent / "alike")
    other.commit("c", [{"trial_id": "a" + name, "point_id": "p", "status": "lost"} for name in ids], {})
    ids[:] = sorted(other.statuses())
    find_trial(other, "a")


def test_an_id_that_begins_another_is_itself(tmp_path: Path) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    store.commit("c", [{"trial_id": name, "point_id": "p", "status": "lost"} for name in ("ab", "abc")], {})
    assert find_trial(store, "ab")["trial_id"] == "ab"


def test_a_trial_that_is_planned_and_has_no_row_is_said_to_be(stored) -> None:
    stored.append(
        "chunks", "p", [{"plan": "p", "chunk": "c", "ordinal": 0, "trial_id": "zzz1", "trial": "{}"}]
    )
    with pytest.raises(SelectionError, match="zzz1, which is planned and has no row yet"):
        find_trial(stored, "zzz")


def test_the_record_has_every_column_that_is_known_and_what_belongs_to_the_trial(whole, first) -> None:
    row = find_trial(whole, first)
    record = trial_record(whole, row)
    parts = ("parameters", "draw", "numerics", "guards", "scalars", "provenance")
    shown = {name for part in parts for name in record[part]} | {name for name in record if name in row}
    assert shown | {"twin_of"} >= {name for name, value in row.items() if value is not None}
    assert record["parameters"]["disorder"] == row["disorder"]
    assert record["scalars"]["diffusion_err"] == row["diffusion_err"]
    assert [label["regime"] for label in record["labels"]] == ["ballistic", "diffusive"]
    assert [(each["why"], each["round"]) for each in record["proposals"]] == [("boundary", 3)]
    (twin,) = record["twins"]
    assert find_trial(whole, twin["trial_id"])["twin_of"] == first
    assert twin["frozen"]
    assert trial_record(whole, find_trial(whole, twin["trial_id"]))["twins"][0]["trial_id"] == first
    np.testing.assert_array_equal(record["series"]["msd"], whole.series([first], ["msd"])["msd"])
    assert "mean_y" not in record["series"]
    assert len(record["plans"]) == 1


def test_the_page_has_values_with_errors_units_and_what_is_around_the_trial(whole, first, capsys) -> None:
    assert invoke(["show", str(whole.path), first[:8]]) == 0
    page = capsys.readouterr().out
    for words in (
        first,
        "boundary, round 3, slot 1, c0ffee; score 0.41; then expected in its regimes by 0.55, 0.45",
        "ballistic; membership 0.90, 0.10; labels v2, 2 regimes",
        "in 1 earlier versions of the labels: diffusive",
        "frozen, complete",
        "hbar/m*",
        "physics_version",
        "series: 16 samples from t = 0 to 40",
    ):
        assert words in page
    (line,) = (line for line in page.splitlines() if line.startswith("  diffusion "))
    assert "±" in line
    assert "diffusion_err" not in page


def test_json_is_one_object_and_a_failed_trial_has_its_traceback(stored, capsys) -> None:
    failed = {
        "trial_id": "f1",
        "point_id": "p",
        "status": "error",
        "reason": "ValueError: no",
        "traceback": "Traceback: here",
    }
    stored.commit("c", [failed | {"diffusion": float("nan")}], {})
    assert invoke(["show", str(stored.path), "f1", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["reason"], record["traceback"], record["series"]) == (
        "ValueError: no",
        "Traceback: here",
        {},
    )
    assert record["scalars"] == {"diffusion": None}
    assert invoke(["show", str(stored.path), "f1"]) == 0
    assert "error: ValueError: no" in (page := capsys.readouterr().out)
    assert "Traceback: here" in page


def test_plot_draws_what_is_stored(whole, first, tmp_path: Path, capsys) -> None:
    target = tmp_path / "trial.svg"
    assert invoke(["show", str(whole.path), first, "--plot", str(target)]) == 0
    assert target.stat().st_size > 10_000
    trajectory = stored_trajectory(whole, find_trial(whole, first))
    np.testing.assert_array_equal(trajectory.msd, whole.series([first], ["msd"])["msd"])
    assert invoke(["show", str(whole.path), first, "--plot", str(tmp_path / "trial.bmp")]) == 2
    assert ".svg" in capsys.readouterr().err


def test_any_series_can_be_drawn_a_panel_each_with_its_unit() -> None:
    t = [0.0, 1.0, 2.0]
    series = {"t": t, "angle": [0.0, 1.0, 2.0], "energy": t, "winding": t, "phase": t}
    figure = recorded_figure(series, {"angle": "rad", "winding": "1"}, "point")
    panels = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_ylabel() for axes in panels] == ["angle  (rad)", "energy", "winding", "phase"]
    assert list(panels[0].lines[0].get_ydata()) == series["angle"]
