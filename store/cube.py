"""Trials and their series as one labelled array, xarray's Dataset.

The array is dense: a cell for every draw of every point at every time, NaN where there is no value. The rows
are streamed into it, so memory is that of the dataset and of one batch.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from store.columns import Column, sql_name
from store.errors import QueryError
from store.needed import needed
from store.records import refuse_unknown
from store.results import Result
from store.schema import OWN_RESERVED, SCHEMA_VERSION, Schema
from store.spread import Cells, spread
from store.timegrid import TimeGrid, time_grid

if TYPE_CHECKING:
    from collections.abc import Generator

    from store.store import ExperimentStore

_PROVENANCE = ("physics_version", "model_version", "regimap_version", "git_commit", "python", "libraries")
_PLACES = ("trial_id", "point_id", "realization", "packet", "frozen", "t", "chunk", "attempt")
_NUMBERS = ("double", "bigint", "boolean")


@dataclass(frozen=True)
class Filled:
    """How far the filling has come.

    Attributes
    ----------
    done, total : int
        Samples read, and samples there are.
    """

    done: int
    total: int


def dataset(
    store: ExperimentStore,
    columns: Sequence[str] | None = None,
    *,
    where: str | None = None,
    times: str = "same",
) -> Any:  # noqa: ANN401 - xarray is optional
    """Return trials and series as an `xarray.Dataset`.

    Parameters
    ----------
    store : ExperimentStore
        The store; one state of it is read.
    columns : sequence of str, optional
        Columns of `trials` and of `series`. Without it, every observable and every number of a trial that is
        not NULL throughout, the texts that a user's model returns, and ``status`` and ``reason``.
    where : str, optional
        An SQL condition on `trials`, such as ``status = 'complete' and not frozen``.
    times : str
        ``same``: the trials must share one grid of times, of which some may have a part only. ``union``: all
        times of all trials, NaN where a trial has no sample.

    Returns
    -------
    xarray.Dataset
        Observables over (point, frozen, realization, packet, t), scalars over the same without ``t``. The
        dimensions ``frozen`` and ``packet`` are there only where the trials chosen differ in them, otherwise
        they are scalar coordinates; NULL counts as False and as 0, of ``realization`` too. Coordinates: the
        axes by point (or by trial where they differ inside a point), in order of which the points come; for a
        user's model its texts among the parameters, and ``model_version``; ``point`` is the point_id. A name
        that both tables have is the series' own, the trial's is ``name_of_trial``. Missing values: NaN, also
        in whole numbers and truth values, which are float64 then; NaT; empty text. ``units`` and
        ``long_name`` come from the schema.

    Raises
    ------
    MissingPackageError
        If xarray is not installed.
    RecordError
        If a column is unknown.
    QueryError
        If the condition is wrong, the times differ and `times` is ``same``, two trials fall into one cell, or
        the dataset is larger than this machine's memory.
    """
    steps = filling(store, columns, where=where, times=times)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def filling(
    store: ExperimentStore,
    columns: Sequence[str] | None = None,
    *,
    where: str | None = None,
    times: str = "same",
) -> Generator[Filled, None, Any]:
    """Fill a dataset as `dataset` does, and say how far it has come; the dataset is the generator's value."""
    xarray = needed("xarray")
    if times not in ("same", "union"):
        raise QueryError(f"expected times 'same' or 'union'; got {times!r}; use one of them")
    schema = store.schema
    scalars, observables = _asked(schema, columns)
    result = store.sql(_trials_query(schema, scalars, where))
    trials = result.arrow()
    cells = Cells.of(trials)
    scalars = [c for c in scalars if columns is not None or trials.column(c.name).null_count < len(trials)]
    ids = trials.column("trial_id").to_pylist()
    chosen = None if where is None else ids
    if columns is None:
        observables = _with_values(result, observables, chosen)
    grid = time_grid(result, chosen, union=times == "union") if observables else TimeGrid.empty()
    arrays = yield from _filled(
        result, observables, chosen, dict(zip(ids, cells.index, strict=True)), cells, grid
    )
    shared = {column.name for column in observables}
    variables = {
        f"{c.name}_of_trial" if c.name in shared else c.name: _variable(
            cells.dims, spread(c, trials, cells), c
        )
        for c in scalars
    }
    for column in observables:
        variables[column.name] = _variable((*cells.dims, "t"), arrays[column.name], column)
    coordinates = _coordinates(schema, trials, cells, grid if observables else None)
    return xarray.Dataset(variables, coordinates, _attributes(store, trials, where))


def _asked(schema: Schema, columns: Sequence[str] | None) -> tuple[list[Column], list[Column]]:
    """Choose the scalars and the observables; what is a coordinate comes anyway."""
    if columns is None:
        names = [c.name for c in schema.trials.columns if c.type in _NUMBERS] + ["status", "reason"]
        names += [c.name for c in schema.outputs if c.type == "varchar"]
        names += [c.name for c in schema.series.columns if c.type in _NUMBERS]
    else:
        names = list(columns)
        known = set(schema.series.by_name)
        refuse_unknown(schema.trials, [name for name in names if name not in known], "the columns asked for")
    names = [name for name in dict.fromkeys(names) if name not in (*_PLACES, *_of_points(schema))]
    trials, series = schema.trials.by_name, schema.series.by_name
    return (
        [trials[name] for name in names if name in trials],
        [series[name] for name in names if name in series and name not in schema.series_keys],
    )


