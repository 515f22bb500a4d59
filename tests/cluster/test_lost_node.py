"""Machines that lose power in the middle of the work."""

import subprocess
from pathlib import Path

import pytest

from store import ExperimentStore
from tests.cluster.conftest import Bench, wait_until
from tests.cluster.machines import Machine, network
from tests.cluster.sweeps import fragments, hosts, same_rows
from tests.sweep.rows import proposal_rows

pytestmark = pytest.mark.cluster
# Health checks of Ray's head: a lost node is noticed in about 3 s instead of 15.
WATCHFUL = {
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_AUTH_MODE": "disabled",
}


def cluster(head: Machine, *others: Machine) -> str:
    """Ray on all machines, the head without CPUs; returns its address."""
    small = ["--object-store-memory=100000000"]
    head.run(
        "ray",
        "start",
        "--head",
        "--port=6379",
        "--num-cpus=0",
        "--include-dashboard=false",
        *small,
        **WATCHFUL,
    )
    address = f"{head.address}:6379"
    for machine in others:
        machine.run("ray", "start", f"--address={address}", "--num-cpus=2", *small, **WATCHFUL)
    return address


def started(bench: Bench, head: Machine, command: str, address: str) -> subprocess.Popen[bytes]:
    arguments = ["regimap", command, bench.spec, "--store", bench.store, "--address", address]
    return head.start(*arguments, log=head.home / "log", **WATCHFUL)


def test_a_node_dies_in_mid_campaign_and_all_trials_are_done_once(bench: Bench, campaign: Path) -> None:
    with network(bench.folder, "head", "node1", "node2") as (head, node1, node2):
        driver = started(bench, head, "campaign", cluster(head, node1, node2))
        wait_until(lambda: fragments(bench.store) >= 3 or driver.poll() is not None)
        node2.kill()
        assert driver.wait(240) == 0, (head.home / "log").read_text()
        assert same_rows(bench.store, campaign)
        assert proposal_rows(ExperimentStore(bench.store)) == proposal_rows(ExperimentStore(campaign))
        assert "node1" in hosts(bench.store)


def test_the_head_dies_with_the_driver_and_the_same_command_elsewhere_finishes(bench: Bench) -> None:
    with network(bench.folder, "head", "node1") as (head, node1):
        driver = started(bench, head, "run", cluster(head, node1))
        wait_until(lambda: fragments(bench.store) >= 1 or driver.poll() is not None)
        assert driver.poll() is None, (head.home / "log").read_text()
        head.kill()
        done_before = fragments(bench.store)
        again = [
            "regimap",
            "run",
            bench.spec,
            "--store",
            bench.store,
            "--backend",
            "process",
            "--workers",
            "2",
        ]
        node1.run(*again)
        assert 1 <= done_before < fragments(bench.store)
        assert same_rows(bench.store, bench.reference)
