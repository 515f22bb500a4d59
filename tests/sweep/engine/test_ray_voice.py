"""What a job on Ray leaves on stdout, stderr and for Prometheus: its own words, and no other's."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep.backends.ray_environment import prepare_environment
from tests.sweep.conftest import SMALL

SPEC = (
    SMALL.replace('"small"', '"noisy"')
    .replace("realizations = 2", "realizations = 4")
    .replace("n = 6", "n = 8")
)
SIMULATOR = """
import os, signal, time

def simulate(trial):
    time.sleep(0.05)
    print("a trial speaks", flush=True)
    if trial.scenario.realization == 3:
        raise ValueError("no luck")
    if trial.scenario.realization == 2 and not trial.scenario.frozen and trial.scenario.disorder < 0.3:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"status": "complete"}, {}
"""
JOB = """
import sys
from sweep import Engine, SweepSpec
from sweep.running import stream

if __name__ == "__main__":
    engine = Engine(backend="ray", workers=2, simulator="noisy_simulator:simulate", log=sys.argv[2])
    try:
        for _ in stream(SweepSpec.from_toml("spec.toml"), "store", engine):
            if len(sys.argv) > 3:
                import pathlib, ray
                ports = [node["MetricsExportPort"] for node in ray.nodes()]
                pathlib.Path(sys.argv[3]).write_text(str(ports[0]))
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "spec.toml").write_text(SPEC)
    (tmp_path / "noisy_simulator.py").write_text(SIMULATOR)
    (tmp_path / "job.py").write_text(JOB)
    return tmp_path


def started(place: Path, *arguments: str) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[3])
    return subprocess.Popen(
        [sys.executable, "job.py", "run", *arguments],
        cwd=place,
        env=os.environ | {"PYTHONPATH": f"{place}:{root}", "RAY_metrics_report_interval_ms": "1000"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_ray_is_told_to_be_quiet_unless_the_user_wants_otherwise(monkeypatch) -> None:
    monkeypatch.setattr(os, "environ", {"RAY_DEDUP_LOGS_SKIP_REGEX": "mine"})
    prepare_environment("1.2.3.4:6379")
    assert os.environ["RAY_DEDUP_LOGS_SKIP_REGEX"] == "mine"
    monkeypatch.setattr(os, "environ", {})
    prepare_environment("1.2.3.4:6379")
    assert os.environ["RAY_DEDUP_LOGS_SKIP_REGEX"] == "."


@pytest.mark.slow
def test_nothing_but_json_lines_comes_out_though_workers_die_and_trials_print(place: Path) -> None:
    job = started(place, "json")
    out, err = job.communicate(timeout=200)
    assert (job.returncode, out) == (0, ""), err
    events = [json.loads(line) for line in err.splitlines()]
    assert {"started", "moved", "failure", "ended"} <= {event["event"] for event in events}
    assert "message" not in {event["event"] for event in events}
    assert set(ExperimentStore(place / "store").statuses().values()) == {"complete", "error", "lost"}


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_but_our_words(place: Path) -> None:
    job = started(place, "text", "port")
    deadline = time.monotonic() + 100.0
    # Written when Ray is up and the loop turns.
    while not (place / "port").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(2.0)
    os.killpg(job.pid, signal.SIGINT)
    out, err = job.communicate(timeout=100)
    assert (job.returncode, out) in ((130, ""), (0, "")), err
    ours = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} noisy: ")
    assert [line for line in err.splitlines() if not ours.match(line)] == []


def scraped(port: str) -> dict[str, float]:
    """Our metrics as Prometheus reads them, by name and label; none where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
            text = page.read().decode()
    except OSError:
        return {}
    found = {}
    for line in text.splitlines():
        if line.startswith("ray_regimap_"):
            name, _, value = line.rpartition(" ")
            labels = dict(re.findall(r'(\w+)="([^"]*)"', name))
            label = labels.get("status") or labels.get("cause") or ""
            found[f"{name.partition('{')[0]} {label}".strip()] = float(value)
    return found


@pytest.mark.slow
def test_prometheus_finds_the_metrics_where_ray_exports_its_own(place: Path) -> None:
    pytest.importorskip(
        "opentelemetry.exporter.prometheus", reason="Ray exports metrics as ray[default] only"
    )
    (place / "noisy_simulator.py").write_text(SIMULATOR.replace("sleep(0.05)", "sleep(0.3)"))
    port = place / "port"
    job = started(place, "text", str(port))
    seen: dict[str, float] = {}
    while job.poll() is None:
        time.sleep(0.5)
        seen |= scraped(port.read_text()) if port.exists() else {}
    job.communicate()
    assert {"ray_regimap_trials_total complete", "ray_regimap_moved_total crash"} <= seen.keys(), seen
    assert {"ray_regimap_running", "ray_regimap_workers", "ray_regimap_trial_seconds_count"} <= seen.keys()
    assert seen["ray_regimap_trials_total complete"] > 0
    assert seen["ray_regimap_trial_seconds_count"] > 0
