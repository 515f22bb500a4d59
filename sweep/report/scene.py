"""A regime map as paths on the page: regions, boundaries, and where the map is in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import final

import contourpy
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from learn import RegimeMap
from sweep.report.scale import Scale

LEVEL = 0.9  # of the credible band
# Probabilities of a wrong label, from which on the map is veiled a little more; the first is the band's edge.
DOUBTS = ((1 - LEVEL) / 2, 0.15, 0.3)
CERTAIN = 1e-9  # smaller probabilities are of no use to a band
APART = 0.7  # points of a path that are nearer than this are one

Floats = NDArray[np.float64]


@final
@dataclass(frozen=True)
class Scene:
    """What a map looks like on one panel, each entry the `d` of an SVG path.

    Attributes
    ----------
    regions : tuple of str
        Of each regime.
    boundary : str
    doubts : tuple of str
        Where the label is wrong with a probability above each of DOUBTS.
    """

    regions: tuple[str, ...]
    boundary: str
    doubts: tuple[str, ...]


def plane_scene(found: RegimeMap, heights: Sequence[float], across: Scale, up: Scale, nodes: int) -> Scene:
    """The map over its first two axes.

    Parameters
    ----------
    found : RegimeMap
    heights : sequence of float
        Where the further axes are held, as shares of their lengths.
    across, up : Scale
    nodes : int
        Along each axis, at which the map is asked.
    """
    unit = np.linspace(0.0, 1.0, nodes)
    u, v = (each.ravel() for each in np.meshgrid(unit, unit))
    at = found.space.from_unit(np.column_stack([u, v, *(np.full(u.size, h) for h in heights)]))
    shares, doubt = found.predict_proba(at), found.uncertainty(at).reshape(nodes, nodes)
    x, y = across.between(unit), up.between(unit)
    leads = [_lead(shares, regime).reshape(nodes, nodes) for regime in range(found.K)]
    return Scene(
        tuple(_filled(x, y, lead, 0.0) for lead in leads),
        # Two regimes share their outline.
        "".join(_lines(x, y, lead) for lead in leads[: found.K - 1]),
        # On the scale of deviations a band narrower than the cells is not lost between the nodes.
        tuple(_filled(x, y, ndtri(np.clip(doubt, CERTAIN, 0.5)), float(ndtri(level))) for level in DOUBTS),
    )


def line_scene(found: RegimeMap, along: Scale, up: Scale, nodes: int) -> Scene:
    """The map over one axis: the probabilities of the regimes, one upon the other."""
    unit = np.linspace(0.0, 1.0, nodes)
    shares = found.predict_proba(found.space.from_unit(unit[:, None]))
    tops = np.column_stack([np.zeros(nodes), np.cumsum(shares, axis=1)])
    x, y = along.between(unit), up.place(tops)
    places = found.places(LEVEL)
    spans = sorted({(place.low, place.high) for place in places})
    return Scene(
        tuple(
            path([np.column_stack([np.r_[x, x[::-1]], np.r_[low, high[::-1]]])], closed=True)
            for low, high in pairwise(y.T)
        ),
        path(_upright(along.place([place.at for place in places]), up)),
        (path((_box(along.place(span), up) for span in spans), closed=True),),
    )


def path(lines: Iterable[Floats], *, closed: bool = False) -> str:
    """Polylines as the `d` of an SVG path; samples that are not numbers break them."""
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in piece.tolist()) + ("Z" if closed else "")
        for line in lines
        for piece in _thinned(line)
    )


def _thinned(line: Floats) -> Iterator[Floats]:
    known = np.isfinite(line).all(axis=1)
    for part in np.split(line, np.flatnonzero(~known)):
        points = part[np.isfinite(part).all(axis=1)]
        if len(points) < 2:
            continue
        kept = [0]
        for place in range(1, len(points) - 1):
            if np.abs(points[place] - points[kept[-1]]).max() >= APART:
                kept.append(place)
        yield points[[*kept, len(points) - 1]]


def _lead(shares: Floats, regime: int) -> Floats:
    others = np.delete(shares, regime, axis=1)
    lead: Floats = shares[:, regime] - (others.max(axis=1) if others.shape[1] else 0.0)
    return lead


def _filled(x: Floats, y: Floats, values: Floats, above: float) -> str:
    contours = contourpy.contour_generator(x, y, values, fill_type=contourpy.FillType.OuterOffset)
    found = contours.filled(above, np.inf)
    rings = (
        np.asarray(points)[first:last]
        for points, starts in zip(found[0], found[1], strict=True)
        for first, last in pairwise(np.asarray(starts).tolist())
    )
    return path(rings, closed=True)


def _lines(x: Floats, y: Floats, values: Floats) -> str:
    contours = contourpy.contour_generator(x, y, values, line_type=contourpy.LineType.Separate)
    return path(np.asarray(line) for line in contours.lines(0.0))


def _upright(places: Floats, up: Scale) -> Iterator[Floats]:
    foot, top = up.place([0.0, 1.0])
    yield from (np.array([[x, foot], [x, top]]) for x in places)


def _box(ends: Floats, up: Scale) -> Floats:
    (low, high), (foot, top) = ends, up.place([0.0, 1.0])
    return np.array([[low, foot], [high, foot], [high, top], [low, top]])
