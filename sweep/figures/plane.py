"""A map over two of its axes as shapes: a region for each regime, the boundary, the band in which it lies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast, final

import numpy as np
from contourpy import FillType, LineType, contour_generator
from matplotlib.path import Path
from numpy.typing import NDArray

from learn import RegimeMap, SearchSpace

LEVEL = 0.9  # of the credible band
NODES, SLICE_NODES = 96, 56
# How far a region is painted under its neighbours: no gap shows where three meet.
UNDERLAY = -0.5

FloatArray = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class Plane:
    """What a map says at nodes of a plane.

    Attributes
    ----------
    space : SearchSpace
        Of the two axes, whole numbers with half a step on either side.
    nodes : ndarray, (n,)
        Along each, from 0 to 1.
    shares : ndarray, (n, n, K)
        Probability of each regime, rows along the second axis.
    doubt : ndarray, (n, n)
        Probability that the label is wrong.
    """

    space: SearchSpace
    nodes: FloatArray
    shares: FloatArray
    doubt: FloatArray

    @property
    def regimes(self) -> NDArray[np.intp]:
        """The most probable regime (n, n)."""
        return np.asarray(self.shares.argmax(axis=2))

    def region(self, regime: int, level: float = 0.0) -> Path | None:
        """Where a regime is more probable than each other; None where it is nowhere."""
        return self._filled(self._excess(regime), level)

    def underlay(self, regime: int) -> Path | None:
        """The region and what is around it."""
        return self.region(regime, UNDERLAY)

    def boundary(self) -> list[FloatArray]:
        """Lines (n, 2) between regions."""
        # The last regime's outline is that of the others.
        known = range(self.shares.shape[2] - 1)
        return [line for regime in known for line in self._lines(self._excess(regime), 0.0)]

    def band(self) -> Path | None:
        """Where the boundary lies with a probability of `LEVEL`; None where no label is in such doubt."""
        return self._filled(self.doubt, (1.0 - LEVEL) / 2.0)

    def band_edges(self) -> list[FloatArray]:
        """Edges (n, 2) of the band."""
        return self._lines(self.doubt, (1.0 - LEVEL) / 2.0)

    def _excess(self, regime: int) -> FloatArray:
        if self.shares.shape[2] == 1:
            return np.ones_like(self.doubt)
        others = np.delete(self.shares, regime, axis=2).max(axis=2)
        return np.asarray(self.shares[:, :, regime] - others)

    def _filled(self, values: FloatArray, level: float) -> Path | None:
        if values.max() <= level:
            return None
        contours = contour_generator(self.nodes, self.nodes, values, fill_type=FillType.OuterCode)
        # Of the kind that was asked for: rings, and codes that join them.
        rings, codes = cast(
            "tuple[list[FloatArray], list[NDArray[np.uint8]]]", contours.filled(level, np.inf)
        )
        shapes = [
            Path(self.space.from_unit(np.asarray(ring)), np.asarray(code))
            for ring, code in zip(rings, codes, strict=True)
        ]
        return Path.make_compound_path(*shapes)

    def _lines(self, values: FloatArray, level: float) -> list[FloatArray]:
        contours = contour_generator(self.nodes, self.nodes, values, line_type=LineType.Separate)
        return [self.space.from_unit(np.asarray(line)) for line in contours.lines(level)]


def plane_of(regime_map: RegimeMap, height: float | None = None) -> Plane:
    """A map over its first two axes.

    Parameters
    ----------
    regime_map : RegimeMap
        Over two or three axes.
    height : float, optional
        Where the third axis is held, from 0 to 1.
    """
    nodes = NODES if height is None else SLICE_NODES
    unit = np.linspace(0.0, 1.0, nodes)
    flat = np.stack(np.meshgrid(unit, unit), axis=-1).reshape(-1, 2)
    if height is not None:
        flat = np.column_stack([flat, np.full(len(flat), height)])
    places = regime_map.space.from_unit(flat)
    return Plane(
        stretched(SearchSpace(regime_map.space.axes[:2])),
        unit,
        regime_map.predict_proba(places).reshape(nodes, nodes, -1),
        regime_map.uncertainty(places).reshape(nodes, nodes),
    )


def stretched(space: SearchSpace) -> SearchSpace:
    """Axes of a picture: those of whole numbers have room for half a step, where boundaries lie."""
    return SearchSpace(
        [
            replace(axis, low=axis.low - 0.5, high=axis.high + 0.5, integer=False) if axis.integer else axis
            for axis in space.axes
        ]
    )
