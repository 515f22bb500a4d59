"""Places and values that trip programs up: what a store does with each."""

import io
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from store import DamagedStoreError, ExperimentStore, QueryError, RecordError, StoreError, WriteError
from store.care import verify
from store.local import LocalMedium
from store.schema import AXIS_NAMES, SERIES, TRIALS

NOBODY = 65534
DUCKDB = Path(sys.executable).with_name("duckdb")
NAMES = (
    *("a store", "it's", 'say "so"', "日本 ü é", "50%25 off", "[ab]", "a*b?", "x{1,2}", "back\\slash"),
    *("--", "-n", "semi;colon", "$HOME", "new\nline", "tab\t", "#hash&amp=1", "~", ".hidden", "_under"),
    "x.parquet",
)
# What these names would mean as patterns or quoted text.
DECOYS = {"[ab]": ("a", "b"), "a*b?": ("aXb1",), "x{1,2}": ("x1", "x2"), "50%25 off": ("50% off",)}
ODD = (math.nan, math.inf, -math.inf, None, 1.0, -2.0, 0.0)
FLOATS = {
    table.name: [name for name in table.observables if not table.by_name[name].required]
    for table in (TRIALS, SERIES)
}


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_directory_will_do(tmp_path, new_store, chunk, name):
    for decoy in DECOYS.get(name, ()):
        shutil.copytree(new_store, tmp_path / decoy)
        ExperimentStore(tmp_path / decoy).commit("other", *chunk("not here"))
    shutil.copytree(new_store, tmp_path / name)
    store = ExperimentStore(tmp_path / name)
    store.commit("c", *chunk("a", "b"))
    store.append("labels", "v", [{"label_version": "v", "point_id": "point", "regime": "diffusive"}])
    assert ExperimentStore(tmp_path / name).statuses() == {"a": "complete", "b": "complete"}
    query = "select count(*), sum(msd), any_value(points.regime) from series, points"
    assert list(store.sql(query).rows()) == [(10, 10.0, "diffusive")]


