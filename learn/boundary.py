"""The regime map over a search space: regimes, boundaries, shares of the area, and how sure all of it is.

Areas are shares of the unit cube: on a log axis a decade counts the same wherever it lies.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from learn.area import LEVEL, Areas, label_doubt, reference, regime_areas
from learn.crossing import BoundaryPoints, boundary_sample
from learn.errors import InvalidSettingError, UnsupportedDimensionError
from learn.line import BandRegion, BoundaryLine, band_regions, boundary_lines
from learn.place import BoundaryPlace, boundary_places
from learn.space import SearchSpace
from learn.surface import BoundarySurface, boundary_surfaces
from learn.surrogate import RegimeClassifier
from learn.value import ArrayValue, Floats, Ints


@dataclass(frozen=True, eq=False)
class RegimeMap(ArrayValue):
    """What the observations say about every point of a search space.

    Attributes
    ----------
    space : SearchSpace
        The axes; every X below is (n, d) in their units.
    classifier : RegimeClassifier
        Over the unit cube of the space.
    names : tuple of str, optional
        Names of the regimes, for legends.
    """

    space: SearchSpace
    classifier: RegimeClassifier
    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.names is not None and len(self.names) != self.K:
            raise InvalidSettingError(
                f"expected {self.K} names, got {list(self.names)}; give one for each regime, or none"
            )

    @property
    def K(self) -> int:  # noqa: N802  # the field's name for the number of classes
        """Number of regimes."""
        return self.classifier.K

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities (n, K), columns in the order of the memberships."""
        return self.classifier.predict_proba(self.space.to_unit(X))

    def predict(self, X: ArrayLike) -> Ints:
        """Most probable regime (n,)."""
        return self.classifier.predict(self.space.to_unit(X))

    def gap(self, X: ArrayLike) -> Floats:
        """Probability (n,) of the most probable regime less that of the next: zero on the boundary.

        The boundary as a function, in any number of dimensions; 1 where there is one regime only.
        """
        shares = np.sort(self.predict_proba(X), axis=1)
        gap: Floats = shares[:, -1] - (shares[:, -2] if self.K > 1 else 0.0)
        return gap

    def excess(self, X: ArrayLike, regime: int) -> Floats:
        """Probability (n,) of a regime less that of the best other: positive inside of it, for root finders.

        Raises
        ------
        InvalidSettingError
            If there is no such regime.
        """
        if not 0 <= regime < self.K:
            raise InvalidSettingError(f"expected a regime from 0 to {self.K - 1}, got {regime}")
        shares = self.predict_proba(X)
        others = np.delete(shares, regime, axis=1)
        excess: Floats = shares[:, regime] - (others.max(axis=1) if self.K > 1 else 0.0)
        return excess

    def uncertainty(self, X: ArrayLike) -> Floats:
        """Probability (n,) that the label on the map differs from that of the true latent functions.

        It falls with observations, except on the boundary itself, where two regimes are equally likely. Where
        it is above (1 - level) / 2 the boundary's credible band of that level is.
        """
        return label_doubt(self.classifier, self.space.to_unit(X))

    def wrong_area(self) -> float:
        """Expected share of the search space with a wrong label, the mean of `uncertainty`.

        Not a number for a map of one regime, which says nothing of those that were not met.
        """
        if self.K == 1:
            return float("nan")
        return float(label_doubt(self.classifier, reference(self.space.dimension)).mean())

    def band(self, doubt: float = 0.25) -> float:
        """Share of the search space in which the label is wrong with a probability above `doubt`.

        Not a number for a map of one regime.
        """
        if self.K == 1:
            return float("nan")
        return float(np.mean(label_doubt(self.classifier, reference(self.space.dimension)) > doubt))

    def areas(self, level: float = LEVEL) -> Areas:
        """Share of the search space of each regime, with its credible interval.

        Raises
        ------
        InvalidSettingError
            If the level is not between 0 and 1.
        """
        _check_level(level)
        return regime_areas(self.classifier, self.space.dimension, level)

    def boundary(self, resolution: int = 128) -> list[BoundaryLine]:
        """Lines between adjacent regimes, over two axes.

        Parameters
        ----------
        resolution : int
            Nodes per axis of the grid on which the level sets are found; positions are good to a small part
            of its spacing, and three regimes meet to within one cell.

        Raises
        ------
        UnsupportedDimensionError
            If the space has not two axes.
        """
        self._need(2)
        lines = boundary_lines(self.classifier, resolution)
        return [replace(line, points=self._between_points(line.points)) for line in lines]

    def credible_band(self, level: float = LEVEL, resolution: int = 128) -> list[BandRegion]:
        """Regions, over two axes, in which the true outline of each regime lies.

        Inside of a regime's band its probability to win is between (1 - level) / 2 and (1 + level) / 2;
        beyond the one edge it surely reigns, beyond the other surely not. So on average this share of the
        true boundary's length is in the band. Two regimes have one outline, listed for the first. A band
        narrower than the grid's cells is drawn up to a cell wide.

        Raises
        ------
        UnsupportedDimensionError
            If the space has not two axes; `uncertainty` tells of the band in any number, `band` its share.
        InvalidSettingError
            If the level is not between 0 and 1.
        """
        self._need(2)
        _check_level(level)
        regions = band_regions(self.classifier, resolution, level)
        return [replace(region, points=self._between_points(region.points)) for region in regions]

    def places(self, level: float = LEVEL, resolution: int = 1024) -> list[BoundaryPlace]:
        """Values at which the regime changes, over one axis, each with its credible interval.

        A regime narrower than the spacing of the nodes may be missed.

        Raises
        ------
        UnsupportedDimensionError
            If the space has more than one axis.
        InvalidSettingError
            If the level is not between 0 and 1.
        """
        self._need(1)
        _check_level(level)
        places = boundary_places(self.classifier, resolution, level)
        unit = np.array([(place.at, place.low, place.high) for place in places])
        values = self._between_points(unit.reshape(-1, 1)).reshape(-1, 3).tolist()
        return [
            replace(place, at=at, low=low, high=high)
            for place, (at, low, high) in zip(places, values, strict=True)
        ]

    def surfaces(self, resolution: int = 24) -> list[BoundarySurface]:
        """Triangulated surfaces between adjacent regimes, over three axes.

        Their vertices lie on the boundary; a regime that is thinner than the grid's cells may be missed.

        Raises
        ------
        UnsupportedDimensionError
            If the space has not three axes.
        """
        self._need(3)
        surfaces = boundary_surfaces(self.classifier, resolution)
        return [replace(surface, vertices=self._between_points(surface.vertices)) for surface in surfaces]

    def boundary_points(self, n: int = 256) -> BoundaryPoints:
        """Points on the boundary, over any number of axes, found on lines between points of unlike labels.

        They are spread over the whole boundary. There are fewer than n where the boundary is so small that
        8,192 Sobol points do not tell more of it, none where there is one regime.
        """
        if n < 1:
            raise InvalidSettingError(f"expected n >= 1 points, got {n}")
        sample = boundary_sample(self.classifier, self.space.dimension, n)
        return replace(sample, points=self._between_points(sample.points))

    def _between_points(self, U: Floats) -> Floats:
        """Map U (n, d) to axis units without rounding: a boundary lies between whole numbers."""
        axes = [
            replace(axis, low=axis.low - 0.5, high=axis.high + 0.5, integer=False) if axis.integer else axis
            for axis in self.space.axes
        ]
        return SearchSpace(axes).from_unit(U)

    def _need(self, dimension: int) -> None:
        if self.space.dimension != dimension:
            raise UnsupportedDimensionError(
                f"expected {COUNTED[dimension]}, got {self.space.dimension}; {KINDS}, "
                "`boundary_points`, `gap` and `uncertainty` for any number"
            )


COUNTED = {1: "one axis", 2: "two axes", 3: "three axes"}
KINDS = "`places` is for one, `boundary` and `credible_band` for two, `surfaces` for three"


def changed_area(previous: RegimeMap, current: RegimeMap) -> float:
    """Share of the search space whose label differs between two maps of one space, regimes numbered alike."""
    if previous.space != current.space:
        raise InvalidSettingError(
            "expected two maps of one search space, got two spaces; fit them on the same axes"
        )
    points = reference(current.space.dimension)
    return float(np.mean(previous.classifier.predict(points) != current.classifier.predict(points)))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise InvalidSettingError(f"expected a level between 0 and 1, got {level}; 0.9 is a good one")
