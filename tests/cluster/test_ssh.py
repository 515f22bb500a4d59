"""`ray up`, `ray submit` and `ray down` over ssh, from a laptop to a cluster of two machines."""

from pathlib import Path

import pytest
import yaml

from tests.cluster.conftest import CLUSTER, ROOT, Bench
from tests.cluster.machines import BIN, Machine, network
from tests.cluster.secure_shell import make_keys, serve
from tests.cluster.sweeps import hosts, same_rows

pytestmark = pytest.mark.cluster


def configuration(bench: Bench, head: Machine, worker: Machine, key: Path) -> Path:
    """cluster/ray-local.yaml with the lines edited that a user edits, and without pip: the code is there."""
    asked = yaml.safe_load((CLUSTER / "ray-local.yaml").read_text())
    asked["cluster_name"] = bench.folder.name
    asked["provider"] |= {"head_ip": head.address, "worker_ips": [worker.address]}
    asked["auth"] = {"ssh_user": "root", "ssh_private_key": str(key)}
    asked["min_workers"] = asked["max_workers"] = 1
    asked["setup_commands"] = [c for c in asked["setup_commands"] if "/pip" not in c]
    asked["head_start_ray_commands"] = [
        line.replace("ray start", "ray start --num-cpus=0") for line in asked["head_start_ray_commands"]
    ]
    asked["worker_start_ray_commands"] = [
        line.replace("ray start", "ray start --num-cpus=2") for line in asked["worker_start_ray_commands"]
    ]
    path = bench.folder / "cluster.yaml"
    path.write_text(yaml.safe_dump(asked))
    return path


def furnish(laptop: Machine, *nodes: Machine) -> None:
    """What the steps before `ray up` leave behind."""
    (laptop.home / "dist").mkdir()
    (laptop.home / "constraints.txt").write_bytes((ROOT / "constraints.txt").read_bytes())
    laptop.run("ray", "get-auth-token", "--generate")
    for node in nodes:
        (node.home / "regimap-env").symlink_to(BIN.parent)


def test_a_sweep_is_submitted_over_ssh_and_runs_on_the_second_machine(bench: Bench) -> None:
    key = make_keys(bench.folder)
    with network(bench.folder, "head", "worker", "laptop") as (head, worker, laptop):
        furnish(laptop, head, worker)
        serve(head, bench.folder)
        serve(worker, bench.folder)
        config = configuration(bench, head, worker, key)
        laptop.run("ray", "up", "-y", config)
        laptop.run("ray", "rsync-up", config, bench.spec, "many.toml")
        # At once: the worker is still being set up, and the sweep waits for it.
        sweep = ["run", "many.toml", "--store", bench.store]
        submitted = laptop.run("ray", "submit", config, CLUSTER / "submit.py", "--", *sweep)
        assert "640 complete" in submitted.stdout
        assert same_rows(bench.store, bench.reference)
        assert hosts(bench.store) == {"worker"}
        laptop.run("ray", "down", "-y", config)
        assert head.rays() == 0
