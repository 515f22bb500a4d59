"""`status`, as a user meets it from another terminal."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec, run
from sweep.cli import invoke


def planned(store: ExperimentStore, count: int) -> None:
    plan = [{"plan": "run-p", "chunk": "c", "ordinal": n, "trial_id": f"t{n}"} for n in range(count)]
    store.append("chunks", "run-p", plan)
    store.append("sweeps", "run-p", [{"sweep": "run-p", "name": "sheep", "command": "run", "trials": count}])


def commit(store: ExperimentStore, chunk: str, status: str, reasons: dict[str, str | None]) -> None:
    rows = [
        {
            "trial_id": trial,
            "point_id": "p",
            "status": status,
            "reason": reason,
            "started_at": datetime(2026, 1, 1),
        }
        for trial, reason in reasons.items()
    ]
    store.commit(chunk, rows, {})


def shown(capsys: pytest.CaptureFixture[str], store: ExperimentStore) -> list[str]:
    assert invoke(["status", str(store.path)]) == 0
    return capsys.readouterr().out.splitlines()


def as_json(capsys: pytest.CaptureFixture[str], store: ExperimentStore) -> dict:
    assert invoke(["status", str(store.path), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def store(tmp_path: Path) -> ExperimentStore:
    return ExperimentStore.create(tmp_path / "store")


def test_an_empty_store_has_nothing_to_tell(store, capsys):
    assert shown(capsys, store) == ["no driver is running", "trials: none"]


def test_trials_that_are_planned_and_those_that_are_not(store, capsys):
    planned(store, 8)
    commit(store, "c", "complete", {f"t{n}": None for n in range(3)})
    commit(store, "d", "error", {"unplanned": "why"})
    lines = shown(capsys, store)
    assert "sheep: 3 of 8 planned trials have landed" in lines
    assert "trials: 3 complete, 1 error, 5 queued" in lines
    assert as_json(capsys, store)["trials"] == {"complete": 3, "error": 1, "running": 0, "queued": 5}


def test_failures_are_grouped_by_reason_and_the_next_steps_are_commands(store, capsys):
    planned(store, 30)
    commit(store, "a", "error", {f"t{n}": f"ValueError: step {n} in /tmp/a/{n}" for n in range(12)})
    commit(store, "b", "timeout", {"t12": "still running after 61 s, its deadline"})
    commit(store, "c", "invalid", {"t13": "spectral_tail 1e-3 above 1e-4"})
    commit(store, "d", "escaped", {"t14": "left the box"})
    lines = shown(capsys, store)
    (row,) = (line for line in lines if "ValueError" in line)
    assert row.split(maxsplit=3) == ["12", "error", "t0", "ValueError: step # in PATH"]
    assert not any("left the box" in line for line in lines)
    url = str(store.path)
    assert f"  regimap run SPEC --store {url}" in lines
    assert f"  regimap retry {url} \"status in ('error', 'timeout')\"" in lines
    (query,) = (line for line in lines if line.startswith("all of them: "))
    sql = query.partition('"')[2].rstrip('"')
    assert len(list(store.sql(sql).rows())) == 14
    assert as_json(capsys, store)["failures"][1] == {
        "trials": 1,
        "status": "invalid",
        "reason": "spectral_tail # above #",
        "example": "t13",
    }


def test_only_the_most_frequent_kinds_are_shown(store, capsys):
    names = [chr(ord("g") + n) * 3 for n in range(14)]
    commit(store, "a", "error", {name: f"no {name}" for name in names})
    lines = shown(capsys, store)
    assert sum("  no " in line for line in lines) == 10
    assert "and 4 more kinds" in lines
    assert len(as_json(capsys, store)["failures"]) == 14


def test_a_driver_says_what_it_does_and_when_it_is_gone_how_to_go_on(store, capsys):
    planned(store, 8)
    note = {"sweep": "sheep", "command": "/usr/bin/regimap run 'my spec.toml' --store x"}
    with store.hold("run-p", note) as hold:
        assert f"(pid {os.getpid()})" in shown(capsys, store)[0]
        hold.state = STATE
        hold._beat()
        lines = shown(capsys, store)
        assert lines[1] == "  regimap run 'my spec.toml' --store x"
        assert lines[2] == "  3/8 trials, 2 running, 1 failed (1 error), 2.0/s, about 0:03 left"
        assert lines[3] == "  last failure: ValueError: no luck"
        assert "trials: 2 running, 6 queued" in lines
        assert not any("next" in line for line in lines)
        hold.state = STATE | {"stopped": "Ctrl-C", "running": 0}
    assert store.holders() == []
    assert [holder.ended for holder in store.holders(ended=True)] == [True]
    lines = shown(capsys, store)
    assert lines[0] == "no driver is running"
    assert lines[1] == "sheep: 0 of 8 planned trials have landed; its driver stopped: Ctrl-C"
    assert lines[-1] == "  regimap run 'my spec.toml' --store x"


STATE = {
    "done": 3,
    "expected": 8,
    "landed": 3,
    "running": 2,
    "workers": 2,
    "failed": {"error": 1},
    "rate": 2.0,
    "eta_s": 3,
    "elapsed_s": 9.0,
    "last_failure": "ValueError: no luck",
    "started": "2026-01-01T00:00:00+00:00",
    "at": "2026-01-01T00:00:09+00:00",
}


def test_drivers_elsewhere_and_dead_ones_are_told_apart(store, capsys, monkeypatch):
    planned(store, 8)
    hold = store.hold("run-p", {"sweep": "sheep"})
    hold.state = STATE
    hold._beat()
    monkeypatch.setattr("store.holders._alive", lambda *_: None)
    assert shown(capsys, store)[0].endswith("last heard of at 2026-01-01T00:00:09+00:00 by its clock")
    monkeypatch.setattr("store.holders._alive", lambda *_: False)
    lines = shown(capsys, store)
    assert lines[0] == "no driver is running"
    assert f"(pid {os.getpid()}) died" in lines[1]
    hold.release()


def test_a_request_is_open_until_it_is_carried_out(store, capsys):
    planned(store, 4)
    commit(store, "a", "error", {"t0": "why"})
    store.ask("cancel", "realization > 2", ["t1", "t2"], attempts=[0, 0])
    store.ask("retry", "t0", ["t0"], attempts=[1])
    lines = shown(capsys, store)
    assert next(line for line in lines if line.startswith("request r000001")).endswith(
        "cancel realization > 2; not done yet for 2 of 2 trials"
    )
    assert any("retry t0; not done yet for 1 of 1 trials" in line for line in lines)
    commit(store, "b", "cancelled", {"t1": "cancelled"})
    commit(store, "c", "complete", {"t2": None})
    assert [entry["request"] for entry in as_json(capsys, store)["requests"]] == ["r000002"]


def test_a_campaign_tells_its_rounds_and_why_it_stopped(store, capsys):
    ledger = [("a-r0000", 0, "startup"), ("a-r0001", 1, "boundary")]
    for plan, number, why in ledger:
        store.append(
            "proposals", plan, [{"campaign": "a", "round": number, "slot": 0, "point_id": plan, "why": why}]
        )
        store.append("chunks", plan, [{"plan": plan, "chunk": plan, "ordinal": 0, "trial_id": plan}])
    row = {"sweep": "campaign-a", "name": "sheep", "command": "campaign", "trials": 8}
    store.append("sweeps", "campaign-a", [row])
    commit(store, "c", "complete", {plan: None for plan, _, _ in ledger})
    assert "sheep: 2 of at most 8 planned trials have landed" in shown(capsys, store)
    with store.hold("campaign-a", {}) as hold:
        hold.state = {"stop_reason": "the budget of 2 points is spent"}
    assert shown(capsys, store) == [
        "no driver is running",
        "sheep: 2 of 2 planned trials have landed",
        "campaign a: 2 rounds, 2 points, 1 chosen at a boundary; the budget of 2 points is spent",
        "trials: 2 complete",
    ]


def test_a_finished_run_leaves_nothing_to_do(tmp_path: Path, small: SweepSpec, capsys):
    run(small, tmp_path / "store", backend="serial")
    lines = shown(capsys, ExperimentStore(tmp_path / "store"))
    assert lines[:2] == ["no driver is running", "small: 24 of 24 planned trials have landed"]
    assert len(lines) == 3


def watching(store: ExperimentStore, *options: str, terminal: bool) -> tuple[subprocess.Popen[bytes], int]:
    """`status --watch` in a process of its own, and where its output can be read."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    command = [sys.executable, "-m", "sweep.cli", "status", str(store.path), "--watch", *options]
    process = subprocess.Popen(command, stdout=theirs, start_new_session=True)
    os.close(theirs)
    return process, ours


@pytest.mark.parametrize("terminal", [True, False])
def test_watching_sees_what_lands_and_ends_with_0_on_ctrl_c(store, terminal: bool) -> None:
    planned(store, 4)
    process, output = watching(store, terminal=terminal)
    seen = b""
    deadline = time.monotonic() + 60.0
    while b"1 of 4" not in seen:
        assert time.monotonic() < deadline
        seen += os.read(output, 65536)
        if b"0 of 4" in seen and not store.statuses():
            commit(store, "a", "complete", {"t0": None})
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    os.close(output)
    assert (b"\x1b[H" in seen) == terminal
    assert (b"\x1b[2J" in seen) == terminal
    assert (b"---" in seen) == (not terminal)


def test_time_is_that_of_the_claim(store, capsys):
    with store.hold("run-p", {}):
        since = as_json(capsys, store)["drivers"][0]["since"]
    assert abs((datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds()) < 60.0
