"""Creating and opening, and what is refused."""

import json
import os
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from store import (
    SCHEMA_VERSION,
    DamagedStoreError,
    ExperimentStore,
    ModelMismatchError,
    NotAStoreError,
    StoreError,
    StoreNotFoundError,
    VersionError,
    WriteError,
)


def rewrite(store: ExperimentStore, **entries: str) -> None:
    identity = store.path / "store.json"
    identity.write_text(json.dumps(json.loads(identity.read_text()) | entries))


def extend_schema(store: ExperimentStore, version: str, column: str) -> None:
    (store.path / "schema" / version).mkdir()
    table = pa.table({"trial_id": pa.array([], pa.string()), column: pa.array([], pa.float64())})
    for name, columns in (("trials", ["trial_id", column]), ("series", ["trial_id"])):
        pq.write_table(table.select(columns), store.path / "schema" / version / f"{name}.parquet")


def test_create_twice_is_create_once(store):
    before = {path: path.stat().st_mtime_ns for path in store.path.rglob("*") if path.is_file()}
    again = ExperimentStore.create(store.path)
    assert again == store
    assert before == {path: path.stat().st_mtime_ns for path in store.path.rglob("*") if path.is_file()}


def test_an_interrupted_creation_is_finished(tmp_path):
    (tmp_path / "s" / "staging").mkdir(parents=True)
    (tmp_path / "s" / "fragments").mkdir()
    with pytest.raises(StoreNotFoundError, match=r"without store\.json"):
        ExperimentStore(tmp_path / "s")
    assert ExperimentStore.create(tmp_path / "s").statuses() == {}


def create(path: Path) -> str:
    return str(json.loads((ExperimentStore.create(path).path / "store.json").read_text()))


def test_creators_that_race_make_one_store(tmp_path):
    with ProcessPoolExecutor(4) as pool:
        assert len(set(pool.map(create, [tmp_path / "s"] * 8))) == 1


def test_missing_paths_and_other_things_are_refused(tmp_path):
    with pytest.raises(StoreNotFoundError, match="nothing there") as missing:
        ExperimentStore(tmp_path / "none")
    assert isinstance(missing.value, FileNotFoundError)
    (tmp_path / "file").write_text("x")
    for make in (ExperimentStore, ExperimentStore.create):
        with pytest.raises(NotAStoreError, match="file"):
            make(tmp_path / "file")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("x")
    with pytest.raises(NotAStoreError, match=r"letter\.txt"):
        ExperimentStore.create(tmp_path / "home")
    with pytest.raises(StoreNotFoundError):
        ExperimentStore(tmp_path / "home")
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["letter.txt"]
    with pytest.raises(WriteError):
        ExperimentStore.create(tmp_path / "file" / "store")


def test_another_model_is_refused(tmp_path):
    ExperimentStore.create(tmp_path / "s", model="mine")
    assert ExperimentStore(tmp_path / "s").model == "mine"
    for make in (ExperimentStore, ExperimentStore.create):
        with pytest.raises(ModelMismatchError, match=r"'yours'.*'mine'"):
            make(tmp_path / "s", model="yours")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"format": "2.0"}, "got format 2.0.*upgrade"),
        ({"schema": "2.0"}, "got schema 2.0.*upgrade"),
        ({"schema": "0.9"}, "got schema 0.9.*older"),
    ],
)
def test_another_major_version_is_refused(store, entries, message):
    rewrite(store, **entries)
    with pytest.raises(VersionError, match=message):
        ExperimentStore(store.path)


def test_a_newer_minor_version_is_refused_by_its_columns(store):
    extend_schema(store, "1.7", "diffusion")
    ExperimentStore(store.path)
    extend_schema(store, "1.10", "torsion")
    with pytest.raises(VersionError, match=r"schema 1\.10.*trials has torsion"):
        ExperimentStore(store.path)


