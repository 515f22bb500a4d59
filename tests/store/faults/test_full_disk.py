"""No space, or no leave for so long a file, at any point of a write: a clear error, and nothing half done."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from store import WriteError
from tests.store.faults.actions import CREATE, Action, append, assert_sound, commit, keep, perform
from tests.store.faults.strace import Call, calls, traced
from tests.store.faults.writers import End, Writers

BEFORE = commit("before", "x", "y")
ACTIONS = {"commit": commit("c", "a", "b"), "append": append("n"), "keep": keep("n"), "create": CREATE}
PAGE = 4096
MESSAGE = re.compile(r"expected to write /.+; got .+; check that the store is writable and has space")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "store"
    perform(path, CREATE)
    perform(path, BEFORE)
    return path


def fresh_copy(stored: Path, path: Path, action: Action) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    if action != CREATE:
        shutil.copytree(stored, path)
    return path


def assert_refused(path: Path, action: Action, message: str) -> None:
    """The message is useful, the earlier rows are there, and nothing of the new ones but the whole."""
    assert MESSAGE.search(message), message
    if action != CREATE:
        assert_sound(path, [BEFORE, action], [BEFORE])


def assert_recovers(path: Path, action: Action) -> None:
    perform(path, action)
    before = [] if action == CREATE else [BEFORE]
    assert_sound(path, [*before, action], [*before, action])
    assert not any((path / "staging").iterdir())


def message_of(end: End) -> str:
    assert end.code == 0, "the writer died of the error"
    assert not end.acknowledged
    assert [said["error"] for said in end.errors] == ["WriteError"]
    return str(end.errors[0]["message"])


# A real full disk: too few pages, then too few inodes.


@contextmanager
def few_pages(disk: Path, spare: int) -> Iterator[None]:
    """Fill the disk but for `spare` pages."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - spare * PAGE))
    yield
    ballast.unlink()


@contextmanager
def few_inodes(disk: Path, spare: int) -> Iterator[None]:
    """Fill the disk with empty files until `spare` more can be made."""
    ballast = [disk / f"ballast-{number}" for number in range(os.statvfs(disk).f_ffree - spare)]
    for path in ballast:
        path.touch()
    yield
    for path in ballast:
        path.unlink()


def refusals(
    disk: Path,
    stored: Path,
    action: Action,
    shortage: Callable[[Path, int], AbstractContextManager[None]],
    step: int,
) -> int:
    """Give `action` more room from try to try until it has enough; count the refusals before that."""
    for attempt in range(100):
        path = fresh_copy(stored, disk / "store", action)
        with shortage(disk, attempt * step):
            try:
                perform(path, action)
            except WriteError as error:
                assert_refused(path, action, str(error))
                assert action == CREATE or not any((path / "staging").iterdir())
            else:
                return attempt
        assert_recovers(path, action)
    raise AssertionError("expected some size of disk to be enough")


@pytest.mark.parametrize("kind", ACTIONS)
def test_a_full_disk_refuses_and_recovers(small_disk, stored, kind):
    assert refusals(small_disk, stored, ACTIONS[kind], few_pages, step=5) >= 1
    assert refusals(small_disk, stored, ACTIONS[kind], few_inodes, step=2) >= 1


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ACTIONS)
def test_a_full_disk_refuses_at_every_page(small_disk, stored, kind):
    pages = refusals(small_disk, stored, ACTIONS[kind], few_pages, step=1)
    inodes = refusals(small_disk, stored, ACTIONS[kind], few_inodes, step=1)
    print(f"{kind}: refused with {pages} amounts of space and {inodes} of inodes")  # noqa: T201


# The same by injection: the error at every call that can meet it.


def can_fail(call: Call, root: Path) -> bool:
    """Whether a disk that has just become full may answer this call of a writer so."""
    if str(root) not in call.arguments or call.result is None or call.result < 0:
        return False
    writing = call.name == "openat" and "O_CREAT" in call.arguments
    return writing or call.name in {"mkdir", "write", "pwrite64", "fsync", "rename", "link"}


def refuse(writers: Writers, stored: Path, tmp_path: Path, action: Action, call: Call, error: str) -> None:
    path = fresh_copy(stored, tmp_path / "store", action)
    fault = f"{call.name}:error={error}:when={call.nth}"
    end = traced(writers, tmp_path / "log", path, action, inject=fault)
    assert_refused(path, action, message_of(end))
    assert_recovers(path, action)


def failing_calls(writers: Writers, stored: Path, tmp_path: Path, action: Action) -> list[Call]:
    path = fresh_copy(stored, tmp_path / "store", action)
    assert traced(writers, tmp_path / "log", path, action).acknowledged == [action]
    return [call for call in calls(tmp_path / "log") if can_fail(call, tmp_path)]


@pytest.mark.parametrize("kind", ACTIONS)
def test_an_error_at_some_calls(writers, strace, stored, tmp_path, kind):
    action = ACTIONS[kind]
    found = failing_calls(writers, stored, tmp_path, action)
    # The last call of each name: the deepest into the write that it comes.
    chosen = {call.name: call for call in found}
    assert {"openat", "write", "fsync"} <= set(chosen)
    for call in chosen.values():
        refuse(writers, stored, tmp_path, action, call, "ENOSPC")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EDQUOT"])
@pytest.mark.parametrize("kind", ACTIONS)
def test_an_error_at_every_call(writers, strace, stored, tmp_path, kind, error):
    action = ACTIONS[kind]
    found = failing_calls(writers, stored, tmp_path, action)
    for call in found:
        refuse(writers, stored, tmp_path, action, call, error)
    print(f"{kind}: {error} at {len(found)} calls")  # noqa: T201


# A file that may not grow: EFBIG after some bytes of it, in every file of the write.


@pytest.mark.parametrize("kind", ACTIONS)
def test_a_file_that_may_not_grow(writers, stored, tmp_path, kind):
    action, refused = ACTIONS[kind], 0
    for size in (0, 10, 1_000, 10_000, 20_000, 1_000_000):
        path = fresh_copy(stored, tmp_path / "store", action)
        end = writers.run(path, action, file_size=size)
        if end.errors:
            assert_refused(path, action, message_of(end))
            refused += 1
        assert_recovers(path, action)
    assert refused >= 2
    assert end.acknowledged == [action]
