"""A power cut at any moment of a compaction, and after it, loses nothing; without any one fsync it would."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from store import ExperimentStore
from tests.store.faults.actions import CREATE, admitted, commit, seen
from tests.store.faults.compactions import COMPACTIONS, WORK, names
from tests.store.faults.disk import Disk, Keep, Remains, Step, Tree, materialise, tree_at
from tests.store.faults.machine import CUTS, Machine, emptied, nothing
from tests.store.faults.strace import Call
from tests.store.faults.writers import Writers

EXPECTED = admitted([action for action in WORK if action["do"] == "commit"])
FULL = COMPACTIONS["full"]


def removals(step: Step) -> bool:
    """Keep what took something away, and nothing that was put in its place."""
    return step.name == "unlink" or (step.name == "rename" and step.source is not None)


def unlinks(step: Step) -> bool:
    """Keep that files went, though not that their directory had been moved away before."""
    return step.name == "unlink"


def all_but_contents(step: Step) -> bool:
    return True


ALL_CUTS: tuple[tuple[Keep, Remains], ...] = (
    *CUTS,
    (removals, emptied),
    (unlinks, emptied),
    (all_but_contents, emptied),
)


class Compacting:
    """A store on a machine, and the calls of its compaction."""

    def __init__(self, machine: Machine, kind: str) -> None:
        self.root, self.store = machine.root, machine.store
        for action in WORK:
            machine.run(action)
        self.before = tree_at(machine.root)
        machine.disk = Disk.of(machine.root)
        self.made: list[Call] = machine.run(COMPACTIONS[kind])
        assert COMPACTIONS[kind] in machine.acknowledged

    def disk(self) -> Disk:
        """The disk before the compaction, with all on it safe."""
        materialise(self.before, self.root)
        return Disk.of(self.root)

    def moments(self) -> Iterator[Disk]:
        """Yield the disk after each call."""
        disk = self.disk()
        for _ in disk.follow(self.made):
            yield disk

    def trees(self) -> list[Tree]:
        """List what cuts at all moments may leave, each once."""
        found: dict[frozenset[tuple[str, bytes | None]], Tree] = {}
        for disk in self.moments():
            for cut in ALL_CUTS:
                tree = disk.crash(*cut)
                found.setdefault(frozenset(tree.items()), tree)
        return list(found.values())

    def loses(self, disk: Disk) -> bool:
        """Whether some cut of power now changes what readers see, or leaves what cannot be read."""
        for cut in ALL_CUTS:
            materialise(disk.crash(*cut), self.root)
            try:
                assert seen(self.store) == EXPECTED
            except Exception:  # whatever reading a damaged store raises
                return True
        return False


def assert_survived(store: Path, tree: Tree, root: Path, *, go_on: bool) -> None:
    materialise(tree, root)
    assert seen(store) == EXPECTED
    if go_on:
        ExperimentStore(store).compact(grace=0.0)
        assert names(store, "fragments") == names(store, "staging") == []
        assert seen(store) == EXPECTED


def test_a_cut_at_some_moments_loses_nothing(machine):
    compacting = Compacting(machine, "full")
    trees = compacting.trees()
    for number, tree in enumerate(trees[:: -(-len(trees) // 10)]):
        assert_survived(machine.store, tree, machine.root, go_on=number % 5 == 4)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", COMPACTIONS)
def test_a_cut_at_any_moment_loses_nothing(machine, kind):
    compacting = Compacting(machine, kind)
    trees = compacting.trees()
    for tree in trees:
        assert_survived(machine.store, tree, machine.root, go_on=True)
    moments = sum(1 for _ in compacting.moments())
    print(f"{kind}: {len(trees)} trees at {moments} moments")  # noqa: T201


def test_no_fsync_of_a_compaction_can_be_left_out(machine):
    compacting = Compacting(machine, "full")
    disk = compacting.disk()
    flushed = disk.apply(compacting.made)
    assert not compacting.loses(disk)
    # The contents of the two files and of the manifest, the directories that they and theirs come into.
    assert sum(name.startswith("new/store/staging/") for name in flushed) == 3
    directories = {name.removeprefix("new/store/") for name in flushed if "/staging/" not in name}
    (compacted,) = directories - {"compacted", "manifests"}
    assert compacted.startswith("compacted/")
    assert len(flushed) == 6
    for name in flushed:
        disk = compacting.disk()
        disk.apply(compacting.made, without=name)
        assert compacting.loses(disk), f"nothing is lost without the fsync of {name}"


# A compaction that finds what a killed one left answers for it too.


def follow(machine: Machine, nth: int) -> bool:
    """Kill a compaction at its n-th fsync, let another finish, cut the power; whether it was killed."""
    for action in WORK:
        machine.run(action)
    machine.run(COMPACTIONS["later"], killed_at=("fsync", nth))
    killed = COMPACTIONS["later"] not in machine.acknowledged
    machine.run(FULL)
    assert FULL in machine.acknowledged
    for cut in ALL_CUTS:
        materialise(machine.disk.crash(*cut), machine.root)
        assert seen(machine.store) == EXPECTED
    return killed


def test_a_follower_makes_safe_what_it_relies_on(machine):
    assert follow(machine, 10)  # that of the manifests


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_follower_of_every_kill_makes_safe_what_it_relies_on(writers: Writers, strace, tmp_path):
    tries = (follow(Machine(writers, tmp_path / str(nth)), nth) for nth in range(1, 50))
    killed = sum(takewhile(bool, tries))
    assert 10 <= killed < 49
    print(f"killed at {killed} fsyncs")  # noqa: T201


def test_a_retry_that_finds_its_chunk_compacted_makes_that_safe(writers, strace, tmp_path):
    counting = Machine(writers, tmp_path / "count")
    counting.run(CREATE)
    again = commit("c", "a", "b")
    last = [sum(call.name == "fsync" for call in counting.run(action)) for action in (again, FULL)]
    # Neither a commit nor a compaction that has made its work visible comes to flush that; the retry does.
    machine = Machine(writers, tmp_path / "machine")
    machine.run(CREATE)
    machine.run(again, killed_at=("fsync", last[0]))
    machine.run(COMPACTIONS["later"], killed_at=("fsync", 10))
    assert names(machine.store, "fragments") == ["c-a1"]
    assert names(machine.store, "manifests") == ["00000001.json"]
    machine.run(again)
    assert machine.acknowledged == [CREATE, again]
    machine.cut(nothing, emptied)
    assert seen(machine.store) == admitted([again])
