"""Pictures of a sweep and of a trajectory: functions that return a matplotlib Figure, and write nothing.

Of each picture with one panel there is a function that draws into given axes. Only `save` and `save_movie`
write files, whole or not at all. A name is imported when it is first asked for: a trajectory is drawn without
waiting for the learner.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweep.figures.movie import Shot, save_movie, shots
    from sweep.figures.picture import Picture, save
    from sweep.figures.recorded_series import recorded_figure
    from sweep.figures.regime_map import DRAWN_AXES, draw_map, map_figure
    from sweep.figures.snapshots import density_figure
    from sweep.figures.stored_trial import trial_figure
    from sweep.figures.style import AXIS_LABELS
    from sweep.figures.trajectory import draw_series, trajectory_figure
    from sweep.sampled_point import SampledPoint

_HOMES = {
    "AXIS_LABELS": "figures.style",
    "DRAWN_AXES": "figures.regime_map",
    "Picture": "figures.picture",
    "SampledPoint": "sampled_point",
    "Shot": "figures.movie",
    "density_figure": "figures.snapshots",
    "draw_map": "figures.regime_map",
    "draw_series": "figures.trajectory",
    "map_figure": "figures.regime_map",
    "recorded_figure": "figures.recorded_series",
    "save": "figures.picture",
    "save_movie": "figures.movie",
    "shots": "figures.movie",
    "trajectory_figure": "figures.trajectory",
    "trial_figure": "figures.stored_trial",
}

__all__ = [
    "AXIS_LABELS",
    "DRAWN_AXES",
    "Picture",
    "SampledPoint",
    "Shot",
    "density_figure",
    "draw_map",
    "draw_series",
    "map_figure",
    "recorded_figure",
    "save",
    "save_movie",
    "shots",
    "trajectory_figure",
    "trial_figure",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"sweep.{_HOMES[name]}"), name)
