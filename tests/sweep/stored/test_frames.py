"""A store as other programs hold it: names, values, and units where the format has room for them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from store.export import export

ASKED = "select trial_id, disorder, frozen, diffusion, t_valid, started_at from trials order by trial_id"


@pytest.fixture(scope="module")
def rows(whole) -> list[tuple]:
    return list(whole.sql(ASKED).rows())


def test_pandas_has_names_and_values(whole, rows) -> None:
    pandas = pytest.importorskip("pandas")
    frame = whole.sql(ASKED).df()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == ["trial_id", "disorder", "frozen", "diffusion", "t_valid", "started_at"]
    assert frame["disorder"].tolist() == [row[1] for row in rows]
    assert (str(frame["frozen"].dtype), str(frame["disorder"].dtype)) == ("bool", "float64")
    means = frame.groupby("frozen")["diffusion"].mean()
    (asked,) = whole.sql("select avg(diffusion) from trials where frozen").rows()
    assert means[True] == pytest.approx(asked[0])


def test_polars_and_arrow_have_names_and_values(whole, rows) -> None:
    polars = pytest.importorskip("polars")
    frame, table = whole.sql(ASKED).pl(), whole.sql(ASKED).arrow()
    assert isinstance(frame, polars.DataFrame)
    assert isinstance(table, pa.Table)
    assert frame.columns == table.column_names
    assert frame["diffusion"].to_list() == table.column("diffusion").to_pylist() == [row[3] for row in rows]
    series = polars.from_dict(whole.series(columns=["msd", "participation_ratio"]))
    late = series.group_by("trial_id").agg(polars.col("msd").last()).sort("trial_id")
    expected = whole.sql("select trial_id, arg_max(msd, t) from series group by 1 order by 1").rows()
    assert late.rows() == list(expected)


def test_xarray_has_dimensions_units_and_meanings(whole) -> None:
    pytest.importorskip("xarray")
    data = whole.xarray(["msd", "diffusion"])
    assert set(data.dims) == {"point", "realization", "frozen", "t"}
    assert data["msd"].attrs["units"] == "1/q_D^2"
    assert data["diffusion"].attrs["units"] == "hbar/m*"
    assert data["disorder"].dims == ("point",)
    mean = data["msd"].sel(frozen=False).mean(["point", "realization"])
    asked = whole.sql("select avg(msd) from series where not frozen group by t order by t")
    np.testing.assert_allclose(mean, [value for (value,) in asked.rows()], rtol=1e-12)


def test_exported_parquet_keeps_units_and_csv_the_names(whole, tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    for form in ("parquet", "csv"):
        assert [step.done for step in export(whole, form, tmp_path / f"f.{form}")][-1] == 12
    field = pq.read_schema(tmp_path / "f.parquet").field("diffusion")
    assert field.metadata[b"unit"] == b"hbar/m*"
    assert polars.read_csv(tmp_path / "f.csv").columns == polars.read_parquet(tmp_path / "f.parquet").columns


@pytest.mark.slow
def test_exported_arrays_open_in_xarray_with_units(whole, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    for form in ("netcdf", "zarr"):
        for _ in export(whole, form, tmp_path / form):
            pass
    with xarray.open_dataset(tmp_path / "netcdf", engine="h5netcdf") as flat:
        assert flat["msd"].attrs["units"] == "1/q_D^2"
    with xarray.open_zarr(tmp_path / "zarr") as chunked:
        assert chunked["msd"].attrs["units"] == "1/q_D^2"


def test_the_units_of_a_query_are_in_the_view_of_columns(whole) -> None:
    asked = whole.sql(
        """select name, unit from columns where "table" = 'trials' and name in ('diffusion', 'dt')"""
    )
    assert dict(asked.rows()) == {"diffusion": "hbar/m*", "dt": "m*/(hbar q_D^2)"}
