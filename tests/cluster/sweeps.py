"""The sweeps that the cluster tests run, and what their stores must hold afterwards."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from store import ExperimentStore
from tests.cluster.machines import BIN
from tests.sweep.conftest import SMALL
from tests.sweep.rows import series_rows, trial_rows

REGIMAP = BIN / "regimap"
# 640 trials of some 30 ms: enough for a worker that comes late to have its share.
MANY = SMALL.replace("n = 6", "n = 160")


def undisturbed(command: str, spec: Path, store: Path, cache: Path) -> Path:
    """Run or campaign in one process; `cache` is where FFTW's choices are kept."""
    home = store.parent / f"home-of-{store.name}"
    home.mkdir()
    (home / ".cache").symlink_to(cache)
    environment = {**os.environ, "HOME": str(home)}
    arguments = [command, str(spec), "--store", str(store), "--backend", "serial"]
    subprocess.run([str(REGIMAP), *arguments], env=environment, check=True, capture_output=True)
    return store


def same_rows(store: Path, reference: Path) -> bool:
    """Whether all trials were done, once each, with the numbers of an undisturbed run."""
    one, other = ExperimentStore(store), ExperimentStore(reference)
    return trial_rows(one) == trial_rows(other) and series_rows(one) == series_rows(other)


def hosts(store: Path) -> set[str]:
    """Machines on which trials ran."""
    return {row[0] for row in ExperimentStore(store).sql("select distinct host from trials").rows()}


def fragments(store: Path) -> int:
    """Chunks that were committed so far."""
    return len(list((store / "fragments").glob("c*"))) if store.exists() else 0
