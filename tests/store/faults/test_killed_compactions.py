"""A compaction killed at every system call: the views stay the same, and the next one finishes its work."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from tests.store.faults.compactions import (
    COMPACTIONS,
    Contents,
    assert_next_finishes,
    assert_same_to_all,
    fresh_copy,
    newest_manifest,
    state,
    work,
)
from tests.store.faults.strace import calls, traced
from tests.store.faults.test_kill_points import CHANGES, spread
from tests.store.faults.writers import Writers

Point = tuple[str, int]
BY_ANY_THREAD = {
    "close",
    "openat",
    "fstat",
    "lseek",
    "pread64",
    "read",
    "mmap",
    "fcntl",
    "stat",
    "newfstatat",
}
"""DuckDB's threads share these calls, not always in the same way: the n-th may not come again."""


class Killed:
    """Compactions of copies of one store, each killed; what is left is looked at once for each state."""

    def __init__(self, writers: Writers, place: Path) -> None:
        self.writers, self.place = writers, place
        self.before: Contents = work(place / "stored")
        self.states: dict[object, int] = {}
        self.kills: Counter[str] = Counter()

    def points(self, kind: str) -> list[Point]:
        """List every call of an undisturbed run, in order."""
        path = fresh_copy(self.place / "stored", self.place / "store")
        end = traced(self.writers, self.place / "log", path, COMPACTIONS[kind])
        assert end.acknowledged == [COMPACTIONS[kind]]
        points = [call.point for call in calls(self.place / "log")]
        assert {"mkdir", "write", "fsync", "link", "pread64"} <= {name for name, _ in points}
        return list(dict.fromkeys(points))

    def survive(self, kind: str, point: Point) -> int:
        """Kill at `point`; return the number of the manifest that then stands."""
        path = fresh_copy(self.place / "stored", self.place / "store")
        fault = f"{point[0]}:signal=KILL:when={point[1]}"
        log = self.place / "log"
        end = traced(self.writers, log, path, COMPACTIONS[kind], inject=fault, quiet=True)
        assert end.code == -9 or (point[0] in BY_ANY_THREAD and end.acknowledged), f"not killed at {point}"
        self.kills["killed" if end.code == -9 else "not reached"] += 1
        number = int(newest_manifest(path)["number"])
        left = state(path)
        if left not in self.states:
            assert_same_to_all(path, self.before)
            assert_next_finishes(path, self.before)
            self.states[left] = number
        return number


@pytest.fixture(scope="module")
def killed(writers: Writers, strace: None, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    return Killed(writers, tmp_path_factory.mktemp("killed"))


def test_a_compaction_killed_at_some_calls(killed):
    points = spread(killed.points("full"), 4)
    numbers = [killed.survive("full", point) for point in points]
    assert set(numbers) == {3, 4}
    assert killed.kills["killed"] == len(points)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", COMPACTIONS)
def test_a_compaction_killed_at_every_call(writers, strace, tmp_path, kind):
    killed, began = Killed(writers, tmp_path), time.monotonic()
    points = killed.points(kind)
    numbers = {point: killed.survive(kind, point) for point in points}
    changing = [numbers[point] for point in points if point[0] in CHANGES - {"close"}]
    assert changing == sorted(changing)
    assert {3, 4} <= set(changing)
    assert killed.kills["not reached"] <= len(points) // 20
    took = time.monotonic() - began
    print(f"{kind}: {dict(killed.kills)}, {len(killed.states)} states, {took:.0f} s")  # noqa: T201
