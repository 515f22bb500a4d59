"""Answers in every form, without holding them in memory."""

import csv
import io
import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from store import MissingPackageError
from store.encode import distinct_names, plain

ODD = (
    "select 1 a, 2.5::double b, 'x,\"y\"\n' c, null d, true e, [1.5, 'nan'::double] f, "
    "{'k': 'inf'::double} g, timestamp '2026-01-02 03:04:05' h, date '2026-01-02' i, "
    "sum(x) j, 1.25::decimal(5, 2) k, 'nan'::double l, "
    "'ab'::blob m, '日本' a from range(4) r(x)"
)

BOUNDED = """
import resource, sys
from store import ExperimentStore
store = ExperimentStore(sys.argv[1])
list(store.sql("select 1").rows())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
answer = store.sql("select i, i::varchar s from range($n) r(i)", {"n": 20_000_000})
rows = sum(batch.num_rows for batch in answer.batches())
print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def written(result, form: str) -> str:
    file = io.StringIO()
    getattr(result, f"write_{form}")(file)
    return file.getvalue()


def test_rows_are_plain_values(store):
    (row,) = store.sql(ODD).rows()
    assert row[:5] == (1, 2.5, 'x,"y"\n', None, True)
    assert row[7:10] == (datetime(2026, 1, 2, 3, 4, 5), date(2026, 1, 2), 6)
    assert type(row[9]) is int


def test_json_is_one_array_of_objects(store):
    (row,) = json.loads(written(store.sql(ODD), "json"))
    assert row == {
        **{"a": 1, "b": 2.5, "c": 'x,"y"\n', "d": None, "e": True, "f": [1.5, None], "g": {"k": None}},
        **{
            "h": "2026-01-02T03:04:05Z",
            "i": "2026-01-02",
            "j": 6,
            "k": 1.25,
            "l": None,
            "m": "6162",
            "a_1": "日本",
        },
    }
    assert json.loads(written(store.sql("select 1 where false"), "json")) == []
    assert json.loads(written(store.sql("from range(3)"), "json")) == [{"range": n} for n in range(3)]


def test_jsonl_is_an_object_a_line(store):
    assert written(store.sql("select i, 'a\nb' s from range(2) r(i)"), "jsonl").splitlines() == [
        '{"i": 0, "s": "a\\nb"}',
        '{"i": 1, "s": "a\\nb"}',
    ]
    assert written(store.sql("select 1 where false"), "jsonl") == ""


def test_csv_reads_back(store):
    header, row = csv.reader(io.StringIO(written(store.sql(ODD), "csv")))
    assert header == [*"abcdefghijklm", "a"]
    assert row[:6] == ["1", "2.5", 'x,"y"\n', "", "true", "[1.5, null]"]
    assert row[11] == "nan"


def test_writers_count_rows(store):
    for form in ("csv", "json", "jsonl"):
        assert getattr(store.sql("from range(9000)"), f"write_{form}")(io.StringIO()) == 9000


def test_an_answer_can_be_read_again(store):
    result = store.sql("from range(100000) order by 1")
    stream = result.rows()
    assert next(stream) == (0,)
    del stream
    assert next(result.rows()) == (0,)
    assert result.arrow().num_rows == 100000


def test_parameters_by_place_and_by_name(store):
    assert list(store.sql("select ? + ?", [1, 2]).rows()) == [(3,)]
    assert list(store.sql("select $a || $b", {"a": "it's ", "b": "; drop"}).rows()) == [("it's ; drop",)]
    assert list(
        store.sql("select x from range(5) r(x) where x in (select unnest(?)) order by 1", [[1, 3]]).rows()
    ) == [
        (1,),
        (3,),
    ]


@pytest.mark.parametrize(("form", "package"), [("df", "pandas"), ("pl", "polars")])
def test_absent_packages_are_named(store, monkeypatch, form, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError, match=f"pip install {package}"):
        getattr(store.sql("select 1"), form)()


def test_memory_is_bounded_by_the_batch(store):
    command = [sys.executable, "-c", BOUNDED, str(store.path)]
    root = Path(__file__).parents[2]
    rows, megabytes = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=root
    ).stdout.split()
    assert int(rows) == 20_000_000
    assert int(megabytes) < 150  # the whole answer is 440 MB or more


def test_table_aligns_and_counts(store):
    assert store.sql("select 'ab' s, i, i / 4 f from range(3) r(i)").table() == (
        "s  │ i │    f\n───┼───┼─────\nab │ 0 │    0\nab │ 1 │ 0.25\nab │ 2 │  0.5\n(3 rows)\n"
    )
    assert store.sql("from range(9999)").table(max_rows=2).endswith("    1\n(9,999 rows (2 shown))\n")
    assert "(0 rows)" in store.sql("select 1 where false").table()
    assert "日本 │" in store.sql("select '日本' a, null b").table()


@pytest.mark.parametrize("width", [20, 33, 60, 80])
def test_table_fits_its_width(store, width):
    text = store.sql("select * from columns").table(max_rows=5, max_width=width)
    assert all(len(line) <= width for line in text.splitlines()[:-1])
    if width < 60:
        assert "of 5 columns shown" in text


def test_a_plan_is_shown_as_it_is(store):
    assert "Projection" in store.sql("explain select 1").table().replace("PROJECTION", "Projection")
    assert "explain_key" not in store.sql("explain select 1").table()


def test_names_become_distinct():
    assert distinct_names(["a", "a", "a_1", "a"]) == ["a", "a_1", "a_1_1", "a_2"]


def test_plain_values_have_no_json_surprises():
    assert plain(float("-inf")) is None
    assert plain((1, {2: float("nan")})) == [1, {"2": None}]