@pytest.mark.parametrize("name", ["it's a [store] *?", 'say "so" 50%25', "日本 ü", "-n x{1,2}"])
def test_the_plain_command_reads_it_under_any_name(tmp_path, new_store, chunk, name):
    if not DUCKDB.exists():
        pytest.skip("the duckdb command is not installed: pip install duckdb-cli")
    shutil.copytree(new_store, tmp_path / name)
    ExperimentStore(tmp_path / name).commit("c", *chunk("a", "b"))
    command = [
        str(DUCKDB),
        "-csv",
        "-noheader",
        "-init",
        "views.sql",
        "-c",
        "select count(*), sum(msd) from series",
    ]
    ran = subprocess.run(command, cwd=tmp_path / name, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "10,10.0", ran.stderr


@contextmanager
def read_only(store: ExperimentStore) -> Iterator[ExperimentStore]:
    """The store in a directory that this process may only read; root becomes nobody for it."""
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        path = Path(above) / "store"
        shutil.copytree(store.path, path)
        entries = [path, *path.rglob("*")]
        for entry in entries:
            entry.chmod(0o555 if entry.is_dir() else 0o444)
        root = os.geteuid() == 0
        try:
            if root:
                os.seteuid(NOBODY)
            yield ExperimentStore(path)
        finally:
            if root:
                os.seteuid(0)
            for entry in entries:
                entry.chmod(0o755)


@contextmanager
def as_root() -> Iterator[None]:
    """Root again for a moment, if this process was root."""
    user = os.geteuid()
    root = os.getuid() == 0
    if root:
        os.seteuid(0)
    try:
        yield
    finally:
        if root:
            os.seteuid(user)


def test_a_read_only_store_is_read_and_a_write_says_so(store, chunk):
    store.commit("c", *chunk("a"))
    with read_only(store) as reader:
        assert reader.statuses() == {"a": "complete"}
        assert list(reader.sql("select count(*) from series, points").rows()) == [(5,)]
        assert reader.kept("nothing") is None
        for write in (
            lambda: reader.commit("d", *chunk("b")),
            lambda: reader.append("labels", "v", []),
            lambda: reader.keep("k", b"x"),
        ):
            with pytest.raises(WriteError, match=r"Permission denied.*writable"):
                write()
        assert reader.statuses() == {"a": "complete"}


def test_what_this_user_may_not_read_is_no_damage_to_the_data(store, chunk):
    store.commit("c", *chunk("a"))
    store.commit("d", *chunk("b"))
    with read_only(store) as reader:
        closed = reader.path / "fragments" / "c-a1"
        with as_root():
            closed.chmod(0)
        with pytest.raises(StoreError, match=r"Permission denied.*check the rights") as refused:
            reader.statuses()
        assert not isinstance(refused.value, DamagedStoreError)
        # Fragments alone: what decodes the other files cannot be started as nobody.
        checked = [step for step in verify(LocalMedium(reader.path)) if "/fragments/" in step.place]
        found = [finding for step in checked for finding in step.findings]
        assert [finding.place for finding in found] == [str(closed)]
        assert "check the rights" in found[0].found
        with pytest.raises(WriteError, match="Permission denied"):
            reader.compact()


def test_a_path_outside_the_store_is_refused_by_the_query(store):
    with pytest.raises(QueryError, match="Permission Error"):
        list(store.sql(f"select * from read_text('{store.path}/fragments/../../outside.txt')").rows())


@pytest.fixture
def odd(store):
    """A trial and a sample for every odd value, in every float column at once."""
    trials, series = [], {}
    for number, value in enumerate(ODD):
        row = {
            "trial_id": f"t{number}",
            "point_id": f"p{number}",
            "status": "complete",
            "realization": number,
        }
        trials.append(row | dict.fromkeys(FLOATS["trials"], value))
    present = [value for value in ODD if value is not None]
    series["t0"] = {"t": np.arange(len(present), dtype=float)}
    series["t0"] |= dict.fromkeys(FLOATS["series"], np.array(present))
    series["t1"] = {"t": np.zeros(1)}  # no observables: NULL
    store.commit("c", trials, series)
    return store


def same(found: object, expected: object) -> bool:
    if isinstance(expected, float) and math.isnan(expected):
        return isinstance(found, float) and math.isnan(found)
    return found == expected and type(found) is type(expected)


def test_every_float_of_trials_comes_back(odd):
    rows = odd.sql(f"select {', '.join(FLOATS['trials'])} from trials order by realization").rows()
    for name, found in zip(FLOATS["trials"], zip(*rows, strict=True), strict=True):
        assert all(map(same, found, ODD)), name


def test_every_float_of_series_comes_back(odd):
    rows = odd.sql(f"select {', '.join(FLOATS['series'])} from series order by trial_id, t").rows()
    for name, found in zip(FLOATS["series"], zip(*rows, strict=True), strict=True):
        assert all(map(same, found, [*(value for value in ODD if value is not None), None])), name


def one(store: ExperimentStore, expression: str, where: str = "true") -> object:
    ((value,),) = store.sql(f"select {expression} from trials where {where}").rows()
    return value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count(*)", 7),
        ("count(diffusion)", 6),
        ("count(*) filter (diffusion is null)", 1),
        ("count(*) filter (isnan(diffusion))", 1),
        ("count(*) filter (isinf(diffusion))", 2),
        ("count(*) filter (isfinite(diffusion))", 3),
        ("count(*) filter (not isfinite(diffusion))", 3),
        ("avg(diffusion)", math.nan),
        ("sum(diffusion)", math.nan),
        ("avg(diffusion) filter (isfinite(diffusion))", -1.0 / 3.0),
        ("sum(diffusion) filter (diffusion > 0 and not isnan(diffusion))", math.inf),
        ("max(diffusion)", math.nan),
        ("max(diffusion) filter (not isnan(diffusion))", math.inf),
        ("min(diffusion)", -math.inf),
        ("median(diffusion) filter (isfinite(diffusion))", 0.0),
        ("count(*) filter (diffusion = 'nan'::double)", 1),
        ("count(*) filter (diffusion > 'inf'::double)", 1),
        ("count(*) filter (diffusion <> 1)", 5),
        ("list(trial_id order by diffusion)", ["t2", "t5", "t6", "t4", "t1", "t0", "t3"]),
        ("list(trial_id order by diffusion desc)", ["t0", "t1", "t4", "t6", "t5", "t2", "t3"]),
        ("count(distinct diffusion)", 6),
    ],
)
def test_sql_on_nan_infinity_and_null_is_as_documented(odd, expression, expected):
    found = one(odd, expression)
    assert same(found, expected) or found == pytest.approx(expected), found


