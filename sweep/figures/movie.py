"""A trajectory as a movie: the packet's density over the moving landscape."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import final

import matplotlib as mpl
import numpy as np
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, PillowWriter
from matplotlib.figure import Figure
from numpy.typing import NDArray

from physics import Plans, Trajectory, propagate, resolve
from physics.launch import lattice, launched, loss_rate
from sweep.errors import SweepError
from sweep.figures.stage import LineStage, PlaneStage, window_around
from sweep.figures.style import SETTINGS

FORMATS = (".gif", ".mp4")
FRAMES_PER_SECOND = 12
DPI = 100


@final
@dataclass(frozen=True, eq=False)
class Shot:
    """The packet at one time.

    Attributes
    ----------
    t : float
        Natural units.
    density : ndarray of float32, ``grid.shape``
        ``abs(psi)^2``.
    """

    t: float
    density: NDArray[np.float32]


def check_format(path: Path) -> None:
    """Refuse a movie that cannot be written here, before anything is simulated.

    Raises
    ------
    SweepError
        For another ending than .gif or .mp4, or an .mp4 without ffmpeg.
    """
    if path.suffix not in FORMATS:
        raise SweepError(f"movie: expected a name ending in {' or '.join(FORMATS)}, got {path.name!r}")
    if path.suffix == ".mp4" and not shutil.which(str(mpl.rcParams["animation.ffmpeg_path"])):
        raise SweepError(f"movie: expected ffmpeg for {path.name!r}, found none; install it, or write a .gif")


def shots(trajectory: Trajectory) -> Iterator[Shot]:
    """The packet at the samples of a trajectory up to t_valid, propagated anew.

    Parameters
    ----------
    trajectory : Trajectory

    Yields
    ------
    Shot
    """
    scenario, numerics = trajectory.scenario, trajectory.numerics
    resolution = resolve(scenario, numerics)
    grid = resolution.grid
    plans = Plans(grid.shape, precision=numerics.precision)
    field = lattice(scenario, grid, plans)
    psi = launched(scenario, field, plans)
    if trajectory.t.size < 2:
        yield Shot(0.0, _density(psi))
        return
    states = propagate(
        psi,
        grid,
        field,
        dt=float(trajectory.scalars["dt"]),
        t_final=float(trajectory.t[-1]),
        samples=trajectory.t.size,
        plans=plans,
        integrator=resolution.integrator,
        loss=loss_rate(scenario, numerics, grid),
    )
    for t, psi in states:
        yield Shot(t, _density(psi))


def save_movie(trajectory: Trajectory, frames: Iterable[Shot], path: str | Path) -> None:
    """Write a movie, whole or not at all.

    Parameters
    ----------
    trajectory : Trajectory
    frames : iterable of Shot
        As :func:`shots` gives them. All are kept, 4 bytes a grid point each: the window must hold the
        last of them.
    path : str or Path
        Ending in .gif, or in .mp4 where there is ffmpeg.

    Raises
    ------
    SweepError
        For an ending or a format that cannot be written.
    """
    path = Path(path)
    check_format(path)
    draft = path.with_name(f".{path.stem}.draft{path.suffix}")
    writer = (PillowWriter if path.suffix == ".gif" else FFMpegWriter)(fps=FRAMES_PER_SECOND)
    try:
        with mpl.rc_context(SETTINGS):
            _film(movie_frames(trajectory, frames), writer, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def movie_frames(trajectory: Trajectory, frames: Iterable[Shot]) -> Iterator[Figure]:
    """One figure for each shot: the same object, drawn anew, to be looked at before the next is asked for.

    Parameters
    ----------
    trajectory : Trajectory
    frames : iterable of Shot
        All are kept.
    """
    kept = list(frames)
    scenario = trajectory.scenario
    grid = resolve(scenario, trajectory.numerics).grid
    window = window_around(scenario, grid, [shot.density for shot in kept])
    field = lattice(scenario, grid)
    if grid.dimension == 2:
        stage: LineStage | PlaneStage = PlaneStage(scenario, window)
    else:
        stage = LineStage(scenario, window, max(float(shot.density.max()) for shot in kept))
    for shot in kept:
        stage.show(shot.t, window.cut(shot.density), window.cut(field(shot.t)))
        yield stage.figure


def _film(frames: Iterator[Figure], writer: AbstractMovieWriter, draft: Path) -> None:
    first = next(frames)
    writer.setup(first, str(draft), dpi=DPI)
    try:
        writer.grab_frame()
        for _ in frames:
            writer.grab_frame()
    except BaseException:
        if isinstance(writer, FFMpegWriter):
            # Ends its process; what it wrote so far is the draft, which goes.
            with suppress(Exception):
                writer.finish()
        raise
    writer.finish()


def _density(psi: NDArray[np.complexfloating]) -> NDArray[np.float32]:
    return np.asarray(psi.real**2 + psi.imag**2, dtype=np.float32)
