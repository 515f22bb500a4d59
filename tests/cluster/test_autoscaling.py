"""Nodes that come because work waits, and go when it is done: Ray's autoscaler, with processes for nodes."""

from pathlib import Path

import pytest

from tests.cluster.conftest import Bench, wait_until
from tests.cluster.machines import network
from tests.cluster.sweeps import same_rows

pytestmark = pytest.mark.cluster
CONFIG = Path(__file__).parent / "fake_autoscaler.yaml"
OPEN = {"RAY_AUTH_MODE": "disabled"}


def test_the_cluster_grows_from_nothing_to_two_nodes_and_shrinks_to_nothing(bench: Bench) -> None:
    with network(bench.folder, "head") as (head,):
        faked = {"RAY_FAKE_CLUSTER": "1", "RAY_enable_autoscaler_v2": "0", "PYTHONPATH": str(CONFIG.parent)}
        start = ["--head", "--port=6379", "--num-cpus=0", f"--autoscaling-config={CONFIG}"]
        head.run(
            "ray",
            "start",
            *start,
            "--include-dashboard=false",
            "--object-store-memory=100000000",
            **faked,
            **OPEN,
        )
        assert head.rays() == 1
        command = ["regimap", "run", bench.spec, "--store", bench.store, "--address", f"{head.address}:6379"]
        log = head.home / "run.log"
        sweep = head.start(*command, "--elastic", "--workers", "2", log=log, **OPEN)
        wait_until(lambda: head.rays() == 3 or sweep.poll() is not None)
        assert head.rays() == 3, log.read_text()
        assert sweep.wait(240) == 0, log.read_text()
        assert same_rows(bench.store, bench.reference)
        wait_until(lambda: head.rays() == 1)
