"""Writers to break, and what the machine must allow for that."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.faults import strace as tracing
from tests.store.faults.machine import Machine
from tests.store.faults.writers import Writers


def lacking(reason: str) -> None:
    """Skip for a reason that is counted by name; where the faults are asked for by name, fail."""
    if os.environ.get("REGIMAP_NEED_FAULTS") == "1":
        pytest.fail(f"expected a machine on which every fault can be tried; got: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def writers() -> Iterator[Writers]:
    with Writers() as server:
        yield server


@pytest.fixture(scope="session")
def strace() -> None:
    """Ask for a machine on which processes can be traced."""
    reason = tracing.missing()
    if reason:
        lacking(reason)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def machine(writers: Writers, strace: None, tmp_path: Path) -> Machine:
    return Machine(writers, tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("mount") is None:
        lacking("a small tmpfs cannot be mounted: no mount command")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=100", "none", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        lacking(f"a small tmpfs cannot be mounted: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)
