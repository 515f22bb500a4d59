"""Writers that share chunks are killed at random: what they acknowledged is there, whole and once."""

import random
import time
from pathlib import Path

import pytest

from tests.store.faults.actions import CREATE, Action, append, assert_sound, commit, perform
from tests.store.faults.writers import Writers

PROCESSES = 4
RETRIES = 12
STATUSES = ("complete", "escaped", "error", "lost")


def chunk_plan(seed: int, rounds: int) -> list[list[Action]]:
    """For every round, work that overlaps: a chunk, its second try, its halves, one that repeats a trial."""
    chance = random.Random(seed)
    plan = []
    for number in range(rounds):
        ids = [f"t{number}.{i}" for i in range(4)]
        name = f"c{number}"
        plan.append(
            [
                commit(name, *ids, status=chance.choice(STATUSES)),
                commit(name, *ids, attempt=2, status=chance.choice(STATUSES)),
                commit(f"{name}.0", *ids[:2], attempt=chance.choice((1, 3)), status=chance.choice(STATUSES)),
                commit(f"{name}.1", *ids[2:], status=chance.choice(STATUSES)),
                commit(f"{name}+", ids[-1], f"t{number}.own", status=chance.choice(STATUSES)),
                append(name),
            ]
        )
    return plan


def kill_randomly(writers: Writers, path: Path, seed: int, kills: int) -> tuple[list[Action], list[Action]]:
    """Kill writers `kills` times in all; return what they attempted and what they acknowledged."""
    chance = random.Random(seed)
    plan = chunk_plan(seed, rounds=3 * kills)
    attempted: dict[str, Action] = {}
    acknowledged: dict[str, Action] = {}
    running: dict[int, list[Action]] = {}
    killed, place = 0, 0
    while killed < kills:
        while len(running) < PROCESSES:
            # Each starts where the work has come to, in an order of its own: every piece has several writers.
            work = [action for actions in plan[place : place + 4] for action in actions]
            chance.shuffle(work)
            pid = writers.start(path, *work)
            running[pid] = work
            attempted |= {str(action): action for action in work}
            writers.go(pid)
        time.sleep(chance.uniform(0.0, 0.04))
        pid = chance.choice(list(running))
        running.pop(pid)
        end = writers.kill(pid)
        assert not end.errors
        killed += end.code == -9
        acknowledged |= {str(action): action for action in end.acknowledged}
        place = min(place + 1, len(plan) - 4)
    for pid in running:
        acknowledged |= {str(action): action for action in writers.kill(pid).acknowledged}
    return list(attempted.values()), list(acknowledged.values())


def survive(writers: Writers, path: Path, seed: int, kills: int) -> None:
    perform(path, CREATE)
    attempted, acknowledged = kill_randomly(writers, path, seed, kills)
    standing = assert_sound(path, attempted, acknowledged)
    assert len(acknowledged) > kills // 4
    assert len(standing) >= len([action for action in acknowledged if action["do"] == "commit"])
    perform(path, commit("last", "last"))
    assert not any((path / "staging").iterdir())
    retried = [action for action in attempted if action not in acknowledged][:RETRIES]
    assert writers.run(path, *retried).acknowledged == retried
    assert_sound(path, [*attempted, commit("last", "last")], [*acknowledged, *retried])


def test_twenty_kills(writers, tmp_path):
    survive(writers, tmp_path / "store", seed=0, kills=20)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_hundred_kills(writers, tmp_path, seed):
    survive(writers, tmp_path / "store", seed, kills=200)
