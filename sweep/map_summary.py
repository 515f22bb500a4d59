"""A regime map in plain values, for `map --json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learn import RegimeMap
from sweep.certainty import known

LEVEL = 0.9  # of intervals and bands
SAMPLE = 256  # points of a boundary over more than three axes
KINDS = {1: "places", 2: "lines", 3: "surfaces"}


def map_summary(regime_map: RegimeMap, names: Sequence[str], counts: Mapping[str, int]) -> dict[str, Any]:
    """Axes, regimes with areas, boundary and band; numbers are in axis units, areas shares of the box.

    On a map of one regime those of doubt and error are None: nothing is known of others.

    Parameters
    ----------
    regime_map : RegimeMap
    names : sequence of str
        Of the regimes, in their order.
    counts : mapping of str to int
        Points per regime.
    """
    areas = regime_map.areas(LEVEL)
    return {
        "axes": [
            {"name": axis.name, "low": axis.low, "high": axis.high, "scale": axis.scale}
            for axis in regime_map.space.axes
        ],
        "regimes": [
            {
                "regime": name,
                "points": counts[name],
                "area": round(float(areas.share[regime]), 6),
                "area_err": known(round(float(areas.deviation[regime]), 6)),
                "area_low": round(float(areas.low[regime]), 6),
                "area_high": round(float(areas.high[regime]), 6),
            }
            for regime, name in enumerate(names)
        ],
        "level": LEVEL,
        "wrong_area": known(round(regime_map.wrong_area(), 6)),
        "band_area": known(round(regime_map.band(), 6)),
        "credible_area": known(round(regime_map.band((1 - LEVEL) / 2), 6)),
        "boundary_kind": KINDS.get(regime_map.space.dimension, "sample"),
        "boundary": boundary_pieces(regime_map, names),
        "band": band_pieces(regime_map, names),
    }


def boundary_pieces(regime_map: RegimeMap, names: Sequence[str]) -> list[dict[str, Any]]:
    """Pieces of the boundary, each between two regimes.

    Over one axis a point with its interval, over two a polyline, over three a surface of triangles, over more
    the points of a sample.
    """
    if regime_map.space.dimension == 1:
        return [
            _between(names, place.regimes)
            | {"points": [[rounded(place.at)]], "low": rounded(place.low), "high": rounded(place.high)}
            for place in regime_map.places(LEVEL)
        ]
    if regime_map.space.dimension == 2:
        return [
            _between(names, line.regimes) | {"points": _plain(line.points)} for line in regime_map.boundary()
        ]
    if regime_map.space.dimension == 3:
        return [
            _between(names, surface.regimes)
            | {"vertices": _plain(surface.vertices), "faces": surface.faces.tolist()}
            for surface in regime_map.surfaces()
        ]
    sample = regime_map.boundary_points(SAMPLE)
    return [
        _between(names, pair) | {"points": _plain(sample.points[(sample.regimes == pair).all(axis=1)])}
        for pair in np.unique(sample.regimes, axis=0).tolist()
    ]


def band_pieces(regime_map: RegimeMap, names: Sequence[str]) -> list[dict[str, Any]]:
    """Polygons of the credible band over two axes: rings, the outer one first."""
    if regime_map.space.dimension != 2:
        return []
    return [
        {"regime": names[region.regime], "rings": [_plain(ring) for ring in region.rings]}
        for region in regime_map.credible_band(LEVEL)
    ]


def rounded(value: float) -> float:
    """Eight significant digits: an axis may be in units of 1e-31 kg."""
    return float(f"{value:.8g}")


def _between(names: Sequence[str], regimes: Sequence[int]) -> dict[str, Any]:
    return {"between": [names[regime] for regime in regimes]}


def _plain(points: NDArray[np.float64]) -> list[list[float]]:
    return [[rounded(value) for value in row] for row in points.tolist()]
