"""The views, through this package and through the plain duckdb command."""

import csv
import io
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import FINAL_STATUSES, STATUSES, ExperimentStore
from store.schema import AXIS_NAMES
from store.views import described_columns

DUCKDB = Path(sys.executable).parent / "duckdb"

# (chunk, attempt, status) of the fragments that hold one trial, as committed, and which is admitted.
ADMISSION = {
    "the only one": ([("c", 1, "error")], ("c", 1)),
    "final over failed": ([("c", 1, "complete"), ("c", 2, "lost")], ("c", 1)),
    "invalid is final": ([("c", 1, "invalid"), ("c", 2, "timeout")], ("c", 1)),
    "newest failure": ([("c", 1, "error"), ("c", 2, "cancelled")], ("c", 2)),
    "newest final": ([("c", 2, "complete"), ("c", 1, "escaped")], ("c", 2)),
    "newest by number": ([("c", 9, "complete"), ("c", 10, "complete")], ("c", 10)),
    "smallest name": ([("d", 1, "complete"), ("c", 1, "complete")], ("c", 1)),
    "attempt before name": ([("c", 1, "complete"), ("d", 2, "complete")], ("d", 2)),
}


def plain_duckdb(directory: Path, query: str) -> list[list[str]]:
    """Ask the plain command; the rows as text, without the header."""
    command = [str(DUCKDB), "-init", "views.sql", "-csv", "-c", query]
    answer = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    return list(csv.reader(io.StringIO(answer.stdout)))[1:]


def label(version: str, point: str, regime: str, **columns):
    return {"label_version": version, "point_id": point, "regime": regime, "frozen": False, **columns}


@pytest.mark.parametrize("case", ADMISSION)
def test_one_fragment_of_a_trial_is_admitted(store, chunk, case):
    fragments, admitted = ADMISSION[case]
    for number, (name, attempt, status) in enumerate(fragments):
        store.commit(name, *chunk("t", samples=2 + number, status=status), attempt=attempt)
    assert list(store.sql("select chunk, attempt from trials").rows()) == [admitted]
    position = [fragment[:2] for fragment in fragments].index(admitted)
    rows = list(store.sql("select chunk, attempt, count(*) from series group by all").rows())
    assert rows == [(*admitted, 2 + position)]
    assert store.statuses() == {"t": fragments[position][2]}


fragment = st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.sampled_from(STATUSES))


@settings(max_examples=10)
@given(st.lists(fragment, min_size=1, max_size=5, unique_by=lambda f: f[:2]), st.randoms())
def test_admission_does_not_depend_on_the_order_of_commits(tmp_path_factory, chunk, fragments, random):
    store = ExperimentStore.create(tmp_path_factory.mktemp("admission") / "s")
    random.shuffle(fragments)
    for name, attempt, status in fragments:
        store.commit(name, *chunk("t", "u", status=status), attempt=attempt)
    best = max(fragments, key=lambda f: (f[2] in FINAL_STATUSES, f[1], -ord(f[0])))
    for table in ("trials", "series"):
        rows = store.sql(f"select distinct trial_id, chunk, attempt from {table} order by 1").rows()
        assert list(rows) == [("t", *best[:2]), ("u", *best[:2])]


def test_a_new_store_answers_at_once(store):
    for view in ("trials", "series", "points", "labels", "proposals", "sweeps", "chunks"):
        assert list(store.sql(f"select count(*) from {view}").rows()) == [(0,)]


def test_a_session_is_a_snapshot(store, chunk):
    store.commit("c", *chunk("a"))
    before = store.sql("select count(*) from trials")
    store.commit("d", *chunk("b"))
    assert list(before.rows()) == [(1,)]
    assert list(store.sql("select count(*) from trials").rows()) == [(2,)]


def test_columns_describes_every_column_of_every_view(store):
    described = {(table, column.name, column.type) for table, column in described_columns()}
    assert described == set(store.sql('select "table", name, type from columns').rows())
    for view in ("trials", "series", "points", "labels", "proposals", "sweeps", "chunks"):
        names = {row[0] for row in store.sql(f"describe {view}").rows()}
        assert names == {name for table, name, _ in described if table == view}
    ((unit, meaning),) = store.sql(
        "select unit, meaning from columns where \"table\" = 'series' and name = 'msd'"
    ).rows()
    assert unit == "1/q_D^2"
    assert "t = 0" in meaning


