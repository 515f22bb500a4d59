"""Split-operator propagation: a second-order and a fourth-order scheme, an FFT pair a step each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import final

import numpy as np

from physics.errors import InputError, require_array, require_positive, require_whole
from physics.fourier import Plans
from physics.grid import FloatArray, Grid
from physics.landscape import Landscape, Potential, landscape
from physics.packet import ComplexArray

STRANG = "strang"
TAKAHASHI_IMADA = "takahashi-imada"
INTEGRATORS = (STRANG, TAKAHASHI_IMADA)
# Order of the error over a fixed time.
ORDER = {STRANG: 2, TAKAHASHI_IMADA: 4}


class Propagator(ABC):
    """Advances a state by whole steps; what the state is, the scheme decides.

    Parameters
    ----------
    grid : Grid
    potential : callable of t, DeformationPotential or ndarray
        V(r, t), real, shape ``grid.shape``; an array does not move.
    dt : float
        Time step, natural units; negative runs backwards.
    plans : Plans, optional
        Transforms of the grid's shape to share. Their `psi` buffer is the working state.
    kicks : int
        Steps between two syntheses of a moving deformation potential, which is interpolated between.
    loss : ndarray, ``grid.shape``, optional
        Rate at which the amplitude is absorbed, 0 or above; only the Strang scheme takes it.

    Raises
    ------
    InputError
        For a step that is 0 or not finite, or plans of another shape.
    """

    # Of the squared gradient in the landscape, in units of dt^2.
    _correction = 0.0

    def __init__(
        self,
        grid: Grid,
        potential: Potential,
        dt: float,
        plans: Plans | None = None,
        *,
        kicks: int = 1,
        loss: FloatArray | None = None,
    ) -> None:
        if not np.isfinite(dt) or dt == 0.0:
            raise InputError(f"dt: expected a finite, non-zero time step, got {dt!r}")
        if plans is not None and plans.shape != grid.shape:
            raise InputError(f"plans: expected transforms of shape {grid.shape}, got {plans.shape}")
        self.grid = grid
        self.dt = dt
        self._plans = plans if plans is not None else Plans(grid.shape)
        self._landscape: Landscape = landscape(
            grid, potential, correction=self._correction * dt**2, kicks=kicks, dt=dt
        )
        self._loss = None if loss is None else np.array(loss)
        self._kinetic = self._drift(1.0)
        self._tables: dict[float, ComplexArray] = {}

    @abstractmethod
    def start(self, psi: ComplexArray, t: float) -> ComplexArray:
        """State whose wave function at time t is `psi`; a new array."""

    @abstractmethod
    def advance(self, state: ComplexArray, t: float, steps: int) -> ComplexArray:
        """State `steps` steps after time t, a new array; `state` is left as it was.

        Raises
        ------
        InputError
            For fewer than one step.
        """

    @abstractmethod
    def read(self, state: ComplexArray, t: float) -> ComplexArray:
        """Wave function at time t of a state, shape ``grid.shape``; the state goes on unharmed."""

    def _drift(self, steps: float) -> ComplexArray:
        """Free motion over so many steps; FFTW's pair multiplies by the number of points, undone here."""
        energy = sum((k**2 / 2.0 for k in self.grid.wavenumbers()), start=np.zeros(self.grid.shape))
        return np.asarray(np.exp(-1j * steps * self.dt * energy) / energy.size, dtype=self._plans.psi.dtype)

    def _move(self, state: ComplexArray, kinetic: ComplexArray) -> None:
        self._plans.forward()
        state *= kinetic
        self._plans.backward()

    def _kick(self, state: ComplexArray, t: float, share: float) -> None:
        """Multiply by ``exp(-i share V dt)``, V at time t."""
        if not self._landscape.is_static:
            state *= self._phase(t, share)
            return
        if share not in self._tables:
            self._tables[share] = self._phase(t, share)
        state *= self._tables[share]

    def _phase(self, t: float, share: float) -> ComplexArray:
        angle = np.multiply(self._landscape(t), -share * self.dt, dtype=self._plans.psi.real.dtype)
        phase = np.empty(angle.shape, dtype=self._plans.psi.dtype)
        np.cos(angle, out=phase.real)
        np.sin(angle, out=phase.imag)
        if self._loss is not None:
            phase *= np.exp(-abs(share * self.dt) * self._loss)
        return phase


