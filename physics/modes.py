"""The lattice's modes in a periodic box: which wavevectors, how strong, with which phases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import NDArray

from physics.errors import InputError, require_whole
from physics.grid import FloatArray, Grid
from physics.theory import debye_integral, occupation

IntArray = NDArray[np.int64]

# The largest departure of the box's discrete sum over modes from the integral over them.
MODE_SUM_TOLERANCE = 0.02
# A mode whose wavenumber is 1 but for rounding belongs to the Debye sphere.
ROUNDING = 1e-9
AMPLITUDES = ("mean", "thermal")


@final
@dataclass(frozen=True, eq=False)
class Modes:
    """Running waves ``amplitude cos(q.r - omega t + phase)``.

    Attributes
    ----------
    q : ndarray, (M, d)
        Wavevectors, in units of q_D.
    amplitude, omega, phase : ndarray, (M,)
        Energy, angular frequency (natural units) and radians.
    """

    q: FloatArray
    amplitude: FloatArray
    omega: FloatArray
    phase: FloatArray


def lattice_indices(grid: Grid) -> IntArray:
    """Integer indices j, shape (M, d), of the box's wavevectors 2 pi j / L with 0 < abs(q) <= 1."""
    most = [int(extent / (2.0 * np.pi) * (1.0 + ROUNDING)) for extent in grid.length]
    ranges = [np.arange(-n, n + 1) for n in most]
    indices = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, grid.dimension)
    q = np.linalg.norm(wavevectors(grid, indices), axis=1)
    return np.asarray(indices[(q > 0.0) & (q <= 1.0 + ROUNDING)], dtype=np.int64)


def wavevectors(grid: Grid, indices: IntArray) -> FloatArray:
    """Wavevectors 2 pi j / L, shape (M, d), of integer indices j."""
    return np.asarray(2.0 * np.pi * indices / np.asarray(grid.length))


def mode_phases(indices: IntArray, seed: int, realization: int) -> FloatArray:
    """Uniform phases that depend on (seed, realization, integer index) and nothing else.

    Indices are counted outwards in square rings, and the phase is the draw of that rank from one
    counter-based stream: a finer grid or a longer box keeps the phase of every index it shares.

    Parameters
    ----------
    indices : ndarray of int, (M, d)
    seed, realization : int

    Returns
    -------
    ndarray, (M,)
        Radians in [0, 2 pi).
    """
    return 2.0 * np.pi * _uniform(indices, np.random.SeedSequence([seed, realization, indices.shape[1]]))


def thermal_factors(indices: IntArray, seed: int, realization: int) -> FloatArray:
    """Amplitudes ``abs(alpha_q)`` of a thermal state over their root mean square ``sqrt(n_q)``.

    A thermal state is a Gaussian mixture of coherent states: ``abs(alpha)^2`` is exponential with
    mean n. The draw of an index depends on (seed, realization, index) as its phase does, from a
    stream of its own.

    Parameters
    ----------
    indices : ndarray of int, (M, d)
    seed, realization : int

    Returns
    -------
    ndarray, (M,)
        Rayleigh distributed, of mean square 1.

    References
    ----------
    Glauber, Phys. Rev. 131, 2766 (1963), doi:10.1103/PhysRev.131.2766.
    """
    stream = np.random.SeedSequence([seed, realization, indices.shape[1]], spawn_key=(1,))
    return np.asarray(np.sqrt(-np.log1p(-_uniform(indices, stream))))


def _uniform(indices: IntArray, seed: np.random.SeedSequence) -> FloatArray:
    rank = _ring_rank(indices)
    words = np.random.Philox(seed).random_raw(int(rank.max()) + 1) if rank.size else np.empty(0, np.uint64)
    return np.asarray((words[rank] >> np.uint64(11)) / 2.0**53)


def _ring_rank(indices: IntArray) -> IntArray:
    ring = np.abs(indices).max(axis=1, initial=0)
    if indices.shape[1] == 1:
        return np.asarray(2 * ring - (indices[:, 0] > 0))
    x, y = indices[:, 0], indices[:, 1]
    # Left and right columns of the ring are whole; the rows between them lack their corners.
    column = np.where(x == -ring, 0, 2 * ring + 1) + y + ring
    row = np.where(y == -ring, 4 * ring + 2, 6 * ring + 1) + x + ring - 1
    offset = np.where(np.abs(x) == ring, column, row)
    return np.asarray(np.where(ring == 0, 0, (2 * ring - 1) ** 2 + offset))


