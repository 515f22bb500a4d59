"""A store's trials and series as files for other programs: netCDF, Zarr, CSV, Parquet."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from store.columns import Table, sql_name
from store.cube import filling
from store.draft import check_outside, check_target, draft
from store.errors import QueryError
from store.needed import needed
from store.parquet import encoding, row_group_rows
from store.records import refuse_unknown
from store.results import Result

if TYPE_CHECKING:
    from store.store import ExperimentStore

ARRAYS = ("netcdf", "zarr")
TABLES = ("csv", "parquet")
FORMS = ARRAYS + TABLES
_PACKAGES = {"netcdf": ("xarray", "h5netcdf", "h5py"), "zarr": ("xarray", "zarr")}
_UNITS = {"trials": "trial", "series": "sample"}


@dataclass(frozen=True)
class Exported:
    """How far an export has come.

    Attributes
    ----------
    done, total : int
        Rows read, and rows there are.
    unit : str
        What a row is: a trial or a sample.
    """

    done: int
    total: int
    unit: str


def export(
    store: ExperimentStore,
    form: str,
    target: Path,
    *,
    table: str = "trials",
    columns: Sequence[str] | None = None,
    where: str | None = None,
    times: str = "same",
    force: bool = False,
) -> Generator[Exported, None, None]:
    """Write trials and series to `target`, and say how far it has come.

    The file appears under its name when it is whole and flushed, at the end of the iteration; one that is
    interrupted leaves nothing. CSV and Parquet are streamed, in memory bounded by a row group; netCDF and
    Zarr hold the dataset in memory.

    Parameters
    ----------
    store : ExperimentStore
        The store; one state of it is written.
    form : str
        ``netcdf`` or ``zarr``: the dataset of `store.cube.dataset`. ``csv`` or ``parquet``: one table.
    target : Path
        Where it goes: a file, for ``zarr`` a directory. It must lie outside the store.
    table : str
        ``trials`` or ``series``, for ``csv`` and ``parquet``.
    columns : sequence of str, optional
        The columns; all of the table, or the dataset's choice.
    where : str, optional
        An SQL condition on `trials`; of `series`, the rows of these trials are taken.
    times : str
        For ``netcdf`` and ``zarr``, as of `store.cube.dataset`.
    force : bool
        Replace what is at `target`.

    Raises
    ------
    WriteError
        If `target` exists, or cannot be written.
    MissingPackageError
        If a package that writes the form is not installed.
    RecordError, QueryError
        If a column is unknown, the condition is wrong, or the dataset is refused.
    """
    if form not in FORMS:
        raise QueryError(f"expected a form of {', '.join(FORMS)}; got {form!r}; use one of them")
    check_outside(store.url, target)
    check_target(target, force=force)
    if form in ARRAYS:
        needed(*_PACKAGES[form])
        data = yield from _counted(filling(store, columns, where=where, times=times))
        with draft(target, force=force) as path:
            _write_array(form, data, path)
        return
    known = store.schema
    schema = {"trials": known.trials, "series": known.series}.get(table)
    if schema is None:
        raise QueryError(f"expected the table trials or series; got {table!r}; use one of them")
    names = list(columns or (column.name for column in schema.columns))
    refuse_unknown(schema, names, "the columns asked for")
    with draft(target, force=force) as path:
        write = _write_csv if form == "csv" else _write_parquet
        yield from write(store, schema, names, where, path)


def _counted(steps: Generator[Any, None, Any]) -> Generator[Exported, None, Any]:
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return end.value
        yield Exported(step.done, step.total, "sample")


def _write_array(form: str, data: Any, path: Path) -> None:  # noqa: ANN401 - xarray is optional
    if form == "zarr":
        # The format that every reader of Zarr knows; text has no agreed form yet in version 3.
        data.to_zarr(path, mode="w-", zarr_format=2, consolidated=True)
        return
    packed = {"zlib": True, "complevel": 1, "shuffle": True}
    floats = {name: packed for name, v in data.data_vars.items() if v.dtype.kind == "f" and v.size}
    data.to_netcdf(path, engine="h5netcdf", encoding=floats)


def _rows_of(store: ExperimentStore, table: Table, names: list[str], where: str | None) -> tuple[int, Result]:
    condition = "" if where is None else f" WHERE trial_id IN (SELECT trial_id FROM trials WHERE ({where}\n))"
    counted = store.sql(f"SELECT count(*) FROM {table.name}{condition}")
    ((total,),) = counted.rows()
    return total, counted.also(f"SELECT {', '.join(map(sql_name, names))} FROM {table.name}{condition}")


def _write_csv(
    store: ExperimentStore, table: Table, names: list[str], where: str | None, path: Path
) -> Iterator[Exported]:
    total, rows = _rows_of(store, table, names, where)
    with path.open("x", encoding="utf-8", newline="") as file:
        for done in rows.csv(file):
            yield Exported(done, total, _UNITS[table.name])


def _write_parquet(
    store: ExperimentStore, table: Table, names: list[str], where: str | None, path: Path
) -> Iterator[Exported]:
    total, rows = _rows_of(store, table, names, where)
    schema = pa.schema([table.by_name[name].field for name in names])
    done = 0
    with pq.ParquetWriter(path, schema, **encoding(table, names)) as writer:
        for group in _groups(rows.batches(), schema, row_group_rows(table)):
            writer.write_table(group)
            done += group.num_rows
            yield Exported(done, total, _UNITS[table.name])


def _groups(batches: Iterator[pa.RecordBatch], schema: pa.Schema, rows: int) -> Iterator[pa.Table]:
    """Join batches into row groups, with the schema's metadata."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) >= rows:
            yield pa.Table.from_batches(waiting).cast(schema)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting).cast(schema)