@final
class StrangPropagator(Propagator):
    """Steps ``exp(-i V dt/2) exp(-i T dt) exp(-i V dt/2)``; its state is the wave function.

    The error of a step is of third order in dt, of a fixed time of second. A step of dt followed
    by one of -dt returns the wave function.

    References
    ----------
    Feit, Fleck and Steiger, J. Comput. Phys. 47, 412 (1982), doi:10.1016/0021-9991(82)90091-2.
    """

    def start(self, psi: ComplexArray, t: float) -> ComplexArray:
        """The wave function itself."""
        return np.array(psi, dtype=self._plans.psi.dtype)

    def advance(self, state: ComplexArray, t: float, steps: int) -> ComplexArray:
        """Wave function `steps` steps after time t."""
        require_whole("steps", steps, minimum=1)
        psi = self._plans.psi
        psi[...] = state
        self._kick(psi, t, 0.5)
        for step in range(1, steps + 1):
            self._move(psi, self._kinetic)
            # The closing half kick of a step and the opening one of the next are one.
            self._kick(psi, t + step * self.dt, 0.5 if step == steps else 1.0)
        return np.array(psi)

    def read(self, state: ComplexArray, t: float) -> ComplexArray:
        """The state itself."""
        return state


@final
class TakahashiImadaPropagator(Propagator):
    """Fourth-order steps ``T/2 W T/2`` with ``W = V - dt^2 abs(grad V)^2 / 24``, processed.

    A kernel step equals ``e^X exp(-i H dt) e^-X`` up to fifth order, ``X = (dt^2 / 24) [-i T, -i V]``:
    what it lacks is undone once at the start and on a copy at each reading. With A the drift and
    B the kick of one step, e^X is applied as ``e^{A/2} e^{B/24} e^-A e^{-B/24} e^{A/2}``: its
    kicks fall half a step to either side, where the steps' own kicks fall, and what it misses is
    of fourth order (but for ``dt^3 abs(grad V)^2 / 1152``, which never shows).

    The state is the wave function after the kick half a step before its time.

    References
    ----------
    Takahashi and Imada, J. Phys. Soc. Jpn. 53, 3765 (1984), doi:10.1143/JPSJ.53.3765; processing:
    Blanes, Casas and Ros, SIAM J. Sci. Comput. 21, 711 (1999), doi:10.1137/S1064827598332497.
    """

    _correction = 1.0 / 24.0
    _process = 1.0 / 24.0

    def __init__(
        self,
        grid: Grid,
        potential: Potential,
        dt: float,
        plans: Plans | None = None,
        *,
        kicks: int = 1,
        loss: FloatArray | None = None,
    ) -> None:
        if loss is not None:
            raise InputError(
                f"loss: expected none with the integrator {TAKAHASHI_IMADA!r}, got one; use {STRANG!r}"
            )
        super().__init__(grid, potential, dt, plans, kicks=kicks)
        self._half_on, self._half_back = self._drift(0.5), self._drift(-0.5)
        self._back = self._drift(-1.0)

    def start(self, psi: ComplexArray, t: float) -> ComplexArray:
        """The processed wave function, moved back half a step."""
        state = self._plans.psi
        state[...] = psi
        self._move(state, self._half_on)
        self._kick(state, t + 0.5 * self.dt, -self._process)
        self._move(state, self._back)
        self._kick(state, t - 0.5 * self.dt, self._process)
        return np.array(state)

    def advance(self, state: ComplexArray, t: float, steps: int) -> ComplexArray:
        """State `steps` steps after time t."""
        require_whole("steps", steps, minimum=1)
        psi = self._plans.psi
        psi[...] = state
        for step in range(steps):
            self._move(psi, self._kinetic)
            self._kick(psi, t + (step + 0.5) * self.dt, 1.0)
        return np.array(psi)

    def read(self, state: ComplexArray, t: float) -> ComplexArray:
        """The wave function at time t, processed back, on a copy."""
        psi = self._plans.psi
        psi[...] = state
        self._kick(psi, t - 0.5 * self.dt, -self._process)
        self._move(psi, self._kinetic)
        self._kick(psi, t + 0.5 * self.dt, self._process)
        self._move(psi, self._half_back)
        return np.array(psi)


PROPAGATORS: dict[str, type[Propagator]] = {
    STRANG: StrangPropagator,
    TAKAHASHI_IMADA: TakahashiImadaPropagator,
}


