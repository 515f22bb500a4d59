"""A writer killed at every system call: all or nothing, and a retry ends it."""

import shutil
from pathlib import Path

import pytest

from store import ExperimentStore, StoreNotFoundError
from tests.store.faults.actions import CREATE, Action, append, assert_sound, commit, keep, perform
from tests.store.faults.strace import calls, traced
from tests.store.faults.writers import Writers

BEFORE = commit("before", "x", "y")
AFTER = commit("after", "z")
ACTIONS = {"commit": commit("c", "a", "b"), "append": append("n"), "keep": keep("n"), "create": CREATE}
CHANGES = {"mkdir", "write", "pwrite64", "fsync", "rename", "link", "unlink", "unlinkat", "rmdir", "close"}


def fresh_copy(stored: Path, path: Path, action: Action) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    if action != CREATE:
        shutil.copytree(stored, path)
    return path


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kill") / "store"
    perform(path, CREATE)
    perform(path, BEFORE)
    return path


def kill_points(writers: Writers, stored: Path, tmp_path: Path, action: Action) -> list[tuple[str, int]]:
    """List every call of an undisturbed run, those that change something first and the rest after them."""
    path = fresh_copy(stored, tmp_path / "store", action)
    assert traced(writers, tmp_path / "log", path, action).acknowledged == [action]
    points = [call.point for call in calls(tmp_path / "log")]
    assert {"mkdir", "fsync", "link"} & {name for name, _ in points}
    return list(dict.fromkeys(points))


def survive(writers: Writers, stored: Path, tmp_path: Path, action: Action, point: tuple[str, int]) -> str:
    """Kill `action` at `point` and look; retry it and look again. Return what was visible after the kill."""
    path = fresh_copy(stored, tmp_path / "store", action)
    end = traced(writers, tmp_path / "log", path, action, inject=f"{point[0]}:signal=KILL:when={point[1]}")
    assert end.code == -9, f"not killed at {point}"
    visible = look(path, action, end.acknowledged)
    perform(path, action)
    perform(path, AFTER)
    before = [] if action == CREATE else [BEFORE]
    done = [*before, action, AFTER]
    standing = assert_sound(path, done, done)
    assert len(standing) == sum(each["do"] == "commit" for each in done)
    assert not any((path / "staging").iterdir()), f"debris of {point}"
    return visible


def look(path: Path, action: Action, acknowledged: list[Action]) -> str:
    if action == CREATE:
        try:
            ExperimentStore(path)
        except StoreNotFoundError:
            assert not acknowledged
            return "nothing"
        assert_sound(path, [], [])
        return "all"
    standing = assert_sound(path, [BEFORE, action], [BEFORE, *acknowledged])
    return "all" if action in standing else "nothing"


def spread(points: list[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """Choose evenly among the calls that change something, the last of them included."""
    changing = [point for point in points if point[0] in CHANGES]
    step = max(1, -(-len(changing) // most))
    return changing[::-1][::step][::-1]


@pytest.mark.parametrize("kind", ACTIONS)
def test_a_writer_killed_at_some_calls(writers, strace, stored, tmp_path, kind):
    action = ACTIONS[kind]
    points = spread(kill_points(writers, stored, tmp_path, action), 14 if kind == "commit" else 5)
    visible = [survive(writers, stored, tmp_path, action, point) for point in points]
    if kind in {"commit", "create"}:
        assert {"nothing", "all"} == set(visible)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ACTIONS)
def test_a_writer_killed_at_every_call(writers, strace, stored, tmp_path, kind):
    action = ACTIONS[kind]
    points = kill_points(writers, stored, tmp_path, action)
    visible = [survive(writers, stored, tmp_path, action, point) for point in points]
    # Nothing, up to the one call that publishes, and then all of it.
    assert visible == sorted(visible, reverse=True)
    print(f"{kind}: killed at {len(points)} calls")  # noqa: T201
