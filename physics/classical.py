"""The truncated-Wigner twin: classical trajectories in the electron's own field.

Trajectories start from the Wigner function of the launched packet and obey Newton's equations. What
they and the wave function do alike is classical; localization by interference they do not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from math import ceil, sqrt
from typing import final

import numpy as np

from physics.errors import InputError, require_positive, require_whole
from physics.grid import FloatArray
from physics.potential import DeformationPotential
from physics.scenario import Scenario
from physics.spline import FieldSpline

TRAJECTORIES = 4096
# Phase of the shortest wave that passes a trajectory in a step: Verlet's frequency is off by the
# square of it over 24, 0.2%.
PHASE_PER_STEP = 0.2
# Draws tried per trajectory, and fewest trajectories accepted, where an energy window selects.
DRAWS = 250
FEWEST = 64


@final
@dataclass(frozen=True, eq=False)
class Cloud:
    """Classical particles of unit mass.

    Attributes
    ----------
    position, momentum : ndarray, (N, d)
        Positions are not wrapped into the box.
    force : ndarray, (N, d), optional
        On each of them where it is, once it is known.
    """

    position: FloatArray
    momentum: FloatArray
    force: FloatArray | None = None


@final
@dataclass(frozen=True, eq=False)
class TwinMoment:
    """Where the twin stands after a time: all that decides how it goes on.

    Attributes
    ----------
    cloud : Cloud
    rows : tuple of tuple of float
        Mean squared displacement and its standard error at each time so far.
    """

    cloud: Cloud
    rows: tuple[tuple[float, float], ...]

    def series(self) -> tuple[FloatArray, FloatArray]:
        """Mean squared displacement minus its first value, and its standard error, (n,) each."""
        msd, error = np.array(self.rows).T
        return msd, error


def classical_twin(
    scenario: Scenario,
    field: DeformationPotential,
    times: FloatArray,
    *,
    trajectories: int = TRAJECTORIES,
) -> tuple[FloatArray, FloatArray]:
    """Mean squared displacement of the classical twin of a scenario's packet, and its standard error.

    Parameters
    ----------
    scenario : Scenario
    field : DeformationPotential
        The scenario's lattice.
    times : ndarray, (n,)
        From 0 on, ascending.
    trajectories : int

    Returns
    -------
    msd, err : ndarray, (n,)
        See :func:`classical_msd`.
    """
    *_, last = twin_moments(scenario, field, times, trajectories=trajectories)
    return last.series()


def twin_moments(
    scenario: Scenario,
    field: DeformationPotential,
    times: FloatArray,
    *,
    trajectories: int = TRAJECTORIES,
    moment: TwinMoment | None = None,
) -> Iterator[TwinMoment]:
    """The classical twin of a scenario's packet, time by time.

    Parameters
    ----------
    scenario : Scenario
    field : DeformationPotential
        The scenario's lattice.
    times : ndarray, (n,)
        From 0 on, ascending.
    trajectories : int
    moment : TwinMoment, optional
        Where to go on; from the launch by default.

    Yields
    ------
    TwinMoment
        After each time that `moment` had not reached.
    """
    center = scenario.launch_point(field.grid.length)
    window = scenario.energy_filter
    cloud = wigner_cloud(
        field,
        center=center,
        wavevector=scenario.wavevector,
        width=scenario.width,
        stream=(scenario.seed, scenario.realization, scenario.packet),
        trajectories=trajectories,
        energy_window=window and (window[0] * scenario.fermi_energy, window[1] * scenario.fermi_energy),
    )
    return _moments(field, cloud, center, times, moment)


def classical_msd(
    field: DeformationPotential, cloud: Cloud, center: Sequence[float], times: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean squared displacement from `center` minus its value at the first time, and its standard error.

    Parameters
    ----------
    field : DeformationPotential
    cloud : Cloud
        At the first time.
    center : sequence of float, (d,)
    times : ndarray, (n,)
        Ascending.

    Returns
    -------
    msd, err : ndarray, (n,)
        The start's own scatter is subtracted trajectory by trajectory, so both begin at 0.
    """
    *_, last = _moments(field, cloud, center, times, None)
    return last.series()