def _trials_query(schema: Schema, scalars: Sequence[Column], where: str | None) -> str:
    draws = ("coalesce(frozen, false) AS frozen", "coalesce(realization, 0) AS realization")
    others = dict.fromkeys((*_of_points(schema), *_stated(schema), *(column.name for column in scalars)))
    packet = "coalesce(packet, 0) AS packet"
    names = ", ".join(("trial_id", "point_id", *draws, packet, *map(sql_name, others)))
    condition = "" if where is None else f" WHERE ({where}\n)"
    order = ", ".join((*map(sql_name, schema.axis_names), "point_id", "trial_id"))
    return f"SELECT {names} FROM (SELECT * FROM trials{condition}) ORDER BY {order}"


def _of_points(schema: Schema) -> list[str]:
    """Axes; of a user's model the texts that a point says too, and the version of which it is."""
    if not schema.own:
        return list(schema.axis_names)
    said = (name for name in schema.series_keys if name not in OWN_RESERVED)
    texts = [name for name in said if schema.trials.by_name[name].type == "varchar"]
    return [*schema.axis_names, *texts, "model_version"]


def _stated(schema: Schema) -> list[str]:
    """Provenance that the dataset tells of as a whole."""
    return [name for name in _PROVENANCE if name in schema.trials.by_name]


def _with_values(result: Result, observables: Sequence[Column], chosen: list[str] | None) -> list[Column]:
    counts = ", ".join(f"count({column.sql})" for column in observables)
    if not counts:
        return []
    ((*found,),) = result.also(*_of_series(counts, chosen)).rows()
    return [column for column, count in zip(observables, found, strict=True) if count]


def _of_series(names: str, chosen: list[str] | None) -> tuple[str, list[Any] | None]:
    if chosen is None:
        return f"SELECT {names} FROM series", None
    return f"SELECT {names} FROM series WHERE trial_id IN (SELECT unnest(?::VARCHAR[]))", [chosen]


def _filled(
    result: Result,
    observables: Sequence[Column],
    chosen: list[str] | None,
    cell_of: Mapping[str, int],
    cells: Cells,
    grid: TimeGrid,
) -> Generator[Filled, None, dict[str, np.ndarray[Any, Any]]]:
    shape = (*cells.shape, len(grid.times))
    _check_memory(shape, len(observables))
    arrays = {column.name: np.full(prod(shape), np.nan) for column in observables}
    seen = np.zeros(prod(shape), bool)
    done = 0
    if observables:
        query = _of_series(", ".join(("trial_id", "t", *map(sql_name, arrays))), chosen)
        for batch in result.also(*query).batches():
            place = _cells_of(batch.column("trial_id"), cell_of) * len(grid.times) + grid.places(
                batch.column("t")
            )
            for name, array in arrays.items():
                array[place] = batch.column(name).to_numpy(zero_copy_only=False)
            seen[place] = True
            done += batch.num_rows
            yield Filled(done, grid.samples)
    if int(np.count_nonzero(seen)) != done:
        raise QueryError(
            "expected samples of a trial farther apart than a billionth of the time span; got closer ones; "
            "leave that trial out with where"
        )
    return {name: array.reshape(shape) for name, array in arrays.items()}


def _cells_of(trial_ids: pa.Array, cell_of: Mapping[str, int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the cell of each row; a batch has few trials, so each is looked up once."""
    encoded = trial_ids.dictionary_encode()
    found = np.array([cell_of[trial_id] for trial_id in encoded.dictionary.to_pylist()], np.int64)
    cells: np.ndarray[tuple[int], np.dtype[np.int64]] = found[encoded.indices.to_numpy()]
    return cells


def _check_memory(shape: tuple[int, ...], observables: int) -> None:
    size = 8 * prod(shape) * observables
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size > memory:
        cells = " x ".join(map(str, shape))
        raise QueryError(
            f"expected a dataset that fits into {memory / 1e9:.0f} GB of memory; got {observables} "
            f"observables of {cells} values, {size / 1e9:.0f} GB; "
            "name fewer columns, or choose trials with where"
        )


def _variable(dims: tuple[str, ...], values: np.ndarray[Any, Any], column: Column) -> tuple[Any, ...]:
    return dims, values, _described(column)


def _described(column: Column) -> dict[str, str]:
    # What a unit of time counts from is the file format's to say.
    unit = {} if column.unit == "" or column.type == "timestamp" else {"units": column.unit}
    return unit | {"long_name": column.meaning}


def _coordinates(schema: Schema, trials: pa.Table, cells: Cells, grid: TimeGrid | None) -> dict[str, Any]:
    columns = schema.trials.by_name
    found: dict[str, Any] = {
        "point": ("point", cells.points, {"long_name": "content hash of the point, the point_id"}),
        "trial_id": _variable(cells.dims, spread(columns["trial_id"], trials, cells), columns["trial_id"]),
    }
    for name, values in cells.draws.items():
        dims = (name,) if name in cells.dims else ()
        found[name] = _variable(dims, values if dims else values.reshape(-1)[0], columns[name])
    for name in _of_points(schema):
        if trials.column(name).null_count < len(trials):
            column = columns[name]
            values = trials.column(name)
            by_point = cells.by_point(values.fill_null("") if column.type == "varchar" else values)
            found[name] = (
                _variable(cells.dims, spread(column, trials, cells), column)
                if by_point is None
                else _variable(("point",), by_point, column)
            )
    if grid is not None:
        found["t"] = _variable(("t",), grid.times, schema.series.by_name["t"])
    return found


def _attributes(store: ExperimentStore, trials: pa.Table, where: str | None) -> dict[str, str]:
    words = {
        "store": store.url,
        "model": store.model,
        "schema_version": SCHEMA_VERSION,
        "where": where or "",
    }
    if not store.schema.own:
        words["natural_units"] = "hbar = m* = q_D = 1"
    for name in (name for name in _PROVENANCE if name in trials.column_names):
        values: Iterator[str] = (str(v) for v in trials.column(name).unique().to_pylist() if v is not None)
        words[name] = "\n".join(sorted(values))
    return words
