"""Compaction changes how trials are stored, and nothing that a query sees."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import (
    SCHEMA_VERSION,
    STATUSES,
    Compacted,
    ConflictError,
    DamagedStoreError,
    ExperimentStore,
    steps,
)
from store.local import LocalMedium
from store.manifests import newest_number, read_manifest
from store.removal import remove_replaced
from store.schema import SERIES, TRIALS
from tests.store.conftest import make_chunk
from tests.store.test_views import ADMISSION, plain_duckdb

ROOT = Path(__file__).parents[2]
VIEWS = {
    "trials": "trial_id",
    "series": "trial_id, t",
    "points": "point_id",
    "twins": "trial_id",
    "labels": "all",
    "columns": "all",
}
COMPACTOR = """
import sys
from store import ExperimentStore
print("ready", flush=True)
for account in ExperimentStore(sys.argv[1]).compacting(grace=0.0):
    print(account, flush=True)
"""


def seen(store: ExperimentStore) -> dict[str, pa.Table]:
    """All that the views show, in order."""
    return {view: store.sql(f"select * from {view} order by {key}").arrow() for view, key in VIEWS.items()}


def differing(before: dict[str, pa.Table], after: dict[str, pa.Table]) -> list[tuple[str, str]]:
    """Columns of the views that are not the same bit for bit: NaN and the sign of zero count."""
    return [
        (view, name)
        for view, table in before.items()
        for name in table.column_names
        if not bits(table.column(name)).equals(bits(after[view].column(name)))
    ]


def bits(column: pa.ChunkedArray) -> pa.StructArray:
    values = column.combine_chunks()
    plain = values.fill_null(0.0).view(pa.int64()) if pa.types.is_floating(values.type) else values
    return pa.StructArray.from_arrays([values.is_valid(), plain], ["known", "value"])


def entries(store: ExperimentStore, directory: str) -> list[str]:
    return sorted(path.name for path in (store.path / directory).iterdir())


def ids(store: ExperimentStore, table: str = "trials") -> list[str]:
    return [row[0] for row in store.sql(f"select distinct trial_id from {table} order by 1").rows()]


@pytest.fixture
def varied(store: ExperimentStore) -> ExperimentStore:
    """A store of many points with twins, retries, a bisected chunk, failures, odd numbers and labels."""
    rng = np.random.default_rng(0)
    for number in range(12):
        trials, series = make_chunk(*(f"{number}-{i}" for i in range(4)), samples=3 + number % 3)
        for i, trial in enumerate(trials):
            trial |= {
                "point_id": f"p{number}",
                "disorder": (7 * number % 12) / 10,
                "sound_speed": 0.1 * number,
            }
            trial |= {"wall_s": [float("nan"), float("inf"), -0.0, None][i], "frozen": i % 2 == 1}
            trial |= {"started_at": datetime(2026, 1, 1, number, i)}
            trial["twin_of"] = f"{number}-{i - 1}" if i % 2 else None
            series[trial["trial_id"]]["msd"] = rng.normal(size=3 + number % 3) ** 2 * (number + 1)
            series[trial["trial_id"]]["norm"] = np.array([np.nan, np.inf, -0.0, 5e-324, 1.0])[
                : 3 + number % 3
            ]
        store.commit(f"c{number:02d}", trials, series)
    store.commit("c00", *make_chunk("0-0", "0-1", status="lost"), attempt=2)
    store.commit("c01-left", *make_chunk("1-0", "1-1", samples=7), attempt=1)
    store.commit("c02", *make_chunk("2-0", "2-3", "new", samples=2), attempt=3)
    store.commit("bare", [make_chunk("no-series")[0][0]], {})
    store.append("labels", "v", [{"label_version": "v", "point_id": "p1", "regime": "held", "frozen": False}])
    return store


def test_every_view_is_the_same_bit_for_bit_before_and_after(varied):
    before = seen(varied)
    account = varied.compact(grace=0.0)
    assert account == Compacted(16, 50, 188, account.bytes, 1, removed_fragments=16, removed_files=0)
    assert entries(varied, "fragments") == []
    after = seen(varied)
    assert differing(before, after) == []
    assert all(after[view].schema == table.schema for view, table in before.items())
    assert varied.statuses()["0-0"] == "complete"


def test_the_plain_command_sees_what_we_see(varied):
    varied.compact(grace=3600.0)
    varied.commit("late", *make_chunk("3-0", "late", samples=9), attempt=7)
    query = "select trial_id, attempt, count(*), sum(msd) from series group by all order by all"
    ours = [[str(value) for value in row] for row in varied.sql(query).rows()]
    assert plain_duckdb(varied.path, query) == ours
    assert len(entries(varied, "fragments")) == 17


@pytest.mark.parametrize("compacted", ["first", "second", "apart", "both"])
@pytest.mark.parametrize("case", ADMISSION)
def test_the_same_fragment_is_admitted_whatever_was_compacted(store, case, compacted):
    fragments, admitted = ADMISSION[case]
    for number, (name, attempt, status) in enumerate(fragments):
        store.commit(
            name, *make_chunk("t", f"own-{number}", samples=2 + number, status=status), attempt=attempt
        )
        if compacted == "apart" or (compacted, number) in {("first", 0), ("second", 1)}:
            store.compact(grace=0.0)
    if compacted == "both":
        store.compact(grace=0.0)
    position = [fragment[:2] for fragment in fragments].index(admitted)
    rows = store.sql("select chunk, attempt, count(*) from series where trial_id = 't' group by all").rows()
    assert list(rows) == [(*admitted, 2 + position)]
    assert list(store.sql("select chunk, attempt from trials where trial_id = 't'").rows()) == [admitted]
    assert len(store.statuses()) == 1 + len(fragments)
    store.compact(grace=0.0, full=True)
    assert list(store.sql("select chunk, attempt from trials where trial_id = 't'").rows()) == [admitted]


fragment = st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.sampled_from(STATUSES))


@settings(max_examples=4)
@given(
    st.lists(
        st.tuples(fragment, st.sets(st.sampled_from("tuvw"), min_size=1)),
        max_size=5,
        unique_by=lambda f: f[0][:2],
    ),
    st.lists(st.sampled_from(["", "compact", "full"]), min_size=5, max_size=5),
)
def test_compactions_between_commits_change_nothing(tmp_path_factory, fragments, compactions):
    root = tmp_path_factory.mktemp("between")
    plain, compacted = ExperimentStore.create(root / "plain"), ExperimentStore.create(root / "compacted")
    for ((name, attempt, status), trials), then in zip(fragments, compactions, strict=False):
        for each in (plain, compacted):
            each.commit(name, *make_chunk(*sorted(trials), status=status), attempt=attempt)
        if then:
            compacted.compact(grace=0.0, full=then == "full")
    assert differing(seen(plain), seen(compacted)) == []


def test_files_are_sorted_encoded_filtered_and_described(varied):
    varied.compact()
    (file,) = read_manifest(LocalMedium(varied.path), 1).files
    for table, key in ((TRIALS, file.trials_key), (SERIES, file.series_key)):
        path = varied.path / key
        digest = {TRIALS: file.trials_sha256, SERIES: file.series_sha256}[table]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
        with pq.ParquetFile(path) as parquet:
            assert parquet.schema_arrow.equals(table.arrow, check_metadata=True)
            group = parquet.metadata.row_group(0)
            columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
        assert all(column.compression == "ZSTD" for column in columns.values())
        assert "RLE_DICTIONARY" in columns["disorder"].encodings
        observable = "msd" if table is SERIES else "diffusion"
        assert "BYTE_STREAM_SPLIT" in columns[observable].encodings
        probe = varied.sql(
            "select bloom_filter_excludes from parquet_bloom_probe(?, 'trial_id', 'nobody')",
            [str(path)],
            unsafe=True,
        )
        assert list(probe.rows()) == [(True,)]
    rows = pq.read_table(varied.path / file.series_key, columns=["trial_id", "t"]).to_pylist()
    assert [row["t"] for row in rows if row["trial_id"] == "5-0"] == [0.0, 0.25, 0.5, 0.75, 1.0]
    order = [row["trial_id"] for row in rows]
    assert sum(a != b for a, b in pairwise(order)) + 1 == len(set(order))


def test_ranges_of_either_axis_skip_row_groups(store, monkeypatch):
    monkeypatch.setattr("store.parquet.ROW_GROUP_ROWS", {"series": 64, "trials": 64})
    trials, series = make_chunk(*(f"{i:03d}" for i in range(256)), samples=4)
    for i, trial in enumerate(trials):
        trial |= {"disorder": float(i % 16), "sound_speed": float(i // 16)}
    store.commit("c", trials, series)
    store.compact()
    (file,) = read_manifest(LocalMedium(store.path), 1).files
    with pq.ParquetFile(store.path / file.series_key) as parquet:
        assert parquet.metadata.num_row_groups == 16
        names = parquet.schema_arrow.names
        for axis in ("disorder", "sound_speed"):
            ranges = [parquet.metadata.row_group(g).column(names.index(axis)).statistics for g in range(16)]
            assert sum(r.min <= 5.0 and r.max >= 4.0 for r in ranges) <= 4
    plan = store.sql("explain analyze select avg(msd) from series where sound_speed between 4 and 5").table()
    assert "128" in plan  # rows scanned, of 1,024
    assert "1,024" not in plan


def test_older_schema_versions_are_compacted_with_nulls(store):
    added = {"temperature_K", "packet", "zero_point", "boundary", "position_return", "msd_classical_err"}
    store.commit("c", *make_chunk("a"))
    (store.path / "schema" / SCHEMA_VERSION).rename(store.path / "schema" / "1.0")
    for path in store.path.glob("*/*/*.parquet"):
        table = pq.read_table(path)
        pq.write_table(table.drop_columns([name for name in table.column_names if name in added]), path)
    again = ExperimentStore(store.path)
    again.compact(grace=0.0)
    again.commit("d", *make_chunk("b", temperature_K=300.0, packet=2))
    again.compact(grace=0.0)
    query = "select trial_id, temperature_K, packet, count(msd) from series group by all order by all"
    assert list(again.sql(query).rows()) == [("a", None, None, 5), ("b", 300.0, 2, 5)]


def test_compacting_twice_is_compacting_once(varied):
    varied.compact(grace=0.0)
    before = {path: path.stat().st_mtime_ns for path in varied.path.rglob("*.parquet")}
    for full in (False, True):
        assert varied.compact(grace=0.0, full=full) == Compacted()
    assert before == {path: path.stat().st_mtime_ns for path in varied.path.rglob("*.parquet")}


def test_a_new_store_has_nothing_to_compact(store):
    assert store.compact(grace=0.0) == Compacted()
    assert entries(store, "manifests") == []


def test_what_was_replaced_stays_for_the_grace(varied):
    session = varied.sql("select trial_id, count(*), sum(msd) from series group by 1 order by 1")
    before = list(session.rows())
    assert varied.compact(grace=3600.0).removed_fragments == 0
    assert list(session.rows()) == before
    medium = LocalMedium(varied.path)
    now = datetime.now(UTC)
    assert remove_replaced(medium, 3600.0, now + timedelta(seconds=3590)).fragments == 0
    assert len(entries(varied, "fragments")) == 16
    assert remove_replaced(medium, 3600.0, now + timedelta(seconds=3610)).fragments == 16
    assert entries(varied, "fragments") == []
    assert (
        list(varied.sql("select trial_id, count(*), sum(msd) from series group by 1 order by 1").rows())
        == before
    )


def test_files_of_one_size_are_merged_and_the_largest_are_left(store, monkeypatch):
    monkeypatch.setattr(steps, "LARGEST_TRIALS", 18)
    monkeypatch.setattr(steps, "MERGED_AT_ONCE", 3)
    medium = LocalMedium(store.path)
    for number in range(14):
        store.commit(f"c{number}", *make_chunk(f"{number}", samples=2, disorder=1.0 + number % 7))
        store.compact(grace=0.0)
        files = read_manifest(medium, newest_number(medium)).files
        # 1, 3 and 9 trials: as the digits of a number to the base of three.
        left, sizes = number + 1, []
        for size in (9, 3, 1):
            sizes += [size] * (left // size)
            left %= size
        assert sorted((file.trials for file in files), reverse=True) == sizes
        assert entries(store, "compacted") == sorted(file.name for file in files)
    assert len(ids(store)) == 14
    account = store.compact(grace=0.0, full=True)
    assert (account.files, account.trials, account.samples) == (1, 14, 28)
    assert list(store.sql("select count(*), count(distinct trial_id) from series").rows()) == [(28, 14)]
    assert len(entries(store, "manifests")) <= 4


def test_a_whole_sort_cuts_the_parameter_space(store, monkeypatch):
    monkeypatch.setattr(steps, "LARGEST_TRIALS", 64)
    for number in range(8):
        trials, series = make_chunk(*(f"{number}-{i}" for i in range(32)), samples=2)
        for i, trial in enumerate(trials):
            place = i * 8 + number
            trial |= {
                "disorder": float(place % 16),
                "sound_speed": float(place // 16),
                "point_id": str(place),
            }
        store.commit(f"c{number}", trials, series)
    before = seen(store)
    assert store.compact(grace=0.0, full=True).files == 4
    boxes = set()
    for path in store.path.glob("compacted/*/trials.parquet"):
        table = pq.read_table(path, columns=["disorder", "sound_speed"]).to_pydict()
        boxes.add(tuple((min(values), max(values)) for values in table.values()))
    assert boxes == {((a, a + 7.0), (b, b + 7.0)) for a in (0.0, 8.0) for b in (0.0, 8.0)}
    assert differing(before, seen(store)) == []


def test_a_late_commit_of_a_compacted_chunk_changes_nothing(store):
    store.commit("c", *make_chunk("a", "b", wall_s=1.0))
    store.commit("d", *make_chunk("b", status="error"))
    other = ExperimentStore(store.path)
    for each in (store, other):
        each.commit("c", *make_chunk("a", "b"))
    store.compact(grace=0.0)
    assert store.loose_fragments() == other.loose_fragments() == 0
    receipt = other.commit("c", *make_chunk("a", "b", wall_s=2.0))
    assert (receipt.fresh, receipt.trials, receipt.samples) == (False, 2, 10)
    assert not other.commit("d", *make_chunk("b", status="error")).fresh
    with pytest.raises(ConflictError, match="was compacted"):
        other.commit("c", *make_chunk("a", "z"))
    assert entries(store, "fragments") == []
    # One that was past the check when its name was compacted and removed.
    shutil.copytree(store.path, store.path.parent / "twin")
    late = ExperimentStore.create(store.path.parent / "late")
    late.commit("c", *make_chunk("a", "b", wall_s=3.0))
    shutil.copytree(late.path / "fragments" / "c-a1", store.path / "fragments" / "c-a1")
    assert set(store.sql("select wall_s from trials").rows()) == {(1.0,)}
    assert plain_duckdb(store.path, "select distinct wall_s from trials") == [["1.0"]]
    assert store.compact(grace=0.0).removed_fragments == 1
    assert entries(store, "fragments") == []


def test_files_that_no_manifest_names_go_when_they_are_old(varied):
    orphan = varied.path / "compacted" / "00000001-orphan"
    orphan.mkdir()
    (orphan / "series.parquet").write_bytes(b"PAR1")
    before = seen(varied)
    varied.compact(grace=0.0)
    assert orphan.exists()
    for path in (orphan / "series.parquet", orphan):
        os.utime(path, (time.time() - 7 * 3600,) * 2)
    assert varied.compact(grace=0.0).removed_files == 1
    assert not orphan.exists()
    assert differing(before, seen(varied)) == []


def aged(path: Path) -> None:
    for each in (*path.iterdir(), path):
        os.utime(each, (time.time() - 7 * 3600,) * 2)


def test_lost_manifests_are_noticed_and_cost_no_rows(varied):
    varied.compact(grace=0.0)
    for manifest in (varied.path / "manifests").iterdir():
        manifest.unlink()
    before = entries(varied, "compacted")
    with pytest.raises(DamagedStoreError, match=r"manifests; got none.*restore"):
        varied.statuses()
    with pytest.raises(DamagedStoreError, match=r"manifests; got none"):
        varied.compact(grace=0.0)
    assert entries(varied, "compacted") == before


def test_rows_that_stand_nowhere_else_are_not_removed(varied):
    before = seen(varied)
    copy = ExperimentStore(shutil.copytree(varied.path, varied.path.parent / "copy"))
    copy.commit("elsewhere", *make_chunk("elsewhere"))
    copy.compact(grace=0.0)
    varied.compact(grace=0.0)
    (theirs,) = entries(copy, "compacted")
    lost = shutil.copytree(copy.path / "compacted" / theirs, varied.path / "compacted" / theirs)
    aged(lost)
    unnumbered = shutil.copytree(lost, varied.path / "compacted" / "mine")
    aged(unnumbered)
    assert varied.compact(grace=0.0).removed_files == 0
    assert lost.exists()
    assert unnumbered.exists()
    assert differing(before, seen(varied)) == []


def test_an_unfinished_first_compaction_is_no_damage(varied):
    before = seen(varied)
    copy = ExperimentStore(shutil.copytree(varied.path, varied.path.parent / "copy"))
    copy.compact(grace=0.0)
    shutil.copytree(copy.path / "compacted", varied.path / "compacted", dirs_exist_ok=True)
    for each in (varied.path / "compacted").iterdir():
        aged(each)
    assert differing(before, seen(varied)) == []
    assert varied.compact(grace=0.0).fragments
    assert len(entries(varied, "compacted")) == 1
    assert differing(before, seen(varied)) == []


def test_a_copy_that_lacks_a_compacted_file_reads_the_fragments(varied):
    before = seen(varied)
    varied.compact()
    for lost in ("series.parquet", "trials.parquet"):
        copy = ExperimentStore(shutil.copytree(varied.path, varied.path.parent / lost))
        next((copy.path / "compacted").glob(f"*/{lost}")).unlink()
        assert differing(before, seen(copy)) == []
        assert plain_duckdb(copy.path, "select count(*) from series") == [[str(before["series"].num_rows)]]
        # And the copy can be compacted in its turn.
        copy.commit("more", *make_chunk("more"))
        assert copy.compact(grace=0.0).fragments == 17
        assert len(copy.statuses()) == before["trials"].num_rows + 1


def test_a_missing_compacted_file_is_named_when_the_fragments_are_gone(varied):
    varied.compact(grace=0.0)
    next((varied.path / "compacted").glob("*/series.parquet")).unlink()
    with pytest.raises(DamagedStoreError, match=r"compacted/.*series\.parquet"):
        varied.statuses()
    with pytest.raises(DamagedStoreError, match=r"compacted/.*series\.parquet"):
        varied.compact()
    with pytest.raises(subprocess.CalledProcessError) as refused:
        plain_duckdb(varied.path, "select count(*) from trials")
    assert "missing" in refused.value.stderr


def test_a_torn_fragment_is_named_and_nothing_changes(varied):
    torn = varied.path / "fragments" / "c05-a1" / "series.parquet"
    torn.write_bytes(torn.read_bytes()[:-30])
    with pytest.raises(DamagedStoreError, match=r"c05-a1/series\.parquet"):
        varied.compact(grace=0.0)
    assert entries(varied, "compacted") == entries(varied, "manifests") == entries(varied, "staging") == []


def test_a_broken_manifest_is_named(varied):
    varied.compact()
    manifest = varied.path / "manifests" / "00000001.json"
    manifest.write_text(manifest.read_text()[:100])
    with pytest.raises(DamagedStoreError, match=r"00000001\.json"):
        varied.statuses()


def test_of_two_compactions_one_gives_way(varied):
    before = seen(varied)
    first, second = varied.compacting(), ExperimentStore(varied.path).compacting()
    assert not next(first).gave_way
    assert not next(second).gave_way
    *_, done = first
    *_, beaten = second
    assert (done.fragments, done.gave_way) == (16, False)
    assert (beaten.fragments, beaten.files, beaten.gave_way) == (0, 0, True)
    assert len(entries(varied, "compacted")) == 1
    assert differing(before, seen(varied)) == []


def test_compactions_in_threads_lose_and_double_nothing(varied):
    before = seen(varied)
    with ThreadPoolExecutor(4) as pool:
        accounts = list(pool.map(lambda _: ExperimentStore(varied.path).compact(grace=0.0), range(4)))
    assert sum(account.fragments for account in accounts) == 16
    assert differing(before, seen(varied)) == []


def test_hidden_rows_are_named_by_file_until_it_is_written_anew(store):
    store.commit("c", *make_chunk(*(f"{i:03d}" for i in range(200)), samples=2))
    store.compact(grace=0.0)
    store.commit("c", *make_chunk("007", samples=3), attempt=2)
    store.compact(grace=0.0)
    manifest = json.loads((store.path / "manifests" / "00000002.json").read_text())
    assert sorted(file["hidden"] for file in manifest["files"]) == [[], ["007"]]
    count = "select count(*), count(distinct trial_id), count(*) filter (trial_id = '007') from series"
    assert list(store.sql(count).rows()) == [(401, 200, 3)]
    store.commit("c", *make_chunk("008", "009", samples=3), attempt=3)
    store.compact(grace=0.0)
    assert list(store.sql(count).rows()) == [(403, 200, 3)]
    files = read_manifest(LocalMedium(store.path), 4).files
    assert sorted(file.trials for file in files) == [1, 2, 197]
    assert not any(file.hidden for file in files)


def test_a_killed_compaction_loses_nothing_and_is_finished_by_the_next(varied):
    before = seen(varied)
    for number, delay in enumerate((0.0, 0.02, 0.04, 0.07, 0.1, 0.15)):
        copy = ExperimentStore(shutil.copytree(varied.path, varied.path.parent / f"killed-{number}"))
        killed = subprocess.Popen(
            [sys.executable, "-c", COMPACTOR, str(copy.path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert killed.stdout is not None
        assert killed.stdout.readline() == "ready\n"
        time.sleep(delay)
        killed.send_signal(signal.SIGKILL)
        killed.stdout.close()
        killed.wait()
        assert differing(before, seen(copy)) == []
        copy.compact(grace=0.0)
        assert entries(copy, "fragments") == entries(copy, "staging") == []
        assert differing(before, seen(copy)) == []


# Calls that change a directory or make a change last, and how often compacting three fragments makes each.
CHANGES = {"fsync": 8, "rename": 3, "link": 3, "mkdir": 2, "unlinkat|unlink": 6, "rmdir": 3}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("calls", CHANGES)
def test_killed_at_every_call_that_changes_the_directory(store, calls):
    for name in ("c", "d"):
        store.commit(name, *make_chunk(f"{name}1", f"{name}2", samples=3))
    store.commit("c", *make_chunk("c1", samples=2), attempt=2)
    before, killed = seen(store), 0
    for number in range(1, 100):
        copy = ExperimentStore(shutil.copytree(store.path, store.path.parent / "killed"))
        names = calls.replace("|", ",")
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={names}"]
        command += ["-e", f"inject={names}:signal=KILL:when={number}", sys.executable, "-B", "-c", COMPACTOR]
        ended = subprocess.run([*command, str(copy.path)], cwd=ROOT, capture_output=True, check=False)
        assert differing(before, seen(copy)) == []
        copy.compact(grace=0.0)
        assert entries(copy, "fragments") == entries(copy, "staging") == []
        assert differing(before, seen(copy)) == []
        shutil.rmtree(copy.path)
        if ended.returncode == 0:
            break
        killed += 1
    assert killed >= CHANGES[calls]
