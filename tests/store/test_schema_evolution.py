"""Stores of older versions open and grow; types never change."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from store import SCHEMA_VERSION, DamagedStoreError, ExperimentStore
from store.schema import BUILT_IN
from tests.store.conftest import make_chunk

STORES = Path(__file__).parent / "stores"
VERSIONS = ("1.0", "1.1")
DUCKDB = Path(sys.executable).parent / "duckdb"
VIEWS = (
    "trials",
    "series",
    "points",
    "twins",
    "labels",
    "proposals",
    "sweeps",
    "chunks",
    "requests",
    "rounds",
)
# In tables of 1.1 and not of 1.0, each with what it says of a row that was written before it was known.
ADDED = ("packet", "zero_point", "boundary", "temperature_K", "position_return", "physics_version")


@pytest.fixture(params=VERSIONS)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> ExperimentStore:
    return ExperimentStore(shutil.copytree(STORES / request.param, tmp_path / "store"))


def counts(store: ExperimentStore) -> dict[str, int]:
    return {view: next(iter(store.sql(f"select count(*) from {view}").rows()))[0] for view in VIEWS}


def test_every_view_of_an_older_store_answers(older):
    assert counts(older) == {
        "trials": 4,
        "series": 16,
        "points": 2,
        "twins": 2,
        "labels": 2,
        "proposals": 1,
        "sweeps": 1,
        "chunks": 4,
        "requests": 0,
        "rounds": 0,
    }
    assert set(older.statuses().values()) == {"complete"}
    assert next(iter(older.sql("select count(*) from labels where latest").rows())) == (2,)
    # All of this version's columns are there, so queries written for it work.
    for table in BUILT_IN.tables:
        assert set(table.by_name) <= set(older.sql(f"select * from {table.name}").columns)


def test_columns_added_since_are_null_in_old_rows():
    store = ExperimentStore(STORES / "1.0")
    written = pq.read_schema(next((STORES / "1.0/fragments").iterdir()) / "trials.parquet").names
    added = [table for table in BUILT_IN.tables[0].by_name if table not in written]
    assert "packet" in added
    query = f"select {', '.join(f'count({name})' for name in added)} from trials"
    assert set(next(iter(store.sql(query).rows()))) == {0}


def test_an_older_store_is_extended_and_compacted(older):
    older.commit("new", *make_chunk("n1", "n2", packet=1, temperature_K=77.0))
    older.append("labels", "v2", [{"label_version": "v2", "point_id": "point", "regime": "gone"}])
    assert SCHEMA_VERSION in {path.name for path in (older.path / "schema").iterdir()}
    query = "select * exclude (chunk, attempt) from {} order by all"
    before = [list(older.sql(query.format(view)).rows()) for view in ("trials", "series")]
    assert len(before[0]) == 6
    older.compact(grace=0.0)
    assert [list(older.sql(query.format(view)).rows()) for view in ("trials", "series")] == before
    query = "select count(packet), count(*), count(temperature_K) from trials where trial_id like 'n_'"
    assert next(iter(older.sql(query).rows())) == (2, 2, 2)


def test_a_table_added_since_is_empty_until_it_is_written(older):
    query = "select request, kind, trial_ids from requests"
    assert list(older.sql(query).rows()) == []
    assert older.requests() == []
    assert older.ask("cancel", "true", ["a"]) == "r000001"
    assert list(older.sql(query).rows()) == [("r000001", "cancel", ["a"])]
    (older.path / "ledger/requests/r000001.parquet").unlink()
    (older.path / "schema" / SCHEMA_VERSION / "requests.parquet").unlink()
    with pytest.raises(DamagedStoreError, match=r"schema/.*/requests\.parquet; got no such file"):
        older.sql(query).rows()


def test_the_plain_duckdb_command_reads_it(older):
    query = (
        "select (select count(*) from trials), (select count(*) from series), (select count(*) from points)"
    )

    def ask() -> list[str]:
        command = [DUCKDB, "-init", "views.sql", "-csv", "-noheader", "-c", query]
        result = subprocess.run(command, cwd=older.path, capture_output=True, text=True, check=True)
        return result.stdout.split()[-1].split(",")

    assert ask() == ["4", "16", "2"]
    older.commit("new", *make_chunk("n1", "n2", packet=1))
    assert ask() == ["6", "26", "3"]


@pytest.mark.parametrize("version", VERSIONS)
def test_units_and_meanings_are_in_the_files(version):
    fragment = next((STORES / version / "fragments").iterdir())
    for name in ("trials", "series"):
        for field in pq.read_schema(fragment / f"{name}.parquet"):
            assert set(field.metadata) == {b"unit", b"meaning"}, field.name
            assert field.metadata[b"meaning"]


def test_types_are_frozen():
    """A column that was released keeps its name, its type and its place among its elders."""
    now = [(table.name, column.name, column.type) for table in BUILT_IN.tables for column in table.columns]
    for version in ("1.1", "1.2", "1.3"):
        with (STORES / f"columns-{version}.csv").open() as file:
            released = [(row["table"], row["column"], row["type"]) for row in csv.DictReader(file)]
        assert [entry for entry in released if entry not in now] == []
    if SCHEMA_VERSION == "1.3":
        assert now == released, (
            "a column was added: count SCHEMA_VERSION up and keep a list of its columns here"
        )
