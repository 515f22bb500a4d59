"""A chunk is in the store whole, once, or not at all."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from store import ConflictError, DamagedStoreError, ExperimentStore, Receipt, WriteError

ROOT = Path(__file__).parents[2]

# Commits chunks in order from the first, and says so on stdout after each acknowledgement.
WRITER = """
import sys
import numpy as np
from store import ExperimentStore
store = ExperimentStore(sys.argv[1])
print("ready", flush=True)
for number in range(100_000):
    trials = [dict(trial_id=f"{number}-{i}", point_id="p", status="complete") for i in range(3)]
    series = {trial["trial_id"]: dict(t=np.arange(4.0), msd=np.ones(4)) for trial in trials}
    store.commit(f"chunk-{number:05d}", trials, series)
    print(number, flush=True)
"""


def contents(store: ExperimentStore) -> tuple[Counter[str], Counter[str]]:
    """Times that each trial is stored, and samples that each has, straight from the files."""
    trials: Counter[str] = Counter()
    samples: Counter[str] = Counter()
    for fragment in (store.path / "fragments").iterdir():
        trials.update(pq.read_table(fragment / "trials.parquet").column("trial_id").to_pylist())
        samples.update(pq.read_table(fragment / "series.parquet").column("trial_id").to_pylist())
    return trials, samples


def test_a_commit_is_acknowledged_with_what_stands(store, chunk):
    assert store.commit("c", *chunk("a", "b")) == Receipt("c", 1, trials=2, samples=10, fresh=True)
    assert list(store.sql("select trial_id, msd from series order by all").rows())[-1] == ("b", 2.0)
    assert not any((store.path / "staging").iterdir())


def test_a_retry_is_harmless(store, chunk):
    store.commit("c", *chunk("a", "b", wall_s=1.0))
    assert store.commit("c", *chunk("a", "b", wall_s=2.0)) == Receipt("c", 1, 2, 10, fresh=False)
    assert list(store.sql("select trial_id, wall_s from trials order by 1").rows()) == [
        ("a", 1.0),
        ("b", 1.0),
    ]


def test_a_name_stands_for_its_trials(store, chunk):
    store.commit("c", *chunk("a", "b"))
    with pytest.raises(ConflictError, match="next attempt"):
        store.commit("c", *chunk("a", "z"))
    assert store.commit("c", *chunk("a", "z"), attempt=2).fresh


def test_a_torn_fragment_is_named(store, chunk):
    store.commit("c", *chunk("a"))
    torn = store.path / "fragments" / "c-a1" / "trials.parquet"
    torn.write_bytes(torn.read_bytes()[:-20])
    with pytest.raises(DamagedStoreError, match=r"c-a1/trials\.parquet"):
        store.commit("c", *chunk("a"))
    with pytest.raises(DamagedStoreError, match=r"c-a1/trials\.parquet"):
        store.statuses()


def test_keys_of_the_series_come_from_the_trial(store, chunk):
    store.commit("c", *chunk("a", "b"), attempt=3)
    keys = "trial_id, chunk, attempt, disorder, sound_speed, coupling, dimension, realization, frozen"
    rows = set(store.sql(f"select {keys} from series").rows())
    assert rows == {(i, "c", 3, 1.5, 0.25, None, 2, n, False) for n, i in enumerate("ab")}
    assert rows == set(store.sql(f"select {keys} from trials").rows())


@pytest.mark.parametrize("call", ["fsync", "rename", "link", "mkdir"])
def test_a_failing_disk_leaves_nothing_behind(store, chunk, monkeypatch, call):
    store.commit("before", *chunk("x"))
    genuine = getattr(os, call)
    calls = 0

    def failing(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        return genuine(*args, **kwargs)

    failures = 0
    for nth in range(1, 8):
        calls = 0
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            try:
                store.commit(f"c{nth}", *chunk(f"t{nth}"))
                store.append(
                    "chunks", f"c{nth}", [{"plan": "p", "chunk": "c", "ordinal": 0, "trial_id": "t"}]
                )
            except WriteError as error:
                assert "No space left" in str(error)
                failures += 1
        assert not any((store.path / "staging").iterdir())
        assert set(contents(store)[0].values()) == {1}
        store.commit(f"c{nth}", *chunk(f"t{nth}"))
    assert failures >= 1
    assert set(store.statuses()) == {"x", *(f"t{n}" for n in range(1, 8))}


def test_killed_writers_leave_whole_chunks_only(store):
    acknowledged: set[int] = set()
    for round_ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store.path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        acknowledged.add(int(writer.stdout.readline()))
        time.sleep(0.037 * round_)
        writer.send_signal(signal.SIGKILL)
        acknowledged |= {int(line) for line in writer.stdout if line.endswith("\n")}
        writer.stdout.close()
        writer.wait()
        trials, samples = contents(store)
        whole = {f"{n}-{i}" for n in {int(t.partition("-")[0]) for t in trials} for i in range(3)}
        assert set(trials) == whole
        assert set(trials.values()) <= {1}
        assert samples == dict.fromkeys(trials, 4)
        assert {f"{n}-{i}" for n in acknowledged for i in range(3)} <= set(trials)
    assert len(acknowledged) >= 3
    assert set(store.statuses()) == set(trials)
    ExperimentStore.create(store.path)
    assert not any((store.path / "staging").iterdir())


def commit_numbered(path: Path) -> list[bool]:
    store = ExperimentStore(path)
    trials = [{"trial_id": "t", "point_id": "p", "status": "complete"}]
    series = {"t": {"t": np.arange(3.0)}}
    return [store.commit(f"c{n}", [trials[0] | {"trial_id": f"t{n}"}], {}).fresh for n in range(20)] + [
        store.commit("one", trials, series).fresh
    ]


def test_processes_that_race_commit_each_chunk_once(store):
    with ProcessPoolExecutor(3) as pool:
        fresh = list(pool.map(commit_numbered, [store.path] * 3))
    assert [sum(column) for column in zip(*fresh, strict=True)] == [1] * 21
    assert set(contents(store)[0].values()) == {1}
