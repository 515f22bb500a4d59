"""What drivers and workers keep while they run, in a bucket."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from store import ExperimentStore, HeldError, Hold, StoreError
from tests.store import test_checkpoints, test_holds, test_requests
from tests.store.objects.conftest import objects_of

test_a_request_is_kept_as_it_was_asked = test_requests.test_a_request_is_kept_as_it_was_asked
test_only_new_ones_are_read = test_requests.test_only_new_ones_are_read


def test_askers_never_share_a_number(store):
    def ask(asker: int) -> list[str]:
        opened = ExperimentStore(store.url)
        return [opened.ask("cancel", f"{asker}-{n}", []) for n in range(5)]

    with ThreadPoolExecutor(4) as pool:
        names = [name for told in pool.map(ask, range(4)) for name in told]
    assert sorted(names) == [f"r{n:06d}" for n in range(1, 21)]
    assert {row["condition"] for row in store.requests()} == {f"{a}-{n}" for a in range(4) for n in range(5)}


def test_of_eight_drivers_one_wins(store):
    def hold(name: str) -> Hold | None:
        try:
            return ExperimentStore(store.url).hold(name, {})
        except HeldError:
            return None

    for number in range(5):
        name = f"plan{number // 2}"
        with ThreadPoolExecutor(8) as pool:
            (winner,) = filter(None, pool.map(hold, [name] * 8))
        assert store.holds_token(name, winner.token)
        (holder,) = store.holders()
        assert (holder.name, holder.alive) == (name, True)
        winner.release()
        assert store.holders() == []
    kept = [key for key in objects_of(store.url) if key.startswith("holds/plan0/")]
    assert kept == ["holds/plan0/00000002.beat", "holds/plan0/00000002.json"]


def test_a_driver_of_another_machine_is_watched(store):
    hold, _ = test_holds.take(store)
    test_holds.move(store)
    test_holds.rewrite(store, lambda claim: claim | {"beat_s": 4.0})
    with pytest.raises(HeldError, match="one on node17"):
        test_holds.take(store)
    hold._stop.set()
    hold._thread.join()
    test_holds.rewrite(store, lambda claim: claim | {"beat_s": test_holds.BEAT_S})
    following, waited = test_holds.take(store)
    assert waited
    hold._beat()
    assert hold.lost
    following.release()


def test_a_hold_outlives_trouble_with_the_server(store, monkeypatch):
    hold, _ = test_holds.take(store)
    monkeypatch.setattr(
        "store.bucket.Bucket.put", lambda *arguments: (_ for _ in ()).throw(StoreError("gone"))
    )
    test_holds.until(lambda: hold.trouble is not None)
    monkeypatch.undo()
    test_holds.until(lambda: hold.trouble is None)
    hold.release()
    assert store.holders() == []


@pytest.mark.parametrize("size", [0, 1000, 12_000_000])
def test_checkpoints_of_any_size_come_back(store, size):
    assert store.checkpoint("t") is None
    for mark in (b"a", b"b"):
        store.save_checkpoint("t", mark * size)
        assert store.checkpoint("t") == mark * size
    store.drop_checkpoint("t")
    store.drop_checkpoint("t")
    assert store.checkpoint("t") is None
    assert objects_of(store.url).count("checkpoints/t") == 0


def test_a_changed_checkpoint_is_named(store):
    store.save_checkpoint("t", bytes(100))
    store._medium.replace("checkpoints/t", store._medium.read("checkpoints/t")[:-1])
    assert test_checkpoints.underway(store) == {"t": "changed"}


def test_a_bucket_is_tried_before_work_starts(store):
    before = objects_of(store.url)
    store.check_writable()
    assert objects_of(store.url) == before
