"""What dead writers leave is removed; what live ones hold is not."""

import os
import subprocess
import sys
import time
from pathlib import Path

from store.debris import ABANDONED_AFTER_S, sweep, writer_scope, writer_tag


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_sweeps_the_dead_and_spares_the_living_and_the_foreign(tmp_path: Path):
    dead = tmp_path / f"{writer_scope()}~{dead_pid()}~1"
    dead.mkdir()
    (dead / "trials.parquet").write_bytes(b"half")
    (tmp_path / f"{writer_scope()}~{dead_pid()}~2").write_bytes(b"half")
    living = tmp_path / f"{writer_tag()}~3"
    living.mkdir()
    foreign = tmp_path / f"elsewhere~1~{dead_pid()}~4"
    foreign.mkdir()
    (tmp_path / "unnamed").write_bytes(b"")
    assert sweep(tmp_path) == 2
    assert {path.name for path in tmp_path.iterdir()} == {living.name, foreign.name, "unnamed"}


def test_sweeps_whatever_is_old(tmp_path: Path):
    young, old = tmp_path / "elsewhere~1~1~young", tmp_path / "elsewhere~1~1~old"
    young.mkdir()
    old.mkdir()
    now = time.time()
    os.utime(old, (now - ABANDONED_AFTER_S - 60,) * 2)
    assert sweep(tmp_path, now=now) == 1
    assert list(tmp_path.iterdir()) == [young]
