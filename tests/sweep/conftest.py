"""Small sweeps that run in seconds."""

from collections.abc import Iterator

import pytest

from sweep import SweepSpec

SMALL = """
[sweep]
name = "small"
realizations = 2

[axes]
disorder = { low = 0.2, high = 3.0, scale = "log" }
sound_speed = { low = 0.05, high = 1.0, scale = "log" }

[fixed]
wavenumber = 0.5
dimension = 1

[numerics]
t_final = 40.0
samples = 16
tolerance = 0.05
max_grid = 2048

[design]
kind = "sobol"
n = 6

[campaign]
budget = 14
batch = 2
startup = 6
target_wrong_area = 0.0
"""


@pytest.fixture
def small_text() -> str:
    return SMALL


@pytest.fixture
def small(small_text: str) -> SweepSpec:
    return SweepSpec.from_text(small_text)


@pytest.fixture(scope="session", autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home of the tests' own: for FFTW's choices and for what Ray keeps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield
