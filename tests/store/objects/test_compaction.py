"""Compaction in a bucket, as in a directory."""

from store import ExperimentStore
from tests.store.conftest import make_chunk
from tests.store.objects.conftest import objects_of
from tests.store.test_compaction import differing, seen


def fill(store: ExperimentStore) -> None:
    for number in range(6):
        store.commit(f"c{number}", *make_chunk(f"{number}", f"{number}-b", disorder=1.5))
    store.commit("c0", *make_chunk("0", samples=3), attempt=2)
    store.commit("c1", *make_chunk("1", status="lost"), attempt=2)


def test_every_view_is_the_same_before_and_after(store, url):
    fill(store)
    before = seen(store)
    account = store.compact(grace=3600.0)
    assert (account.fragments, account.trials, account.files, account.removed_fragments) == (8, 12, 1, 0)
    assert differing(before, seen(store)) == []
    assert store.compact(grace=0.0).removed_fragments == 8
    assert not [key for key in objects_of(url) if "fragments/" in key]
    assert differing(before, seen(ExperimentStore(url))) == []
    store.commit("late", *make_chunk("0", samples=2), attempt=5)
    assert list(store.sql("select count(*) from series where trial_id = '0'").rows()) == [(2,)]
    store.compact(grace=0.0, full=True)
    assert list(store.sql("select count(*) from series where trial_id = '0'").rows()) == [(2,)]
    assert not store.commit("c3", *make_chunk("3", "3-b")).fresh
    assert len([key for key in objects_of(url) if "compacted/" in key]) == 2


def test_of_two_compactions_one_gives_way(store, url):
    fill(store)
    before = seen(store)
    first, second = store.compacting(), ExperimentStore(url).compacting()
    next(first), next(second)
    *_, done = first
    *_, beaten = second
    assert (done.fragments, beaten.fragments, beaten.gave_way) == (8, 0, True)
    assert len([key for key in objects_of(url) if "compacted/" in key]) == 2
    assert differing(before, seen(store)) == []


def test_the_requests_of_a_session_do_not_grow_with_the_trials(store, url, requests):
    fill(store)
    store.compact(grace=0.0)
    requests.take()
    opened = ExperimentStore(url)
    assert len(opened.statuses()) == 12
    first = sum(requests.take().values())
    for number in range(40):
        store.commit(f"d{number}", *make_chunk(f"d{number}"))
    store.compact(grace=0.0, full=True)
    requests.take()
    assert len(ExperimentStore(url).statuses()) == 52
    assert sum(requests.take().values()) <= first + 1
