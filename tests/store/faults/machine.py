"""A machine whose power may fail, with a store on it."""

from __future__ import annotations

from pathlib import Path

from store import ExperimentStore, StoreNotFoundError
from tests.store.faults.actions import Action, assert_sound
from tests.store.faults.disk import Disk, Keep, Remains, Step, materialise, tree_at
from tests.store.faults.strace import Call, calls, traced
from tests.store.faults.writers import Writers


class Machine:
    """A machine whose power may fail: its writers run under strace, and the model follows them."""

    def __init__(self, writers: Writers, place: Path) -> None:
        self.writers, self.log = writers, place / "log"
        self.root = place / "root"
        self.root.mkdir(parents=True)
        self.store = self.root / "new" / "store"
        self.disk = Disk.of(self.root)
        self.attempted: list[Action] = []
        self.acknowledged: list[Action] = []

    def run(self, *actions: Action, killed_at: tuple[str, int] | None = None) -> list[Call]:
        """Run a writer; `killed_at` a call, if it makes it. Return its calls."""
        inject = killed_at and f"{killed_at[0]}:signal=KILL:when={killed_at[1]}"
        end = traced(self.writers, self.log, self.store, *actions, inject=inject, contents=True)
        self.attempted += [action for action in actions if action not in self.attempted]
        self.acknowledged += [action for action in end.acknowledged if action not in self.acknowledged]
        made = list(calls(self.log))
        self.disk.apply(made)
        assert self.disk.now() == tree_at(self.root), "the model does not follow"
        return made

    def cut(self, keep: Keep, remains: Remains) -> None:
        """Lose power, and start again with what is left."""
        materialise(self.disk.crash(keep, remains), self.root)
        self.disk = Disk.of(self.root)

    def check(self) -> None:
        """Read the store that is left; then write to it."""
        check(self.store, self.attempted, self.acknowledged)


def check(store: Path, attempted: list[Action], acknowledged: list[Action]) -> None:
    try:
        ExperimentStore(store)
    except StoreNotFoundError:
        assert not acknowledged, f"lost the store, and with it {acknowledged}"
    else:
        assert_sound(store, attempted, acknowledged)
        views = (store / "views.sql").read_bytes() if acknowledged else b"\n"
        assert views.endswith(b"\n")
        assert b"\0" not in views


def nothing(step: Step) -> bool:
    """Of the pending entries keep none."""
    return False


def publications(step: Step) -> bool:
    """Keep what was published before what it rests on."""
    return step.name in {"rename", "link"}


def torn(safe: bytes, written: bytes) -> bytes:
    return written[: len(written) // 2] + bytes(len(written) - len(written) // 2)


def emptied(safe: bytes, written: bytes) -> bytes:
    return safe


CUTS = ((nothing, emptied), (publications, torn))
