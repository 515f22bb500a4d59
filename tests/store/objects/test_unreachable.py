"""What is refused, within seconds and with what to do about it."""

import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest

from store import (
    ExperimentStore,
    MissingPackageError,
    NotAStoreError,
    StoreError,
    StoreNotFoundError,
    UnreachableError,
    WriteError,
    bucket,
)


@pytest.fixture(autouse=True)
def quickly() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 20.0


@pytest.mark.parametrize(
    "address",
    ["s3://", "s3:///prefix", "s3://bucket//x", "s3://bucket/../x", "https://host/bucket", "S4://b"],
)
def test_addresses_that_are_none(address):
    with pytest.raises(NotAStoreError, match="s3://bucket/prefix"):
        ExperimentStore(address)


def test_nothing_there(url):
    with pytest.raises(StoreNotFoundError, match=f"expected a store at {url}; got nothing there"):
        ExperimentStore(url)


def test_a_prefix_that_holds_other_things(url):
    bucket.Bucket(url).put("notes.txt", b"mine")
    with pytest.raises(StoreNotFoundError, match=r"without store\.json"):
        ExperimentStore(url)
    with pytest.raises(NotAStoreError, match=r"notes\.txt"):
        ExperimentStore.create(url)


def test_a_marker_of_an_empty_directory_is_nothing(server, url):
    client = boto3.client("s3", endpoint_url=server)
    prefix = url.removeprefix("s3://bucket/")
    client.put_object(Bucket="bucket", Key=f"{prefix}/")
    assert bucket.Bucket(url).inside("") == ([], [])
    store = ExperimentStore.create(url)
    for directory in ("fragments/", "fragments/c-a1/", "ledger/labels/"):
        client.put_object(Bucket="bucket", Key=f"{prefix}/{directory}")
    client.close()
    assert store.statuses() == {}
    assert store.names("labels") == []


def test_a_store_in_a_bucket_has_no_path(store):
    with pytest.raises(StoreError, match="use its url"):
        _ = store.path


@pytest.mark.parametrize("open_store", [ExperimentStore, ExperimentStore.create])
def test_a_missing_bucket(open_store):
    with pytest.raises(UnreachableError, match=r"got .*NoSuchBucket.*make the bucket first") as failure:
        open_store("s3://no-such-bucket/x")
    assert "Debug source" not in str(failure.value)


@pytest.mark.parametrize("open_store", [ExperimentStore, ExperimentStore.create])
def test_a_dead_endpoint(monkeypatch, open_store):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match="check AWS_ENDPOINT_URL, AWS_REGION and the network"):
        open_store("s3://bucket/x")


def test_an_endpoint_that_never_answers(monkeypatch):
    monkeypatch.setitem(bucket._CLIENT, "timeout", timedelta(seconds=0.5))
    monkeypatch.setitem(bucket._RETRIES, "retry_timeout", timedelta(seconds=1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(UnreachableError, match="AWS_ENDPOINT_URL"):
            ExperimentStore("s3://bucket/x")


@pytest.fixture
def guarded(server: str) -> Iterator[None]:
    """The server asks for credentials, which nobody has."""
    reset = f"{server}/moto-api/reset-auth"

    def after(requests: bytes) -> None:
        plain = {"Content-Type": "text/plain"}
        urllib.request.urlopen(urllib.request.Request(reset, data=requests, headers=plain)).close()

    after(b"0")
    yield
    after(b"inf")


def test_wrong_credentials(store, chunk, guarded):
    with pytest.raises(UnreachableError, match="check AWS_ACCESS_KEY_ID"):
        ExperimentStore(store.url)
    with pytest.raises(UnreachableError, match="check AWS_ACCESS_KEY_ID"):
        store.statuses()
    with pytest.raises(WriteError, match="check AWS_ACCESS_KEY_ID"):
        store.append("labels", "v", [{"label_version": "v", "point_id": "p"}])


def test_a_server_that_goes_while_it_is_asked(store, chunk, monkeypatch):
    store.commit("c", *chunk("a"))
    answer = store.sql("select * from series")

    def gone(self: bucket.Bucket, key: str) -> bytes:
        raise UnreachableError("expected an answer; got none; wait")

    monkeypatch.setattr(bucket.Bucket, "get", gone)
    for read in (lambda: list(answer.rows()), answer.arrow, store.series):
        with pytest.raises(UnreachableError, match=r"\Aexpected an answer; got none; wait\Z"):
            read()


def test_a_fork_is_told_that_it_is_one(store, monkeypatch):
    monkeypatch.setattr("os.getpid", lambda: -1)
    with pytest.raises(UnreachableError, match="start processes by spawn or forkserver"):
        store.names("labels")


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.delitem(sys.modules, "store.objects")
    monkeypatch.setitem(sys.modules, "store.bucket", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'regimap\[s3\]'"):
        ExperimentStore("s3://bucket/x")
