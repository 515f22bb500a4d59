"""The movie: what it shows of the packet, and that it is written whole or not at all."""

import stat
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from physics import Grid, Numerics, Scenario, Trajectory, simulate
from sweep import SweepError
from sweep.figures import density_figure, save_movie, shots
from sweep.figures.movie import movie_frames
from sweep.figures.window import window_around

NUMERICS = Numerics(t_final=10.0, samples=5, tolerance=5e-2)


@pytest.fixture(scope="module", params=[1, 2])
def trajectory(request) -> Trajectory:
    scenario = Scenario(disorder=0.5, sound_speed=0.2, dimension=request.param, wavenumber=0.4)
    return simulate(scenario, NUMERICS)


@pytest.fixture(scope="module")
def line() -> Trajectory:
    return simulate(Scenario(disorder=0.5, sound_speed=0.2, dimension=1, wavenumber=0.4), NUMERICS)


def test_shots_are_the_packet_at_the_samples(trajectory: Trajectory) -> None:
    taken = list(shots(trajectory))
    assert [shot.t for shot in taken] == pytest.approx(list(trajectory.t))
    cell = (float(trajectory.scalars["box_length"]) / int(trajectory.scalars["grid_points"])) ** (
        trajectory.scenario.dimension
    )
    for shot, ratio in zip(taken, trajectory.participation_ratio, strict=True):
        density = shot.density.astype(float)
        assert np.sum(density) * cell == pytest.approx(1.0, rel=1e-5)
        # Kept in single precision; the steps' own error is far below the tolerance asked for.
        assert 1.0 / (np.sum(density**2) * cell) == pytest.approx(ratio, rel=NUMERICS.tolerance)


def test_a_gif_has_a_frame_for_each_sample(trajectory: Trajectory, tmp_path: Path) -> None:
    save_movie(trajectory, tmp_path / "film.gif")
    assert [path.name for path in tmp_path.iterdir()] == ["film.gif"]
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == trajectory.t.size
        first = np.asarray(film.convert("RGB")).astype(int)
        film.seek(film.n_frames - 1)
        last = np.asarray(film.convert("RGB")).astype(int)
        assert np.abs(last - first).max() > 50
        # The last frame stays for a second, and looks as it does when it is drawn alone.
        assert film.info["duration"] >= 1000
    *_, figure = movie_frames(trajectory, shots(trajectory))
    figure.savefig(tmp_path / "last.png", dpi=100)
    with Image.open(tmp_path / "last.png") as alone:
        assert np.abs(np.asarray(alone.convert("RGB")).astype(int) - last).mean() < 4.0


def test_frames_say_their_times_and_show_the_packet(line: Trajectory) -> None:
    taken = list(shots(line))
    for figure, shot in zip(movie_frames(line, taken), taken, strict=True):
        assert figure.axes[0].get_title(loc="left") == f"$t$ = {shot.t:.1f}  $m^*/\\hbar q_D^2$"
        curve = np.asarray(figure.axes[0].lines[0].get_ydata())
        assert curve.max() == pytest.approx(float(shot.density.max()))


def test_the_window_holds_the_packet_and_the_launch_point_across_the_boxs_edge() -> None:
    grid = Grid((64, 64), (64.0, 64.0))
    scenario = Scenario(disorder=1.0, center=(31.0, -20.0))
    x, y = grid.displacements((31.0, -20.0))
    # Ten to the right of a launch at the box's right edge: beyond it.
    density = np.exp(-((x - 10.0) ** 2 + y**2) / 32.0)
    window = window_around(scenario, grid, [density])
    shown = window.cut(density)
    # A thousandth may be missing along each axis.
    assert shown.sum() > 0.998 * density.sum()
    place = np.unravel_index(int(np.argmax(shown)), shown.shape)
    assert [window.coordinates[axis][i] for axis, i in enumerate(place)] == pytest.approx([10.0, 0.0])
    left, right, bottom, top = window.extent
    assert left < 0.0 < right
    assert bottom < 0.0 < top
    assert right - left == pytest.approx(top - bottom, abs=2.0)
    assert right - left < 32.0


def test_a_packet_all_over_the_box_is_shown_in_all_of_it() -> None:
    grid = Grid((16, 20), (16.0, 20.0))
    window = window_around(Scenario(disorder=1.0), grid, [np.ones(grid.shape)])
    assert window.cut(np.ones(grid.shape)).shape == grid.shape


def test_a_movie_that_fails_leaves_what_was_there(line: Trajectory, tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    path.write_bytes(b"an older film")

    def broken():
        yield from islice(shots(line), 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_movie(line, path, broken())
    assert path.read_bytes() == b"an older film"
    assert list(tmp_path.iterdir()) == [path]


def test_an_mp4_is_what_ffmpeg_makes_of_the_frames(line: Trajectory, tmp_path: Path, monkeypatch) -> None:
    tools, target = tmp_path / "bin", tmp_path / "out"
    tools.mkdir()
    target.mkdir()
    # Stands in for ffmpeg: keeps what it is piped under the name that comes last.
    stand_in = tools / "ffmpeg"
    stand_in.write_text('#!/bin/sh\nfor name; do :; done\n/bin/cat > "$name"\n')
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    save_movie(line, target / "film.mp4", islice(shots(line), 3))
    assert [path.name for path in target.iterdir()] == ["film.mp4"]
    # Raw frames of four bytes a pixel, their height made even.
    frame, rest = divmod((target / "film.mp4").stat().st_size, 3)
    assert rest == 0
    assert frame / (720 * 4) in (458, 460)


def test_other_endings_are_refused(line: Trajectory, tmp_path: Path) -> None:
    with pytest.raises(SweepError, match=r"film\.webm"):
        save_movie(line, tmp_path / "film.webm")


def test_the_density_at_some_times_is_that_of_the_movie(trajectory: Trajectory) -> None:
    figure = density_figure(trajectory, [0.1, 10.0], width_mm=86)
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.get_title(loc="left")]
    assert titles == ["$t$ = 0.0  $m^*/\\hbar q_D^2$", "$t$ = 10.0  $m^*/\\hbar q_D^2$"]
    *_, last = shots(trajectory)
    if trajectory.scenario.dimension == 1:
        curve = np.asarray(figure.axes[2].lines[0].get_ydata())
        assert curve.max() == pytest.approx(float(last.density.max()))
    else:
        landscape, density = figure.axes[1].images
        assert density.get_array().max() == pytest.approx(1.0)
        assert np.std(landscape.get_array()) == pytest.approx(1.0, abs=0.2)
    figure.draw_without_rendering()


@pytest.mark.parametrize("times", [[], [-1.0], [0.0, 10.1]])
def test_times_that_a_trajectory_does_not_reach_are_refused(line: Trajectory, times: list[float]) -> None:
    with pytest.raises(SweepError, match="times from 0 to 10, got"):
        density_figure(line, times)
