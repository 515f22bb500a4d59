"""What a cluster cannot do is said at once, with what to do, and nothing is left waiting."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.conftest import Bench, wait_until
from tests.cluster.machines import Machine, network
from tests.cluster.sweeps import fragments, same_rows

pytestmark = pytest.mark.cluster
OPEN = {"RAY_AUTH_MODE": "disabled"}
OTHER_RAY = "import ray; ray.__version__ = '2.59.0'; from sweep.cli import main; main()"


@dataclass(frozen=True)
class Pair:
    """A head without CPUs, a node with two, and where drivers find them."""

    head: Machine
    node: Machine

    @property
    def address(self) -> str:
        return f"{self.head.address}:6379"


@pytest.fixture(scope="module")
def pair(shared: Path, reference: Path) -> Iterator[Pair]:
    folder = shared / "refusals"
    folder.mkdir()
    (folder / "cache").symlink_to(shared / "cache")
    with network(folder, "head", "node") as (head, node):
        small = ["--object-store-memory=100000000"]
        head.run(
            "ray",
            "start",
            "--head",
            "--port=6379",
            "--num-cpus=0",
            "--include-dashboard=false",
            *small,
            **OPEN,
        )
        node.run("ray", "start", f"--address={head.address}:6379", "--num-cpus=2", *small, **OPEN)
        yield Pair(head, node)


def refused(
    pair: Pair, bench: Bench, *options: str, program: tuple[str, ...] = ("regimap",)
) -> tuple[int, str]:
    """Exit status, and what was said."""
    command = [*program, "run", bench.spec, "--store", bench.store, *options]
    done = pair.head.run(*command, check=False, **OPEN)
    return done.returncode, done.stderr


def test_an_address_where_nobody_is(pair: Pair, bench: Bench) -> None:
    code, said = refused(pair, bench, "--address", "10.77.0.99:6379")
    assert code == 2
    assert "got: [Errno 113] No route to host; check --address" in said


def test_more_workers_than_the_cluster_has(pair: Pair, bench: Bench) -> None:
    code, said = refused(pair, bench, "--address", pair.address, "--workers", "64")
    assert code == 2
    assert "got 64: the Ray cluster has 2 CPUs on 2 nodes" in said


def test_another_ray_than_the_clusters(pair: Pair, bench: Bench) -> None:
    code, said = refused(pair, bench, "--address", pair.address, program=("python", "-c", OTHER_RAY))
    assert code == 2
    assert "Ray: 2.60.0" in said
    assert "Ray: 2.59.0" in said


def test_a_store_that_the_workers_do_not_see(pair: Pair, bench: Bench) -> None:
    pair.node.run("mount", "-t", "tmpfs", "tmpfs", bench.folder)
    code, said = refused(pair, bench, "--address", pair.address)
    assert code == 2
    assert str(bench.store) in said
    assert fragments(bench.store) == 0


def test_a_second_driver_is_told_who_holds_the_plan(pair: Pair, bench: Bench) -> None:
    command = ["regimap", "run", bench.spec, "--store", bench.store, "--address", pair.address]
    first = pair.head.start(*command, log=bench.folder / "log", **OPEN)
    wait_until(lambda: any((bench.store / "holds").glob("*/*.json")) or first.poll() is not None)
    second = pair.head.run(*command[:5], "--backend", "serial", check=False)
    assert second.returncode == 3
    assert "on head (pid " in second.stderr
    assert first.wait(240) == 0
    assert same_rows(bench.store, bench.reference)
