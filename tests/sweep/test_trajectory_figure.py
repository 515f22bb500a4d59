"""The figure of one trajectory: what is drawn, beside which closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from physics import Numerics, Scenario, Trajectory, simulate
from sweep import SweepError
from sweep.figures import draw_series, trajectory_figure
from sweep.figures.series_panels import PANELS
from sweep.figures.trajectory import point_title

NUMERICS = Numerics(t_final=10.0, samples=16, tolerance=1e-2)


@pytest.fixture(scope="module")
def free() -> Trajectory:
    """An electron in no field at all."""
    return simulate(Scenario(disorder=0.0, dimension=1, wavenumber=0.4), NUMERICS)


@pytest.fixture(scope="module")
def held() -> Trajectory:
    """An electron in a moving landscape, ended early."""
    trajectory = simulate(Scenario(disorder=0.5, sound_speed=0.2, dimension=1, wavenumber=0.4), NUMERICS)
    series = {name: values[:10] for name, values in trajectory.series.items()}
    scalars = trajectory.scalars | {"t_valid": float(series["t"][-1])}
    return replace(trajectory, status="escaped", reason="the edge", series=series, scalars=scalars)


def curves(trajectory: Trajectory, panel: int) -> dict[str, np.ndarray]:
    axes = Figure().subplots()
    draw_series(axes, trajectory, list(PANELS)[panel])
    return {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.lines}


def test_simulated_series_of_a_free_packet_lie_on_their_closed_forms(free: Trajectory) -> None:
    msd, ratio = curves(free, 0), curves(free, 2)
    # A free step is exact; what is left is rounding, of MSDs that are differences of near numbers.
    np.testing.assert_allclose(msd["simulated"], msd["free (ballistic)"], rtol=1e-6)
    np.testing.assert_allclose(ratio["simulated"][1:], ratio["free"], rtol=1e-9)
    assert "Fürth, golden rule" not in msd


def test_a_scattered_packet_has_the_golden_rule_beside_it(held: Trajectory) -> None:
    assert "Fürth, golden rule" in curves(held, 0)
    decay = curves(held, 3)["$e^{-t/\\tau_{tr}}$, golden rule"]
    assert decay[0] == pytest.approx(held.series["momentum_x"][0] / 0.4)
    assert decay[-1] < decay[0]


def test_a_classical_twin_is_drawn_where_there_is_one(held: Trajectory) -> None:
    assert "classical twin" not in curves(held, 0)
    series = held.series | {"msd_classical": held.msd * 1.5}
    assert "classical twin" in curves(replace(held, series=series), 0)


def test_axes_have_units_and_t_valid_is_marked(free: Trajectory, held: Trajectory) -> None:
    figure = trajectory_figure(held)
    assert len(figure.axes) == len(PANELS)
    for axes in figure.axes:
        assert "m^*" in axes.get_xlabel()
        assert axes.get_ylabel()
        assert axes.get_xlim()[1] == pytest.approx(10.0)
        assert "$t_{valid}$" in [text.get_text() for text in axes.texts]
    assert not any(axes.texts for axes in trajectory_figure(free).axes)


def test_curves_of_a_panel_differ_in_more_than_colour(held: Trajectory) -> None:
    series = held.series | {"msd_classical": held.msd * 1.5}
    for axes in trajectory_figure(replace(held, series=series)).axes:
        looks = [
            (line.get_linestyle(), line.get_marker())
            for line in axes.lines
            if not str(line.get_label()).startswith("_")
        ]
        assert len(set(looks)) == len(looks)


def test_panels_are_chosen_by_name_and_drawn_into_axes_of_ones_own(held: Trajectory) -> None:
    figure = trajectory_figure(held, ["energy", "msd"], width_mm=86)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["energy", "mean squared displacement"]
    for names, words in (
        (["speed"], "expected a panel of msd, diffusion, .*got 'speed'"),
        ([], "one panel or more"),
    ):
        with pytest.raises(SweepError, match=words):
            trajectory_figure(held, names)


def test_the_title_names_the_point(held: Trajectory) -> None:
    title = point_title(replace(held, scenario=replace(held.scenario, packet=2, realization=3)))
    for words in ("= 0.5", "= 0.2", "1-D", "realization 3", "packet 2", "escaped: the edge", "$t$ = 6"):
        assert words in title


def test_a_launch_filtered_in_energy_has_no_free_form(held: Trajectory) -> None:
    filtered = replace(held, scenario=replace(held.scenario, energy_filter=(0.5, 0.1)))
    assert "free (ballistic)" not in curves(filtered, 0)


def test_a_record_of_one_sample_is_drawn(held: Trajectory) -> None:
    one = replace(held, series={name: values[:1] for name, values in held.series.items()})
    assert len(trajectory_figure(one).axes) == len(PANELS)
