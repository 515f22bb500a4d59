"""The regime map as a picture, over one, two or three axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from os import PathLike
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from learn import RegimeMap
from store import ExperimentStore
from sweep.analysis import CampaignResult, latest_campaign
from sweep.errors import PictureError
from sweep.figures.line_map import draw_line
from sweep.figures.map_names import name_line, name_plane
from sweep.figures.map_parts import draw_rounds, map_entries, rounds
from sweep.figures.picture import Picture, finished, panels
from sweep.figures.plane_map import draw_plane
from sweep.figures.slice_map import draw_slice, slice_places
from sweep.sampled_point import SampledPoint

DRAWN_AXES = 3
# Panels, and width and height of each in inches, by the number of axes.
SHAPES = {1: (1, 8.4, 2.4), 2: (1, 8.4, 4.6), 3: (3, 4.0, 3.4)}

# What a map is drawn of: a store or where it is, what `latest_campaign` gives, or a map of `learn`.
MapSource = RegimeMap | CampaignResult | ExperimentStore | str | PathLike[str]


def map_figure(
    source: MapSource,
    points: Sequence[SampledPoint] | None = None,
    title: str | None = None,
    *,
    width_mm: float | None = None,
    by_round: bool = True,
) -> Picture:
    """Draw a map: probabilities over one axis, regions over two, slices through three.

    Regions bear colours, hatches and names, points the mark of their regime; the boundary has its 90% band.

    Parameters
    ----------
    source : str, Path, ExperimentStore, CampaignResult or RegimeMap
        A store or where it is, for its latest campaign; one campaign of it; or a map that
        :mod:`learn` found, of any simulator.
    points : sequence of SampledPoint, optional
        By default those of the campaign; none of a RegimeMap.
    title : str, optional
        By default what the campaign cost and how sure it is; empty for none.
    width_mm : float, optional
        Width in print: 86 is a column of a journal, 178 its page. By default as for a screen.
    by_round : bool
        Colour points by the round in which they were chosen.

    Returns
    -------
    Picture
        A matplotlib Figure.

    Raises
    ------
    PictureError
        If the map has more than three axes, or the width cannot be had.
    SweepError
        If the store holds no campaign that can be drawn.
    """
    regime_map, shown, words = _mapped(source, points)
    title = words if title is None else title
    count, width, height = SHAPES[_drawn_axes(regime_map)]
    scale = rounds(shown) if by_round and shown else None
    # As wide as panels beside each other, and below each other where those would be too narrow.
    with panels(count, width, width_mm) as (figure, drawn):
        places = slice_places(regime_map) if count > 1 else [None]
        name = [_draw(axes, regime_map, shown, at, scale) for axes, at in zip(drawn, places, strict=True)]
        for axes in drawn:
            axes.label_outer()
        if scale is not None:
            draw_rounds(figure, drawn, shown)
        finished(figure, (width, height), title, *map_entries(regime_map, shown))
        # What room there is for names is known when all else has its place.
        figure.draw_without_rendering()
        for write in name:
            write()
    return figure


def draw_map(
    axes: Axes,
    source: MapSource,
    points: Sequence[SampledPoint] | None = None,
    *,
    at: float | None = None,
    by_round: bool = False,
    names: bool = True,
) -> tuple[list[Any], list[str]]:
    """Draw a map into axes of a figure of one's own, without title and legend.

    Parameters
    ----------
    axes : Axes
        Gets the axes' scales, limits and labels; text is in its figure's size.
    source, points
        As for :func:`map_figure`.
    at : float, optional
        Of a map over three axes: the value of the last one at which it is sliced. The points nearest to it
        are drawn, a third of them at the middle of a third.
    by_round : bool
        Colour points by the round in which they were chosen, and put a bar beside the axes.
    names : bool
        Write the regimes' names into their regions.

    Returns
    -------
    tuple of (list, list of str)
        Handles and labels, as ``axes.legend`` takes them.

    Raises
    ------
    PictureError
        If the map has more than three axes, or `at` is not given where it is needed, or beyond its axis.
    """
    regime_map, shown, _ = _mapped(source, points)
    dimension = _drawn_axes(regime_map)
    if (at is not None) != (dimension == DRAWN_AXES):
        wanted = f"at, a value of {regime_map.space.names[-1]}" if at is None else "no at"
        raise PictureError(f"map: expected {wanted}, for a map over {dimension} axes, got {at}")
    scale: Normalize | None = rounds(shown) if by_round and shown else None
    write = _draw(axes, regime_map, shown, at, scale)
    if names:
        write()
    figure = axes.get_figure(root=True)
    if scale is not None and figure is not None:
        draw_rounds(figure, [axes], shown)
    return map_entries(regime_map, shown)


def _mapped(
    source: MapSource, points: Sequence[SampledPoint] | None
) -> tuple[RegimeMap, Sequence[SampledPoint], str]:
    if isinstance(source, RegimeMap):
        return source, points or (), ""
    if isinstance(source, (str, PathLike)):
        source = ExperimentStore(source)
    result = source if isinstance(source, CampaignResult) else latest_campaign(source)
    return result.regime_map, result.points() if points is None else points, result.title


def _drawn_axes(regime_map: RegimeMap) -> int:
    dimension = regime_map.space.dimension
    if dimension > DRAWN_AXES:
        raise PictureError(
            f"map: expected one to three swept axes to draw, got {dimension}; "
            "ask for --json, or fix the others"
        )
    return dimension


def _draw(
    axes: Axes,
    regime_map: RegimeMap,
    points: Sequence[SampledPoint],
    at: float | None,
    scale: Normalize | None,
) -> Callable[[], None]:
    """Draw a panel, and return what writes its regimes' names, once its size is settled."""
    if regime_map.space.dimension == 1:
        draw_line(axes, regime_map, points, scale=scale)
        return partial(name_line, axes, regime_map)
    near = points
    if at is None:
        plane = draw_plane(axes, regime_map, points, scale=scale)
    else:
        plane, near = draw_slice(axes, regime_map, points, at, scale=scale)
    return partial(name_plane, axes, plane, regime_map.names or (), near)
