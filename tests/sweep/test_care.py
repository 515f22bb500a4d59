"""`verify` and `merge`, as a user meets them."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec, run
from sweep.cli import invoke
from tests.sweep.conftest import SMALL

SECOND = timedelta(seconds=1)
FEW = SMALL.replace("n = 6", "n = 2").replace("realizations = 2", "realizations = 1")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("care") / "a store"
    run(SweepSpec.from_text(FEW), path, backend="serial")
    return path


@pytest.fixture
def store(finished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished, tmp_path / "store")


def fragment(store: Path, name: str = "trials.parquet") -> Path:
    (directory,) = (store / "fragments").iterdir()
    return directory / name


def test_a_sound_store_verifies(store, capsys):
    assert invoke(["verify", str(store)]) == 0
    assert "4 trials read; 0 damaged, 0 notes" in capsys.readouterr().out
    assert invoke(["verify", str(store), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_damage_is_named_with_what_to_do(store, capsys):
    target = fragment(store)
    target.write_bytes(target.read_bytes()[:-100])
    (store / "letter.txt").write_text("x")
    assert invoke(["verify", str(store)]) == 3
    shown = capsys.readouterr().out
    assert f"damage: {target}: torn" in shown
    assert f"remove the directory {target.parent} and run the same command again" in shown
    assert "1 damaged, 1 notes" in shown
    assert invoke(["verify", str(store), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert [(entry["kind"], entry["damage"]) for entry in found] == [("stranger", False), ("torn", True)]
    assert set(found[0]) == {"place", "kind", "found", "advice", "damage"}
    # What it says to do helps.
    shutil.rmtree(target.parent)
    (store / "letter.txt").unlink()
    run(SweepSpec.from_text(FEW), store, backend="serial")
    assert invoke(["verify", str(store)]) == 0


def test_a_row_whose_id_is_not_its_own_is_named(store, capsys):
    opened = ExperimentStore(store)
    (row, *_) = opened.sql("select * exclude (chunk, attempt) from trials").arrow().to_pylist()
    opened.commit("forged", [row | {"disorder": 2.5, "trial_id": "f" * 20}], {})
    assert invoke(["verify", str(store)]) == 3
    assert "misnamed: trial 'ffffffffffffffffffff', whose columns give" in capsys.readouterr().out


def test_a_store_without_its_identity_and_no_store(store, tmp_path, capsys):
    (store / "store.json").unlink()
    assert invoke(["verify", str(store)]) == 3
    assert "store.json: missing" in capsys.readouterr().out
    assert invoke(["verify", str(tmp_path / "none")]) == 2


def test_two_clusters_become_one_store(finished, store, tmp_path, capsys):
    other, whole = tmp_path / "other", tmp_path / "whole"
    run(SweepSpec.from_text(FEW.replace("n = 2", "n = 4")), other, backend="serial")
    before = ExperimentStore(other).sql("select trial_id, diffusion from trials order by all").rows()
    assert invoke(["merge", str(whole), str(store), str(other)]) == 0
    assert f"{whole} gained 8 trials" in capsys.readouterr().out
    merged = ExperimentStore(whole)
    assert set(before) == set(merged.sql("select trial_id, diffusion from trials").rows())
    assert invoke(["merge", str(whole), str(store), str(other), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["trials"] == 0
    assert told["conflicts"] == []
    assert told["parts"]["fragments"] == {"copied": 0, "renamed": 0, "held": 2, "kept ours": 0}
    assert invoke(["verify", str(whole)]) == 0
    # A run goes on where both left off: nothing is left to do.
    run(SweepSpec.from_text(FEW.replace("n = 2", "n = 4")), whole, backend="serial")
    assert len(merged.statuses()) == 8


def test_a_dry_run_writes_nothing(store, tmp_path, capsys):
    whole = ExperimentStore.create(tmp_path / "whole")
    assert invoke(["merge", str(whole.path), str(store), "--dry-run"]) == 0
    assert "would gain 4 trials" in capsys.readouterr().out
    assert whole.statuses() == {}


def test_merges_that_cannot_be_are_refused(store, tmp_path, capsys):
    ExperimentStore.create(tmp_path / "mine", model="mine")
    for arguments in ([store, store], [tmp_path / "none" / "x", store, store], [store, tmp_path / "mine"]):
        assert invoke(["merge", *map(str, arguments)]) == 2
    assert invoke(["merge", str(store), str(tmp_path / "nowhere")]) == 2
    assert not (tmp_path / "none").exists()
    source = tmp_path / "damaged"
    shutil.copytree(store, source)
    target = fragment(source, "series.parquet")
    target.write_bytes(target.read_bytes()[:-9])
    assert invoke(["merge", str(tmp_path / "new"), str(source)]) == 3
    assert "series.parquet" in capsys.readouterr().err
