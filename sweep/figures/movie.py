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
from matplotlib.animation import FFMpegWriter
from numpy.typing import NDArray

from physics import Plans, Scenario, Trajectory, propagate, resolve
from physics.launch import lattice, launched, loss_rate
from sweep.errors import SweepError
from sweep.figures.gif import write_gif
from sweep.figures.picture import Picture, new_figure
from sweep.figures.stage import DENSITY_LABEL, LANDSCAPE_LABEL, LineStage, PlaneStage
from sweep.figures.style import house_style
from sweep.figures.window import Window, window_around

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


def save_movie(trajectory: Trajectory, path: str | Path, frames: Iterable[Shot] | None = None) -> None:
    """Write a movie of the density over the moving landscape, whole or not at all.

    Parameters
    ----------
    trajectory : Trajectory
    path : str or Path
        Ending in .gif, or in .mp4 where there is ffmpeg.
    frames : iterable of Shot, optional
        As :func:`shots` gives them, which is what is filmed by default. All are kept, 4 bytes a grid point
        each: the window must hold the last of them.

    Raises
    ------
    SweepError
        For an ending or a format that cannot be written.
    """
    for _ in filmed(trajectory, path, shots(trajectory) if frames is None else frames):
        pass


def filmed(trajectory: Trajectory, path: str | Path, frames: Iterable[Shot]) -> Iterator[None]:
    """Write a movie as `save_movie` does, and tell of each frame.

    Parameters
    ----------
    trajectory, path, frames
        As for :func:`save_movie`.

    Yields
    ------
    None
        When a frame has been drawn; the file is there when no more come.
    """
    path = Path(path)
    check_format(path)
    draft = path.with_name(f".{path.stem}.draft{path.suffix}")
    pictures = movie_frames(trajectory, frames)
    try:
        if path.suffix == ".gif":
            yield from write_gif(pictures, draft, dpi=DPI, frames_per_second=FRAMES_PER_SECOND)
        else:
            yield from _piped(pictures, FFMpegWriter(fps=FRAMES_PER_SECOND), draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def movie_frames(trajectory: Trajectory, frames: Iterable[Shot]) -> Iterator[Picture]:
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
    highest = max(float(shot.density.max()) for shot in kept)
    with house_style():
        figure, stage = _stage(scenario, window, highest)
        # A layout for each frame would make the picture tremble.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    for shot in kept:
        stage.show(shot.t, window.cut(shot.density), window.cut(field(shot.t)))
        yield figure


def _stage(scenario: Scenario, window: Window, highest: float) -> tuple[Picture, LineStage | PlaneStage]:
    if scenario.dimension == 1:
        figure = new_figure(7.2, 4.6)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.3, 1.0))
        return figure, LineStage((upper, lower), scenario, window, highest)
    figure = new_figure(7.0, 5.6)
    axes = figure.subplots()
    stage = PlaneStage(axes, scenario, window)
    figure.colorbar(stage.density, ax=axes, shrink=0.8, pad=0.02, label=DENSITY_LABEL)
    figure.colorbar(stage.landscape, ax=axes, shrink=0.8, pad=0.03, label=LANDSCAPE_LABEL)
    return figure, stage


def _piped(frames: Iterator[Picture], writer: FFMpegWriter, draft: Path) -> Iterator[None]:
    first = next(frames)
    writer.setup(first, str(draft), dpi=DPI)
    try:
        writer.grab_frame()
        yield
        for _ in frames:
            writer.grab_frame()
            yield
    except BaseException:
        # Ends its process; what it wrote so far is the draft, which goes.
        with suppress(Exception):
            writer.finish()
        raise
    writer.finish()


def _density(psi: NDArray[np.complexfloating]) -> NDArray[np.float32]:
    return np.asarray(psi.real**2 + psi.imag**2, dtype=np.float32)
