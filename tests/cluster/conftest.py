"""A folder that all machines see, and a run that nothing disturbed to compare with."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.sweeps import MANY, undisturbed

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "cluster"


@dataclass(frozen=True)
class Bench:
    """What a cluster test works on."""

    folder: Path
    spec: Path
    reference: Path

    @property
    def store(self) -> Path:
        return self.folder / "store"


@pytest.fixture(scope="session")
def shared() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="regimap-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def reference(shared: Path) -> Path:
    spec = shared / "many.toml"
    spec.write_text(MANY)
    (shared / "cache").mkdir()
    return undisturbed("run", spec, shared / "undisturbed", shared / "cache")


@pytest.fixture(scope="session")
def campaign(shared: Path, reference: Path) -> Path:
    return undisturbed("campaign", shared / "many.toml", shared / "undisturbed-campaign", shared / "cache")


@pytest.fixture
def bench(shared: Path, reference: Path) -> Iterator[Bench]:
    folder = Path(tempfile.mkdtemp(dir=shared))
    (folder / "cache").symlink_to(shared / "cache")
    yield Bench(folder, shared / "many.toml", reference)


def wait_until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.1)
