"""`ray job submit` to a cluster that asks for a token."""

import pytest

from tests.cluster.conftest import Bench
from tests.cluster.machines import network
from tests.cluster.sweeps import hosts, same_rows

pytestmark = pytest.mark.cluster
TOKEN = "0123456789abcdef" * 4
WITH_TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN}


def test_a_job_runs_for_who_has_the_token_and_for_nobody_else(bench: Bench) -> None:
    with network(bench.folder, "head", "laptop") as (head, laptop):
        # For the test only: elsewhere the dashboard stays on the loopback, at the end of an ssh tunnel.
        where = [f"--dashboard-host={head.address}", "--dashboard-port=8265"]
        head.run("ray", "start", "--head", "--port=6379", "--num-cpus=2", *where, **WITH_TOKEN)
        submit = ["ray", "job", "submit", f"--address=http://{head.address}:8265", "--"]
        sweep = ["regimap", "run", bench.spec, "--store", bench.store]

        refused = laptop.run(*submit, *sweep, check=False, RAY_AUTH_MODE="disabled")
        assert refused.returncode != 0
        assert "token" in (refused.stdout + refused.stderr).lower()
        assert not bench.store.exists()

        done = laptop.run(*submit, *sweep, **WITH_TOKEN)
        assert "640 complete" in done.stdout
        assert same_rows(bench.store, bench.reference)
        assert hosts(bench.store) == {"head"}