def wigner_cloud(
    field: DeformationPotential,
    *,
    center: Sequence[float],
    wavevector: Sequence[float],
    width: float,
    stream: Sequence[int],
    trajectories: int = TRAJECTORIES,
    energy_window: tuple[float, float] | None = None,
) -> Cloud:
    """Sample of a Gaussian packet's Wigner function.

    The Wigner function of the packet is the product of its normal distributions of position (standard
    deviation `width`) and momentum (1 / (2 width)). That of an energy-filtered packet may be negative;
    its classical limit is sampled instead: the Gaussian's, times ``exp(-(H(x, p) - E)^2 / (2 delta^2))``
    with the field at time 0, by rejection.

    Parameters
    ----------
    field : DeformationPotential
    center, wavevector : sequence of float, (d,)
    width : float
        Standard deviation of ``abs(psi)^2`` along each axis.
    stream : sequence of int
        Names the draws: (seed, realization, packet), so that neighbouring points share them.
    trajectories : int
    energy_window : tuple of float, optional
        (E, delta), natural units.

    Returns
    -------
    Cloud
        Of `trajectories` particles; of fewer, but 64 or more, where the window accepts less than one
        draw in 250.

    Raises
    ------
    InputError
        If the window accepts fewer than 64.

    References
    ----------
    Wigner, Phys. Rev. 40, 749 (1932), doi:10.1103/PhysRev.40.749; for the truncated approximation
    Polkovnikov, Ann. Phys. 325, 1790 (2010), doi:10.1016/j.aop.2010.02.006.
    """
    require_positive("width", width)
    require_whole("trajectories", trajectories, minimum=2)
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence(list(stream), spawn_key=(2,))))
    draw = _Gaussian(np.asarray(center), np.asarray(wavevector), width, random)
    if energy_window is None:
        return draw(trajectories)
    spline = FieldSpline(field)(0.0)
    kept: list[Cloud] = []
    for _ in range(DRAWS):
        tried = draw(trajectories)
        energy = np.sum(tried.momentum**2, axis=1) / 2.0 + spline(tried.position)[0]
        # Compared as logarithms: far from the window the exponential is too small to write.
        distance = ((energy - energy_window[0]) / energy_window[1]) ** 2 / 2.0
        chosen = random.standard_exponential(trajectories) > distance
        kept.append(Cloud(tried.position[chosen], tried.momentum[chosen]))
        if sum(len(cloud.position) for cloud in kept) >= trajectories:
            break
    position = np.concatenate([cloud.position for cloud in kept])[:trajectories]
    momentum = np.concatenate([cloud.momentum for cloud in kept])[:trajectories]
    if len(position) < min(FEWEST, trajectories):
        raise InputError(
            f"energy_filter: expected a window that holds {FEWEST} of {DRAWS * trajectories} classical "
            f"draws, got {len(position)} at energy {energy_window[0]:g} with delta {energy_window[1]:g} "
            "(natural units); move it towards the packet's own energy or widen it"
        )
    return Cloud(position, momentum)


def newton(field: DeformationPotential, cloud: Cloud, times: FloatArray) -> Iterator[tuple[float, Cloud]]:
    """Trajectories in the moving field at each of the times, the first included.

    Velocity Verlet with a step that follows the trajectories' speed, chosen anew between two times.

    Parameters
    ----------
    field : DeformationPotential
    cloud : Cloud
        At the first time; left as it was.
    times : ndarray, (n,)
        Ascending.

    Yields
    ------
    t : float
    cloud : Cloud
        A fresh one each time, with its force.

    Raises
    ------
    InputError
        If the times do not ascend.

    References
    ----------
    Swope, Andersen, Berens and Wilson, J. Chem. Phys. 76, 637 (1982), doi:10.1063/1.442716.
    """
    if np.any(np.diff(times) <= 0.0):
        raise InputError("times: expected ascending times, got some that repeat or fall; sort them")
    spline = FieldSpline(field)
    force = cloud.force if cloud.force is not None else -spline(float(times[0]))(cloud.position)[1]
    cloud = Cloud(cloud.position, cloud.momentum, force)
    yield float(times[0]), cloud
    for start, end in pairwise(times.tolist()):
        cloud = _verlet(spline, cloud, start, end, _steps(field, cloud, end - start))
        yield end, cloud


def _moments(
    field: DeformationPotential,
    start: Cloud,
    center: Sequence[float],
    times: FloatArray,
    moment: TwinMoment | None,
) -> Iterator[TwinMoment]:
    before = np.sum((start.position - np.asarray(center)) ** 2, axis=1)
    rows = () if moment is None else moment.rows
    path = newton(field, start if moment is None else moment.cloud, times[max(len(rows) - 1, 0) :])
    # A moment's own time is in its rows.
    for _, cloud in path if moment is None else islice(path, 1, None):
        gained = np.sum((cloud.position - np.asarray(center)) ** 2, axis=1) - before
        rows = (*rows, (float(gained.mean()), float(gained.std(ddof=1) / sqrt(gained.size))))
        yield TwinMoment(cloud, rows)


@final
@dataclass(frozen=True, eq=False)
class _Gaussian:
    center: FloatArray
    wavevector: FloatArray
    width: float
    random: np.random.Generator

    def __call__(self, count: int) -> Cloud:
        normal = self.random.standard_normal((2, count, self.center.size))
        position = self.center + self.width * normal[0]
        return Cloud(position, self.wavevector + normal[1] / (2.0 * self.width))


def _steps(field: DeformationPotential, cloud: Cloud, interval: float) -> int:
    """Steps in an interval: the shortest wave passes at the speed of sound plus the typical speed."""
    modes = field.modes
    q = np.linalg.norm(modes.q, axis=1)
    rms = sqrt(float(np.sum(modes.amplitude**2)) / 2.0)
    speed = sqrt(float(np.mean(np.sum(cloud.momentum**2, axis=1))) + 4.0 * rms)
    passing = float(np.max(speed * q + np.abs(modes.omega), initial=0.0))
    return max(1, ceil(interval * passing / PHASE_PER_STEP))


def _verlet(spline: FieldSpline, cloud: Cloud, start: float, end: float, steps: int) -> Cloud:
    dt = (end - start) / steps
    position, momentum, force = cloud.position.copy(), cloud.momentum.copy(), cloud.force
    assert force is not None
    for landscape in spline.steps(start, end, steps):
        momentum += 0.5 * dt * force
        position += dt * momentum
        force = -landscape(position)[1]
        momentum += 0.5 * dt * force
    return Cloud(position, momentum, force)
