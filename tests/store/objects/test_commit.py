"""Commits to a bucket: of many writers of one fragment, exactly one wins and all succeed."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import numpy as np
import obstore
import pytest

from store import ConflictError, ExperimentStore, Receipt, WriteError, bucket
from store.objects import series_object
from tests.store.objects.conftest import Requests, objects_of

WRITERS = 8
CHUNKS = 30


def commit(url: str, chunks: range, writer: int) -> list[Receipt]:
    """Commit each chunk with a payload of the writer's own."""
    store = ExperimentStore(url)
    receipts = []
    for chunk in chunks:
        trials = [
            {"trial_id": f"{chunk}-{n}", "point_id": "p", "status": "complete", "wall_s": float(writer)}
            for n in range(2)
        ]
        series = {
            trial["trial_id"]: {"t": np.arange(3.0), "msd": np.full(3, float(writer))} for trial in trials
        }
        receipts.append(store.commit(f"c{chunk}", trials, series))
    return receipts


def race(store: ExperimentStore, pool: Executor, chunks: range) -> None:
    receipts = list(pool.map(partial(commit, store.url, chunks), range(WRITERS)))
    assert [sum(r.fresh for r in chunk) for chunk in zip(*receipts, strict=True)] == [1] * len(chunks)
    assert {(r.trials, r.samples) for chunk in receipts for r in chunk} == {(2, 6)}
    winners = [next(w for w in range(WRITERS) if receipts[w][n].fresh) for n in range(len(chunks))]
    expected = [(f"{c}-{n}", float(winners[c])) for c in chunks for n in range(2)]
    assert sorted(store.sql("select trial_id, wall_s from trials").rows()) == sorted(expected)
    samples = store.sql("select trial_id, msd, count(*) from series group by all").rows()
    assert sorted(samples) == sorted((*row, 3) for row in expected)
    fragments = [key for key in objects_of(store.url) if key.startswith("fragments/")]
    assert len(fragments) == 2 * len(chunks)


def test_of_eight_threads_one_wins_and_all_succeed(store):
    with ThreadPoolExecutor(WRITERS) as pool:
        race(store, pool, range(CHUNKS))


@pytest.mark.slow
def test_of_eight_processes_one_wins_and_all_succeed(store):
    with ProcessPoolExecutor(WRITERS, multiprocessing.get_context("spawn")) as pool:
        race(store, pool, range(CHUNKS))


@pytest.mark.parametrize("writers", [(0, 1), (1, 0)])
def test_the_series_of_a_dead_writer_are_not_read(store, monkeypatch, writers):
    dead, living = writers
    with monkeypatch.context() as patch:
        patch.setattr(bucket.Bucket, "create", lambda self, key, payload: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            commit_ready(store, dead)
    assert store.statuses() == {}
    (orphan,) = (key for key in objects_of(store.url) if key.startswith("fragments/"))
    assert commit_ready(store, living).fresh
    assert orphan in objects_of(store.url)
    assert set(store.series()["msd"]) == {float(living)}
    assert not commit_ready(store, dead).fresh
    assert set(store.series()["msd"]) == {float(living)}


def commit_ready(store: ExperimentStore, writer: int) -> Receipt:
    """Commit one chunk through a store that is prepared already."""
    trials = [{"trial_id": "t", "point_id": "p", "status": "complete"}]
    return store.commit("c", trials, {"t": {"t": np.arange(3.0), "msd": np.full(3, float(writer))}})


def test_a_listing_that_meets_the_trials_meets_their_series():
    assert all(series_object(digit * 64) > "trials.parquet" for digit in "0123456789abcdef")


def test_a_loser_of_the_same_series_leaves_them(store, chunk, monkeypatch):
    with monkeypatch.context() as patch:  # as if the loser had looked before the winner came
        store.commit("c", *chunk("a"))
        patch.setattr("store.objects.ObjectMedium.exists", lambda self, key: False)
        assert not store.commit("c", *chunk("a", wall_s=2.0)).fresh
    assert store.series()["msd"].size == 5


def test_a_put_whose_answer_was_lost_counts(store, chunk, requests: Requests, monkeypatch):
    def twice(*arguments, **options):
        if options.get("mode") == "create":
            obstore.put(*arguments, **options)
        return obstore.put(*arguments, **options)

    monkeypatch.setattr(requests, "put", twice, raising=False)
    assert store.commit("c", *chunk("a", "b")).fresh
    assert store.append("labels", "v", [{"label_version": "v", "point_id": "p"}])
    assert not store.append("labels", "v", [{"label_version": "v", "point_id": "p"}])
    assert store.keep("blob", b"") == b""
    assert store.keep("blob", b"later") == b""


def test_a_commit_that_failed_is_repeated(store, chunk, requests: Requests, monkeypatch):
    def lost(*arguments, **options):
        obstore.put(*arguments, **options)
        raise OSError("the answer never came")

    with monkeypatch.context() as patch:
        patch.setattr(requests, "put", lost, raising=False)
        with pytest.raises(WriteError, match=r"expected to write s3://bucket/.*the answer never came"):
            store.commit("c", *chunk("a"))
    assert store.commit("c", *chunk("a")) == Receipt("c", 1, 1, 5, fresh=True)
    assert store.commit("c", *chunk("a")) == Receipt("c", 1, 1, 5, fresh=False)
    with pytest.raises(ConflictError, match="of 1 others in s3://bucket/"):
        store.commit("c", *chunk("b"))


def test_a_server_that_overwrites_is_refused(url, requests: Requests, monkeypatch):
    def careless(*arguments, **options):
        return obstore.put(*arguments, **{**options, "mode": "overwrite"})

    monkeypatch.setattr(requests, "put", careless, raising=False)
    with pytest.raises(WriteError, match="If-None-Match"):
        ExperimentStore.create(url)
    assert "store.json" not in objects_of(url)


def test_what_is_removed_is_gone(store, chunk):
    store.commit("c", *chunk("a"))
    store.commit("c", *chunk("b"), attempt=10)
    medium = store._medium
    assert medium.modified("fragments/c-a1") > 1e9
    medium.remove("fragments/c-a1")
    assert store.statuses() == {"b": "complete"}
    with pytest.raises(FileNotFoundError):
        medium.modified("fragments/c-a1")
    medium.remove("fragments/c-a1")


def test_large_contents_appear_whole_or_not_at_all(store):
    medium = store._medium
    payload = bytes(range(256)) * 50_000
    with medium.writing("compacted/x/trials.parquet") as file:
        file.write(payload)
        assert not medium.exists("compacted/x/trials.parquet")
    assert medium.read("compacted/x/trials.parquet") == payload
    with pytest.raises(ZeroDivisionError), medium.writing("compacted/y/trials.parquet") as file:
        file.write(payload)
        1 / 0  # noqa: B018
    assert medium.keys("compacted") == ["compacted/x/trials.parquet"]
