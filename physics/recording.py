"""Propagation with its recordings: the series at the resolved step, and a check at twice that step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from physics import validity
from physics.fourier import Plans
from physics.grid import FloatArray
from physics.launch import loss_rate
from physics.observables import Recorder
from physics.packet import ComplexArray
from physics.potential import DeformationPotential
from physics.propagator import PROPAGATORS
from physics.resolution import Resolution
from physics.scenario import Numerics, Scenario

Series = dict[str, FloatArray]
Row = dict[str, float]

# The doubled step is compared at every fourth sample, which keeps the check at half the cost or below.
STRIDE = 4


@final
@dataclass(frozen=True, eq=False)
class Moment:
    """Where a recording stands after a sample: all that decides how it goes on.

    What else the propagators keep (tables, snapshots of the field) follows from the time alone.

    Attributes
    ----------
    sample : int
        The latest that is recorded.
    state, shadow : ndarray, ``grid.shape``
        The propagators' states: at the resolved step, and at twice it when last compared.
    rows, shadows : tuple of dict of str to float
        Observables of each sample so far; at the doubled step those compared, "sample" saying which.
    ended : bool
        Whether the record goes no further: it has all its samples, or the packet has outrun its box.
    """

    sample: int
    state: ComplexArray
    shadow: ComplexArray
    rows: tuple[Row, ...]
    shadows: tuple[Row, ...]
    ended: bool = False


@final
class Recording:
    """Series of a trajectory until it ends, outruns its box or is no longer finite.

    Iterating advances it by a sample and gives the sample's number.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    resolution : Resolution
    field : DeformationPotential
        The lattice, on the resolved grid.
    psi0 : ndarray, ``grid.shape``
        Wave function at launch.
    plans : Plans
        Transforms of the grid's shape.
    moment : Moment, optional
        Where to go on; from the launch by default.

    Attributes
    ----------
    moment : Moment
        Where it stands.
    """

    def __init__(
        self,
        scenario: Scenario,
        numerics: Numerics,
        resolution: Resolution,
        field: DeformationPotential,
        psi0: ComplexArray,
        plans: Plans,
        moment: Moment | None = None,
    ) -> None:
        grid, kicks = resolution.grid, resolution.kicks
        self._numerics, self._resolution, self._field = numerics, resolution, field
        scheme = PROPAGATORS[resolution.integrator]
        loss = loss_rate(scenario, numerics, grid)
        self._fine = scheme(grid, field, resolution.dt, plans, kicks=kicks, loss=loss)
        # A step shared with the fine one's field: twice the step, half the kicks, the same snapshots.
        self._double = scheme(grid, field, 2.0 * resolution.dt, plans, kicks=kicks // 2, loss=loss)
        self._recorder = Recorder(grid, psi0, scenario.launch_point(grid.length), scenario.width, plans)
        self.moment = moment if moment is not None else self._launch(psi0)

    def __iter__(self) -> Iterator[int]:
        while not self.moment.ended:
            following = self._advanced(self.moment)
            if following is None:
                return
            self.moment = following
            yield following.sample

    def series(self) -> tuple[Series, Series]:
        """What is recorded so far.

        Returns
        -------
        series : dict of str to ndarray, (n,)
            Observables at the resolved step, with their times under "t".
        coarse : dict of str to ndarray, (m,)
            Observables at twice the step, at some of the same times, "sample" saying which.
        """
        return _columns(self.moment.rows), _columns(self.moment.shadows)

    def _launch(self, psi0: ComplexArray) -> Moment:
        state, shadow = self._fine.start(psi0, 0.0), self._double.start(psi0, 0.0)
        launch = self._recorder(psi0, self._field(0.0))
        return Moment(0, state, shadow, ({"t": 0.0, **launch},), ({"sample": 0.0, **launch},))

    def _advanced(self, moment: Moment) -> Moment | None:
        """A sample on; None where the wave function is no longer finite there."""
        sample, steps, dt = moment.sample + 1, self._resolution.steps, self._resolution.dt
        t, start = sample * steps * dt, moment.sample * steps * dt
        state = self._fine.advance(moment.state, start, steps)
        psi = self._fine.read(state, t)
        if not np.all(np.isfinite(psi)):
            return None
        potential = self._field(t)
        rows = (*moment.rows, {"t": t, **self._recorder(psi, potential)})
        if validity.outran(rows, min(self._resolution.grid.length), self._numerics):
            return Moment(sample, state, moment.shadow, rows, moment.shadows, ended=True)
        shadow, shadows = self._compared(moment, sample, potential)
        return Moment(sample, state, shadow, rows, shadows, ended=sample == self._numerics.samples - 1)

    def _compared(
        self, moment: Moment, sample: int, potential: FloatArray
    ) -> tuple[ComplexArray, tuple[Row, ...]]:
        """State at the doubled step and its observables, brought to this sample if it is compared here."""
        steps, dt = self._resolution.steps, self._resolution.dt
        compared = int(moment.shadows[-1]["sample"])
        ahead = (sample - compared) * steps
        if not _is_compared(sample, self._numerics.samples, ahead):
            return moment.shadow, moment.shadows
        shadow = self._double.advance(moment.shadow, compared * steps * dt, ahead // 2)
        seen = self._recorder(self._double.read(shadow, sample * steps * dt), potential)
        return shadow, (*moment.shadows, {"sample": float(sample), **seen})


def _is_compared(sample: int, samples: int, steps: int) -> bool:
    """Whether the doubled step is compared here: it must fall on the sample."""
    stride = min(STRIDE, samples - 1)
    return steps % 2 == 0 and (sample % stride == 0 or sample == samples - 1)


def _columns(rows: tuple[Row, ...]) -> Series:
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
