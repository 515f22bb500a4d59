"""The Slurm scripts on two machines, with real Rays: only Slurm is a stand-in, which uses ssh."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.conftest import CLUSTER, Bench
from tests.cluster.machines import BIN, Machine, network
from tests.cluster.secure_shell import make_keys, serve
from tests.cluster.sweeps import hosts, same_rows

pytestmark = pytest.mark.cluster
STUBS = Path(__file__).parent / "slurm_stub"


@pytest.fixture
def nodes(bench: Bench) -> Iterator[tuple[Machine, Machine]]:
    key = make_keys(bench.folder)
    with network(bench.folder, "node1", "node2") as machines:
        for machine in machines:
            serve(machine, bench.folder)
        (bench.folder / "ssh_config").write_text(
            f"IdentityFile {key}\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n"
        )
        yield machines
    # What shared.sbatch leaves on a node's own disk, which here is everybody's.
    shutil.rmtree("/tmp/ray-4242", ignore_errors=True)


def job(bench: Bench, **more: str) -> dict[str, str]:
    """The environment of a job of one CPU on each of two nodes."""
    return {
        "PATH": f"{STUBS}:{BIN}:/usr/sbin:/usr/bin:/sbin:/bin",
        "STUB_SSH": str(bench.folder / "ssh_config"),
        "STUB_FOLDER": str(bench.folder),
        "SLURM_JOB_ID": "4242",
        "SLURM_JOB_NODELIST": "node1,node2",
        "SLURM_JOB_NUM_NODES": "2",
        "SLURM_CPUS_PER_TASK": "1",
        "SLURM_MEM_PER_CPU": "2048",
    } | more


def test_whole_nodes_are_one_ray_that_is_gone_afterwards(
    bench: Bench, nodes: tuple[Machine, Machine]
) -> None:
    script = CLUSTER / "slurm" / "exclusive.sbatch"
    nodes[0].run("bash", script, "run", bench.spec, "--store", bench.store, **job(bench))
    assert same_rows(bench.store, bench.reference)
    assert hosts(bench.store) == {"node1", "node2"}
    assert [node.rays() for node in nodes] == [0, 0]


def test_shared_nodes_keep_the_ray_of_a_neighbour(bench: Bench, nodes: tuple[Machine, Machine]) -> None:
    nodes[0].run("ray", "start", "--head", "--num-cpus=1", RAY_AUTH_MODE="disabled")
    script = CLUSTER / "slurm" / "shared.sbatch"
    done = nodes[0].run("bash", script, "run", bench.spec, "--store", bench.store, **job(bench))
    assert same_rows(bench.store, bench.reference)
    # The work may be over before the second node is up: the driver does not wait for it.
    assert "node1" in hosts(bench.store)
    assert nodes[1].address in done.stdout
    assert [node.rays() for node in nodes] == [1, 0]


def test_the_tasks_of_an_array_fill_one_store(bench: Bench, nodes: tuple[Machine, Machine]) -> None:
    array = {"SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "2", "SLURM_ARRAY_TASK_COUNT": "2"}
    command = ["bash", CLUSTER / "slurm" / "array.sbatch", "run", bench.spec, "--store", bench.store]
    tasks = [
        node.start(*command, log=node.home / "log", **job(bench, **array, SLURM_ARRAY_TASK_ID=str(task)))
        for task, node in enumerate(nodes, 1)
    ]
    logs = [
        (task.wait(240), (node.home / "log").read_text()) for task, node in zip(tasks, nodes, strict=True)
    ]
    assert [code for code, _ in logs] == [0, 0], logs
    assert same_rows(bench.store, bench.reference)
    assert hosts(bench.store) == {"node1", "node2"}
