"""Ledger tables and kept blobs: the first to come stays."""

from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from store import ExperimentStore, RecordError
from store.ledgers import LEDGERS

PROPOSAL = {
    "campaign": "c",
    "round": 0,
    "slot": 0,
    "point_id": "p",
    "score": float("inf"),
    "pending": ["q", "r"],
}


def test_the_first_of_a_name_stays(store):
    assert store.append("proposals", "round-0", [PROPOSAL, PROPOSAL | {"slot": 1}])
    assert not store.append("proposals", "round-0", [PROPOSAL | {"point_id": "other"}])
    rows = store.rows("proposals", "round-0")
    assert [(row["slot"], row["point_id"], row["score"], row["pending"]) for row in rows] == [
        (0, "p", float("inf"), ["q", "r"]),
        (1, "p", float("inf"), ["q", "r"]),
    ]
    assert rows[0].keys() == {column.name for column in LEDGERS["proposals"].columns}


def test_rows_come_by_name_and_then_as_given(store):
    for name in ("b", "a"):
        store.append(
            "chunks", name, [{"plan": name, "chunk": "c", "ordinal": n, "trial_id": "t"} for n in (2, 0, 1)]
        )
    assert store.names("chunks") == ["a", "b"]
    assert [(row["plan"], row["ordinal"]) for row in store.rows("chunks")] == [
        (p, n) for p in "ab" for n in (2, 0, 1)
    ]
    assert store.rows("chunks", "absent") == []
    assert list(store.sql("select count(*) from chunks").rows()) == [(6,)]


def test_an_empty_addition_is_remembered(store):
    assert store.append("labels", "none", [])
    assert not store.append("labels", "none", [])
    assert store.names("labels") == ["none"]
    assert store.rows("labels") == []


def test_lists_and_times_come_back(store):
    row = {"label_version": "v", "point_id": "p", "membership": [0.25, 0.75], "created": datetime(2026, 1, 1)}
    store.append("labels", "v", [row])
    (back,) = store.rows("labels")
    assert back == dict.fromkeys(back) | row


def test_refusals_name_the_nearest(store):
    with pytest.raises(RecordError, match="did you mean 'labels'"):
        store.append("label", "x", [])
    with pytest.raises(RecordError, match="did you mean 'regime'"):
        store.append("labels", "x", [{"label_version": "v", "point_id": "p", "regimen": "held"}])
    with pytest.raises(RecordError, match="expected double\\[\\] for 'membership'"):
        store.append("labels", "x", [{"label_version": "v", "point_id": "p", "membership": "0.5"}])
    assert store.names("labels") == []


def test_the_first_blob_stays(store):
    assert store.kept("wisdom") is None
    assert store.keep("wisdom", b"first\0") == b"first\0"
    assert store.keep("wisdom", b"second") == b"first\0"
    assert store.kept("wisdom") == b"first\0"


def append_and_keep(path: Path, writer: int) -> list[tuple[bool, bytes]]:
    store = ExperimentStore(path)
    row = {"plan": str(writer), "chunk": "c", "ordinal": writer, "trial_id": "t"}
    return [
        (store.append("chunks", f"plan-{n}", [row] * 3), store.keep(f"blob-{n}", str(writer).encode() * 1000))
        for n in range(15)
    ]


def test_of_processes_that_race_one_wins_and_all_see_it(store):
    with ProcessPoolExecutor(3) as pool:
        answers = list(pool.map(append_and_keep, [store.path] * 3, range(3)))
    for number, race in enumerate(zip(*answers, strict=True)):
        won, blobs = zip(*race, strict=True)
        rows = store.rows("chunks", f"plan-{number}")
        assert sum(won) == 1
        assert [row["plan"] for row in rows] == [str(won.index(True))] * 3
        assert set(blobs) == {store.kept(f"blob-{number}")}
