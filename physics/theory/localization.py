"""Standing waves in the frozen field: Lyapunov exponent, its mobility edge, localization lengths."""

from __future__ import annotations

from math import exp, pi

import numpy as np
from numpy.typing import ArrayLike

from physics.errors import InputError, require_positive
from physics.theory.field import FloatArray, field_spectrum, require_dimension
from physics.theory.scattering import mean_free_path

# Largest wavenumber that the line's field scatters backwards at Born order: q_D / 2.
MOBILITY_EDGE = 0.5
# Columns of the potential turned into transfer matrices at a time; steps between rescalings.
BLOCK = 512
# exp of more than this is beyond floating point, and beyond any box.
LARGEST_EXPONENT = 700.0


def lyapunov_exponent(
    *, wavenumber: float, temperature: float, rms: float, zero_point: bool = False
) -> float:
    """Inverse localization length of the amplitude in one dimension, ``S(2k) / (2 k^2)``, Born order.

    It vanishes for k > 1/2: the field has no component that scatters backwards, an effective
    mobility edge. Beyond it a remainder of fourth order in the field stays.

    Parameters
    ----------
    wavenumber : float
        k, in q_D.
    temperature : float
        In Debye temperatures.
    rms : float
        Standard deviation of the potential, natural units of energy.
    zero_point : bool
        n + 1/2 in place of n.

    Returns
    -------
    float
        Inverse length, in q_D.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    Lifshits, Gredeskul and Pastur, "Introduction to the Theory of Disordered Systems" (1988), for
    the Born order; Sanchez-Palencia et al., Phys. Rev. Lett. 98, 210401 (2007),
    doi:10.1103/PhysRevLett.98.210401, for the effective mobility edge.
    """
    require_positive("wavenumber", wavenumber)
    spectrum = field_spectrum(
        2.0 * wavenumber, rms=rms, temperature=temperature, dimension=1, zero_point=zero_point
    )
    return float(spectrum / (2.0 * wavenumber**2))


def localization_length(
    *, wavenumber: float, temperature: float, rms: float, dimension: int = 2, zero_point: bool = False
) -> float:
    """Localization length of the amplitude, in 1/q_D: ``l exp(pi k l / 2)`` in the plane.

    On the line it is the inverse of :func:`lyapunov_exponent`. Infinite where nothing scatters, and
    where it exceeds floating point. An estimate of order, not a prefactor, in two dimensions.

    Parameters
    ----------
    wavenumber, temperature, rms, zero_point
        As in :func:`lyapunov_exponent`.
    dimension : int
        1 or 2.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    Lee and Ramakrishnan, Rev. Mod. Phys. 57, 287 (1985), doi:10.1103/RevModPhys.57.287: where the
    logarithmic correction to diffusion has eaten all of it.
    """
    require_dimension(dimension)
    if dimension == 1:
        exponent = lyapunov_exponent(
            wavenumber=wavenumber, temperature=temperature, rms=rms, zero_point=zero_point
        )
        return 1.0 / exponent if exponent > 0.0 else float("inf")
    path = mean_free_path(wavenumber=wavenumber, temperature=temperature, rms=rms, zero_point=zero_point)
    power = pi * wavenumber * path / 2.0
    return path * exp(power) if power < LARGEST_EXPONENT else float("inf")


def transfer_matrix_lyapunov(potential: ArrayLike, *, spacing: float, energy: ArrayLike) -> FloatArray:
    """Growth rate of the solution of ``-psi'' / 2 + V psi = E psi`` along a line, ``ln(growth) / length``.

    The potential is taken as constant over each cell, where the solution is exact; the error is of
    second order in the spacing. Over a length L the growth scatters by about ``sqrt(gamma L)`` about
    its mean ``gamma L`` (single-parameter scaling), so lines or samples with gamma L >> 1 are needed.

    Parameters
    ----------
    potential : array_like, (..., n)
        V at the middle of n cells, real, along the last axis.
    spacing : float
        Length of a cell.
    energy : array_like, broadcast against the leading axes of `potential`
        E, above 0.

    Returns
    -------
    ndarray, the broadcast shape
        Lyapunov exponent gamma of the amplitude, one for each line and energy.

    Raises
    ------
    InputError
        For an empty, complex or non-finite potential, or an energy or spacing that is not above 0.

    References
    ----------
    Mueller and Delande, "Disorder and interference: localization phenomena", arXiv:1005.0915.
    """
    require_positive("spacing", spacing)
    values = np.asarray(potential)
    if np.iscomplexobj(values) or values.ndim == 0 or values.size == 0 or not np.all(np.isfinite(values)):
        raise InputError(
            f"potential: expected real, finite values along a last axis, got {values.dtype} of shape "
            f"{values.shape}"
        )
    energies = np.asarray(energy, dtype=np.float64)
    if not np.all(np.isfinite(energies) & (energies > 0.0)):
        raise InputError(f"energy: expected finite energies above 0, got {energy!r}")
    k = np.sqrt(2.0 * energies)
    shape = np.broadcast_shapes(values.shape[:-1], energies.shape)
    # (psi, psi' / k) lies on a circle where V = 0.
    state = (np.ones(shape), np.zeros(shape))
    growth = np.zeros(shape)
    for start in range(0, values.shape[-1], BLOCK):
        cells = values[..., start : start + BLOCK].astype(np.float64)
        state, grown = _cross(state, cells, spacing, energies, k)
        growth = growth + grown
    return np.asarray(growth / (values.shape[-1] * spacing))


def _cross(
    state: tuple[FloatArray, FloatArray], cells: FloatArray, spacing: float, energy: FloatArray, k: FloatArray
) -> tuple[tuple[FloatArray, FloatArray], FloatArray]:
    """State of norm 1 after some cells, and the logarithm of how much it grew."""
    squared = 2.0 * (energy[..., None] - cells) * spacing**2
    # Where V > E the angle is imaginary and cos, sin become cosh, sinh: real all the same.
    angle = np.sqrt(squared.astype(np.complex128))
    cosine = np.moveaxis(np.cos(angle).real, -1, 0)
    safe = np.where(angle == 0.0, 1.0, angle)
    sine = np.where(angle == 0.0, 1.0, np.sin(safe) / safe).real * (k * spacing)[..., None]
    turned = squared / (k * spacing)[..., None] ** 2 * sine
    psi, slope = state
    for c, s, b in zip(cosine, np.moveaxis(sine, -1, 0), np.moveaxis(turned, -1, 0), strict=True):
        psi, slope = c * psi + s * slope, c * slope - b * psi
    size = np.hypot(psi, slope)
    return (psi / size, slope / size), np.log(size)
