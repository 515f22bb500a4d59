"""Compaction from the command line, and by a run of its own accord."""

import json
import sys
import time

import pytest

from store import ExperimentStore
from sweep import SweepSpec
from sweep.cli.compact import compact_command
from sweep.engine import upkeep
from sweep.engine.upkeep import Upkeep
from sweep.running import run
from tests.store.conftest import make_chunk


@pytest.fixture
def store(tmp_path):
    opened = ExperimentStore.create(tmp_path / "a store")
    for name in "cde":
        opened.commit(name, *make_chunk(f"{name}1", f"{name}2"))
    return opened


def invoke(*arguments: str) -> None:
    compact_command.main(list(arguments), standalone_mode=False)


def test_compact_says_what_it_did(store, capsys):
    invoke(str(store.path))
    shown = capsys.readouterr()
    assert "3 fragments compacted; written: 6 trials in 1 files" in shown.out
    assert "removed: 0 fragments" in shown.out
    assert shown.err == ""
    invoke(str(store.path), "--grace", "0", "--json")
    account = json.loads(capsys.readouterr().out)
    assert (account["fragments"], account["removed_fragments"], account["gave_way"]) == (0, 3, False)
    invoke(str(store.path), "--full", "--json")
    assert json.loads(capsys.readouterr().out)["files"] == 0
    assert len(store.statuses()) == 6


def finished(process: Upkeep) -> None:
    deadline = time.monotonic() + 60.0
    while process._process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)


def test_a_run_compacts_when_there_are_too_many_fragments(store):
    with Upkeep(store, limit=4) as kept:
        for number in range(2):
            assert kept._process is None
            store.commit(f"f{number}", *make_chunk(f"f{number}"))
            kept.landed()
        assert store.loose_fragments() == 5
        first = kept._process
        kept.landed()
        assert kept._process is first  # one at a time
        finished(kept)
        assert store.loose_fragments() == 0
        kept.landed()
        assert kept._process is None
    assert len(store.statuses()) == 8


def test_a_run_that_ends_stops_its_compaction_and_waits_for_none(store, monkeypatch):
    monkeypatch.setattr(
        upkeep.sys, "executable", "/bin/sleep"
    )  # which does not know these arguments, and ends
    with Upkeep(store, limit=2) as kept:
        kept.landed()
        failed = kept._process
        finished(kept)
        assert failed.returncode != 0
        kept.landed()
        kept.landed()
        assert kept._process is not failed
    monkeypatch.setattr(upkeep.sys, "executable", sys.executable)
    with Upkeep(store, limit=2) as kept:
        kept.landed()
        running = kept._process
    assert running.returncode is not None
    assert len(store.statuses()) == 6


def test_a_run_keeps_to_its_limit(tmp_path, small_text, monkeypatch):
    monkeypatch.setattr(upkeep.Upkeep.__init__, "__defaults__", (1,))
    spec = SweepSpec.from_text(small_text)
    started = []
    monkeypatch.setattr(upkeep.Upkeep, "_start", lambda self: started.append(self._store.loose_fragments()))
    outcome = run(spec, tmp_path / "store", backend="serial")
    assert not outcome.failed
    assert len(started) == ExperimentStore(tmp_path / "store").loose_fragments() - 1
