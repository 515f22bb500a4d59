"""What the agreements share: boxes for plane waves, errors from the scatter, and the verdict.

A measured number agrees when it is within four standard errors and a stated systematic bound (what
the closed form leaves out) of the closed form. The verdict also refuses a test too blunt to tell: had
the closed form been wrong by `factor`, either way, no measurement could have passed both.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from physics import FAST_SIZES, Grid, Plans

SIGMAS = 4.0


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Keeps a figure beside the test: `pytest -o junit_family=xunit1 --junitxml F` writes it out."""

    def keep(name: str, value: str) -> None:
        # pytest's own fixture for this warns, and so fails, under its default family of reports.
        request.node.user_properties.append((name, value))

    return keep


@pytest.fixture
def agrees(record: Callable[[str, str], None]) -> Callable[..., None]:
    """Verdict on measured / closed form."""

    def verdict(ratio: float, error: float, *, systematic: float, factor: float = 1.3) -> None:
        tolerance = SIGMAS * error + systematic
        record("measured over closed form", f"{ratio:.4f}")
        record("tolerance", f"{tolerance:.4f}")
        # (1 + tolerance) / factor stays below 1 - tolerance: no overlap.
        assert tolerance < (factor - 1.0) / (factor + 1.0), "too blunt: more realizations"
        assert abs(ratio - 1.0) < tolerance

    return verdict


@pytest.fixture(scope="session")
def jackknife() -> Callable[..., tuple[float, float]]:
    """A function of the mean over realizations, and its standard error from leaving each one out."""

    def estimate(
        function: Callable[[NDArray[np.generic]], float], samples: Sequence[object]
    ) -> tuple[float, float]:
        table = np.asarray(samples)
        count = len(table)
        left = [function((table.sum(axis=0) - one) / (count - 1)) for one in table]
        return function(table.mean(axis=0)), float(np.sqrt((count - 1) * np.var(left)))

    return estimate


@pytest.fixture(scope="session")
def square(
    plans_of: Callable[[tuple[int, ...]], Plans],
) -> Callable[[int, float], tuple[Grid, Plans]]:
    """A box in which `periods` wavelengths fit, carrying one scattering beyond the wavenumber."""

    def box(periods: int, wavenumber: float) -> tuple[Grid, Plans]:
        need = 2.0 * periods * (wavenumber + 1.0) / wavenumber
        n = next(size for size in FAST_SIZES if size > need)
        length = 2.0 * np.pi * periods / wavenumber
        return Grid((n, n), (length, length)), plans_of((n, n))

    return box


@pytest.fixture(scope="session")
def plane_wave() -> Callable[[Grid, tuple[int, ...]], NDArray[np.complex128]]:
    """The normalised plane wave of an integer index of the box's reciprocal lattice."""

    def wave(grid: Grid, index: tuple[int, ...]) -> NDArray[np.complex128]:
        vectors = [2.0 * np.pi * j / extent for j, extent in zip(index, grid.length, strict=True)]
        phase = sum(k * x for k, x in zip(vectors, grid.positions(), strict=True))
        return np.asarray(np.exp(1j * phase) / np.sqrt(np.prod(grid.length)))

    return wave


@pytest.fixture(scope="session")
def momentum_weights() -> Callable[[NDArray[np.complex128]], NDArray[np.float64]]:
    """Probability of each wavenumber, in FFT order."""

    def weights(psi: NDArray[np.complex128]) -> NDArray[np.float64]:
        weight = np.abs(np.fft.fftn(psi)) ** 2
        return np.asarray(weight / weight.sum())

    return weights


@pytest.fixture(scope="session")
def ring() -> Callable[[int], list[tuple[int, int]]]:
    """Integer indices whose wavevectors are all exactly `periods` long: 12 for 10 or 15, 20 for 25."""

    def indices(periods: int) -> list[tuple[int, int]]:
        axis = range(-periods, periods + 1)
        return [(i, j) for i in axis for j in axis if i * i + j * j == periods**2]

    return indices
