"""The part of a wave function whose energy lies in a window, by a Chebyshev series in H."""

from __future__ import annotations

from math import ceil, log, sqrt
from typing import final

import numpy as np
from scipy.fft import dct

from physics.errors import InputError, require_positive
from physics.fourier import Plans
from physics.grid import FloatArray, Grid
from physics.packet import ComplexArray

# Where the series is cut: coefficients, and so the error of the filter, below this.
SERIES_TOLERANCE = 1e-12
# Least share of the packet in the window; less is amplified rounding and the packet's far tail.
LEAST_WEIGHT = 1e-6
MOST_TERMS = 100_000


def energy_filtered(
    psi: ComplexArray, grid: Grid, potential: FloatArray, energy: float, delta: float, plans: Plans
) -> tuple[ComplexArray, float]:
    """Apply ``exp(-(H - E)^2 / (4 delta^2))`` to a wave function and normalise it.

    The distribution of energy in `psi` is thereby multiplied by a Gaussian of standard deviation
    `delta`. The cost is at most ``5.3 R / delta`` applications of H, an FFT pair each, where R is half the
    range of energies that the grid can carry.

    Parameters
    ----------
    psi : ndarray, ``grid.shape``
    grid : Grid
    potential : ndarray, ``grid.shape``
        V(r) at that instant.
    energy, delta : float
        E and the window's standard deviation, natural units.
    plans : Plans
        Transforms of the grid's shape, in double precision; their `psi` buffer is overwritten.

    Returns
    -------
    psi : ndarray of complex128, ``grid.shape``
        Normalised.
    weight : float
        Squared norm that the window kept: the mean of ``exp(-(H - E)^2 / (2 delta^2))`` in `psi`.

    Raises
    ------
    InputError
        If the window holds less than 1e-6 of the packet, or is so narrow that the series would need
        more than 100,000 terms; for plans of another shape or precision.

    References
    ----------
    Tal-Ezer and Kosloff, J. Chem. Phys. 81, 3967 (1984), doi:10.1063/1.448136, for the series in H.
    """
    require_positive("energy_filter's delta", delta)
    if plans.shape != grid.shape or plans.psi.dtype != np.complex128:
        raise InputError(
            f"plans: expected transforms of shape {grid.shape} in double precision, got {plans.psi.dtype} of "
            f"shape {plans.shape}"
        )
    hamiltonian = _ScaledHamiltonian(grid, potential, plans)
    coefficients = _window_series((energy - hamiltonian.middle) / hamiltonian.half, delta / hamiltonian.half)
    filtered = _sum_series(hamiltonian, coefficients, np.asarray(psi, dtype=np.complex128))
    weight = float(np.sum(filtered.real**2 + filtered.imag**2) * grid.cell)
    if not weight >= LEAST_WEIGHT:
        raise InputError(
            f"energy_filter: expected a window that holds at least {LEAST_WEIGHT:g} of the packet, got "
            f"{weight:.2g} at energy {energy:g} with delta {delta:g} (natural units); move it towards the "
            "packet's own energy, widen it, or launch a narrower packet"
        )
    return np.asarray(filtered / np.sqrt(weight)), weight


@final
class _ScaledHamiltonian:
    """``(H - middle) / half``, whose spectrum lies in [-1, 1]."""

    def __init__(self, grid: Grid, potential: FloatArray, plans: Plans) -> None:
        kinetic = sum((k**2 / 2.0 for k in grid.wavenumbers()), start=np.zeros(grid.shape))
        low, high = float(potential.min()), float(potential.max() + kinetic.max())
        self.middle, self.half = (low + high) / 2.0, (high - low) / 2.0
        self._plans = plans
        # FFTW's pair multiplies by the number of points.
        self._kinetic: FloatArray = kinetic / (self.half * kinetic.size)
        self._potential: FloatArray = (potential - self.middle) / self.half

    def advance(self, before: ComplexArray, now: ComplexArray, scratch: ComplexArray) -> None:
        """Replace `before` by ``2 H now - before``, the recursion of Chebyshev's polynomials."""
        moving = self._plans.psi
        moving[...] = now
        self._plans.forward()
        moving *= self._kinetic
        self._plans.backward()
        np.multiply(now, self._potential, out=scratch)
        scratch += moving
        scratch *= 2.0
        np.subtract(scratch, before, out=before)


def _window_series(center: float, delta: float) -> FloatArray:
    """Chebyshev coefficients on [-1, 1] of ``exp(-(x - center)^2 / (4 delta^2))``."""
    # The window's transform is a Gaussian of standard deviation 1 / (sqrt(2) delta) in the order n.
    terms = ceil(sqrt(-log(SERIES_TOLERANCE)) / delta) + 32
    if terms > MOST_TERMS:
        raise InputError(
            f"energy_filter: expected a window that takes at most {MOST_TERMS} terms, got {terms}; widen "
            "delta, or use a coarser grid"
        )
    x = np.cos(np.pi * (np.arange(2 * terms) + 0.5) / (2 * terms))
    exponent = (x - center) ** 2 / (4.0 * delta**2)
    # Far from the window the exponential is 0, not a number too small to write.
    window = np.where(exponent < 100.0, np.exp(-np.minimum(exponent, 100.0)), 0.0)
    coefficients = np.asarray(dct(window, type=2), dtype=np.float64) / (2 * terms)
    coefficients[0] /= 2.0
    significant = np.flatnonzero(np.abs(coefficients) > SERIES_TOLERANCE)
    return coefficients[: int(significant[-1]) + 1] if significant.size else coefficients[:1]


def _sum_series(hamiltonian: _ScaledHamiltonian, coefficients: FloatArray, psi: ComplexArray) -> ComplexArray:
    """``sum_n c_n T_n(H) psi``."""
    scratch = np.zeros_like(psi)
    before, now = psi.copy(), np.zeros_like(psi)
    # From 0 and T_0 = 1 the recursion gives 2 H, twice T_1.
    hamiltonian.advance(now, before, scratch)
    now *= 0.5
    # A packet's far tail times a small coefficient may be less than a number can hold: it is 0.
    with np.errstate(under="ignore"):
        total: ComplexArray = coefficients[0] * psi
        for coefficient in coefficients[1:]:
            np.multiply(now, coefficient, out=scratch)
            total += scratch
            hamiltonian.advance(before, now, scratch)
            before, now = now, before
    return total
