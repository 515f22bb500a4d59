"""The same on Ceph's gateway, where it is installed."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store import ExperimentStore, bucket
from tests.store.objects import test_commit, test_like_a_directory, test_reading
from tests.store.objects.conftest import KEYS, make_bucket

pytestmark = pytest.mark.slow

PROGRAMS = ("ceph", "ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool", "curl")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        pytest.skip(
            f"{', '.join(absent)} not installed (Debian: radosgw ceph-mon ceph-mgr ceph-osd ceph-common)"
        )
    script, port = Path(__file__).with_name("radosgw.sh"), free_port()
    arguments = [script, tmp_path_factory.mktemp("ceph"), str(free_port()), str(port)]
    keys = [KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"]]
    with subprocess.Popen([*arguments, *keys], stdin=-1, stdout=-1, stderr=subprocess.STDOUT) as cluster:
        assert cluster.stdout is not None
        said = cluster.stdout.readline()
        assert said == b"ready\n", said + cluster.stdout.read()
        make_bucket(address := f"http://127.0.0.1:{port}", KEYS)
        yield address
        cluster.communicate()


def test_more_than_a_page(url, chunk):
    store = ExperimentStore.create(url)
    objects = bucket.Bucket(url)
    store.append("labels", "v", [{"label_version": "v", "point_id": "p"}])
    payload = objects.get("ledger/labels/v.parquet")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: objects.put(f"ledger/labels/v{n:04d}.parquet", payload), range(1100)))
    assert len(store.names("labels")) == 1101
    assert len(store._medium.keys("ledger")) == 1101


test_of_eight_threads_one_wins_and_all_succeed = test_commit.test_of_eight_threads_one_wins_and_all_succeed
test_of_eight_processes_one_wins_and_all_succeed = (
    test_commit.test_of_eight_processes_one_wins_and_all_succeed
)
test_the_series_of_a_dead_writer_are_not_read = test_commit.test_the_series_of_a_dead_writer_are_not_read
test_a_put_whose_answer_was_lost_counts = test_commit.test_a_put_whose_answer_was_lost_counts
test_what_is_removed_is_gone = test_commit.test_what_is_removed_is_gone
test_large_contents_appear_whole_or_not_at_all = test_commit.test_large_contents_appear_whole_or_not_at_all
test_a_retry_is_harmless = test_like_a_directory.test_a_retry_is_harmless
test_one_fragment_of_a_trial_is_admitted = test_like_a_directory.test_one_fragment_of_a_trial_is_admitted
test_odd_prefixes = test_reading.test_odd_prefixes
test_nothing_outside_of_the_store_is_read = test_reading.test_nothing_outside_of_the_store_is_read
test_threads_that_share_a_file_read_their_own_parts = (
    test_reading.test_threads_that_share_a_file_read_their_own_parts
)
