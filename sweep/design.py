"""Fixed designs: which points a `run` visits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from sweep.allotment import read_list
from sweep.axes import SweptAxis
from sweep.errors import SpecError
from sweep.spec import SweepSpec

Point = dict[str, float]


def design_points(spec: SweepSpec) -> Iterator[Point]:
    """Points of the spec's design, in a fixed order.

    Yields
    ------
    dict of str to float
        Value per swept axis.

    Raises
    ------
    SpecError
        If a list's file is missing, lacks an axis or holds something that is no number.
    """
    return {"grid": _grid, "sobol": _sobol, "list": _listed}[spec.design.kind](spec)


def _grid(spec: SweepSpec) -> Iterator[Point]:
    columns = [axis.levels(n) for axis, n in zip(spec.axes, spec.design.points, strict=True)]
    for values in product(*columns):
        yield dict(zip(spec.axis_names, values, strict=True))


def _sobol(spec: SweepSpec) -> Iterator[Point]:
    engine = qmc.Sobol(len(spec.axes), scramble=True, rng=np.random.default_rng(spec.seed))
    for _ in range(spec.design.n):
        unit = engine.random(1)[0]
        yield {axis.name: _from_unit(axis, float(u)) for axis, u in zip(spec.axes, unit, strict=True)}


def _from_unit(axis: SweptAxis, u: float) -> float:
    if axis.values:
        return axis.values[min(int(u * len(axis.values)), len(axis.values) - 1)]
    if axis.scale == "log":
        return float(axis.low * (axis.high / axis.low) ** u)
    return axis.low + (axis.high - axis.low) * u


def _listed(spec: SweepSpec) -> Iterator[Point]:
    path = Path(spec.directory) / spec.design.file
    rows = csv.DictReader(io.StringIO(read_list(path), newline=""))
    for number, row in enumerate(rows, start=2):
        missing = [name for name in spec.axis_names if row.get(name) in (None, "")]
        if missing:
            raise SpecError(f"{path}, line {number}: expected a value for {', '.join(missing)}, got none")
        try:
            yield {name: float(row[name]) for name in spec.axis_names}
        except ValueError as error:
            raise SpecError(f"{path}, line {number}: expected numbers, got: {error}") from None
