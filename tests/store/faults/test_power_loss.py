"""A power cut keeps what was fsynced and any of the rest: nothing acknowledged is lost, nothing partial."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from tests.store.faults.actions import CREATE, Action, append, commit, compact, keep, save
from tests.store.faults.disk import Disk, materialise
from tests.store.faults.machine import CUTS, Machine, emptied, nothing
from tests.store.faults.strace import Call
from tests.store.faults.writers import Writers

WORK = (CREATE, commit("c", "a", "b"), append("n"), keep("k"), save("t", 1))
TASKS = (
    *WORK[1:],
    commit("c", "a", "b", attempt=2, status="error"),
    commit("c.0", "a", attempt=2),
    commit("d", "d", "e", "f"),
    append("m"),
    keep("l"),
    compact(0.0),
    compact(3600.0),
)
FAULTS = [
    (name, nth) for name in ("fsync", "rename", "link", "mkdir", "write", "close") for nth in range(1, 9)
]


@pytest.mark.parametrize("number", range(len(CUTS)))
def test_what_is_acknowledged_survives(machine, number):
    for action in WORK:
        machine.run(action)
        assert machine.acknowledged[-1] == action
        machine.cut(*CUTS[number])
        machine.check()


# A writer that finds what a killed one left answers for it too.


def follow(machine: Machine, action: Action, nth: int) -> bool:
    """Kill `action` at its n-th fsync, let another do everything, cut the power; whether it was killed."""
    for before in WORK[: WORK.index(action)]:
        machine.run(before)
    machine.run(action, killed_at=("fsync", nth))
    killed = action not in machine.acknowledged
    machine.run(*WORK)
    assert machine.acknowledged == list(WORK)
    machine.cut(nothing, emptied)
    machine.check()
    return killed


def followed(writers: Writers, place: Path, action: Action, step: int) -> int:
    """Kill at every `step`-th fsync from the last on; return how many there are."""
    machine = Machine(writers, place / "count")
    for each in WORK[: WORK.index(action)]:
        machine.run(each)
    count = sum(call.name == "fsync" for call in machine.run(action))
    for nth in range(count, 0, -step):
        assert follow(Machine(writers, place / str(nth)), action, nth)
    return count


@pytest.mark.parametrize("action", WORK, ids=lambda action: action["do"])
def test_a_follower_makes_safe_what_it_relies_on(writers, strace, tmp_path, action):
    assert followed(writers, tmp_path, action, step=7) >= 2


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("action", WORK, ids=lambda action: action["do"])
def test_a_follower_of_every_kill_makes_safe_what_it_relies_on(writers, strace, tmp_path, action):
    assert followed(writers, tmp_path, action, step=1) >= 2


# What each fsync is for: leave one out, and something that was acknowledged is lost.


def loses(machine: Machine, disk: Disk) -> bool:
    """Whether some cut of power now loses what was acknowledged, or leaves a part."""
    for cut in CUTS:
        materialise(disk.crash(*cut), machine.root)
        try:
            machine.check()
        except Exception:  # whatever reading a damaged store raises
            return True
    return False


def test_no_fsync_can_be_left_out(machine):
    made = machine.run(*WORK)
    assert machine.acknowledged == list(WORK)
    names = flushed(machine, made, None)
    assert not loses(machine, machine.disk)
    for name in names:
        flushed(machine, made, name)
        assert loses(machine, machine.disk), f"nothing is lost without the fsync of {name}"
    # The directories that entries come into, those that are published whole, and each file.
    directories = {
        "store",
        "store/fragments",
        "store/ledger",
        "store/ledger/chunks",
        "store/kept",
        "store/schema",
    }
    assert {".", "new", *(f"new/{name}" for name in directories)} <= set(names)
    assert len(names) >= 20


def flushed(machine: Machine, made: list[Call], without: str | None) -> list[str]:
    """Start with an empty disk and replay the calls, all but the fsyncs of `without`."""
    materialise({}, machine.root)
    machine.disk = Disk.of(machine.root)
    return machine.disk.apply(made, without=without)


# Any sequence of writers, kills and cuts.


class PowerLoss(RuleBasedStateMachine):
    """Writers come, are killed and retried; the power fails; the store is read and written again."""

    writers: Writers

    def __init__(self) -> None:
        super().__init__()
        self._place = Path(tempfile.mkdtemp())
        self._machine = Machine(self.writers, self._place)

    @rule()
    def create(self) -> None:
        self._machine.run(CREATE)

    @rule(fault=st.sampled_from(FAULTS))
    def create_and_die(self, fault: tuple[str, int]) -> None:
        self._machine.run(CREATE, killed_at=fault)

    @precondition(lambda self: CREATE in self._machine.acknowledged)
    @rule(
        actions=st.lists(st.sampled_from(TASKS), min_size=1, max_size=3),
        fault=st.none() | st.sampled_from(FAULTS),
    )
    def write(self, actions: list[Action], fault: tuple[str, int] | None) -> None:
        self._machine.run(*actions, killed_at=fault)

    @rule(seed=st.integers(0, 2**32 - 1), kept=st.sampled_from((0.0, 0.5, 1.0)))
    def cut_power(self, seed: int, kept: float) -> None:
        chance = random.Random(seed)

        def remains(safe: bytes, written: bytes) -> bytes:
            cut = chance.randint(0, len(written))
            rest = len(written) - cut
            return chance.choice(
                (safe, written, written[:cut], written[:cut] + bytes(rest), chance.randbytes(rest))
            )

        self._machine.cut(lambda step: chance.random() < kept, remains)
        self._machine.check()

    def teardown(self) -> None:
        self._machine.cut(nothing, emptied)
        self._machine.check()
        if self._machine.acknowledged:
            self._machine.run(commit("last", "last"))
            self._machine.check()
        shutil.rmtree(self._place)


def run_power_loss(writers: Writers, examples: int, steps: int) -> None:
    bound = type("PowerLoss", (PowerLoss,), {"writers": writers})
    run_state_machine_as_test(bound, settings=settings(max_examples=examples, stateful_step_count=steps))


def test_cuts_of_power(writers, strace):
    run_power_loss(writers, examples=5, steps=5)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_many_cuts_of_power(writers, strace):
    run_power_loss(writers, examples=60, steps=10)