def propagate(
    psi0: ComplexArray,
    grid: Grid,
    potential: Potential,
    *,
    dt: float,
    t_final: float,
    samples: int,
    plans: Plans | None = None,
    integrator: str = STRANG,
    loss: FloatArray | None = None,
) -> Iterator[tuple[float, ComplexArray]]:
    """Wave function at evenly spaced times, both ends included.

    Parameters
    ----------
    psi0 : ndarray, ``grid.shape``
        Wave function at time 0.
    grid : Grid
    potential : callable of t, DeformationPotential or ndarray
        V(r, t), real, shape ``grid.shape``. The fourth-order scheme asks for it at half steps too,
        the first before time 0. Arrays are copied, `psi0` and `loss` too: they may be refilled.
    dt : float
        Longest time step allowed; the step taken divides the interval between samples.
    t_final : float
        Last time, natural units.
    samples : int
        Number of times, 2 or more: with 3 the times are 0, t_final / 2 and t_final.
    plans : Plans, optional
        Transforms of the grid's shape to share.
    integrator : str
        "strang" (order 2) or "takahashi-imada" (order 4).
    loss : ndarray, ``grid.shape``, optional
        Rate at which the amplitude is absorbed (:func:`physics.absorber`), with "strang" only.

    Yields
    ------
    t : float
    psi : ndarray of complex128, ``grid.shape``
        A fresh array each time.

    Raises
    ------
    InputError
        For a time, step or number of samples outside its domain, more samples than steps, an unknown
        integrator, or a wave function or potential that is not finite or of the wrong shape.
    PotentialError
        If a callable raises.
    """
    require_positive("dt", dt)
    require_positive("t_final", t_final)
    require_whole("samples", samples, minimum=2)
    steps = steps_per_sample(dt, t_final, samples)
    psi0 = _checked_psi(psi0, grid)
    if integrator not in PROPAGATORS:
        raise InputError(f"integrator: expected one of {', '.join(INTEGRATORS)}, got {integrator!r}")
    step = t_final / ((samples - 1) * steps)
    propagator = PROPAGATORS[integrator](grid, potential, step, plans, loss=_checked_loss(loss, grid))
    return _samples(psi0, propagator, samples, steps)


def steps_per_sample(dt: float, t_final: float, samples: int) -> int:
    """Steps between samples for a step of at most `dt`.

    Raises
    ------
    InputError
        If `dt` exceeds `t_final`, or the interval between samples.
    """
    if dt > t_final * (1.0 + 1e-9):
        raise InputError(
            f"t_final: expected one step of {dt:g} or more, got {t_final:g}; run longer or shorten dt"
        )
    interval = t_final / (samples - 1)
    if dt > interval * (1.0 + 1e-9):
        raise InputError(
            f"samples: expected no more than steps, got an interval of {interval:g} between samples and "
            f"a step of {dt:g}; ask for fewer samples or a shorter dt"
        )
    return int(np.ceil(interval / dt * (1.0 - 1e-9)))


def _samples(
    psi0: ComplexArray, propagator: Propagator, samples: int, steps: int
) -> Iterator[tuple[float, ComplexArray]]:
    yield 0.0, np.array(psi0)
    state = propagator.start(psi0, 0.0)
    for sample in range(1, samples):
        state = propagator.advance(state, (sample - 1) * steps * propagator.dt, steps)
        t = sample * steps * propagator.dt
        yield t, np.array(propagator.read(state, t), dtype=np.complex128)


def _checked_psi(psi: ComplexArray, grid: Grid) -> ComplexArray:
    psi = require_array("psi0", psi)
    if psi.shape != grid.shape:
        raise InputError(f"psi0: expected shape {grid.shape}, got {psi.shape}")
    if psi.dtype.kind not in "fiuc":
        raise InputError(f"psi0: expected complex numbers, got an array of {psi.dtype}")
    if not np.all(np.isfinite(psi)):
        raise InputError("psi0: expected finite numbers, got NaN or infinity among them")
    if not np.any(psi):
        raise InputError("psi0: expected a wave function, got zeros everywhere; launch one")
    # A copy: the caller may refill the array before the first sample is asked for.
    return np.array(psi, dtype=np.complex128)


def _checked_loss(loss: FloatArray | None, grid: Grid) -> FloatArray | None:
    if loss is None:
        return None
    loss = require_array("loss", loss)
    if loss.shape != grid.shape or loss.dtype.kind not in "fiu" or not _is_rate(loss):
        raise InputError(
            f"loss: expected finite rates of 0 or above, of shape {grid.shape}, got {loss.dtype} of shape "
            f"{loss.shape}; physics.absorber makes such an array"
        )
    return np.asarray(loss, dtype=np.float64)


def _is_rate(values: FloatArray) -> bool:
    return bool(np.all(np.isfinite(values)) and np.all(values >= 0.0))
