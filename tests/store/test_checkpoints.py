"""Checkpoints: the newest that was saved, whole, or a clear word that it is not."""

import subprocess
import sys
from pathlib import Path

import pytest

from store import DamagedStoreError, ExperimentStore, RecordError
from store.care import merge, verify
from store.local import LocalMedium
from tests.store.conftest import make_chunk, underway

ROOT = Path(__file__).parents[2]


def test_the_newest_is_kept(store):
    assert store.checkpoint("t") is None
    for payload in (b"first", b"", bytes(range(256)) * 100):
        store.save_checkpoint("t", payload)
        assert store.checkpoint("t") == payload
    assert store.checkpoint("other") is None
    store.drop_checkpoint("t")
    store.drop_checkpoint("t")
    assert store.checkpoint("t") is None
    assert not any((store.path / "staging").iterdir())
    with pytest.raises(RecordError, match="trial id"):
        store.save_checkpoint("../t", b"")


@pytest.mark.parametrize("place", [3, 20, 80, -1])
def test_a_changed_one_is_named(store, place):
    store.save_checkpoint("t", bytes(1000))
    path = store.path / "checkpoints/t"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedStoreError, match=r"checkpoints/t what its digest is of.*starts again"):
        store.checkpoint("t")
    assert underway(store) == {"t": "changed"}


@pytest.mark.parametrize("length", [0, 10, 72, 500])
def test_one_cut_short_is_named(store, length):
    store.save_checkpoint("t", bytes(1000))
    path = store.path / "checkpoints/t"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DamagedStoreError, match="checkpoints/t"):
        store.checkpoint("t")
    assert underway(store) == {"t": "changed"}


def test_one_that_is_not_to_be_read_is_named(store):
    (store.path / "checkpoints/t").mkdir()
    with pytest.raises(DamagedStoreError, match="checkpoints/t"):
        store.checkpoint("t")


def test_those_of_ended_trials_are_told_and_removed(store):
    for trial_id in ("done", "failed", "running"):
        store.save_checkpoint(trial_id, b"x")
    store.commit("c", *make_chunk("done", "else"))
    store.commit("d", *make_chunk("failed", status="timeout"))
    assert underway(store) == {"done": "leftover"}
    assert store.compact().removed_checkpoints == 1
    assert sorted(path.name for path in (store.path / "checkpoints").iterdir()) == ["failed", "running"]
    assert underway(store) == {}
    assert store.compact().removed_checkpoints == 0


def test_a_stray_file_is_a_stranger(store):
    (store.path / "checkpoints/.t.swp").write_bytes(b"x")
    assert underway(store) == {".t.swp": "stranger"}


def test_they_are_not_merged_nor_seen_by_queries(store, tmp_path):
    store.commit("c", *make_chunk("a"))
    store.save_checkpoint("b.parquet", b"x")
    store.ask("cancel", "b", ["b"])
    target = ExperimentStore.create(tmp_path / "target")
    with store.hold("plan", {}):
        parts = {step.part for step in merge(LocalMedium(target.path), [LocalMedium(store.path)])}
        assert set(store.statuses()) == {"a"}
    assert parts == {"fragments"}
    places = [step.place.removeprefix(f"{store.path}/") for step in verify(store._medium)]
    assert {"holds/plan", "checkpoints", "checkpoints/b.parquet"} <= set(places)
    assert target.statuses() == {"a": "complete"}
    assert (target.checkpoint("b.parquet"), target.holders(), target.requests()) == (None, [], [])


LARGE = """
import sys
from pathlib import Path
from store import ExperimentStore

def status(entry):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(entry + ":"))

def grown(action):
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = status("VmRSS")
    action()
    return status("VmHWM") - before

store, payload = ExperimentStore(sys.argv[1]), b"x" * 100_000_000
store.save_checkpoint("small", b"x")
print(grown(lambda: store.save_checkpoint("t", payload)), grown(lambda: store.checkpoint("t")))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the peak of memory")
def test_a_large_one_is_not_copied(store):
    command = [sys.executable, "-c", LARGE, str(store.path)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    saving, reading = map(int, said.split())
    assert saving < 20_000
    assert 90_000 < reading < 120_000


def test_a_store_is_tried_before_work_starts(store, monkeypatch):
    store.check_writable()
    assert not any((store.path / "staging").iterdir())
    (store.path / "staging").rmdir()
    with pytest.raises(OSError, match=r"expected to write .*/staging/"):
        store.check_writable()
