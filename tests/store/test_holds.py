"""Holds: one driver a plan, told at once on its own machine, by its beat from another."""

import json
import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from store import DamagedStoreError, ExperimentStore, HeldError, Hold, RecordError, Waiting, WriteError
from store.claims import beat_key, claim_key, newest_claim
from store.digests import sealed_json
from store.holding import holding
from store.local import LocalMedium
from store.medium import Medium
from store.processes import this_process
from tests.store.conftest import underway

ROOT = Path(__file__).parents[2]
BEAT_S = 0.05
NOTE = {"command": "regimap run x.toml"}
HOLDER = """
import sys, time
from store import ExperimentStore
hold = ExperimentStore(sys.argv[1]).hold("plan", {"command": "regimap run x.toml"})
print(hold.token, flush=True)
time.sleep(600)
"""


def take(store: ExperimentStore, name: str = "plan") -> tuple[Hold, list[Waiting]]:
    """Take hold with short beats; return what was waited for, too."""
    steps, waited = holding(store._medium, name, NOTE, beat_s=BEAT_S), []
    while True:
        try:
            waited.append(next(steps))
        except StopIteration as end:
            return end.value, waited


@contextmanager
def other_driver(store: ExperimentStore) -> Iterator[tuple[int, str]]:
    """A driver in another process, by its pid and its token, killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(store.path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    try:
        yield process.pid, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def rewrite(store: ExperimentStore, change: Callable[[dict], dict], name: str = "plan") -> None:
    """Change the newest claim."""
    claim = newest_claim(store._medium, name)
    assert claim is not None
    key = claim_key(name, claim.generation)
    content = json.loads(store._medium.read(key))
    del content["sha256"]
    store._medium.replace(key, json.dumps(sealed_json(change(content))).encode())


def move(store: ExperimentStore, **process: object) -> None:
    """Make the newest claim one of another machine, or whatever else is said of its process."""
    values = process or {"host": "node17", "boot": "elsewhere"}
    rewrite(store, lambda claim: claim | {"process": claim["process"] | values})


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20.0
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def files(store: ExperimentStore, name: str = "plan") -> list[str]:
    return sorted(path.name for path in (store.path / "holds" / name).iterdir())


def test_one_at_a_time(store):
    with store.hold("plan", NOTE) as hold:
        assert (hold.name, hold.lost, hold.trouble) == ("plan", False, None)
        assert store.holds_token("plan", hold.token)
        assert not store.holds_token("plan", "other")
        assert not store.holds_token("other", hold.token)
        with pytest.raises(HeldError, match=rf"pid {os.getpid()}, regimap run x\.toml\), since 2"):
            store.hold("plan", NOTE)
        store.hold("other", {}).release()
        (holder,) = store.holders()
        assert (holder.name, holder.pid, holder.alive, holder.beat) == ("plan", os.getpid(), True, 1)
        assert holder.note == NOTE
        assert pickle.loads(pickle.dumps(holder)) == holder
    assert store.holders() == []
    hold.release()
    again, waited = take(store)
    assert waited == []
    assert files(store) == ["00000002.beat", "00000002.json"]
    again.release()


def test_the_state_comes_with_the_next_beat(store):
    hold, _ = take(store)
    hold.state = {"done": 3, "reason": None}
    assert hold.state == {"done": 3, "reason": None}
    until(lambda: store.holders()[0].state == {"done": 3, "reason": None})
    with pytest.raises(RecordError, match="JSON can hold"):
        hold.state = {"done": object()}
    hold.release()
    with pytest.raises(RecordError, match="expected text in the note"):
        store.hold("plan", {"pid": 3})
    with pytest.raises(RecordError, match="name"):
        store.hold("../plan", {})


def test_a_killed_driver_is_followed_at_once(store):
    with other_driver(store) as (pid, token):
        assert store.holds_token("plan", token)
        with pytest.raises(HeldError, match=rf"pid {pid}, regimap run x\.toml"):
            store.hold("plan", NOTE)
        os.kill(pid, signal.SIGKILL)
        # Not waited for: it stays in the table of processes, and has ended all the same.
        until(lambda: store.holders()[0].alive is False)
        hold, waited = take(store)
    assert waited == []
    hold.release()
    assert store.holders() == []


def test_a_pid_that_another_process_has_now_is_not_the_driver(store):
    take(store)[0].release()
    (store.path / beat_key("plan", 1)).unlink()
    move(store, started="0", pid=os.getppid())
    assert store.holders()[0].alive is False
    hold, waited = take(store)
    assert waited == []
    hold.release()


def test_a_driver_of_another_machine_that_beats_is_left_alone(store):
    hold, _ = take(store)
    move(store)
    rewrite(store, lambda claim: claim | {"beat_s": 4.0})  # on a busy machine its beats come late
    assert store.holders()[0].alive is None
    steps = holding(store._medium, "plan", {}, beat_s=BEAT_S)
    first = next(steps)
    assert first.seconds == pytest.approx(2.5 * 4.0, rel=0.1)
    told = replace(first, seconds=25.0)
    assert str(told) == "waiting 25 s to see whether the driver on node17 is alive"
    with pytest.raises(HeldError, match="one on node17"):
        list(steps)
    hold.release()


def test_a_driver_of_another_machine_that_is_still_is_followed(store, monkeypatch):
    hold, _ = take(store)
    move(store)
    with monkeypatch.context() as patch:
        patch.setattr(Hold, "_beat", lambda self, ended=False: None)
        following, waited = take(store)
    assert len(waited) >= 5
    assert [step.seconds for step in waited] == sorted((step.seconds for step in waited), reverse=True)
    until(lambda: hold.lost)
    before = files(store)
    hold.release()
    assert files(store) == before
    assert not following.lost
    following.release()


def test_one_that_lets_go_is_not_watched_to_the_end(store):
    hold, _ = take(store)
    move(store)
    hold._stop.set()
    hold._thread.join()
    steps = holding(store._medium, "plan", {}, beat_s=BEAT_S)
    next(steps)
    hold._beat(ended=True)
    assert list(steps) == []


def test_what_cannot_be_written_does_not_end_the_driver(store, monkeypatch):
    hold, _ = take(store)

    def full(self: Medium, key: str, *parts: bytes) -> None:
        raise WriteError("expected to write; got no space")

    with monkeypatch.context() as patch:
        patch.setattr(LocalMedium, "replace", full)
        until(lambda: hold.trouble is not None)
        assert "no space" in str(hold.trouble)
    until(lambda: hold.trouble is None)
    assert not hold.lost
    with monkeypatch.context() as patch:
        patch.setattr(LocalMedium, "replace", full)
        hold.release()
    # Nobody could be told, but this process knows that it holds nothing.
    take(store)[0].release()


def test_in_the_copy_of_a_store_its_driver_does_not_live(store, tmp_path):
    with other_driver(store):
        copy = ExperimentStore(shutil.copytree(store.path, tmp_path / "copy"))
        rewrite(copy, lambda claim: claim | {"beat_s": BEAT_S})
        assert copy.holders()[0].alive is None
        hold, waited = take(copy)
        assert waited
        hold.release()


def test_a_claim_that_comes_too_late_gives_way(store, monkeypatch):
    first, _ = take(store)
    put = LocalMedium.put
    second: list[Hold] = []

    def late(self: LocalMedium, key: str, payload: bytes) -> bool:
        monkeypatch.undo()
        for _ in range(2):  # two others come and the first of them goes, in the meantime
            second.append(take(store)[0])
            if len(second) == 1:
                second[0].release()
        return put(self, key, payload)

    first.release()
    monkeypatch.setattr(LocalMedium, "put", late)
    with pytest.raises(HeldError):
        take(store)
    assert not second[1].lost
    assert files(store) == ["00000003.beat", "00000003.json"]
    second[1].release()


def test_a_fork_does_not_let_go(store):
    hold, _ = take(store)
    claim = hold._claim
    hold._claim = replace(claim, process=replace(this_process(), pid=os.getppid()))
    hold.release()
    assert store.holders()[0].alive
    hold._claim = claim
    hold.release()
    assert store.holders() == []


def test_damage_and_leftovers_are_named(store):
    take(store)[0].release()
    take(store)[0].release()
    assert underway(store) == {}
    shutil.copy(store.path / "holds/plan/00000002.beat", store.path / "holds/plan/00000001.beat")
    (store.path / "holds/plan/notes").write_text("x")
    (store.path / "holds/x").write_text("x")
    assert underway(store) == {"00000001.beat": "leftover", "notes": "stranger", "x": "stranger"}
    for name in ("00000002.json", "00000002.beat"):
        path = store.path / "holds/plan" / name
        sound = path.read_bytes()
        path.write_bytes(sound.replace(b'"counter": 2', b'"counter": 3').replace(b"regimap", b"Regimap"))
        assert underway(store)[name] == "changed"
        if name.endswith("json"):
            with pytest.raises(DamagedStoreError, match=r"a driver's claim in .*00000002\.json"):
                store.holders()
        path.write_bytes(sound[:20])
        assert underway(store)[name] == "changed"
        path.write_bytes(sound)


# Two processes that want the same, at the same moment.

RACES = 50


def race(path: Path, start: Barrier, end: Barrier, answers: "multiprocessing.Queue[list[str]]") -> None:
    store, won = ExperimentStore(path), []
    store.check_writable()
    for number in range(RACES):
        start.wait(60)
        try:
            hold = store.hold(f"plan{number}", {})
        except HeldError:
            hold = None
        end.wait(60)
        won.append(hold.token if hold else "")
        if hold:
            hold.release()
    answers.put(won)


def test_of_two_processes_one_wins(store):
    context = multiprocessing.get_context("spawn")
    start, end, answers = context.Barrier(2), context.Barrier(2), context.Queue()
    for number in range(0, RACES, 2):  # every other one was held by a driver that is dead
        store.hold(f"plan{number}", {}).release()
        (store.path / "holds" / f"plan{number}" / "00000001.beat").unlink()
        rewrite(store, lambda c: c | {"process": c["process"] | {"started": "0"}}, f"plan{number}")
    drivers = [context.Process(target=race, args=(store.path, start, end, answers)) for _ in range(2)]
    for driver in drivers:
        driver.start()
    told = [answers.get(timeout=120) for _ in drivers]
    for driver in drivers:
        driver.join()
    for number, tokens in enumerate(zip(*told, strict=True)):
        (winner,) = filter(None, tokens)
        claim = newest_claim(store._medium, f"plan{number}")
        assert claim is not None
        assert claim.token == winner
        assert claim.generation == 2 - number % 2