@lru_cache(maxsize=4096)
def mode_sum_ratio(length: tuple[float, ...], temperature: float, zero_point: bool = False) -> float:
    """Discrete sum of q n(q) over a box's modes, divided by the integral that it stands for.

    With `zero_point`, of q (n + 1/2).
    """
    box = Grid((4,) * len(length), length)
    q = np.linalg.norm(wavevectors(box, lattice_indices(box)), axis=1)
    cell = float(np.prod([2.0 * np.pi / extent for extent in length]))
    solid_angle = 2.0 if len(length) == 1 else 2.0 * np.pi
    integral = solid_angle * debye_integral(len(length), temperature, zero_point=zero_point)
    return float(np.sum(q * occupation(q, temperature, zero_point=zero_point)) * cell / integral)


def is_continuous(length: tuple[float, ...], temperature: float, zero_point: bool = False) -> bool:
    """Whether the sum over a box's modes is within 2% of the integral."""
    return abs(mode_sum_ratio(length, temperature, zero_point) - 1.0) <= MODE_SUM_TOLERANCE


def check_mode_sum(length: tuple[float, ...], temperature: float, zero_point: bool = False) -> None:
    """Refuse a box whose modes do not stand for the continuum.

    Raises
    ------
    InputError
        If the sum over modes misses the integral by more than 2%.
    """
    if not is_continuous(length, temperature, zero_point):
        ratio = mode_sum_ratio(length, temperature, zero_point)
        raise InputError(
            f"box_length {length[0]:.4g}: expected its sum over lattice modes within 2% of the integral at "
            f"temperature {temperature:g}, got a ratio of {ratio:.3f}; "
            "use a longer box or a higher temperature"
        )


def thermal_modes(
    grid: Grid,
    *,
    rms: float,
    temperature: float,
    speed: float,
    seed: int,
    realization: int = 0,
    amplitudes: str = "mean",
    zero_point: bool = False,
) -> Modes:
    """Modes of the coherent-state deformation potential, ``A_q^2`` proportional to q n(q).

    Parameters
    ----------
    grid : Grid
        The box, whose reciprocal lattice the modes live on.
    rms : float
        Phase-averaged ``sqrt(sum A_q^2 / 2)``, natural units of energy; with thermal amplitudes
        averaged over them too, so that a realization's own value scatters about it.
    temperature : float
        In Debye temperatures.
    speed : float
        Sound velocity in natural units; omega = speed abs(q).
    seed, realization : int
        Name the phases, see :func:`mode_phases`.
    amplitudes : str
        "mean": every mode has its rms amplitude; "thermal": see :func:`thermal_factors`.
    zero_point : bool
        Whether the modes carry n + 1/2 quanta, the width of a thermal state's Wigner function.

    Raises
    ------
    InputError
        If the box is so small that its sum over modes misses the integral by more than 2%,
        `amplitudes` is neither of the two, or a seed or realization is no whole number of 0 or above.

    References
    ----------
    Kim et al., Phys. Rev. B 106, 054311 (2022), doi:10.1103/PhysRevB.106.054311.
    """
    if amplitudes not in AMPLITUDES:
        raise InputError(f"amplitudes: expected one of {', '.join(AMPLITUDES)}, got {amplitudes!r}")
    require_whole("seed", seed, minimum=0)
    require_whole("realization", realization, minimum=0)
    check_mode_sum(grid.length, temperature, zero_point)
    indices = lattice_indices(grid)
    vectors = wavevectors(grid, indices)
    q = np.linalg.norm(vectors, axis=1)
    weight = q * occupation(q, temperature, zero_point=zero_point)
    amplitude = rms * np.sqrt(2.0 * weight / np.sum(weight))
    if amplitudes == "thermal":
        amplitude = amplitude * thermal_factors(indices, seed, realization)
    return Modes(vectors, amplitude, speed * q, mode_phases(indices, seed, realization))


def mean_squared_acceleration(modes: Modes) -> tuple[float, float]:
    """Phase-averaged ``<abs(grad V)^2> = sum A_q^2 q^2 / 2``, and how a realization scatters about it.

    Over a continuum the mean is ``rms^2 I_{d+2} / I_d``, with the Debye integrals of the field's weight.
    The scatter comes from the cross terms of +q and -q, and is that of pairs of equal amplitude:
    ``sqrt(sum A_q^4 q^4 / 4)``.

    Parameters
    ----------
    modes : Modes

    Returns
    -------
    tuple of float
        Mean and standard deviation, natural units of acceleration squared.
    """
    squares = modes.amplitude**2 * np.sum(modes.q**2, axis=1)
    return float(np.sum(squares) / 2.0), float(np.sqrt(np.sum(squares**2)) / 2.0)
