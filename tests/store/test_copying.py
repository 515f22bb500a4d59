"""A copy of a store that was written and compacted meanwhile opens, and has what stood when it began."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from store import ExperimentStore
from store.care import verify
from store.local import LocalMedium

ROOT = Path(__file__).parents[2]

WRITER = """
import sys
import numpy as np
from store import ExperimentStore
store = ExperimentStore(sys.argv[1])
for number in range(100_000):
    trials = [dict(trial_id=f"{number}-{i}", point_id="p", status="complete", samples=4) for i in range(3)]
    series = {trial["trial_id"]: dict(t=np.arange(4.0), msd=np.ones(4)) for trial in trials}
    store.commit(f"chunk-{number:05d}", trials, series)
    store.append("sweeps", f"sweep-{number}", [dict(sweep=f"s{number}")])
    if number % 4 == 3:
        store.compact()
    print(number, flush=True)
"""


def copy_slowly(source: Path, target: Path) -> None:
    """Copy as rsync does: names of a directory listed at once, files in order, what is gone left out."""
    target.mkdir()
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            copy_slowly(entry, target / entry.name)
        else:
            try:
                shutil.copyfile(entry, target / entry.name)
            except FileNotFoundError:
                (target / entry.name).unlink(missing_ok=True)


def rsync(source: Path, target: Path) -> None:
    command = ["rsync", "--archive", "--exclude=/staging", f"{source}/", str(target)]
    if subprocess.run(command, check=False).returncode not in {0, 24}:  # 24: files vanished meanwhile
        raise AssertionError("rsync failed")


@pytest.mark.parametrize("copy", [copy_slowly, rsync])
def test_a_copy_made_while_writers_run_opens(store, tmp_path, copy):
    if copy is rsync and shutil.which("rsync") is None:
        pytest.skip("rsync is not installed")
    command = [sys.executable, "-c", WRITER, str(store.path)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert writer.stdout is not None
    try:
        last = int(writer.stdout.readline())
        for number in range(2):
            # One acknowledged before the copy begins must be in it.
            while last < 6 * (number + 1):
                last = int(writer.stdout.readline())
            copy(store.path, tmp_path / f"copy-{number}")
            opened = ExperimentStore(tmp_path / f"copy-{number}")
            check(opened, last)
            opened.commit("goes-on", [{"trial_id": "new", "point_id": "p", "status": "complete"}], {})
            assert "new" in opened.statuses()
    finally:
        writer.kill()
        writer.stdout.close()
        writer.wait()


def check(copied: ExperimentStore, last: int) -> None:
    ((trials, ids, samples),) = copied.sql(
        "select count(*), count(distinct trial_id), (select count(*) from series) from trials"
    ).rows()
    assert trials == ids
    assert samples == 4 * trials
    expected = {f"{number}-{i}" for number in range(last + 1) for i in range(3)}
    assert expected <= set(copied.statuses())
    found = [finding for step in verify(LocalMedium(copied.path)) for finding in step.findings]
    assert [finding for finding in found if finding.damage] == []
