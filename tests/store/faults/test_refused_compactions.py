"""No space, a broken disk or no leave for so long a file, anywhere in a compaction: an error, and no harm."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from store import WriteError
from tests.store.faults.actions import perform
from tests.store.faults.compactions import (
    COMPACTIONS,
    Contents,
    assert_next_finishes,
    assert_same_to_all,
    fresh_copy,
    names,
    state,
    work,
)
from tests.store.faults.strace import Call, calls, traced
from tests.store.faults.test_full_disk import MESSAGE, can_fail, few_inodes, few_pages
from tests.store.faults.writers import End, Writers

FULL = COMPACTIONS["full"]


class Refused:
    """Compactions of copies of one store, each refused something; each state left is looked at once."""

    def __init__(self, writers: Writers, place: Path) -> None:
        self.writers, self.place, self.store = writers, place, place / "store"
        self.before: Contents = work(place / "stored")
        self.states: set[object] = set()

    def fresh(self) -> Path:
        return fresh_copy(self.place / "stored", self.store)

    def run(self, inject: str | None = None) -> End:
        return traced(self.writers, self.place / "log", self.fresh(), FULL, inject=inject)

    def failing_calls(self) -> list[Call]:
        """Calls of an undisturbed run that a full disk may refuse."""
        assert self.run().acknowledged == [FULL]
        return [call for call in calls(self.place / "log") if can_fail(call, self.place)]

    def reading_calls(self) -> list[Call]:
        """Calls of an undisturbed run that read the store's files."""
        assert self.run().acknowledged == [FULL]
        made = calls(self.place / "log")
        return [
            call for call in made if call.name in {"read", "pread64"} and str(self.place) in call.arguments
        ]

    def refuse(self, call: Call, error: str) -> bool:
        """Inject `error` at `call`: it is said, nothing changes, and the next compaction does it all.

        DuckDB's threads open files too, not always in the same order, so an error may hit an opening for
        reading instead. Returns whether one of three hit as it was meant to.
        """
        for _ in range(3):
            end = self.run(f"{call.name}:error={error}:when={call.nth}")
            astray = call.name == "openat" and self.astray()
            if not astray:
                said(end, "WriteError")
            elif not end.acknowledged:
                assert {each["error"] for each in end.errors} <= {"WriteError", "DamagedStoreError"}
            self.check()
            if not astray:
                return True
        return False

    def astray(self) -> bool:
        """Whether the error hit nothing, or an opening for reading."""
        lines = (self.place / "log").read_text().splitlines()
        hit = [line for line in lines if line.endswith("(INJECTED)")]
        return not hit or any("O_CREAT" not in line for line in hit)

    def check(self) -> None:
        left = state(self.store)
        if left not in self.states:
            assert_same_to_all(self.store, self.before)
            assert_next_finishes(self.store, self.before)
            self.states.add(left)


def said(end: End, *kinds: str) -> None:
    """The writer lived, and told of one error of these kinds, with a message that helps."""
    assert end.code == 0, "the writer died of the error"
    assert not end.acknowledged
    (error,) = end.errors
    assert error["error"] in kinds, error
    if error["error"] == "WriteError":
        assert MESSAGE.search(error["message"]), error


@pytest.fixture(scope="module")
def refused(writers: Writers, tmp_path_factory: pytest.TempPathFactory) -> Refused:
    return Refused(writers, tmp_path_factory.mktemp("refused"))


def test_an_error_at_some_calls(strace, refused):
    chosen = {call.name: call for call in refused.failing_calls()}
    assert {"openat", "mkdir", "write", "fsync", "link", "rename"} == set(chosen)
    for name in ("mkdir", "write", "fsync", "rename"):
        assert refused.refuse(chosen[name], "ENOSPC")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EDQUOT"])
def test_an_error_at_every_call(strace, refused, error):
    found = refused.failing_calls()
    hits = sum(refused.refuse(call, error) for call in found)
    assert hits >= sum(call.name != "openat" for call in found)
    print(f"{error} at {hits} of {len(found)} calls")  # noqa: T201


def refuse_to_read(refused: Refused, found: list[Call]) -> int:
    """Inject EIO at calls that read; count the errors. DuckDB's threads may make other calls than before."""
    errors = 0
    for call in found:
        end = refused.run(f"{call.name}:error=EIO:when={call.nth}")
        if not end.acknowledged:
            said(end, "DamagedStoreError")
            errors += 1
        refused.check()
    return errors


def test_a_file_that_cannot_be_read_at_some_calls(strace, refused):
    found = refused.reading_calls()
    assert refuse_to_read(refused, found[:: -(-len(found) // 3)]) >= 1


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_file_that_cannot_be_read_at_every_call(strace, refused):
    found = refused.reading_calls()
    errors = refuse_to_read(refused, found)
    print(f"EIO at {len(found)} reading calls: {errors} errors")  # noqa: T201


def test_a_file_that_may_not_grow(refused):
    outcomes = []
    for size in (0, 10, 5_000, 20_000, 1_000_000):
        refused.fresh()
        end = refused.writers.run(refused.store, FULL, file_size=size)
        if end.errors:
            said(end, "WriteError")
        outcomes.append(bool(end.errors))
        refused.check()
    assert outcomes == sorted(outcomes, reverse=True)
    assert 3 <= sum(outcomes) < len(outcomes)


def refusals(
    disk: Path, refused: Refused, shortage: Callable[[Path, int], AbstractContextManager[None]], step: int
) -> int:
    """Give the compaction more room from try to try until it has enough; count the refusals before that."""
    refused.store = disk / "store"
    for attempt in range(100):
        refused.fresh()
        with shortage(disk, attempt * step):
            try:
                perform(refused.store, FULL)
            except WriteError as error:
                assert MESSAGE.search(str(error)), error
                assert names(refused.store, "staging") == []
                assert_same_to_all(refused.store, refused.before)
            else:
                return attempt
        refused.check()
    raise AssertionError("expected some size of disk to be enough")


@pytest.mark.parametrize("step", [12, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.timeout(1800)
def test_a_full_disk_refuses_and_recovers(small_disk, writers, tmp_path, step):
    refused = Refused(writers, tmp_path)
    pages = refusals(small_disk, refused, few_pages, step)
    inodes = refusals(small_disk, refused, few_inodes, step=min(step, 3))
    assert min(pages, inodes) >= 1
    print(f"refused with {pages} amounts of space and {inodes} of inodes")  # noqa: T201
