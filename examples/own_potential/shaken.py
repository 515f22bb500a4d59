"""An atom in a lattice that is shaken to and fro: a potential of one's own, propagated on a grid.

Units: hbar = m = 1, and a lattice constant of pi, so that the recoil energy is 1/2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid
from scipy.special import mathieu_a, mathieu_b

from physics import Grid, Plans, propagate

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

SITES = 64
POINTS = 8
CONSTANT = np.pi
GRID = Grid(shape=(SITES * POINTS,), length=(SITES * CONSTANT,))
RECOIL = 0.5
T_FINAL = 300.0
SAMPLES = 61
LONGEST_STEP = 0.15
# Shares that tell what became of the atom.
DRIVEN = 0.1
STOPPED = 0.2


@final
@dataclass(frozen=True)
class ShakenLattice:
    """V(x, t) = (depth / 2) (1 - cos 2 (x - X(t))), X(t) = amplitude (cos(frequency t) - 1).

    Parameters
    ----------
    depth : float
        From valley to ridge.
    amplitude : float
        Of its motion, a length.
    frequency : float
        Angular.
    """

    depth: float
    amplitude: float
    frequency: float

    def __call__(self, t: float) -> FloatArray:
        """Potential on the grid at time t."""
        (x,) = GRID.positions()
        return 0.5 * self.depth * (1.0 - np.cos(2.0 * (x - self.place(t))))

    def place(self, t: float) -> float:
        """How far the lattice has moved; it starts at rest."""
        return self.amplitude * float(np.cos(self.frequency * t) - 1.0)

    def velocity(self, t: float) -> float:
        """How fast it moves."""
        return -self.amplitude * self.frequency * float(np.sin(self.frequency * t))


@lru_cache(maxsize=4)
def lowest_band(depth: float) -> ComplexArray:
    """Plane-wave amplitudes of the lowest band, (POINTS, SITES): wavenumbers q + 2 m in row m, column q.

    The phase of each Bloch wave makes it real and positive in the valley at 0, so that their sum is the
    Wannier function there.
    """
    k = GRID.wavenumbers()[0].reshape(POINTS, SITES)
    hamiltonian = np.zeros((SITES, POINTS, POINTS))
    rows = np.arange(POINTS)
    hamiltonian[:, rows, rows] = (0.5 * k**2 + 0.5 * depth).T
    for row in rows:
        # cos(2 x) joins wavenumbers that differ by 2; rows are in the order of the transform.
        hamiltonian[:, row, (row + 1) % POINTS] = hamiltonian[:, (row + 1) % POINTS, row] = -0.25 * depth
    waves = np.linalg.eigh(hamiltonian)[1][:, :, 0].T
    return np.asarray(waves * np.sign(waves.sum(axis=0)), dtype=np.complex128)


@lru_cache(maxsize=1)
def transforms() -> Plans:
    """FFTW's algorithm, chosen without timing: every process takes the same, and gets the same last bits."""
    return Plans(GRID.shape, effort="FFTW_ESTIMATE")


def wannier_function(depth: float) -> ComplexArray:
    """The Wannier function of the site at 0: an atom that one valley holds."""
    spectrum = lowest_band(depth).ravel()
    psi = np.fft.fftshift(np.fft.ifft(spectrum))
    return np.asarray(psi / np.sqrt(np.sum(np.abs(psi) ** 2) * GRID.cell), dtype=np.complex128)


def site_amplitudes(psi: ComplexArray, lattice: ShakenLattice, t: float) -> ComplexArray:
    """Amplitudes of `psi` in the lowest band, site by site, (SITES,), as seen from the moving lattice.

    What is missing from a sum of 1 over their squares is in higher bands.
    """
    (x,), (k,) = GRID.positions(), GRID.wavenumbers()
    seen = psi * np.exp(-1j * lattice.velocity(t) * x)
    spectrum = np.fft.fft(np.fft.ifftshift(seen)) * np.exp(1j * k * lattice.place(t))
    bloch = np.sum(lowest_band(lattice.depth).conj() * spectrum.reshape(POINTS, SITES), axis=0)
    return np.asarray(np.fft.ifft(bloch) * np.sqrt(GRID.cell / POINTS), dtype=np.complex128)


def tunnelling(depth: float) -> float:
    """Matrix element J between neighbours at rest: a quarter of the lowest band's width, by Mathieu."""
    q = 0.25 * depth / RECOIL
    return float(mathieu_b(1, q) - mathieu_a(0, q)) * RECOIL / 4.0


def closed_form(lattice: ShakenLattice, times: FloatArray) -> FloatArray:
    """Mean squared number of sites in a single band that joins neighbours only, (T,).

    2 J^2 abs(integral of exp(-i K sin(frequency t)))^2, K = d amplitude frequency, d the lattice constant;
    after whole periods that is 2 (J J_0(K) t)^2. D. H. Dunlap, V. M. Kenkre, Phys. Rev. B 34, 3625 (1986),
    doi:10.1103/PhysRevB.34.3625.
    """
    shaking = CONSTANT * lattice.amplitude * lattice.frequency
    fine = np.linspace(0.0, times[-1], 16_001)
    phase = shaking * np.sin(lattice.frequency * fine)
    along, across = (cumulative_trapezoid(part(phase), fine, initial=0) for part in (np.cos, np.sin))
    way = np.interp(times, fine, along) ** 2 + np.interp(times, fine, across) ** 2
    return np.asarray(2.0 * tunnelling(lattice.depth) ** 2 * way)


def simulate(point: Mapping[str, float], seed: int) -> dict[str, object]:
    """Let an atom go in a shaken lattice, and record how far it tunnels.

    Parameters
    ----------
    point : mapping
        ``shaking``, K, the lattice's largest velocity times its constant; ``frequency``, angular;
        ``depth``, in recoil energies.
    seed : int
        Not used: nothing here is drawn.

    Returns
    -------
    dict
        Over ``t``: ``spread``, the mean squared number of sites that the lowest band's part has gone;
        ``upper``, the share in higher bands. ``reach`` and ``reach_closed``, the root of the last spread over
        that of a lattice at rest: as it came, and by :func:`closed_form`. ``excited``, the last ``upper``.
        ``fate``: driven, if more than a tenth has left the band; stopped, if the reach is below a fifth;
        tunnels else.
    """
    depth, frequency = point["depth"] * RECOIL, point["frequency"]
    lattice = ShakenLattice(depth, point["shaking"] / (CONSTANT * frequency), frequency)
    motion = propagate(
        wannier_function(depth),
        GRID,
        lattice,
        dt=LONGEST_STEP,
        t_final=T_FINAL,
        samples=SAMPLES,
        plans=transforms(),
        integrator="takahashi-imada",
    )
    times, amplitudes = zip(*((t, site_amplitudes(psi, lattice, t)) for t, psi in motion), strict=True)
    shares = np.abs(np.array(amplitudes)) ** 2
    lowest = shares.sum(axis=1)
    upper = np.maximum(1.0 - lowest, 0.0)
    spread = shares @ np.fft.fftfreq(SITES, 1.0 / SITES) ** 2 / lowest
    closed = closed_form(lattice, np.array(times))
    at_rest = np.sqrt(2.0) * tunnelling(depth) * T_FINAL
    reach = float(np.sqrt(spread[-1])) / at_rest
    return {
        "t": times,
        "spread": spread,
        "upper": upper,
        "reach": reach,
        "reach_closed": float(np.sqrt(closed[-1])) / at_rest,
        "excited": float(upper[-1]),
        "fate": "driven" if upper[-1] > DRIVEN else "stopped" if reach < STOPPED else "tunnels",
    }
