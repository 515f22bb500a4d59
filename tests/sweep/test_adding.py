"""`add`: points that are put into a campaign by hand."""

import json
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep.campaign_ledger import CampaignLedger
from sweep.cli import invoke
from tests.sweep.campaigns import SPEC, TEXT, proposals


@pytest.fixture
def store(tmp_path: Path) -> ExperimentStore:
    """A campaign that has begun and proposed nothing yet."""
    store = ExperimentStore.create(tmp_path / "store")
    row = {"sweep": "campaign-x", "name": "shapes", "command": "campaign", "spec": TEXT}
    store.append("sweeps", "campaign-x", [row])
    return store


def test_a_point_is_added_once_and_the_command_says_how_it_is_run(store: ExperimentStore, capsys) -> None:
    command = ["add", str(store.path), "disorder=0.9", "sound_speed=0.3"]
    assert invoke(command) == 0
    said = capsys.readouterr()
    assert said.out == "shapes: 1 point added as round 0\n"
    assert f"regimap campaign SPEC --store {store.path}" in said.err
    assert invoke(command) == 0
    said = capsys.readouterr()
    assert said.out == "shapes: nothing to add\n"
    assert "1 of 1 points were in the campaign already" in said.err
    assert len(proposals(store)) == 1
    assert invoke(["status", str(store.path)]) == 0
    assert "0 chosen at a boundary, 1 added by hand" in capsys.readouterr().out


def test_the_points_of_a_file_are_one_round(store: ExperimentStore, tmp_path: Path, capsys) -> None:
    listed = tmp_path / "points.csv"
    listed.write_text("sound_speed,disorder\n0.3,0.9\n0.3,0.9\n0.4,0.8\n")
    assert invoke(["add", str(store.path), str(listed), "--json"]) == 0
    said = capsys.readouterr()
    first, second = json.loads(said.out)
    assert (first["round"], first["why"], first["disorder"], second["disorder"]) == (0, "enqueued", 0.9, 0.8)
    assert [row["point_id"] for row in proposals(store)] == [first["point_id"], second["point_id"]]
    planned = store.sql("select count(*) from chunks").rows()
    assert next(iter(planned)) == (4,)


def test_a_point_that_was_taken_over_is_in_the_campaign_already(store: ExperimentStore, capsys) -> None:
    CampaignLedger(store, SPEC).given([{"disorder": 0.9, "sound_speed": 0.3}])
    assert invoke(["add", str(store.path), "disorder=0.9", "sound_speed=0.3"]) == 0
    assert "1 of 1 points were in the campaign already" in capsys.readouterr().err
    assert [row["why"] for row in proposals(store)] == ["given"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["disorder=9", "sound_speed=0.3"], ["disorder", "from 0.2 to 3", "9"]),
        (["disorder=nan", "sound_speed=0.3"], ["disorder", "nan"]),
        (["disorder=0.9"], ["sound_speed", "each axis"]),
        (["disorder=0.9", "sound_speed=0.3", "disordr=1"], ["disordr", "did you mean 'disorder'"]),
        (["disorder=0.9", "disorder=0.8", "sound_speed=0.3"], ["disorder", "once"]),
        (["disorder=high", "sound_speed=0.3"], ["disorder", "'high'"]),
        (["disorder", "0.9"], ["axis=value", "'disorder'"]),
        (["nowhere.csv"], ["nowhere.csv", "No such file"]),
        (["{empty}"], ["empty.csv", "a line per point"]),
        (["{wrong}"], ["wrong.csv, line 3", "disorder", "'x'"]),
    ],
)
def test_what_is_no_point_of_the_campaign_is_refused(
    store: ExperimentStore, tmp_path: Path, capsys, values: list[str], words: list[str]
) -> None:
    files = {name: tmp_path / f"{name}.csv" for name in ("empty", "wrong")}
    files["empty"].write_text("disorder,sound_speed\n")
    files["wrong"].write_text("disorder,sound_speed\n0.9,0.3\nx,0.3\n")
    assert invoke(["add", str(store.path), *(value.format(**files) for value in values)]) == 2
    said = capsys.readouterr().err
    for word in words:
        assert word in said
    assert proposals(store) == []


def test_a_point_that_no_grid_resolves_is_refused(tmp_path: Path, capsys) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    spec = TEXT.replace("max_grid = 2048", "max_grid = 32")
    store.append("sweeps", "x", [{"sweep": "x", "name": "x", "command": "campaign", "spec": spec}])
    assert invoke(["add", str(store.path), "disorder=0.9", "sound_speed=0.3"]) == 2
    assert "max_grid" in capsys.readouterr().err


def test_a_store_without_a_campaign_has_none_to_add_to(tmp_path: Path, capsys) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    assert invoke(["add", str(store.path), "disorder=0.9"]) == 2
    assert "expected a campaign" in capsys.readouterr().err
