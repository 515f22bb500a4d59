"""An S3 server on loopback, and a store in a bucket of it."""

import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import obstore
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from store import ExperimentStore, bucket

NUMBERS = itertools.count()
BUCKET = "bucket"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    make_bucket(address, KEYS)
    yield address
    server.stop()


def make_bucket(address: str, keys: dict[str, str]) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=address,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
        config=Config(request_checksum_calculation="when_required"),  # Ceph 16 knows no other
    )
    client.create_bucket(Bucket=BUCKET)
    client.close()


@pytest.fixture(autouse=True)
def server(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address, in the environment as well, where stores and their processes find it."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    return endpoint


@pytest.fixture
def url(server: str) -> str:
    """A place of the bucket that nothing is at."""
    return f"s3://{BUCKET}/test-{next(NUMBERS)}-store"  # with a digit after it, no other test's


@pytest.fixture
def store(url: str) -> ExperimentStore:
    return ExperimentStore.create(url)


class Requests:
    """The client, with a count of what it was asked for."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.counts[name] += 1
            return getattr(obstore, name)(*arguments, **options)

        return counted

    def take(self) -> dict[str, int]:
        """The counts since the last time."""
        taken = dict(self.counts)
        self.counts.clear()
        return taken


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Requests:
    counting = Requests()
    monkeypatch.setattr(bucket, "obstore", counting)
    return counting


def objects_of(url: str) -> list[str]:
    """Keys of all objects of a store."""
    return [listed.key for listed in bucket.Bucket(url).under("")]
