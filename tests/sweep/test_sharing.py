"""One store and several drivers, one sweep and any number of workers: the same rows, nobody in the way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store import ExperimentStore, HeldError
from sweep import Engine, SweepSpec, run
from sweep.cli import invoke
from tests.sweep.conftest import SMALL
from tests.sweep.rows import series_rows, trial_rows

# Three chunks of the plan, so that parts and workers have something to share.
LARGER = SMALL.replace("n = 6", "n = 40")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    path = tmp_path_factory.mktemp("undisturbed") / "store"
    run(SweepSpec.from_text(LARGER), path, backend="serial")
    return ExperimentStore(path)


def same(store: ExperimentStore, undisturbed: ExperimentStore) -> None:
    assert trial_rows(store) == trial_rows(undisturbed)
    assert series_rows(store) == series_rows(undisturbed)


@pytest.mark.parametrize(
    ("backend", "workers"),
    [("process", 4), pytest.param("process", 1, marks=pytest.mark.slow)]
    + [pytest.param("ray", workers, marks=pytest.mark.slow) for workers in (1, 2, 4)],
)
def test_rows_do_not_depend_on_backend_or_workers(
    undisturbed: ExperimentStore, tmp_path: Path, backend: str, workers: int
) -> None:
    # In processes of its own: a session of Ray must not leave its settings to the next.
    spec = tmp_path / "spec.toml"
    spec.write_text(LARGER)
    command = [sys.executable, "-m", "sweep.cli", "run", str(spec), "--store", str(tmp_path / "store")]
    subprocess.run([*command, "--backend", backend, "--workers", str(workers)], check=True, timeout=200)
    same(ExperimentStore(tmp_path / "store"), undisturbed)


def test_the_parts_of_a_plan_make_the_whole(undisturbed: ExperimentStore, tmp_path: Path) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    spec = SweepSpec.from_text(LARGER)
    landed = 0
    for part in (2, 3, 1):
        run(spec, store, engine=Engine(backend="serial", part=(part, 3)))
        assert len(store.statuses()) > landed
        landed = len(store.statuses())
    assert landed == len(undisturbed.statuses())
    same(store, undisturbed)


def test_a_second_driver_of_the_plan_is_told_who_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, path = tmp_path / "spec.toml", tmp_path / "store"
    spec.write_text(LARGER)
    store = ExperimentStore.create(path)
    checked = SweepSpec.from_toml(spec)
    command = ["run", str(spec), "--store", str(path), "--backend", "serial"]
    with store.hold(f"run-{checked.design_identity}", {"command": "regimap run elsewhere"}):
        assert invoke(command) == 3
        said = capsys.readouterr().err
        assert "regimap run elsewhere" in said
        assert store.statuses() == {}
        with pytest.raises(HeldError):
            run(checked, store, backend="serial")
    assert invoke(command) == 0


def test_a_driver_killed_leaves_its_plan_to_the_next_at_once(tmp_path: Path) -> None:
    path = tmp_path / "store"
    ExperimentStore.create(path)
    script = (
        "import sys, time; from store import ExperimentStore; "
        "hold = ExperimentStore(sys.argv[1]).hold('plan', {}); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline() == b"held\n"
        with pytest.raises(HeldError):
            ExperimentStore(path).hold("plan", {})
        driver.send_signal(signal.SIGKILL)
    since = time.monotonic()
    ExperimentStore(path).hold("plan", {}).release()
    assert time.monotonic() - since < 5.0


def test_drivers_of_other_plans_work_side_by_side(undisturbed: ExperimentStore, tmp_path: Path) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    other = SweepSpec.from_text(LARGER.replace("n = 40", "n = 3"))
    with store.hold(f"run-{other.design_identity}", {}):
        run(SweepSpec.from_text(LARGER), store, backend="serial")
    run(other, store, backend="serial")
    same(store, undisturbed)


OWN_SESSION = """
import ray
from sweep import SweepSpec, run

if __name__ == "__main__":
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    kept = ray.put(41)
    outcome = run(SweepSpec.from_toml({spec!r}), {store!r}, workers=1)
    assert dict(outcome.statuses) == {{"complete": 24}}, outcome
    assert ray.get(kept) == 41
"""


@pytest.mark.slow
def test_a_session_of_ray_that_the_caller_has_is_used_and_left_alone(tmp_path: Path) -> None:
    spec, script = tmp_path / "spec.toml", tmp_path / "own.py"
    spec.write_text(SMALL)
    script.write_text(OWN_SESSION.format(spec=str(spec), store=str(tmp_path / "store")))
    environment = {**os.environ, "RAY_AUTH_MODE": "disabled", "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, str(script)], check=True, timeout=120, env=environment)