def test_points_count_their_trials_and_carry_the_latest_labels(store, chunk):
    store.commit("c", *chunk("a", "b", coupling=None))
    store.commit("d", *chunk("e", status="error", frozen=True))
    older, newer = datetime(2026, 1, 1), datetime(2026, 1, 2)
    store.append("labels", "z-older", [label("o", "point", "held", created=older)])
    store.append("labels", "a-newer", [label("n", "point", "released", created=newer, membership=[0.1, 0.9])])
    store.append(
        "labels", "undated", [label("u", "point", "scattered"), label("u", "point", "frozen in", frozen=True)]
    )
    query = f"select point_id, {', '.join(AXIS_NAMES)}, trials, complete, error, lost"
    (row,) = store.sql(f"{query}, regime, membership, frozen_regime from points").rows()
    axes = (1.5, None, 0.25, None, None, None, 2, None, None)
    assert row == ("point", *axes, 3, 2, 1, 0, "released", [0.1, 0.9], "frozen in")
    latest = store.sql("select label_version, frozen from labels where latest order by all").rows()
    assert list(latest) == [("n", False), ("u", True)]


def test_undated_labels_are_ordered_by_name(store):
    for name, regime in (("round-2", "new"), ("round-1", "old")):
        store.append("labels", name, [label(name, "point", regime)])
    assert list(store.sql("select regime from labels where latest").rows()) == [("new",)]


@pytest.mark.parametrize(
    "name", ["plain", "with space", "it's", 'q"uote', "ünï/日本", "[ab]*?", "semi;colon --", "a%20b"]
)
def test_odd_paths_are_read_by_both(tmp_path, chunk, name):
    (tmp_path / "xb" / "fragments").mkdir(parents=True)  # what the name [ab]*? would match, were it a pattern
    store = ExperimentStore.create(tmp_path / name)
    store.commit("c", *chunk("a", "b"))
    store.append("labels", "v", [label("v", "point", "held")])
    query = (
        "select trial_id, count(msd), any_value(regime) from series join trials using (trial_id) "
        "join points using (point_id) group by 1 order by 1"
    )
    assert list(store.sql(query).rows()) == [("a", 5, "held"), ("b", 5, "held")]
    assert store.statuses() == {"a": "complete", "b": "complete"}
    assert plain_duckdb(store.path, query) == [["a", "5", "held"], ["b", "5", "held"]]


def test_the_plain_command_reads_a_new_store_and_applies_the_admission_rule(store, chunk):
    counts = (
        "select (select count(*) from trials), (select count(*) from series), (select count(*) from points)"
    )
    assert plain_duckdb(store.path, counts) == [["0", "0", "0"]]
    store.commit("c", *chunk("a", "b", samples=2, status="lost"))
    store.commit("c", *chunk("a", "b", samples=3), attempt=2)
    assert plain_duckdb(store.path, counts) == [["2", "6", "1"]]
    assert plain_duckdb(store.path, "select distinct attempt from series") == [["2"]]
    assert plain_duckdb(store.path, "select unit from columns where name = 'msd'") == [["1/q_D^2"]]


def test_series_come_as_arrays_in_order(store, chunk):
    store.commit("d", *chunk("b", "a"))
    store.commit("e", *chunk("c", status="error", reason="x"))
    columns = store.series(["b", "a"], ("msd", "norm", "realization"))
    assert list(columns) == ["trial_id", "t", "msd", "norm", "realization"]
    assert columns["trial_id"].tolist() == ["a"] * 5 + ["b"] * 5
    assert columns["t"].tolist() == np.tile(np.linspace(0, 1, 5), 2).tolist()
    assert columns["msd"].tolist() == (1 + np.linspace(0, 1, 5)).tolist() + np.linspace(0, 1, 5).tolist()
    assert np.isnan(columns["norm"]).all()
    assert columns["realization"].dtype == np.int64
    assert set(store.series()["trial_id"]) == {"a", "b", "c"}
    assert set(store.series(where="status = 'error' -- a comment")["trial_id"]) == {"c"}
    assert store.series([])["t"].shape == (0,)
