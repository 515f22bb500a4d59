"""Readers, writers and a compactor at once: every answer is right, where plain patterns are caught wrong."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import pytest

from store import ExperimentStore

ROOT = Path(__file__).parents[2]
SAMPLES = 8
PER_CHUNK = 4

# Commits chunks with every sample's msd the number of its trial, and says so after each acknowledgement.
WRITER = f"""
import sys
import numpy as np
from store import ExperimentStore
store, begin = ExperimentStore(sys.argv[1]), int(sys.argv[2])
for chunk in range(begin, begin + 100_000):
    ids = [{PER_CHUNK} * chunk + i for i in range({PER_CHUNK})]
    trials = [dict(trial_id=str(i), point_id="p", status="complete") for i in ids]
    series = {{str(i): dict(t=np.arange({SAMPLES}.0), msd=np.full({SAMPLES}, float(i))) for i in ids}}
    store.commit(f"c{{chunk}}", trials, series)
    if chunk % 5 == 0:  # a retry, which supersedes the first try
        store.commit(f"c{{chunk}}", trials, series, attempt=2)
    print(chunk, flush=True)
"""
COMPACTOR = """
import sys
from store import ExperimentStore
store = ExperimentStore(sys.argv[1])
while True:
    print(store.compact(grace=float(sys.argv[2])), flush=True)
"""
SERIES = "select trial_id, count(*), min(msd), max(msd) from {} group by trial_id"
TRIALS = "select trial_id, count(*) from {} group by trial_id"


@contextmanager
def running(*command: str, output: Path) -> Iterator[None]:
    """A process beside, killed at the end; what it says goes to a file."""
    with output.open("w") as file:
        process = subprocess.Popen([sys.executable, "-c", *command], stdout=file, cwd=ROOT)
        try:
            yield
            assert process.poll() is None, f"it ended by itself: {command[-1]}"
        finally:
            process.kill()
            process.wait()


def acknowledged(outputs: list[Path]) -> set[str]:
    chunks = [
        int(line)
        for path in outputs
        for line in path.read_text().splitlines(keepends=True)
        if line[-1] == "\n"
    ]
    return {str(PER_CHUNK * chunk + i) for chunk in chunks for i in range(PER_CHUNK)}


def wrong(trials: list[tuple], series: list[tuple], known: set[str]) -> str | None:
    """What is wrong with an answer that was asked for when `known` had been acknowledged."""
    if missing := known - {row[0] for row in trials}:
        return f"{len(missing)} trials are missing, {min(missing)} for one"
    if twice := [row for row in trials if row[1] != 1]:
        return f"{len(twice)} trials come more than once, {twice[0]} for one"
    bad = [row for row in series if row[1:] != (SAMPLES, float(row[0]), float(row[0]))]
    if bad or len(series) != len(trials):
        return f"{len(series)} series of {len(trials)} trials, wrong are {bad[:3]}"
    return None


REMOVED = re.compile("removed_fragments=[1-9]")


class Readers:
    """Ask again and again, and keep what was wrong."""

    def __init__(self, store: ExperimentStore, outputs: list[Path], patience: float) -> None:
        self.store, self.outputs, self.patience = store, outputs, patience
        self.stop = threading.Event()
        self.asked: dict[str, int] = {"fresh": 0, "long": 0, "plain": 0}
        self.wrong: dict[str, list[str]] = {"fresh": [], "long": [], "plain": []}

    def fresh(self) -> None:
        while not self.stop.is_set():
            known = acknowledged(self.outputs)
            trials = self.store.sql(TRIALS.format("trials"))
            # The same session: one state of the store for both tables.
            series = trials.also(SERIES.format("series"))
            self._note("fresh", wrong(list(trials.rows()), list(series.rows()), known))

    def long(self) -> None:
        while not self.stop.is_set():
            known = acknowledged(self.outputs)
            trials = self.store.sql(TRIALS.format("trials"))
            series = trials.also(SERIES.format("series"))
            begun, first = time.monotonic(), sorted(trials.rows())
            while time.monotonic() - begun < self.patience and not self.stop.is_set():
                again = sorted(trials.rows())
                self._note(
                    "long",
                    wrong(again, list(series.rows()), known) or ("it moved" if again != first else None),
                )

    def plain(self) -> None:
        """The control: the same question of all files that are there, of the newest attempt of each trial."""
        trials, series = (
            f"(FROM read_parquet(['{self.store.path}/fragments/*/{table}.parquet', "
            f"'{self.store.path}/compacted/*/{table}.parquet']) "
            "QUALIFY attempt = max(attempt) OVER (PARTITION BY trial_id))"
            for table in ("trials", "series")
        )
        while not self.stop.is_set():
            known = acknowledged(self.outputs)
            try:
                with duckdb.connect() as connection:
                    counts = connection.execute(TRIALS.format(trials)).fetchall()
                    samples = connection.execute(SERIES.format(series)).fetchall()
                self._note("plain", wrong(counts, samples, known))
            except duckdb.Error as error:
                self._note("plain", str(error))
            self.stop.wait(0.2)

    def _note(self, kind: str, found: str | None) -> None:
        self.asked[kind] += 1
        if found is not None:
            self.wrong[kind].append(found)


@pytest.mark.parametrize(("seconds", "grace"), [(5.0, 3.0), pytest.param(15.0, 3.0, marks=pytest.mark.slow)])
def test_every_answer_is_right_while_others_write_and_compact(store, tmp_path, seconds, grace):
    outputs = [tmp_path / "writer-0", tmp_path / "writer-1"]
    accounts = tmp_path / "compactor"
    readers = Readers(store, outputs, patience=grace / 3)
    with ExitStack() as stack:
        for number, output in enumerate(outputs):
            stack.enter_context(running(WRITER, str(store.path), str(1_000_000 * number), output=output))
        stack.enter_context(running(COMPACTOR, str(store.path), str(grace), output=accounts))
        while not (acknowledged(outputs) and accounts.read_text()):
            time.sleep(0.05)
        threads = [threading.Thread(target=each) for each in (readers.fresh, readers.long, readers.plain)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        # On a busy machine the first removal, a grace after the first compaction, may come later.
        end = time.monotonic() + 60.0
        while not REMOVED.search(accounts.read_text()) and time.monotonic() < end:
            time.sleep(0.2)
        readers.stop.set()
        for thread in threads:
            thread.join()
    assert readers.wrong["fresh"] == readers.wrong["long"] == []
    assert readers.wrong["plain"]
    assert min(readers.asked.values()) >= 2
    assert set(store.statuses()) >= acknowledged(outputs)
    assert REMOVED.search(accounts.read_text())
    store.compact(grace=0.0)
    rows = store.sql(SERIES.format("series")).rows()
    assert wrong(list(store.sql(TRIALS.format("trials")).rows()), list(rows), acknowledged(outputs)) is None