@pytest.mark.parametrize("apart", [True, False])
def test_nan_is_found_whatever_the_statistics_of_the_files(store, chunk, apart):
    """A writer leaves NaN out of a file's least and greatest value, and readers skip files by these."""
    values = (math.nan, 1.0, 1.0, 2.0)
    trials, series = chunk(*(f"t{number}" for number in range(4)))
    for row, value in zip(trials, values, strict=True):
        row["diffusion"] = value
        series[row["trial_id"]]["norm"] = np.full(5, value)
    for number in range(4) if apart else ():
        store.commit(f"c{number}", trials[number : number + 1], {f"t{number}": series[f"t{number}"]})
    if not apart:
        store.commit("c", trials, series)
    for table, column in (("trials", "diffusion"), ("series", "norm")):
        for condition, expected in (
            (f"isnan({column})", ["t0"]),
            (f"{column} > 2", ["t0"]),
            (f"{column} = 'nan'::double", ["t0"]),
            (f"{column} between 1 and 2", ["t1", "t2", "t3"]),
            (f"isfinite({column})", ["t1", "t2", "t3"]),
        ):
            chosen = store.sql(f"select distinct trial_id from {table} where {condition} order by 1")
            assert [row[0] for row in chosen.rows()] == expected, condition
        assert math.isnan(next(store.sql(f"select max({column}) from {table}").rows())[0])
        (last,) = next(store.sql(f"select trial_id from {table} order by {column} desc limit 1").rows())
        assert last == "t0"


@pytest.mark.parametrize("axis", [name for name in AXIS_NAMES if TRIALS.by_name[name].type == "double"])
def test_nan_is_no_value_of_an_axis(store, chunk, axis):
    with pytest.raises(RecordError, match=f"axis '{axis}'.*NaN"):
        store.commit("c", *chunk("a", **{axis: math.nan}))
    store.commit("c", *chunk("a", **{axis: math.inf}))
    assert list(store.sql(f"select {axis} from series where t = 0").rows()) == [(math.inf,)]


def test_frames_keep_null_apart_from_nan_where_they_can(odd):
    result = odd.sql("select diffusion, started_at, frozen, seed, reason from trials order by realization")
    frame = result.pl()
    assert [value is None for value in frame["diffusion"]] == [value is None for value in ODD]
    assert math.isnan(frame["diffusion"][0])
    column = result.arrow().column("diffusion")
    assert column.null_count == 1
    frame = result.df()
    assert frame["diffusion"].isna().tolist() == [True, False, False, True, False, False, False]
    assert str(frame["diffusion"].dtype) == "float64"


def test_frames_have_the_types_of_the_schema(store, chunk):
    noon = datetime(2026, 1, 2, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=3)))
    store.commit("c", *chunk("a", "b", started_at=noon, seed=2**62, classical=True))
    store.append("labels", "v", [{"label_version": "v", "point_id": "point", "membership": [0.25, math.nan]}])
    result = store.sql(
        "select started_at, seed, classical, status, diffusion, membership from trials, labels"
    )
    utc = noon.astimezone(UTC).replace(tzinfo=None)
    pandas, polars, arrow = result.df(), result.pl(), result.arrow()
    assert next(result.rows())[:3] == (utc, 2**62, True)
    assert pandas["started_at"][0].to_pydatetime() == polars["started_at"][0] == utc
    assert [str(t) for t in arrow.schema.types] == [
        *("timestamp[us]", "int64", "bool", "string", "double", "list<l: double>")
    ] or str(arrow.schema.types[-1]).startswith("list<")
    assert [str(t) for t in pandas.dtypes][1:3] == ["int64", "bool"]
    assert pandas["seed"][0] == polars["seed"][0] == 2**62
    assert pandas["membership"][0][0] == 0.25
    assert math.isnan(polars["membership"][0][1])


def test_other_programs_read_the_odd_values_too(odd):
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    file = odd.path / "fragments" / "c-a1" / "trials.parquet"
    assert pq.read_table(file).column("diffusion").null_count == 1
    assert pandas.read_parquet(file)["diffusion"].isna().sum() == 2
    frame = polars.read_parquet(file)
    assert (frame["diffusion"].is_null().sum(), frame["diffusion"].is_nan().sum()) == (1, 1)


def test_text_forms_of_the_odd_values(odd):
    result = odd.sql("select trial_id, diffusion from trials order by realization")
    file = io.StringIO()
    result.write_csv(file)
    assert file.getvalue().splitlines()[1:] == [
        *("t0,nan", "t1,inf", "t2,-inf", "t3,", "t4,1.0", "t5,-2.0", "t6,0.0")
    ]
    file = io.StringIO()
    result.write_jsonl(file)
    assert file.getvalue().count("null") == 4
    shown = [line.split(" │ ")[-1].strip() for line in result.table().splitlines()[2:-1]]
    assert shown == ["nan", "inf", "-inf", "NULL", "1", "-2", "0"]
