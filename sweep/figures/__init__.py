"""Pictures of a sweep and of a trajectory; each function returns a matplotlib Figure and writes nothing.

Only `save` and `save_movie` write files, whole or not at all.
"""

from sweep.figures.map_parts import SampledPoint
from sweep.figures.movie import Shot, save_movie, shots
from sweep.figures.recorded_series import recorded_figure
from sweep.figures.regime_map import DRAWN_AXES, map_figure
from sweep.figures.regime_series import series_figure
from sweep.figures.style import AXIS_LABELS, save
from sweep.figures.trajectory import trajectory_figure

__all__ = [
    "AXIS_LABELS",
    "DRAWN_AXES",
    "SampledPoint",
    "Shot",
    "map_figure",
    "recorded_figure",
    "save",
    "save_movie",
    "series_figure",
    "shots",
    "trajectory_figure",
]
