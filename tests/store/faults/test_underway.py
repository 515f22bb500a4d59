"""Kills, full disks and errors while a hold is taken or a checkpoint is replaced."""

import shutil
from pathlib import Path

import pytest

from store import ExperimentStore, WriteError
from tests.store.conftest import underway
from tests.store.faults.actions import CREATE, Action, checkpoint_of, hold, perform, save
from tests.store.faults.strace import Call, traced
from tests.store.faults.test_full_disk import failing_calls, few_inodes, few_pages
from tests.store.faults.test_kill_points import fresh_copy, kill_points, spread
from tests.store.faults.writers import End, Writers

BEFORE = save("t", 1)
ACTIONS = {"hold": hold("plan"), "save": save("t", 2)}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("underway") / "store"
    for action in (CREATE, BEFORE, hold("plan")):
        perform(path, action)
    return path


def assert_sound(path: Path, action: Action, *, acknowledged: bool) -> None:
    """What was there or what was to come, whole; and whoever comes next is not kept waiting."""
    store = ExperimentStore(path)
    assert "changed" not in underway(store).values()
    expected = [BEFORE] if action["do"] == "hold" else [action] if acknowledged else [BEFORE, action]
    assert store.checkpoint("t") in [checkpoint_of(each) for each in expected]
    assert all(holder.alive is False for holder in store.holders())
    steps = store.holding("plan", {})
    with pytest.raises(StopIteration) as end:
        next(steps)
    end.value.value.release()
    assert store.holders() == []
    assert len(list((path / "holds" / "plan").iterdir())) == 2
    perform(path, action)
    last = BEFORE if action["do"] == "hold" else action
    assert store.checkpoint("t") == checkpoint_of(last)
    assert not any((path / "staging").iterdir())
    assert underway(store) == {}


def survive(writers: Writers, stored: Path, tmp_path: Path, action: Action, point: tuple[str, int]) -> None:
    path = fresh_copy(stored, tmp_path / "store", action)
    fault = f"{point[0]}:signal=KILL:when={point[1]}"
    end = traced(writers, tmp_path / "log", path, action, inject=fault)
    assert end.code == -9, f"not killed at {point}"
    assert_sound(path, action, acknowledged=bool(end.acknowledged))


@pytest.mark.parametrize("kind", ACTIONS)
def test_killed_at_some_calls(writers, strace, stored, tmp_path, kind):
    for point in spread(kill_points(writers, stored, tmp_path, ACTIONS[kind]), 8):
        survive(writers, stored, tmp_path, ACTIONS[kind], point)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ACTIONS)
def test_killed_at_every_call(writers, strace, stored, tmp_path, kind):
    points = kill_points(writers, stored, tmp_path, ACTIONS[kind])
    for point in points:
        survive(writers, stored, tmp_path, ACTIONS[kind], point)
    print(f"{kind}: killed at {len(points)} calls")  # noqa: T201


@pytest.mark.parametrize("kind", ACTIONS)
def test_a_full_disk_refuses_and_recovers(small_disk, stored, kind):
    action, refused = ACTIONS[kind], 0
    for shortage in (few_pages, few_inodes):
        for spare in range(8):
            path = fresh_copy(stored, small_disk / "store", action)
            acknowledged = True
            with shortage(small_disk, spare):
                try:
                    perform(path, action)
                except WriteError:
                    acknowledged = False
                    refused += 1
            assert_sound(path, action, acknowledged=acknowledged)
            shutil.rmtree(path)
    assert refused >= 2


def refuse(
    writers: Writers, stored: Path, tmp_path: Path, action: Action, call: Call, error: str = "ENOSPC"
) -> End:
    path = fresh_copy(stored, tmp_path / "store", action)
    end = traced(writers, tmp_path / "log", path, action, inject=f"{call.name}:error={error}:when={call.nth}")
    assert end.code == 0, "the writer died of the error"
    assert {said["error"] for said in end.errors} <= {"WriteError"}
    assert_sound(path, action, acknowledged=bool(end.acknowledged))
    return end


@pytest.mark.parametrize("kind", ACTIONS)
def test_an_error_at_some_calls(writers, strace, stored, tmp_path, kind):
    found = failing_calls(writers, stored, tmp_path, ACTIONS[kind])
    first, last = {call.name: call for call in found[::-1]}, {call.name: call for call in found}
    ends = [refuse(writers, stored, tmp_path, ACTIONS[kind], call) for call in first.values()]
    assert any(end.errors for end in ends)
    ends = {name: refuse(writers, stored, tmp_path, ACTIONS[kind], call) for name, call in last.items()}
    # A claim is made, once; after it there are beats, and one that cannot be written ends no driver.
    beats = [end for name, end in ends.items() if name not in {"mkdir", "link"}]
    assert len(beats) >= 4
    assert all(end.acknowledged for end in beats) == (kind == "hold")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EDQUOT"])
@pytest.mark.parametrize("kind", ACTIONS)
def test_an_error_at_every_call(writers, strace, stored, tmp_path, kind, error):
    found = failing_calls(writers, stored, tmp_path, ACTIONS[kind])
    for call in found:
        refuse(writers, stored, tmp_path, ACTIONS[kind], call, error)
    print(f"{kind}: {error} at {len(found)} calls")  # noqa: T201