def test_schema_versions_mix_in_one_table(store, chunk):
    extend_schema(store, "1.7", "diffusion")
    newer = store.path / "fragments" / "newer-a1"
    store.commit("c", *chunk("a"))
    newer.mkdir()
    for name in ("trials", "series"):
        table = pq.read_table(store.path / "fragments" / "c-a1" / f"{name}.parquet")
        keys = [pa.array(["b"] * len(table)), pa.array(["newer"] * len(table))]
        table = table.drop_columns(
            ["trial_id", "chunk", "reason"] if name == "trials" else ["trial_id", "chunk"]
        )
        table = table.append_column("trial_id", keys[0]).append_column("chunk", keys[1])
        pq.write_table(table, newer / f"{name}.parquet")
    assert list(store.sql("select trial_id, chunk, reason from trials order by 1").rows()) == [
        ("a", "c", None),
        ("b", "newer", None),
    ]


def age(store: ExperimentStore, added: set[str]) -> None:
    """Make the store one of schema 1.0: columns that were added since are in none of its files."""
    (store.path / "schema" / SCHEMA_VERSION).rename(store.path / "schema" / "1.0")
    for path in store.path.glob("*/*/*.parquet"):
        table = pq.read_table(path)
        pq.write_table(table.drop_columns([name for name in table.column_names if name in added]), path)


def test_a_store_of_the_first_schema_is_read_and_extended(store, chunk):
    added = {"temperature_K", "packet", "zero_point", "boundary", "position_return", "msd_classical_err"}
    store.commit("c", *chunk("a"))
    age(store, added)
    older = ExperimentStore(store.path)
    query = "select temperature_K, packet, status from trials where packet is null"
    assert list(older.sql(query).rows()) == [(None, None, "complete")]
    assert list(older.sql("select temperature_K, trials from points").rows()) == [(None, 1)]
    assert older.series(["a"], ("msd", "packet", "msd_classical_err"))["msd"].shape == (5,)
    # Reading has added nothing; writing adds the columns.
    assert [path.name for path in (store.path / "schema").iterdir()] == ["1.0"]
    older.commit("d", *chunk("b", temperature_K=300.0, packet=2))
    query = "select trial_id, temperature_K, packet, count(msd) from series group by all order by all"
    assert list(older.sql(query).rows()) == [("a", None, None, 5), ("b", 300.0, 2, 5)]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "one", "schema": "1.0", "model": "m", "created": ""}']
)
def test_a_damaged_identity_is_named(store, text):
    (store.path / "store.json").write_text(text)
    with pytest.raises(DamagedStoreError, match=r"store\.json"):
        ExperimentStore(store.path)


def test_a_store_that_cannot_be_written_can_be_read(store, chunk, monkeypatch):
    store.commit("c", *chunk("a"))

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refuse)
    monkeypatch.setattr(os, "link", refuse)
    reader = ExperimentStore(store.path)
    assert reader.statuses() == {"a": "complete"}
    with pytest.raises(WriteError, match="Permission denied"):
        reader.commit("d", *chunk("b"))
    with pytest.raises(WriteError, match="Permission denied"):
        reader.append("labels", "v", [])


def test_opening_writes_nothing(store):
    (store.path / "views.sql").write_text("-- older")
    reader = ExperimentStore(store.path)
    reader.statuses()
    assert (store.path / "views.sql").read_text() == "-- older"
    assert reader.refresh_views() or "latest" in (store.path / "views.sql").read_text()
    assert not reader.refresh_views()


def test_a_store_travels_between_processes(store, monkeypatch, tmp_path):
    assert pickle.loads(pickle.dumps(store)) == store
    monkeypatch.chdir(tmp_path)
    assert ExperimentStore("store") == store
    assert ExperimentStore("store").path.is_absolute()


def test_every_error_is_also_a_builtin_one():
    for error in StoreError.__subclasses__():
        assert issubclass(error, (ValueError, OSError, ImportError)), error
