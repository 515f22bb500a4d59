"""What a point's lattices show late, and how sure that is: two windows of the common valid time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from store import ExperimentStore

FloatArray = NDArray[np.float64]
DRAWS = 1000
SEED = 0


@final
@dataclass(frozen=True, eq=False)
class Lattices:
    """One point's lattices, moving or frozen, each the mean of the packets launched into it.

    Attributes
    ----------
    msd, log_ratio, classical : ndarray, (R, 2)
        MSD with the extent at launch, ln of the participation ratio, and MSD of the classical twin (NaN where
        none ran), in the early and in the late window.
    gain : ndarray, (R,)
        Energy gained from the lattice by the late window, natural units.
    """

    msd: FloatArray
    log_ratio: FloatArray
    classical: FloatArray
    gain: FloatArray


@final
@dataclass(frozen=True, eq=False)
class PointWindows:
    """A point's lattices in two windows of the time that is valid for all of its trials.

    Attributes
    ----------
    point_id : str
    t_common : float
        Smallest t_valid of the point's trials, natural units.
    t : ndarray, (2,)
        Mean time of the samples in the early window (0.4 to 0.6 of t_common) and in the late one (0.8 to 1).
    moving, frozen : Lattices
        The same realizations in the same order.
    """

    point_id: str
    t_common: float
    t: FloatArray
    moving: Lattices
    frozen: Lattices

    @property
    def stretch(self) -> float:
        """``ln(t_late / t_early)``: what logarithms are divided by to give exponents."""
        return float(np.log(self.t[1] / self.t[0]))

    def resamples(self) -> NDArray[np.int64]:
        """Rows (DRAWS, R) of lattices drawn with replacement, those of all points alike."""
        count = len(self.moving.msd)
        return np.random.default_rng(SEED).integers(count, size=(DRAWS, count))


def question(name: str) -> str:
    """The SQL of a question in this package, without its ending."""
    return files("sweep.findings").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def asked(store: ExperimentStore, name: str, trial_ids: Collection[str]) -> list[dict[str, Any]]:
    """Rows that a store gives to a question about trials."""
    result = store.sql(question(name), {"trials": sorted(trial_ids)})
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows()]


def late_windows(store: ExperimentStore, trial_ids: Collection[str]) -> dict[str, PointWindows]:
    """Late windows of the points whose moving and frozen trials are given, by point id.

    Parameters
    ----------
    store : ExperimentStore
    trial_ids : collection of str
        Of points whose trials all have data: means over survivors would compare the wrong packets. Points
        without frozen twins, or with too few samples for two windows, are left out.
    """
    rows = asked(store, "late_windows", trial_ids)
    found = {}
    for point_id, group in groupby(rows, key=lambda row: str(row["point_id"])):
        of_point = list(group)
        moving, frozen = ([row for row in of_point if row["frozen"] is still] for still in (False, True))
        paired = [row["realization"] for row in moving] == [row["realization"] for row in frozen]
        if moving and paired and all(row["t_early"] and row["t_late"] for row in of_point):
            first = of_point[0]
            times = np.array([first["t_early"], first["t_late"]], dtype=np.float64)
            found[point_id] = PointWindows(
                point_id, float(first["t_common"]), times, _lattices(moving), _lattices(frozen)
            )
    return found


def mean_and_error(values: FloatArray) -> tuple[float, float]:
    """Mean over lattices and its standard error; the error is NaN for one."""
    if values.size < 2:
        return float(values.mean()), float("nan")
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


def _lattices(rows: Iterable[Mapping[str, Any]]) -> Lattices:
    rows = list(rows)

    def column(name: str) -> FloatArray:
        pairs = [(row[f"{name}_early"], row[f"{name}_late"]) for row in rows]
        return np.array(pairs, dtype=np.float64)

    gain = np.array([row["gain"] for row in rows], dtype=np.float64)
    return Lattices(column("msd"), column("log_ratio"), column("classical"), gain)
