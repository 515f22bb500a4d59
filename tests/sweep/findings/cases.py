"""Points whose lattices do what they are told."""

import numpy as np

from sweep.findings.late_windows import FloatArray, Lattices, PointWindows

LATTICES = 8
TIMES = np.array([50.0, 90.0])


def grown(exponent: float, scatter: float, seed: int) -> FloatArray:
    """Powers of the time (R, 2), each lattice off by a factor of its own at each time."""
    noise = scatter * np.random.default_rng(seed).standard_normal((LATTICES, 2))
    return np.asarray(TIMES**exponent * np.exp(noise))


def lattices(
    exponent: float,
    *,
    ratio: float = 0.0,
    classical: float | None = None,
    scatter: float = 0.0,
    gain: float = 0.0,
    seed: int = 0,
) -> Lattices:
    """Lattices whose MSD, participation ratio and classical MSD grow with given exponents."""
    twin = np.full((LATTICES, 2), np.nan) if classical is None else grown(classical, scatter, seed + 2)
    return Lattices(
        grown(exponent, scatter, seed), np.log(grown(ratio, scatter, seed + 1)), twin, np.full(LATTICES, gain)
    )


def windows(moving: Lattices, frozen: Lattices, name: str = "p") -> PointWindows:
    """A point of such lattices, valid to t = 100."""
    return PointWindows(name, 100.0, TIMES, moving, frozen)
