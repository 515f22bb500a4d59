"""What does not fit the schema is refused by name, and nothing is written."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import RecordError
from store.columns import ARROW_TYPES
from store.ledgers import LEDGERS
from store.records import records_table, series_table, trials_table
from store.schema import SERIES, TRIALS


def with_trial(chunk, /, **columns):
    trials, series = chunk("a")
    return [trials[0] | columns], series


def with_series(chunk, /, **columns):
    trials, series = chunk("a")
    return trials, {"a": series["a"] | columns}


T = np.linspace(0.0, 1.0, 5)

REFUSED = {
    "unknown column": (lambda c: with_trial(c, diffusoin=1.0), "did you mean 'diffusion'"),
    "text for a number": (lambda c: with_trial(c, diffusion="1.0"), "expected double for 'diffusion'.*'1.0'"),
    "bool for a number": (lambda c: with_trial(c, diffusion=True), "expected double for 'diffusion'"),
    "float for an integer": (lambda c: with_trial(c, seed=3.0), "expected bigint for 'seed'"),
    "too large an integer": (lambda c: with_trial(c, seed=2**63), "expected bigint for 'seed'"),
    "too large a number": (lambda c: with_trial(c, diffusion=10**400), "expected double for 'diffusion'"),
    "integer for a bool": (lambda c: with_trial(c, frozen=1), "expected boolean for 'frozen'"),
    "number for text": (lambda c: with_trial(c, reason=1), "expected varchar for 'reason'"),
    "text for a time": (lambda c: with_trial(c, started_at="now"), "expected timestamp for 'started_at'"),
    "no status": (lambda c: with_trial(c, status=None), "expected a value for 'status'"),
    "unknown status": (lambda c: with_trial(c, status="done"), "complete, escaped.*'done'"),
    "another chunk": (lambda c: with_trial(c, chunk="other"), "expected chunk 'c'"),
    "no trials": (lambda c: ([], {}), "at least one trial"),
    "not a mapping": (lambda c: ([("a", "p")], {}), "expected a mapping"),
    "a trial twice": (lambda c: (c("a")[0] * 2, {}), "'a' twice"),
    "a stray series": (lambda c: (c("a")[0], c("b")[1]), "series of 'b'"),
    "unknown observable": (lambda c: with_series(c, masd=T), "did you mean 'msd'"),
    "a key as observable": (lambda c: with_series(c, disorder=T), "carries the keys"),
    "no times": (lambda c: (c("a")[0], {"a": {"msd": T}}), "expected a column 't'"),
    "unequal lengths": (lambda c: with_series(c, norm=T[:3]), "5 samples of 'norm'.*got 3"),
    "two dimensions": (lambda c: with_series(c, norm=np.ones((5, 2))), "one-dimensional.*'norm'"),
    "complex samples": (lambda c: with_series(c, norm=T + 1j), "real numbers for 'norm'.*complex128"),
    "text samples": (lambda c: with_series(c, norm=["a"] * 5), "real numbers for 'norm'"),
    "bool samples": (lambda c: with_series(c, norm=T > 0), "real numbers for 'norm'"),
    "NaN in the times": (lambda c: with_series(c, t=np.where(T > 0.5, np.nan, T)), "finite 't'"),
    "times that go back": (lambda c: with_series(c, t=T[::-1]), "increasing 't'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_before_anything_is_written(store, chunk, case):
    records, message = REFUSED[case]
    with pytest.raises(RecordError, match=message):
        store.commit("c", *records(chunk))
    assert not any((store.path / "fragments").iterdir())
    assert not any((store.path / "staging").iterdir())


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "../up", "a b", "x" * 181, "ü", 3, None])
def test_names_that_no_file_should_have_are_refused(store, chunk, name):
    with pytest.raises(RecordError, match="chunk name"):
        store.commit(name, *chunk("a"))


@pytest.mark.parametrize("attempt", [0, -1, 1.0, True, "1"])
def test_attempts_count_from_one(store, chunk, attempt):
    with pytest.raises(RecordError, match="attempt of 1 or more"):
        store.commit("c", *chunk("a"), attempt=attempt)


def test_numpy_scalars_are_numbers(store, chunk):
    columns = {"diffusion": np.float32(0.5), "seed": np.int32(7), "git_dirty": np.bool_(True), "energy": 2}
    store.commit("c", *with_trial(chunk, **columns))
    assert list(store.sql("select diffusion, seed, git_dirty, energy from trials").rows()) == [
        (0.5, 7, True, 2.0)
    ]


def test_times_are_stored_in_utc(store, chunk):
    local = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    store.commit("c", *with_trial(chunk, started_at=local))
    (row,) = store.sql("select started_at from trials").rows()
    assert row == (local.astimezone(UTC).replace(tzinfo=None),)


def test_a_series_may_be_missing_or_shorter_in_columns(store, chunk):
    trials, series = chunk("a", "b", "c")
    del series["b"]
    series["c"] = {"t": [0, 1], "norm": [1, 1]}
    store.commit("c", trials, series)
    rows = store.sql(
        "select trial_id, count(*), count(msd), count(norm) from series group by 1 order by 1"
    ).rows()
    assert list(rows) == [("a", 5, 5, 0), ("c", 2, 0, 2)]


floats = st.floats(allow_nan=True, allow_infinity=True)


@given(
    st.lists(st.tuples(st.one_of(st.none(), floats), st.lists(floats, max_size=4)), min_size=1, max_size=4)
)
def test_every_bit_of_a_float_survives(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("bits") / "series.parquet"
    trials = [
        {"trial_id": str(i), "point_id": "p", "status": "complete", "energy": e}
        for i, (e, _) in enumerate(values)
    ]
    series = {
        str(i): {"t": np.arange(len(m)), "msd": np.array(m, dtype=float)} for i, (_, m) in enumerate(values)
    }
    table = trials_table("c", 1, trials)
    pq.write_table(series_table(table, series), path)
    energies = table.column("energy").to_pylist()
    assert [repr(e) for e in energies] == [repr(e) for e, _ in values]
    stored = np.asarray(pq.read_table(path).column("msd"), dtype=float)
    assert np.array_equal(stored, np.concatenate([series[key]["msd"] for key in series]), equal_nan=True)


def test_nan_and_infinity_are_not_null(store, chunk):
    store.commit("c", *with_series(chunk, msd=np.array([np.nan, np.inf, -np.inf, 0.0, 1.0])))
    query = "select count(msd), count(*) filter (isnan(msd)), count(*) filter (isinf(msd)) from series"
    assert list(store.sql(query).rows()) == [(5, 1, 2)]


@pytest.mark.parametrize("table", [TRIALS, SERIES, *LEDGERS.values()], ids=lambda table: table.name)
def test_every_column_says_what_it_is(table):
    assert len(table.by_name) == len(table.columns)
    assert table.keys <= set(table.by_name)
    for column in table.columns:
        assert column.type in ARROW_TYPES
        assert column.meaning
        assert column.unit or column.type in {"varchar", "varchar[]", "boolean", "double"}, column.name
        assert table.arrow.field(column.name).metadata[b"meaning"].decode() == column.meaning
    assert records_table(table, [], "nothing").schema == table.arrow


def test_files_carry_units_and_compact_encodings(store, chunk):
    store.commit("c", *chunk("a"))
    file = pq.ParquetFile(store.path / "fragments" / "c-a1" / "series.parquet")
    assert file.schema_arrow.field("msd").metadata[b"unit"] == b"1/q_D^2"
    group = file.metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    assert "BYTE_STREAM_SPLIT" in columns["msd"].encodings
    assert "RLE_DICTIONARY" in columns["disorder"].encodings
    assert "RLE_DICTIONARY" not in columns["msd"].encodings
    file.close()
