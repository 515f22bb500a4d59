"""Files for other programs: whole or not there, and the same numbers."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from store import MissingPackageError, QueryError, RecordError, WriteError
from store.cube import dataset
from store.export import FORMS, export
from store.schema import SERIES, TRIALS

BOUNDED = """
import resource, sys
from pathlib import Path
from store import ExperimentStore
from store.export import export
store = ExperimentStore(sys.argv[1])
list(store.sql("select 1").rows())
import pyarrow.parquet, pyarrow.csv
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for step in export(store, sys.argv[2], Path(sys.argv[3]), table="series"):
    pass
print(step.done, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def written(store, form: str, target: Path, **options) -> int:
    done = 0
    for step in export(store, form, target, **options):
        assert step.done <= step.total
        done = step.done
    return done


@pytest.fixture
def full(store, chunk):
    trials, series = chunk("a", "b", "c", seed=3)
    trials[0] |= {"diffusion": np.nan, "reason": 'a "b",\nc'}
    trials[1] |= {"diffusion": np.inf, "reason": ""}
    del series["c"]
    store.commit("first", trials, series)
    return store


@pytest.mark.parametrize("table", ["trials", "series"])
def test_parquet_has_the_rows_and_the_metadata(full, tmp_path, table):
    target = tmp_path / "out.parquet"
    rows = written(full, "parquet", target, table=table)
    schema = {"trials": TRIALS, "series": SERIES}[table]
    found = pq.read_table(target)
    assert found.num_rows == rows == {"trials": 3, "series": 10}[table]
    assert found.schema.equals(schema.arrow, check_metadata=True)
    expected = full.sql(f"select {', '.join(found.column_names)} from {table}").arrow()
    assert [str(column) for column in found] == [str(column) for column in expected.cast(schema.arrow)]


def test_csv_has_the_rows_with_null_apart_from_nan(full, tmp_path):
    target = tmp_path / "out.csv"
    assert written(full, "csv", target) == 3
    with target.open(newline="") as file:
        rows = {row["trial_id"]: row for row in csv.DictReader(file)}
    assert [rows[key]["diffusion"] for key in "abc"] == ["nan", "inf", ""]
    assert rows["a"]["reason"] == 'a "b",\nc'
    assert rows["a"]["frozen"] == "false"
    assert written(full, "csv", tmp_path / "s.csv", table="series", columns=["trial_id", "t", "msd"]) == 10
    with (tmp_path / "s.csv").open(newline="") as file:
        header, *lines = csv.reader(file)
    assert header == ["trial_id", "t", "msd"]
    assert [(k, float(t), float(x)) for k, t, x in lines] == list(
        full.sql("select trial_id, t, msd from series").rows()
    )


@pytest.mark.parametrize("form", ["netcdf", "zarr"])
def test_arrays_come_back_as_they_went(full, tmp_path, form):
    xr = pytest.importorskip("xarray")
    pytest.importorskip("h5py" if form == "netcdf" else "zarr")
    target = tmp_path / "out of it"
    assert written(full, form, target) == 10
    if form == "netcdf":
        found = xr.open_dataset(target, engine="h5netcdf").load()
    else:
        found = xr.open_zarr(target).load()
    expected = dataset(full)
    xr.testing.assert_equal(found.astype(expected.dtypes), expected)
    assert found.attrs == expected.attrs
    for name, variable in expected.variables.items():
        assert found[name].attrs == variable.attrs, name


@pytest.mark.parametrize("form", FORMS)
def test_what_is_there_stays_unless_forced(full, tmp_path, form):
    if form == "netcdf":
        pytest.importorskip("h5py")
    target = tmp_path / "out"
    written(full, form, target)
    before = target.stat().st_mtime_ns
    with pytest.raises(WriteError, match="exists"):
        written(full, form, target)
    assert target.stat().st_mtime_ns == before
    written(full, form, target, force=True)
    assert target.stat().st_mtime_ns > before
    assert [path.name for path in tmp_path.iterdir() if path != full.path] == ["out"]


@pytest.mark.parametrize("form", FORMS)
def test_an_interrupted_export_leaves_nothing(full, tmp_path, monkeypatch, form):
    if form == "netcdf":
        pytest.importorskip("h5py")

    def interrupt(path):
        assert list(tmp_path.glob(".out.*"))
        raise KeyboardInterrupt

    monkeypatch.setattr("store.draft.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        written(full, form, tmp_path / "out")
    steps = export(full, form, tmp_path / "out")
    next(steps)
    steps.close()
    assert [path for path in tmp_path.iterdir() if path != full.path] == []


def test_no_directory_is_replaced_but_one_of_zarr(full, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    for form in FORMS:
        with pytest.raises(WriteError, match="got the directory"):
            written(full, form, home, force=True)
    with pytest.raises(WriteError, match="outside the store"):
        written(full, "csv", full.path / "store.json", force=True)
    (tmp_path / "link").symlink_to(full.path)
    with pytest.raises(WriteError, match="outside the store"):
        written(full, "csv", tmp_path / "link" / "fragments" / "x.parquet")
    with pytest.raises(WriteError, match=r"make .*nowhere first"):
        written(full, "csv", tmp_path / "nowhere" / "x.csv")
    with pytest.raises(WriteError, match="device"):
        written(full, "csv", Path(os.devnull), force=True)


def test_a_link_is_written_through(full, tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    written(full, "csv", tmp_path / "link.csv", force=True)
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("trial_id,")


def test_bad_questions_leave_nothing(full, tmp_path):
    target = tmp_path / "out"
    for options, error, words in (
        ({"columns": ["difusion"]}, RecordError, "'diffusion'"),
        ({"where": "nothing > 1"}, QueryError, "nothing"),
        ({"table": "labels"}, QueryError, "'labels'"),
    ):
        with pytest.raises(error, match=words):
            written(full, "csv", target, **options)
    with pytest.raises(QueryError, match="'xlsx'"):
        written(full, "xlsx", target)
    assert not target.exists()


def test_a_condition_on_trials_chooses_their_samples(full, tmp_path):
    where = "isnan(diffusion)"
    assert written(full, "csv", tmp_path / "t", where=where) == 1
    assert written(full, "parquet", tmp_path / "s", table="series", where=where) == 5


@pytest.mark.parametrize(("form", "package"), [("netcdf", "h5py"), ("zarr", "zarr")])
def test_absent_packages_are_named(full, tmp_path, monkeypatch, form, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError, match=f"pip install xarray .*{package}"):
        written(full, form, tmp_path / "out")


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_memory_is_bounded(store, tmp_path, form):
    n = 100_000
    rng = np.random.default_rng(0)
    for number in range(8):
        trial = {"trial_id": f"t{number}", "point_id": "p", "status": "complete", "realization": number}
        series = {"t": np.arange(n, dtype=float)} | {
            name: rng.random(n) for name in ("msd", "norm", "mean_x")
        }
        store.commit(f"c{number}", [trial], {trial["trial_id"]: series})
    command = [sys.executable, "-c", BOUNDED, str(store.path), form, str(tmp_path / "out")]
    root = Path(__file__).parents[2]
    rows, megabytes = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=root
    ).stdout.split()
    assert int(rows) == 8 * n
    assert int(megabytes) < 250  # as Arrow the whole table is 8e5 rows of 36 columns, 300 MB
