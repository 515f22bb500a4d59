"""Ctrl-C, SIGTERM and the walltime, on real processes: when a job ends, with what code, what it says."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep.cli import invoke
from sweep.cli.engine import seconds
from tests.sweep.conftest import SMALL

# Seven chunks of about nine seconds each, on small grids: transforms are chosen at once.
CHANGES = {
    "t_final = 40.0": 't_final = 3000.0\nbox_length = 300.0\nboundary = "absorbing"',
    "tolerance = 0.05": "tolerance = 0.002",
    "n = 6": "n = 24",
}
SLOW = SMALL
for before, after in CHANGES.items():
    SLOW = SLOW.replace(before, after)


def started(spec: Path, store: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sweep.cli", "run", str(spec), "--store", str(store), *options]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def at_work(driver: subprocess.Popen[str], store: Path, seconds: float = 90.0) -> None:
    """Wait until the driver's heartbeat speaks of running trials."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and driver.poll() is None:
        if store.exists() and (store / "store.json").exists() and workers_up(store):
            return
        time.sleep(0.1)
    raise AssertionError(f"not at work: {driver.stderr.read() if driver.poll() is not None else 'too slow'}")


def workers_up(store: Path) -> bool:
    """Workers stage a file when they come up, and plan transforms when they take up work."""
    return any((store / "kept").glob("wisdom-*")) if (store / "kept").exists() else False


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.toml"
    path.write_text(SLOW)
    return path


def ended(driver: subprocess.Popen[str], how: signal.Signals, times: int = 1) -> tuple[int, float, str]:
    """Signal the driver; its exit code, how long it took, and what it said."""
    since = time.monotonic()
    for _ in range(times):
        driver.send_signal(how)
        time.sleep(0.3 if times > 1 else 0.0)
    _, said = driver.communicate(timeout=60)
    return driver.returncode, time.monotonic() - since, said


def test_sigterm_ends_within_the_time_that_rays_jobs_get(spec: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    driver = started(spec, store, "--backend", "process", "--workers", "2")
    at_work(driver, store)
    code, took, said = ended(driver, signal.SIGTERM)
    assert code == 143
    assert took < 2.5
    assert f"Resume with: regimap run {spec} --store {store}" in said
    assert "Traceback" not in said
    assert ExperimentStore(store).holders() == []


def test_a_second_ctrl_c_ends_at_once(spec: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    driver = started(spec, store, "--backend", "process", "--workers", "1")
    at_work(driver, store)
    code, took, said = ended(driver, signal.SIGINT, times=2)
    assert code == 130
    assert took < 3.0
    assert "Resume with:" in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["process", "ray"])
def test_ctrl_c_lets_chunks_finish_for_ten_seconds_and_no_longer(
    spec: Path, tmp_path: Path, backend: str
) -> None:
    store = tmp_path / "store"
    driver = started(spec, store, "--backend", backend, "--workers", "2")
    at_work(driver, store)
    code, took, said = ended(driver, signal.SIGINT)
    assert code == 130
    assert took < 10.0 + 4.0
    assert "Resume with:" in said
    assert "Traceback" not in said
    again = started(spec, store, "--backend", backend, "--workers", "2")
    again.communicate(timeout=240)
    assert again.returncode == 0


@pytest.mark.slow
def test_sigterm_on_ray_ends_before_ray_kills(spec: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    driver = started(spec, store, "--backend", "ray", "--workers", "2")
    at_work(driver, store)
    code, took, said = ended(driver, signal.SIGTERM)
    assert code == 143
    assert took < 3.0
    assert "Resume with:" in said


def test_a_walltime_that_is_too_short_ends_with_75_and_says_how_to_go_on(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    arguments = ["run", str(spec), "--store", str(store), "--backend", "process", "--workers", "2"]
    since = time.monotonic()
    assert invoke([*arguments, "--walltime", "8s"]) == 75
    assert time.monotonic() - since < 12.0
    said = capfd.readouterr().err
    assert f"Resume with: regimap run {spec} --store {store}" in said


def test_a_slurm_job_tells_its_own_walltime(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_JOB_END_TIME", str(round(time.time()) + 5))
    arguments = ["run", str(spec), "--store", str(tmp_path / "store"), "--backend", "process"]
    assert invoke([*arguments, "--workers", "1"]) == 75


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90", 90.0),
        ("45m", 2700.0),
        ("3.5h", 12600.0),
        ("3:55:00", 14100.0),
        ("55:00", 3300.0),
        ("1-12:00:00", 129600.0),
    ],
)
def test_a_time_is_read_as_slurm_and_people_write_it(text: str, expected: float) -> None:
    assert seconds(text) == expected


def test_no_time_at_all_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert invoke(["run", "examples/grid.toml", "--store", "s", "--walltime", "0s"]) == 2
    assert "walltime: expected seconds above 0" in capfd.readouterr().err


@pytest.mark.parametrize("text", ["", "soon", "3:5", "-5", "1:2:3:4", "nan"])
def test_and_anything_else_is_refused(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert invoke(["run", "spec.toml", "--store", "s", f"--walltime={text}"]) == 2
    assert "3:55:00" in capfd.readouterr().err
