"""Pictures of a sweep; each function returns a matplotlib Figure and writes nothing."""

from sweep.figures.regime_map import SampledPoint, map_figure
from sweep.figures.regime_series import series_figure
from sweep.figures.style import AXIS_LABELS, save

__all__ = ["AXIS_LABELS", "SampledPoint", "map_figure", "save", "series_figure"]
