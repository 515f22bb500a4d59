"""Stores of a user's model: declared columns, frozen types, and the care of such stores."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from store import ExperimentStore, RecordError
from store.care import merge
from store.columns import Column
from store.declarations import Declaration, check_name, check_parameter
from store.places import open_medium

DUCKDB = Path(sys.executable).parent / "duckdb"


def number(name: str) -> Column:
    return Column(name, "double", "", "")


def made(path: Path, parameters: tuple[str, ...] = ("lambda", "kick")) -> ExperimentStore:
    store = ExperimentStore.create(path, model="m:f", parameters=[number(name) for name in parameters])
    store.declare_outputs("1", [number("energy"), Column("kind", "varchar", "", "")], [number("msd")])
    return store


def committed(store: ExperimentStore, name: str, **cells: Any) -> None:
    row = {"trial_id": name, "point_id": name, "status": "complete", "realization": 0, "samples": 2}
    row |= {"packet": 0, "frozen": False, "model_version": "1"}
    store.commit(f"c-{name}", [row | cells], {name: {"t": [0.0, 1.0], "msd": [0.0, 2.0]}})


def rows(store: ExperimentStore, query: str) -> list[tuple[Any, ...]]:
    return list(store.sql(query).rows())


def test_a_new_store_answers_for_its_columns(tmp_path: Path) -> None:
    store = made(tmp_path / "s")
    assert rows(store, 'select "lambda", kick, energy, kind from trials') == []
    assert rows(store, 'select "lambda", msd from series') == []
    assert store.schema.axis_names == ("lambda", "kick")


def test_its_rows_come_back_compacted_or_not(tmp_path: Path) -> None:
    store = made(tmp_path / "s")
    committed(store, "a", **{"lambda": 0.5, "kick": 1.0, "energy": 2.0, "kind": "slow"})
    committed(store, "b", **{"lambda": 0.25, "kick": 3.0, "energy": None, "kind": None})
    expected = [(0.25, 3.0, None, None), (0.5, 1.0, 2.0, "slow")]
    for _ in range(2):
        assert (
            rows(store, 'select "lambda", kick, energy, kind from trials order by trial_id desc') == expected
        )
        assert rows(store, 'select "lambda", msd from series where t = 1 order by kick') == [
            (0.5, 2.0),
            (0.25, 2.0),
        ]
        assert store.series(["a"], ["msd"])["msd"].tolist() == [0.0, 2.0]
        store.compact()
    assert store.xarray().sizes == {"point": 2, "realization": 1, "t": 2}


@pytest.mark.skipif(not DUCKDB.exists(), reason="needs the duckdb command")
def test_the_plain_duckdb_command_reads_it(tmp_path: Path) -> None:
    store = made(tmp_path / "s")
    committed(store, "a", **{"lambda": 0.5, "kick": 1.0})
    command = [DUCKDB, "-init", "views.sql", "-csv", "-noheader", "-c", 'select "lambda", kick from trials']
    done = subprocess.run(command, cwd=store.path, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "0.5,1.0"


def test_types_are_frozen_and_columns_are_added(tmp_path: Path) -> None:
    store = made(tmp_path / "s")
    committed(store, "a", kick=1.0)
    stands = store.declare_outputs("1", [Column("energy", "boolean", "", "")], [])
    assert [column.type for column in stands.scalars] == ["double", "varchar"]
    with pytest.raises(RecordError, match="expected 'energy' to stay a scalar of type double"):
        store.declare_outputs("2", [Column("energy", "boolean", "", "")], [])
    with pytest.raises(RecordError, match="expected 'kick' to stay a parameter"):
        store.declare_outputs("2", [number("kick")], [])
    store.declare_outputs("2", [number("energy"), number("heat")], [])
    ExperimentStore.create(store.url, model="m:f", parameters=[number("damping"), number("kick")])
    committed(store, "b", kick=1.0, damping=0.5, heat=3.0)
    assert rows(store, "select damping, heat from trials order by trial_id") == [(None, None), (0.5, 3.0)]


def test_a_column_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="got 'disorder'"):
        committed(made(tmp_path / "s"), "a", disorder=1.0)


@pytest.mark.parametrize("name", ["status", "Trial_ID", "t", "two words", "1st", "x" * 61, "", 3, "a-b"])
def test_names_that_cannot_be_columns_are_refused(name: object) -> None:
    with pytest.raises(RecordError, match=r"an output.*rename it"):
        check_name("output", name)


def test_names_of_the_view_of_points_are_no_parameters() -> None:
    check_name("output", "regime")
    with pytest.raises(RecordError, match="points"):
        check_parameter("regime")


def test_stores_of_one_model_are_merged_with_their_columns(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one"), made(tmp_path / "other", ("kick", "damping"))
    committed(one, "a", kick=1.0)
    committed(other, "b", kick=2.0, damping=0.5)
    other.compact()
    target = ExperimentStore.create(tmp_path / "all", model="m:f", parameters=[])
    list(merge(open_medium(target.url), [open_medium(one.url), open_medium(other.url)]))
    assert rows(target, "select trial_id, kick, damping from trials order by 1") == [
        ("a", 1.0, None),
        ("b", 2.0, 0.5),
    ]
    # The text for the plain duckdb command knows of them too.
    assert not target.refresh_views()


def test_a_declaration_comes_back_from_its_text() -> None:
    declaration = Declaration((number("x"),), (number("y"),), (number("z"),))
    assert Declaration.from_bytes(declaration.to_bytes()) == declaration


def test_points_tell_versions_apart(tmp_path: Path) -> None:
    store = made(tmp_path / "s")
    for version in ("1", "2"):
        committed(store, version, kick=1.0, model_version=version)
    query = "select kick, model_version, trials from points order by all"
    assert rows(store, query) == [(1.0, "1", 1), (1.0, "2", 1)]
    described = """select name from columns where "table" = 'points'"""
    assert ("model_version",) in rows(store, described)


def test_texts_and_versions_come_with_the_array(tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    parameters = [number("kick"), Column("mode", "varchar", "", "")]
    store = ExperimentStore.create(tmp_path / "s", model="m:f", parameters=parameters)
    store.declare_outputs("1", [Column("kind", "varchar", "", "")], [number("msd")])
    committed(store, "a", kick=1.0, kind="slow", mode="plain")
    committed(store, "b", kick=1.0, kind=None, mode=None, model_version="2")
    data = store.xarray().sortby("model_version")
    assert data.model_version.dims == data["mode"].dims == ("point",)
    assert data.model_version.values.tolist() == ["1", "2"]
    assert data["mode"].values.tolist() == ["plain", ""]
    assert data.kind.values.tolist() == [["slow"], [""]]
    data.to_netcdf(tmp_path / "own.nc")
    with xarray.open_dataset(tmp_path / "own.nc") as again:
        assert again.kind.values.tolist() == data.kind.values.tolist()
        assert again.model_version.values.tolist() == ["1", "2"]
