"""Reading a store in a bucket: nothing else, in few requests, by many threads."""

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from store import DamagedStoreError, ExperimentStore, QueryError, WriteError
from store.bucket import Bucket
from store.bucket_files import BucketFiles
from tests.store.objects.conftest import Requests, objects_of

OUTSIDE = {
    "a local file": "select * from read_text('/etc/hostname')",
    "another store": "select * from read_parquet('s3://bucket/other/fragments/*/trials.parquet')",
    "a longer name": "select * from read_parquet('{url}2/fragments/c-a1/trials.parquet')",
    "upwards": "select * from read_parquet('{url}/../other/fragments/c-a1/trials.parquet')",
    "the bucket": "select * from glob('s3://bucket/**')",
    "a listing upwards": "select * from glob('{url}/../**')",
}


@pytest.mark.parametrize("case", OUTSIDE)
def test_nothing_outside_of_the_store_is_read(store, chunk, case):
    store.commit("c", *chunk("a"))
    for other in ("s3://bucket/other", f"{store.url}2"):
        ExperimentStore.create(other).commit("c", *chunk("secret"))
    query = OUTSIDE[case].format(url=store.url)
    try:
        found = list(store.sql(query).rows())
    except QueryError as error:
        assert "Traceback" not in str(error)
    else:
        assert found == []


def test_nothing_is_written_by_sql_even_when_unsafe(store, chunk):
    store.commit("c", *chunk("a"))
    before = objects_of(store.url)
    copy = f"copy (select 1) to '{store.url}/fragments/c-a1/trials.parquet'"
    with pytest.raises(QueryError, match="only reads"):
        store.sql(copy)
    with pytest.raises(WriteError, match=r"got mode 'wb'; write with ExperimentStore\.commit"):
        store.sql(copy, unsafe=True)
    assert objects_of(store.url) == before
    assert store.statuses() == {"a": "complete"}


def test_files_of_the_store_itself_can_be_asked(store, chunk):
    store.commit("c", *chunk("a"))
    store.commit("d", *chunk("b"))
    files = f"from read_parquet('{store.url}/fragments/*/trials.parquet')"
    assert list(store.sql(f"select trial_id {files} order by 1").rows()) == [("a",), ("b",)]
    assert list(store.sql(f"select count(*) from glob('{store.url}/fragments/c-*/*')").rows()) == [(2,)]


def test_the_files_of_a_store_are_its_own(store):
    files = BucketFiles(Bucket(store.url))
    assert files.open(f"{store.url}/store.json").read(1) == b"{"
    for place in ("s3://bucket/other/store.json", f"{store.url}2/store.json", "/etc/hostname"):
        with pytest.raises(FileNotFoundError, match=f"outside of the store at {store.url}"):
            files.open(place)
        with pytest.raises(QueryError, match=r"Cannot access|outside of the store"):
            store.sql(f"from read_text('{place}')", unsafe=place.startswith("s3")).arrow()


@pytest.mark.parametrize(
    "name", ["with space", "it's", 'q"uote', "ünï/日本", "[ab]*?", "semi;colon --", "a%20b", "a#b&c=d", "x/"]
)
def test_odd_prefixes(url, chunk, name):
    store = ExperimentStore.create(f"{url}/{name}")
    store.commit("c", *chunk("a", "b"))
    store.append("labels", "v", [{"label_version": "v", "point_id": "point", "regime": "held"}])
    query = (
        "select trial_id, count(msd), any_value(regime) from series join trials using (trial_id) "
        "join points using (point_id) group by 1 order by 1"
    )
    assert list(store.sql(query).rows()) == [("a", 5, "held"), ("b", 5, "held")]
    assert ExperimentStore(f"{url}/{name}") == store
    assert store.names("labels") == ["v"]


def test_listings_go_on_page_after_page(store, chunk, monkeypatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    for n in range(7):
        store.commit(f"c{n}", *chunk(f"t{n}"))
        store.append("labels", f"v{n}", [{"label_version": f"v{n}", "point_id": "p"}])
    assert set(ExperimentStore(store.url).statuses()) == {f"t{n}" for n in range(7)}
    assert store.names("labels") == [f"v{n}" for n in range(7)]


def test_requests_are_counted(url, chunk, requests: Requests):
    store = ExperimentStore.create(url)
    requests.take()
    for n in range(12):
        store.commit(f"c{n}", *chunk(f"t{n}"))
    assert requests.take() == {"head": 12, "put": 24, "list_with_delimiter": 12}
    opened = ExperimentStore(url)
    assert sum(requests.take().values()) <= 3
    opened.statuses()
    first = requests.take()
    assert first.pop("get") <= 12 + 8  # each file of trials once, and the schema's
    assert "head" not in first
    assert "get_range" not in first
    assert sum(first.values()) <= 13  # each table once, declarations of own models among them
    opened.statuses()
    second = requests.take()
    assert set(second) <= {"list", "list_with_delimiter"}
    assert sum(second.values()) <= 13  # each table once, declarations of own models among them


def large_store(url: str) -> tuple[ExperimentStore, int]:
    """A store with one file of series of several row groups, above what is fetched whole."""
    store = ExperimentStore.create(url)
    samples, trials = (
        20_000,
        [{"trial_id": f"t{n}", "point_id": "p", "status": "complete"} for n in range(20)],
    )
    noise = np.random.default_rng(0).normal(size=samples)
    store.commit("c", trials, {f"t{n}": {"t": np.arange(samples) + 0.0, "msd": noise + n} for n in range(20)})
    return store, samples


def test_threads_that_share_a_file_read_their_own_parts(url):
    store, samples = large_store(url)
    (listed,) = (each for each in Bucket(url).under("fragments") if "/ts-" in each.key)
    assert listed.size > 1 << 20
    payload = Bucket(url).get(listed.key)
    with BucketFiles(Bucket(url)).open(f"{url}/{listed.key}") as file, ThreadPoolExecutor(8) as pool:

        def part(start: int) -> bool:
            file.seek(start)
            return file.read(100) == payload[start : start + 100]

        file.seek(7)
        assert pool.submit(part, 1000).result()
        assert file.tell() == 7
        assert all(pool.map(part, range(0, listed.size, listed.size // 200)))
        file.seek(-4, 2)
        assert file.read() == b"PAR1"
        assert file.read() == b""
    query = "select trial_id, count(*), min(t), max(t), avg(msd) from series group by 1"
    rows = {row[0]: row[1:] for row in store.sql(query).rows()}
    assert {row[:3] for row in rows.values()} == {(samples, 0.0, samples - 1.0)}
    assert rows["t7"][3] - rows["t0"][3] == pytest.approx(7.0)


def test_a_removed_file_is_named(store, chunk):
    store.commit("c", *chunk("a"))
    store.commit("d", *chunk("b"))
    answer = store.sql("select * from series")
    store._medium.remove("fragments/d-a1")
    with pytest.raises(DamagedStoreError, match=r"fragments/d-a1/ts-\w+\.parquet") as failure:
        list(answer.rows())
    assert "Traceback" not in str(failure.value)


def test_a_torn_object_is_named(store, chunk):
    store.commit("c", *chunk("a"))
    store._medium.replace("fragments/c-a1/trials.parquet", b"PAR1")
    with pytest.raises(DamagedStoreError, match=r"fragments/c-a1/trials\.parquet"):
        store.statuses()


def statuses(store: ExperimentStore) -> dict[str, str]:
    return store.statuses()


def test_a_store_travels_to_another_process(store, chunk):
    store.commit("c", *chunk("a"))
    assert pickle.loads(pickle.dumps(store)) == store
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(statuses, store).result() == {"a": "complete"}
